package operator

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// FindEnv returns the .env file that `scf` reads in a folder, "" if there is none: the first of
//
//	.env.STAGE, .env, ../.env.STAGE, ../.env, ../../.env.STAGE, ../../.env
//
// that is a file or a symbolic link. scf reads that one alone. Its stage is that of --stage, else
// the stage of serverless.yml, else dev. Source: serverless-cloud-framework 1.3.0,
// src/libs/config.js (https://github.com/Serverlesstencent/serverless-cloud-framework);
// fileExistsSync in src/libs/utils/basic.js.
func FindEnv(dir, stage string) string {
	for _, folder := range []string{".", "..", "../.."} {
		for _, name := range []string{".env." + stage, ".env"} {
			path := filepath.Join(dir, folder, name)
			info, err := os.Lstat(path)
			if err == nil && (info.Mode().IsRegular() || info.Mode()&fs.ModeSymlink != 0) {
				return path
			}
		}
	}
	return ""
}

// dotenv is a .env file, read as scf reads it.
type dotenv struct {
	Commented []string     // variables with a comment behind the value
	Unread    []UnreadLine // lines that set nothing

	values map[string]string
}

// UnreadLine is a line that is neither a setting nor blank nor a comment. scf skips it in silence.
type UnreadLine struct {
	Number int
	Name   string // the variable that the line seems to mean, or ""
}

// parseDotenv reads a .env file as dotenv 8.6.0 does, the version that scf is built with
// (lib/main.js, https://www.npmjs.com/package/dotenv/v/8.6.0):
//
//   - A setting is NAME=value on one line. `export NAME=value` and `NAME: value` are none.
//   - Blanks around name and value don't count. What JavaScript takes for blanks has the BOM in it.
//   - Quotes count as such only where the first and the last character are the same one; in double
//     quotes \n is a line break. Nothing else is replaced.
//   - A comment behind a value is a part of it. scf warns of that (src/libs/config.js).
//   - The last line of a name counts.
func parseDotenv(text string) dotenv {
	const blank = `[\s\v\p{Z}\x{FEFF}]*`
	setting := regexp.MustCompile(`(?s)^` + blank + `([\w.-]+)` + blank + `=` + blank + `(.*)$`)
	comment := regexp.MustCompile(`(^|\s)#`)
	meant := regexp.MustCompile(`^` + blank + `(?:export\s+)?([\w.-]+)\s*[=:]`)
	d := dotenv{values: map[string]string{}}
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")
	for i, line := range lines {
		match := setting.FindStringSubmatch(line)
		if match == nil {
			if line = strings.TrimFunc(line, isBlank); line != "" && line[0] != '#' {
				unread := UnreadLine{Number: i + 1}
				if match := meant.FindStringSubmatch(line); match != nil {
					unread.Name = match[1]
				}
				d.Unread = append(d.Unread, unread)
			}
			continue
		}
		name, value := match[1], match[2]
		switch {
		case quoted(value, '\''):
			value = value[1 : len(value)-1]
		case quoted(value, '"'):
			value = strings.ReplaceAll(value[1:len(value)-1], `\n`, "\n")
		default:
			value = strings.TrimFunc(value, isBlank)
			if comment.MatchString(value) && !slices.Contains(d.Commented, name) {
				d.Commented = append(d.Commented, name)
			}
		}
		d.values[name] = value
	}
	return d
}

func quoted(value string, mark byte) bool {
	return len(value) > 1 && value[0] == mark && value[len(value)-1] == mark
}

// isBlank reports whether JavaScript's trim removes a character.
func isBlank(r rune) bool { return unicode.IsSpace(r) && r != '\u0085' || r == '\uFEFF' }

// SetEnv writes variables into a .env file, which is made if it isn't there: in place of the line
// that sets one, or at the end. All other lines stay as they are.
func SetEnv(path string, names []string, values map[string]string) error {
	text, err := os.ReadFile(path)
	mode := fs.FileMode(0o600) // a key may be written into it
	if info, failed := os.Stat(path); failed == nil {
		mode = info.Mode().Perm()
	} else if !os.IsNotExist(err) {
		return err
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if len(text) == 0 {
		lines = nil
	}
	for _, name := range names {
		value := values[name]
		if strings.ContainsAny(value, " \"#") { // in quotes a value is taken as it is
			value = "'" + value + "'"
		}
		set := regexp.MustCompile(`^\s*` + regexp.QuoteMeta(name) + `\s*=`)
		i := len(lines) - 1 // the last line of a name counts
		for i >= 0 && !set.MatchString(lines[i]) {
			i--
		}
		if i < 0 {
			lines = append(lines, "")
			i = len(lines) - 1
		}
		lines[i] = name + "=" + value
	}
	return os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), mode)
}
