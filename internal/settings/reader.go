package settings

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"scf-sms/internal/limits"
	"scf-sms/internal/phone"
)

// reader reads variables and collects what is wrong with them.
type reader struct {
	getenv   func(string) string
	given    []string // the variables that are set
	problems []Problem
}

// variable is an environment variable with its value, without blanks around it.
type variable struct{ name, value string }

// optional reads a variable. With a problem it has a value all the same, so that whoever looks at
// more than the settings, as check does, doesn't find one mistake again and again.
func (r *reader) optional(name, byDefault string) variable {
	value := strings.TrimSpace(r.getenv(name))
	if value == "" {
		return variable{name, byDefault}
	}
	r.given = append(r.given, name)
	if i, c := invisible(value); i > 0 {
		r.wrong(name, fmt.Sprintf(
			"has an invisible character (U+%04X) at character %d: write the value anew", c, i))
		return variable{name, byDefault}
	}
	if inner, ok := unquoted(value); ok {
		r.wrong(name, "has quotes around it: write the value without them")
		return variable{name, inner}
	}
	return variable{name, value}
}

func (r *reader) isSet(name string) bool { return slices.Contains(r.given, name) }

func (r *reader) wrong(name, text string) {
	r.problems = append(r.problems, Problem{Variable: name, Text: text})
}

func (r *reader) required(name string) variable {
	v := r.optional(name, "")
	if v.value == "" {
		r.missing(name)
	}
	return v
}

// missing notes that a variable is required, unless another problem is the reason that it has no
// value.
func (r *reader) missing(name string) {
	if !slices.ContainsFunc(r.problems, func(p Problem) bool { return p.Variable == name }) {
		r.problems = append(r.problems, Problem{Variable: name, Missing: true})
	}
}

// invisible returns the place, from 1, of the first character that nobody sees, and 0 if there is
// none. Such characters come with pasted text. Between the parts of a list tabs and line breaks are
// fine.
func invisible(value string) (place int, c rune) {
	isList := strings.ContainsAny(value, ",[{")
	for _, c := range value {
		place++
		between := isList && strings.ContainsRune("\t\r\n", c)
		hidden := unicode.In(c, unicode.Cf, unicode.Cc, unicode.Zl, unicode.Zp) || c == noBreakSpace
		if hidden && !between {
			return place, c
		}
	}
	return 0, 0
}

const noBreakSpace = '\u00a0' // looks like a blank, and is none to Tencent or JSON

// unquoted returns what stands between quotes. They are for .env files and shells, and no value of
// ours has any: copied into SCF's console they would go to Tencent.
func unquoted(value string) (inner string, ok bool) {
	for _, q := range [][2]string{{`"`, `"`}, {"'", "'"}, {"`", "`"}, {"“", "”"}, {"‘", "’"}} {
		inner, begins := strings.CutPrefix(value, q[0])
		inner, ends := strings.CutSuffix(inner, q[1])
		if begins && ends {
			return inner, true
		}
	}
	return "", false
}

// parse reads the value of a variable. One that isn't set has the zero value.
func parse[T any](r *reader, v variable, read func(string) (T, error)) T {
	var zero T
	if v.value == "" {
		return zero
	}
	parsed, err := read(v.value) // with an error: what could be read all the same
	if err != nil {
		r.wrong(v.name, strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return parsed
}

func duration(value string) (time.Duration, error) {
	d, err := time.ParseDuration(value)
	if err != nil || d <= 0 {
		return 0, errors.New(`must be a time such as "10m" or "8s"`)
	}
	return d, nil
}

// signName refuses the brackets that phones show around a signature: Tencent adds them.
func signName(value string) (string, error) {
	if strings.ContainsAny(value, "【】") {
		return "", errors.New("must be the signature's text without 【】")
	}
	return value, nil
}

func callingCodes(value string) (map[int]bool, error) {
	allowed := map[int]bool{}
	var wrong []string
	for item := range strings.SplitSeq(value, ",") {
		digits := strings.TrimPrefix(strings.TrimSpace(item), "+")
		code, _ := strconv.Atoi(digits)
		if strconv.Itoa(code) != digits || !phone.IsCallingCode(code) {
			wrong = append(wrong, strconv.Quote(item))
		}
		allowed[code] = true
	}
	if len(wrong) > 0 {
		return nil, fmt.Errorf("not a calling code: %s; write them as in 86,852,1",
			strings.Join(wrong, ", "))
	}
	return allowed, nil
}

func bareChina(value string) (bool, error) {
	switch value {
	case "china":
		return true, nil
	case "international":
		return false, nil
	default:
		return false, errors.New("must be international or china")
	}
}

// limits reads LIMITS. REDIS_URL must have been read before.
func (r *reader) limits(value string) (limits.Rules, error) {
	rules, err := limits.Parse(value, phone.IsCallingCode)
	if r.isSet("LIMITS") && !r.isSet("REDIS_URL") {
		err = errors.Join(err,
			errors.New("has no effect without REDIS_URL, which says where to count"))
	}
	return rules, err
}

func logLevel(value string) (slog.Level, error) {
	var level slog.Level
	if level.UnmarshalText([]byte(value)) != nil {
		return 0, errors.New("must be debug, info, warn or error")
	}
	return level, nil
}
