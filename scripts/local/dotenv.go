package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/joho/godotenv"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"

	"scf-sms/internal/settings"
)

// environment is where settings and credentials come from: a file, and over it the shell.
type environment struct {
	shell  func(name string) (string, bool) // os.LookupEnv
	file   map[string]string
	path   string // of the file, for messages
	exists bool   // whether there is a file
	alone  bool   // nothing of the shell counts

	commented []string // names of variables with a comment behind the value
}

// loadEnvironment reads a file of the form of .env.example. One that was not asked for by name may be missing.
func loadEnvironment(path string, named bool, shell func(string) (string, bool)) (environment, error) {
	env := environment{shell: shell, path: shown(path)}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && !named {
		return env, nil
	}
	if err != nil {
		return env, err
	}
	env.exists = true
	if env.file, err = godotenv.UnmarshalBytes(text); err != nil {
		return env, fmt.Errorf("%s, line %d: must be NAME=value or a comment", env.path, badLine(string(text)))
	}
	for _, match := range regexp.MustCompile(`(?m)^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*=[ \t]*[^'"\s#][^#\n]*[ \t]#`).FindAllSubmatch(text, -1) {
		env.commented = append(env.commented, string(match[1]))
	}
	return env, nil
}

// badLine returns the number of the line that can't be read. The parser's own error quotes the file, and there are keys
// in it.
func badLine(text string) int {
	lines := strings.SplitAfter(text, "\n")
	for n := len(lines) - 1; n > 0; n-- {
		if _, err := godotenv.Unmarshal(strings.Join(lines[:n], "")); err == nil {
			return n + 1
		}
	}
	return 1
}

// shown is a path as short as it can be written here.
func shown(path string) string {
	if dir, err := os.Getwd(); err == nil {
		if short, err := filepath.Rel(dir, path); err == nil && len(short) < len(path) {
			return short
		}
	}
	return path
}

// get returns a variable. As for scf, one that is set in the shell wins, even if it is empty.
func (e environment) get(name string) string {
	if value, ok := e.shell(name); ok && !e.alone {
		return value
	}
	return e.file[name]
}

// source says in words where values come from.
func (e environment) source() string {
	switch {
	case !e.exists:
		return "the environment"
	case e.alone:
		return e.path
	default:
		return e.path + " and the environment"
	}
}

// key returns the operator's own credentials: all parts from one place, for a key goes with no other's token.
func (e environment) key() (common.CredentialIface, error) {
	fromFile := func(name string) (string, bool) { value, ok := e.file[name]; return value, ok }
	for _, place := range []func(string) (string, bool){e.shell, fromFile} {
		for _, prefix := range []string{"TENCENT_", "TENCENTCLOUD_"} {
			get := func(name string) string { value, _ := place(prefix + name); return strings.TrimSpace(value) }
			id, secret := get("SECRET_ID"), get("SECRET_KEY")
			if id == "" && secret == "" {
				continue
			}
			if id == "" || secret == "" {
				return nil, fmt.Errorf("of %sSECRET_ID and %sSECRET_KEY only one is set", prefix, prefix)
			}
			return common.NewTokenCredential(id, secret, get("TOKEN")), nil
		}
	}
	return nil, errors.New("TENCENT_SECRET_ID and TENCENT_SECRET_KEY are not set")
}

// read reads the function's settings. The function's region is where it is deployed to.
func (e environment) read(region string, over map[string]string) settings.Settings {
	return settings.Read(func(name string) string {
		if name == "TENCENTCLOUD_REGION" {
			return region
		}
		return cmp.Or(over[name], e.get(name))
	})
}

// variables returns the settings that are set, as the function's own environment.
func (e environment) variables(over map[string]string) map[string]string {
	variables := map[string]string{}
	for _, name := range settingNames() {
		if value := strings.TrimSpace(cmp.Or(over[name], e.get(name))); value != "" {
			variables[name] = value
		}
	}
	return variables
}

// settingNames returns the names of the function's settings: those it asks for, without the platform's own.
func settingNames() []string {
	var names []string
	settings.Read(func(name string) string {
		if !strings.HasPrefix(name, "TENCENTCLOUD_") {
			names = append(names, name)
		}
		return ""
	})
	return names
}
