// Package footprint holds the function's binary to what it is meant to be made of, and to how large it may be: both cost
// every cold start.
package footprint

import (
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"scf-sms/internal/checkout"
)

// maxBinary is the size in bytes that the stripped binary may have.
const maxBinary = 9_000_000

var update = flag.Bool("update", false, "make what is linked now what is expected")

// forSCF makes the go command work for SCF's runtime, whatever the machine is set to.
func forSCF(t *testing.T) {
	for name, value := range map[string]string{
		"GOOS": "linux", "GOARCH": "amd64", "GOAMD64": "v1", "CGO_ENABLED": "0", "GOFLAGS": "", "GOEXPERIMENT": "", "GOWORK": "off",
	} {
		t.Setenv(name, value)
	}
}

// linked returns the packages in the binary that are not of the standard library, and of that those which they import.
// What the standard library imports itself is Go's affair, and differs between its versions.
func linked(t *testing.T, root string) (others, standard []string) {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=ImportPath,Standard,Imports", ".")
	list.Dir = root
	list.Stderr = os.Stderr
	out, err := list.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, list.Start())

	imported := map[string]bool{}
	isStandard := map[string]bool{}
	for packages := json.NewDecoder(out); ; {
		var p struct {
			ImportPath string
			Standard   bool
			Imports    []string
		}
		err := packages.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		isStandard[p.ImportPath] = p.Standard
		if p.Standard {
			continue
		}
		others = append(others, p.ImportPath)
		for _, path := range p.Imports {
			imported[path] = true
		}
	}
	require.NoError(t, list.Wait())
	for path := range imported {
		if isStandard[path] {
			standard = append(standard, path)
		}
	}
	slices.Sort(others)
	slices.Sort(standard)
	return others, standard
}

func TestPackages(t *testing.T) {
	root, err := checkout.Root()
	require.NoError(t, err)
	forSCF(t)
	others, standard := linked(t, root)

	for _, path := range others {
		for _, never := range []string{
			"cloudsim", "scfhost", "simulation", "checkout",
			"phonenumbers", "testify", "godotenv", "protobuf",
		} {
			assert.NotContains(t, path, never, "this is for tests and scripts; find who imports it with: go mod why %s", path)
		}
	}

	golden := filepath.Join("testdata", "packages.txt")
	got := strings.Join(others, "\n") + "\n\n" + strings.Join(standard, "\n") + "\n"
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	if got == string(want) {
		return
	}
	expected, found := strings.Fields(string(want)), strings.Fields(got)
	for _, path := range found {
		if !slices.Contains(expected, path) {
			t.Errorf("%s is new in the binary", path)
		}
	}
	for _, path := range expected {
		if !slices.Contains(found, path) {
			t.Errorf("%s is no longer in the binary", path)
		}
	}
	t.Error("if that is what you want, measure it (go run ./scripts/bench), then: go test ./internal/footprint -update")
}

func TestSize(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the function")
	}
	root, err := checkout.Root()
	require.NoError(t, err)
	binary := filepath.Join(t.TempDir(), "main")
	require.NoError(t, checkout.BuildForSCF(t.Context(), root, binary, checkout.Version))
	info, err := os.Stat(binary)
	require.NoError(t, err)
	assert.LessOrEqual(t, info.Size(), int64(maxBinary), "see what is new in it with: go tool nm -size -sort size")
	assert.Greater(t, info.Size(), int64(maxBinary/2), "the budget has become too large to hold anything")
}
