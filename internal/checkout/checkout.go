// Package checkout knows this project's source tree: where it is, how the function is compiled from
// it, and how it is copied. Tests and the programs in scripts use it; the function never does.
package checkout

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// Module is the path of the project's Go module.
const Module = "scf-sms"

// Root returns the folder of this project that the working directory is in.
func Root() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		mod, _ := os.ReadFile(filepath.Join(dir, "go.mod"))
		if strings.HasPrefix(string(mod), "module "+Module+"\n") {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			err = errors.New("not in a checkout of " + Module)
		}
		dir = parent
	}
	return "", err
}
