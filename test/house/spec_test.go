package house

import (
	"go/ast"
	"os"
	"regexp"
	"strings"
	"testing"
)

// testName finds the names of tests in prose.
var testName = regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z]\w*`)

// TestCheatingNamesRealTests checks that each test which the page on cheating
// names exists: a promise there is worth what its test is worth.
func TestCheatingNamesRealTests(t *testing.T) {
	page, err := os.ReadFile("../../spec/cheating.md")
	if err != nil {
		t.Fatal(err)
	}
	exists := map[string]bool{}
	for _, s := range tree(t) {
		if !s.test {
			continue
		}
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				exists[f.Name.Name] = true
			}
		}
	}
	named := testName.FindAllString(string(page), -1)
	if len(named) < 20 {
		t.Fatalf("the page names only %d tests", len(named))
	}
	for _, name := range named {
		if !exists[name] {
			t.Errorf("spec/cheating.md names %s, which is no test", name)
		}
	}
}

// TestPagesAreLinked checks that links between the pages lead somewhere.
func TestPagesAreLinked(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	for _, page := range []string{"README.md", "CONTRIBUTING.md", "spec/README.md"} {
		b, err := os.ReadFile("../../" + page)
		if err != nil {
			t.Fatal(err)
		}
		dir := page[:strings.LastIndex(page, "/")+1]
		for _, m := range link.FindAllStringSubmatch(string(b), -1) {
			if _, err := os.Stat("../../" + dir + m[1]); err != nil {
				t.Errorf("%s links to %s, which is not there", page, m[1])
			}
		}
	}
}
