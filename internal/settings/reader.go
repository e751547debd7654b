package settings

import (
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"scf-sms/internal/phone"
)

// reader reads variables and collects what is wrong with them.
type reader struct {
	getenv   func(string) string
	problems []Problem
}

// variable is an environment variable with its value, without blanks around it.
type variable struct{ name, value string }

func (r *reader) optional(name, byDefault string) variable {
	value := strings.TrimSpace(r.getenv(name))
	if value == "" {
		value = byDefault
	}
	return variable{name, value}
}

func (r *reader) required(name string) variable {
	v := r.optional(name, "")
	if v.value == "" {
		r.problems = append(r.problems, Problem{Variable: name, Missing: true})
	}
	return v
}

// parse reads the value of a variable. One that isn't set has the zero value.
func parse[T any](r *reader, v variable, read func(string) (T, error)) T {
	var zero T
	if v.value == "" {
		return zero
	}
	parsed, err := read(v.value)
	if err != nil {
		text := strings.ReplaceAll(err.Error(), "\n", "; ")
		r.problems = append(r.problems, Problem{Variable: v.name, Text: text})
		return zero
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
		return nil, fmt.Errorf("not a calling code: %s; write them as in 86,852,1", strings.Join(wrong, ", "))
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

func logLevel(value string) (slog.Level, error) {
	var level slog.Level
	if level.UnmarshalText([]byte(value)) != nil {
		return 0, errors.New("must be debug, info, warn or error")
	}
	return level, nil
}
