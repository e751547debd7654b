package checkout

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Copy copies the project's files to a folder, which it makes: all that git would list, which is
// all but .git and what the root's .gitignore names. It needs no git, so that it works in an
// archive, too.
func Copy(root, dir string) error {
	ignored, err := readGitignore(root)
	if err != nil {
		return err
	}
	if root, err = filepath.Abs(root); err != nil {
		return err
	}
	target, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	return filepath.WalkDir(root, func(from string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, from)
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		to := filepath.Join(target, name)
		switch {
		case entry.IsDir() && (name == ".git" || from == target || ignored(name, true)):
			return filepath.SkipDir
		case entry.IsDir():
			return os.MkdirAll(to, info.Mode().Perm()|0o700)
		case !info.Mode().IsRegular() || name == ".git" || ignored(name, false):
			return nil
		}
		content, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		return os.WriteFile(to, content, info.Mode().Perm())
	})
}

// readGitignore returns whether the root's .gitignore names a file or a folder. It knows the
// patterns that this project uses: a name or a path from the root, with a slash behind it for
// folders, "*" within a name, and "!" for what is not ignored after all.
func readGitignore(root string) (func(name string, isDir bool) bool, error) {
	text, err := os.ReadFile(filepath.Join(root, ".gitignore"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	patterns := strings.Fields(string(text))
	return func(name string, isDir bool) (ignored bool) {
		name = filepath.ToSlash(name)
		for _, pattern := range patterns {
			pattern, not := strings.CutPrefix(pattern, "!")
			pattern, onlyDir := strings.CutSuffix(pattern, "/")
			pattern, anchored := strings.CutPrefix(pattern, "/")
			subject := path.Base(name)
			if anchored {
				subject = name
			}
			if matched, _ := path.Match(pattern, subject); matched && (isDir || !onlyDir) {
				ignored = !not
			}
		}
		return ignored
	}, nil
}
