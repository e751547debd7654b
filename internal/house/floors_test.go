package house

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"scf-sms/internal/checkout"
)

// floors are the packages of the function, the lowest first. A package imports only what is below
// it, and nothing of its own floor.
var floors = [][]string{
	{"internal/liveconn", "internal/rawjson", "internal/langtag"},
	{"internal/tencent", "internal/redact"},
	{"secrets", "internal/phone", "internal/template", "internal/sentence", "internal/limits"},
	{"internal/settings", "internal/sms"},
	{"handler"},
	{"internal/app"},
	{"."},
}

// beside are the packages of tests and tools, with all that they may import. The function imports
// none of them. The simulated cloud, host and callers import nothing of the function, because a
// simulator that shares code with what it tests proves nothing.
var beside = map[string][]string{
	"internal/cloudsim":  {"internal/loopback"},
	"internal/scfhost":   {"internal/loopback"},
	"internal/checkout":  {},
	"internal/loopback":  {},
	"internal/callersim": {},
	"internal/redissim":  {"internal/loopback"},
	"internal/simulation": {"internal/cloudsim", "internal/redissim", "internal/scfhost",
		"internal/checkout"},
	"internal/dependability": {},
	"internal/testlog":       {},
	"internal/recipes":       {},
	"internal/footprint":     {},
	"internal/house":         {},
}

// roof is where programs for people stand: they may import everything but one another.
const roof = "scripts"

func TestFloors(t *testing.T) {
	t.Parallel()
	below := map[string][]string{}
	maps.Copy(below, beside)
	var lower []string
	for _, floor := range floors {
		for _, name := range floor {
			below[name] = slices.Clone(lower)
		}
		lower = append(lower, floor...)
	}

	root, err := checkout.Root()
	require.NoError(t, err)
	found := imports(t, root)
	require.Contains(t, found, "handler")
	for name, imported := range found {
		if under(name, roof) {
			for _, other := range imported {
				assert.True(t, !under(other, roof) || program(name) == program(other),
					"%s imports %s, which is a part of another program", name, other)
			}
			continue
		}
		allowed, known := below[name]
		if !assert.True(t, known, "%s stands on no floor: give it one in floors or beside", name) {
			continue
		}
		for _, other := range imported {
			assert.Contains(t, allowed, other, "%s imports %s, which is not below it", name, other)
		}
	}
}

// program is the folder of the program that a package under the roof belongs to.
func program(name string) string {
	parts := strings.SplitN(name, "/", 3)
	return path.Join(parts[:min(2, len(parts))]...)
}

func under(name, folder string) bool {
	return name == folder || strings.HasPrefix(name, folder+"/")
}

// imports returns the packages of this module, and what each imports of it in files that are no
// tests, on any platform.
func imports(t *testing.T, root string) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	walk := func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			base := entry.Name()
			if name != "." && (base == "testdata" || strings.HasPrefix(base, ".")) {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		folder := path.Dir(name)
		if _, known := found[folder]; !known {
			found[folder] = nil
		}
		if strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file := filepath.Join(root, name)
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range parsed.Imports {
			imported := strings.Trim(spec.Path.Value, `"`)
			if ours, ok := strings.CutPrefix(imported, checkout.Module+"/"); ok {
				found[folder] = append(found[folder], ours)
			}
		}
		return nil
	}
	require.NoError(t, fs.WalkDir(os.DirFS(root), ".", walk))
	return found
}
