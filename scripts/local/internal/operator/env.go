package operator

import (
	"cmp"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"

	"scf-sms/internal/settings"
	"scf-sms/scripts/local/internal/words"
)

// Env is where settings and credentials come from: a .env file, and over it the shell.
type Env struct {
	Path   string // of the file, as short as it can be written here; without one, .env
	Exists bool   // whether there is a file
	dotenv        // what is in it

	Words words.Words                      // the language of whoever reads; nil: English
	shell func(name string) (string, bool) // os.LookupEnv
	alone bool                             // nothing of the shell counts
}

// ReadEnv reads a .env file; "" is none. Over it stands the shell, which is os.LookupEnv.
func ReadEnv(path string, shell func(string) (string, bool)) (Env, error) {
	env := Env{Path: cmp.Or(shown(path), ".env"), Exists: path != "", shell: shell}
	env.Words = words.From(func(name string) string { value, _ := shell(name); return value })
	if path == "" {
		return env, nil
	}
	text, err := os.ReadFile(path)
	env.dotenv = parseDotenv(string(text))
	return env, err
}

// shown is a path as it is written from here.
func shown(path string) string {
	if dir, err := os.Getwd(); err == nil && path != "" {
		if relative, err := filepath.Rel(dir, path); err == nil {
			return relative
		}
	}
	return path
}

// Get returns a variable. One that is set in the shell wins, even if it is empty: dotenv doesn't
// overwrite it (see parseDotenv's source).
func (e Env) Get(name string) string {
	if value, ok := e.shell(name); ok && !e.alone {
		return value
	}
	return e.values[name]
}

// Names returns the names that the file sets, in their order.
func (e Env) Names() []string { return slices.Sorted(maps.Keys(e.values)) }

// Say is [words.Words.Say] in the language of whoever reads.
func (e Env) Say(key string, values ...any) string { return e.language().Say(key, values...) }

func (e Env) language() words.Words {
	if e.Words == nil {
		return words.English()
	}
	return e.Words
}

// Source says in words where values come from.
func (e Env) Source() string {
	switch {
	case !e.Exists:
		return e.Say("operator.source.shell")
	case e.alone:
		return e.Path
	default:
		return e.Say("operator.source.both", e.Path)
	}
}

// Lost reports whether a line seems to set a variable and sets nothing.
func (e Env) Lost(name string) bool {
	return slices.ContainsFunc(e.Unread, func(line UnreadLine) bool { return line.Name == name })
}

// Explain says what is wrong with a line that sets nothing, and what to write.
func (e Env) Explain(line UnreadLine) (detail, todo string) {
	detail = e.Say("operator.line", line.Number, e.Path)
	if line.Name != "" {
		return detail, e.Say("operator.line.named", line.Name)
	}
	return detail, e.Say("operator.line.todo")
}

// Explained is what is wrong with the settings, and which lines of the file may be why: those that
// set nothing.
func (e Env) Explained(wrong string) string {
	for _, line := range e.Unread {
		wrong += "; " + e.language().Advise(e.Explain(line))
	}
	return wrong
}

// key returns the operator's own credentials. All parts come from one place: a key goes with no
// other's token.
func (e Env) key() (common.CredentialIface, error) {
	fromFile := func(name string) (string, bool) { value, ok := e.values[name]; return value, ok }
	for _, place := range []func(string) (string, bool){e.shell, fromFile} {
		for _, prefix := range []string{"TENCENT_", "TENCENTCLOUD_"} {
			get := func(name string) string {
				value, _ := place(prefix + name)
				return strings.TrimSpace(value)
			}
			id, secret := get("SECRET_ID"), get("SECRET_KEY")
			if id == "" && secret == "" {
				continue
			}
			if id == "" || secret == "" {
				return nil, errors.New(e.Say("operator.key.half", prefix))
			}
			return common.NewTokenCredential(id, secret, get("TOKEN")), nil
		}
	}
	return nil, errors.New(e.Say("operator.key.none"))
}

// Problems says what is wrong with the settings whose names are asked for, a sentence each. What a
// value must be is said as in the function's log.
func (a *Account) Problems(asked func(variable string) bool) (sentences []string) {
	for _, p := range a.Settings.Problems {
		switch {
		case !asked(p.Variable):
		case p.Missing:
			sentences = append(sentences, a.Say("operator.unset", p.Variable))
		default:
			sentences = append(sentences, a.Hint(p.String()))
		}
	}
	return sentences
}

// AnyVariable asks for all.
func AnyVariable(string) bool { return true }

// Variables returns the settings that are set, as the function's own environment.
func (a *Account) Variables() map[string]string {
	variables := map[string]string{}
	for _, name := range settings.Names() {
		if value := strings.TrimSpace(cmp.Or(a.Over[name], a.Env.Get(name))); value != "" {
			variables[name] = value
		}
	}
	return variables
}
