package house

import (
	"bufio"
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/weal-network/weal/"

// source is one Go file of the tree.
type source struct {
	path      string // from the repository's root, with slashes
	dir       string
	test      bool
	generated bool
	lines     int
	file      *ast.File
}

// chainLibraries is what only the chain and its clients may import.
var chainLibraries = []string{
	"github.com/cosmos/", "github.com/cometbft/", "github.com/ethereum/", "cosmossdk.io/", "google.golang.org/grpc",
}

// rules says for each part of the house what it may not import.
var rules = []struct {
	part string
	why  string
	bad  func(s source, imp string) bool
}{
	{"types", "types is imported by everything and imports nothing", func(_ source, imp string) bool {
		return strings.Contains(imp, ".")
	}},
	{"pay", "pay is pure: no I/O, no clock, no chain", pure},
	{"exec", "exec is pure: no I/O, no clock, no chain", pure},
	{"x", "x imports of ours only types, pay, exec and the types of its sisters, and never HTTP", consensus},
	{"vault", "a role knows the chain through a small interface", chain},
	{"model", "a role knows the chain through a small interface", chain},
	{"gateway", "a role knows the chain through a small interface", chain},
	{"purse", "a role knows the chain through a small interface", chain},
	{"earn", "a role knows the chain through a small interface", chain},
	{"keep", "a role's state is database/sql and nothing else", chain},
	{"wire", "the wire is JSON over HTTP and nothing else", chain},
	{"home", "a home is files and nothing else", chain},
}

func pure(s source, imp string) bool {
	if own, ok := strings.CutPrefix(imp, module); ok {
		return own != "types" && (own != "pay" || s.dir == "pay")
	}
	impure := []string{"net", "net/http", "os", "time", "database/sql", "log", "log/slog", "io/fs", "math/rand", "math/rand/v2", "unsafe"}
	return slices.Contains(impure, imp) || chain(s, imp)
}

func chain(_ source, imp string) bool {
	return slices.ContainsFunc(chainLibraries, func(p string) bool { return strings.HasPrefix(imp, p) })
}

func consensus(s source, imp string) bool {
	own, ok := strings.CutPrefix(imp, module)
	if !ok {
		return imp == "net/http" || imp == "net" || imp == "math/rand"
	}
	parts := strings.Split(s.dir, "/")
	mine := path.Join(parts[:min(2, len(parts))]...)
	return own != "types" && own != "pay" && own != "exec" &&
		own != mine && !strings.HasPrefix(own, mine+"/") &&
		!(strings.HasPrefix(own, "x/") && strings.HasSuffix(own, "/types"))
}

func TestImports(t *testing.T) {
	for _, s := range tree(t) {
		if s.test || s.generated {
			continue
		}
		for _, r := range rules {
			if s.dir != r.part && !strings.HasPrefix(s.dir, r.part+"/") {
				continue
			}
			for _, i := range s.file.Imports {
				imp, _ := strconv.Unquote(i.Path.Value)
				if r.bad(s, imp) {
					t.Errorf("%s imports %s: %s", s.path, imp, r.why)
				}
			}
		}
	}
}

// TestNoClockInConsensus finds calls that would make validators differ.
func TestNoClockInConsensus(t *testing.T) {
	for _, s := range tree(t) {
		consensus := strings.HasPrefix(s.dir, "x/") || s.dir == "pay" || s.dir == "exec" || strings.HasPrefix(s.dir, "precompile")
		if s.test || s.generated || !consensus {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "time" && (sel.Sel.Name == "Now" || sel.Sel.Name == "Since") {
				t.Errorf("%s reads the clock: validators would differ; use the block's time", s.path)
			}
			return true
		})
	}
}

func TestFilesAreReadable(t *testing.T) {
	for _, s := range tree(t) {
		if !s.generated && s.lines > 600 {
			t.Errorf("%s has %d lines; split it so that one can read it at one sitting", s.path, s.lines)
		}
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	documented := map[string]bool{}
	for _, s := range tree(t) {
		if !s.test {
			documented[s.dir] = documented[s.dir] || s.file.Doc != nil
		}
	}
	for dir, ok := range documented {
		if !ok {
			t.Errorf("%s has no package comment; write a doc.go", dir)
		}
	}
}

// tree parses every Go file of the repository.
func tree(t *testing.T) []source {
	t.Helper()
	root := "../.."
	var all []source
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(p, ".go") {
			return nil
		}
		b, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, b, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		all = append(all, source{
			path: rel, dir: path.Dir(rel), file: f,
			test:      strings.HasSuffix(rel, "_test.go"),
			generated: ast.IsGenerated(f),
			lines:     countLines(b),
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 {
		t.Fatalf("found only %d Go files: is this the repository?", len(all))
	}
	return all
}

func countLines(b []byte) (n int) {
	for s := bufio.NewScanner(bytes.NewReader(b)); s.Scan(); n++ {
	}
	return n
}
