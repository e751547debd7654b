package checkout

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Copy copies the project's files to a folder outside of it, which it makes: all that git would
// list, which is all but .git and what the root's .gitignore names. It needs no git, so that it
// works in an archive, too.
func Copy(root, dir string) error {
	patterns, err := os.ReadFile(filepath.Join(root, ".gitignore"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	ignored := append(strings.Fields(string(patterns)), "/.git")
	return os.CopyFS(dir, tracked{os.DirFS(root), ignored})
}

// tracked are the files that no pattern of a .gitignore names. It knows the patterns that this
// project uses: a name or a path from the root, "*" within a name, and "!" for what is not ignored
// after all.
type tracked struct {
	fs.FS
	patterns []string
}

func (t tracked) ReadDir(dir string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(t.FS, dir)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
		ignored := !e.IsDir() && !e.Type().IsRegular()
		for _, pattern := range t.patterns {
			pattern, not := strings.CutPrefix(strings.TrimSuffix(pattern, "/"), "!")
			subject := e.Name()
			if strings.HasPrefix(pattern, "/") {
				subject = "/" + path.Join(dir, subject)
			}
			if matched, _ := path.Match(pattern, subject); matched {
				ignored = !not
			}
		}
		return ignored
	}), err
}
