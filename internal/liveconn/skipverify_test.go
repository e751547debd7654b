package liveconn

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whoever turns crypto/tls's verification off must put another in its place in the same breath: the
// statement that follows sets VerifyConnection, which is called in resumed handshakes too.
func TestSkippedVerificationIsReplaced(t *testing.T) {
	t.Parallel()
	mentions := 0
	root := os.DirFS(filepath.Join("..", ".."))
	require.NoError(t, fs.WalkDir(root, ".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := fs.ReadFile(root, path)
		require.NoError(t, err)
		found, unreplaced := skips(t, source)
		require.Empty(t, unreplaced, path)
		mentions += found
		return nil
	}))
	require.Equal(t, 1, mentions, "the Dialer's")
}

func TestSkips(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		code       string
		unreplaced int
	}{
		{"c.InsecureSkipVerify = true; c.VerifyConnection = v", 0},
		{"c.InsecureSkipVerify = true; c.VerifyConnection = nil", 1},
		{"c.InsecureSkipVerify = true; d.VerifyConnection = v", 1},
		{"c.InsecureSkipVerify = true; c.VerifyPeerCertificate = v", 1},
		{"c.InsecureSkipVerify = true", 1},
		{"c.InsecureSkipVerify = true; if x { c.VerifyConnection = v }", 1},
		{"c.InsecureSkipVerify = true; g(c); c.VerifyConnection = v", 1},
		{"g(&tls.Config{InsecureSkipVerify: true})", 1},
		{"g(&tls.Config{InsecureSkipVerify: true, VerifyConnection: v})", 1},
		{"p := &c.InsecureSkipVerify; *p = true", 1},
	} {
		mentions, unreplaced := skips(t, []byte("package p\nfunc f() { "+tt.code+" }"))
		require.Equal(t, 1, mentions, tt.code)
		require.Len(t, unreplaced, tt.unreplaced, tt.code)
	}
}

// skips counts the mentions of InsecureSkipVerify in a file, and returns those that are not
// c.InsecureSkipVerify = … followed by c.VerifyConnection = something.
func skips(t *testing.T, source []byte) (mentions int, unreplaced []token.Position) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "", source, 0)
	require.NoError(t, err)
	replaced := map[token.Pos]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		block, ok := n.(*ast.BlockStmt)
		for i := 1; ok && i < len(block.List); i++ {
			skip, of, _ := assigned(block.List[i-1], "InsecureSkipVerify")
			verify, by, value := assigned(block.List[i], "VerifyConnection")
			if skip != nil && verify != nil && of == by && value != "nil" {
				replaced[skip.Pos()] = true
			}
		}
		return true
	})
	ast.Inspect(file, func(n ast.Node) bool {
		if name, ok := n.(*ast.Ident); ok && name.Name == "InsecureSkipVerify" {
			mentions++
			if !replaced[name.Pos()] {
				unreplaced = append(unreplaced, files.Position(name.Pos()))
			}
		}
		return true
	})
	return mentions, unreplaced
}

// assigned returns the field of a statement variable.field = value, or nil.
func assigned(s ast.Stmt, field string) (name *ast.Ident, variable, value string) {
	assignment, ok := s.(*ast.AssignStmt)
	if !ok || len(assignment.Lhs) != 1 || assignment.Tok != token.ASSIGN {
		return nil, "", ""
	}
	selector, ok := assignment.Lhs[0].(*ast.SelectorExpr)
	if !ok || selector.Sel.Name != field {
		return nil, "", ""
	}
	of, ok := selector.X.(*ast.Ident)
	if !ok {
		return nil, "", ""
	}
	if identifier, ok := assignment.Rhs[0].(*ast.Ident); ok {
		value = identifier.Name
	}
	return selector.Sel, of.Name, value
}
