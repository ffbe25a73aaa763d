package seen_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../.."

var (
	metricName = regexp.MustCompile(`\b(?:weal|gen_ai)_[a-z][a-z0-9_]*[a-z0-9]\b`)
	// labelNames start like metrics and are none.
	labelNames = []string{"gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model", "gen_ai_token_type"}
	// suffixes are those of the parts of a histogram.
	suffixes = regexp.MustCompile(`_(?:bucket|sum|count)$`)
)

// namesIn are the names of metrics in a text.
func namesIn(text string) map[string]bool {
	found := map[string]bool{}
	for _, name := range metricName.FindAllString(text, -1) {
		if name = suffixes.ReplaceAllString(name, ""); !slices.Contains(labelNames, name) {
			found[name] = true
		}
	}
	return found
}

// made are the names of metrics that the program makes, as its source has them.
func made(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, dir := range []string{"telemetry", "earn", "vault", "model", "gateway", "local", "operator", "watcher", "purse"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					if s, err := strconv.Unquote(lit.Value); err == nil && metricName.FindString(s) == s && s != "" && !slices.Contains(labelNames, s) {
						found[s] = true
					}
				}
				return true
			})
			return nil
		})
		require.NoError(t, err)
	}
	require.Greater(t, len(found), 30)
	return found
}

// TestPageNamesAllMetrics: what is told has its line in the page, and nothing else has.
func TestPageNamesAllMetrics(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, "spec/operations.md"))
	require.NoError(t, err)
	require.Equal(t, slices.Sorted(maps.Keys(made(t))), slices.Sorted(maps.Keys(namesIn(string(page)))))
}

// TestRolesTellWhatThePageNames: what roles tell when they run is in the source as this
// test finds it.
func TestRolesTellWhatThePageNames(t *testing.T) {
	l := newLab(t)
	_, err := l.ask("Who sleeps?")
	require.NoError(t, err)
	_, err = l.ask("Nothing is known of xylophones")
	require.Error(t, err)
	l.settle("vault", nil)
	told, known := map[string]bool{}, made(t)
	for name := range l.urls {
		for line := range strings.Lines(l.page(name)) {
			if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
				if name, _, _ := strings.Cut(rest, " "); metricName.MatchString(name) {
					told[name] = true
					require.True(t, known[name], name)
				}
			}
		}
	}
	for name := range known {
		if strings.HasPrefix(name, "weal_watcher") || strings.HasPrefix(name, "weal_purse") || strings.HasPrefix(name, "weal_ledger") || strings.HasPrefix(name, "weal_operator") {
			continue // these are told where a home runs
		}
		require.True(t, told[name], name)
	}
}

// dashboard is what is looked at of Grafana's model of one.
type dashboard struct {
	UID, Title    string
	SchemaVersion int `json:"schemaVersion"`
	Templating    struct {
		List []struct{ Name, Type string }
	}
	Panels []struct {
		ID          int
		Type, Title string
		GridPos     struct{ X, Y, W, H int } `json:"gridPos"`
		Targets     []struct {
			RefID string `json:"refId"`
			Expr  string
		}
	}
}

// variable finds Grafana's variables in a query.
var variable = regexp.MustCompile(`\$\{?(\w+)`)

func TestDashboard(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(root, "ops/grafana/weal.json"))
	require.NoError(t, err)
	var d dashboard
	require.NoError(t, json.Unmarshal(b, &d))
	require.Equal(t, []any{"weal-roles", "Weal", 38}, []any{d.UID, d.Title, d.SchemaVersion})
	variables := map[string]bool{"__rate_interval": true, "__all": true}
	for _, v := range d.Templating.List {
		variables[v.Name] = true
	}
	for _, m := range variable.FindAllStringSubmatch(string(b), -1) {
		require.True(t, variables[m[1]], "the dashboard has no variable %s", m[1])
	}
	ids, used, taken := map[int]bool{}, map[string]bool{}, map[[2]int]string{}
	for _, p := range d.Panels {
		require.False(t, ids[p.ID], "two panels are number %d", p.ID)
		ids[p.ID] = true
		require.NotEmpty(t, p.Title)
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				require.Less(t, x, 24, p.Title)
				require.Empty(t, taken[[2]int{x, y}], "%s lies on another", p.Title)
				taken[[2]int{x, y}] = p.Title
			}
		}
		require.Equal(t, p.Type == "row", len(p.Targets) == 0, p.Title)
		for _, q := range p.Targets {
			require.Equal(t, strings.Count(q.Expr, "("), strings.Count(q.Expr, ")"), q.Expr)
			require.Equal(t, strings.Count(q.Expr, "{"), strings.Count(q.Expr, "}"), q.Expr)
			require.NotContains(t, regexp.MustCompile(`(rate|increase)\([^[]*\)`).FindString(q.Expr), "rate", "%s: of what time?", q.Expr)
			maps.Copy(used, namesIn(q.Expr))
		}
	}
	require.Equal(t, slices.Sorted(maps.Keys(made(t))), slices.Sorted(maps.Keys(used)), "the dashboard has all metrics, and no others")
}
