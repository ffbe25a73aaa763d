package ingest_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/ingest"
)

// lay writes chunks as "heading | text", for tables.
func lay(chunks []ingest.Chunk) []string {
	var out []string
	for _, c := range chunks {
		out = append(out, c.Heading+" | "+c.Text)
	}
	return out
}

func TestDocumentsToChunks(t *testing.T) {
	for _, c := range []struct {
		name   string
		format ingest.Format
		in     string
		want   []string
	}{
		{"plain paragraphs", ingest.Plain, "One line.\r\nSame paragraph.\n\n\nTwo.\n", []string{" | One line.\nSame paragraph.\n\n\nTwo."}},
		{
			"markdown sections", ingest.Markdown, "intro\n\n# A\n\na1\n\n## B\n\nb1\n\n# C\nc1\n",
			[]string{" | intro", "A | A\n\na1", "A › B | B\n\nb1", "C | C\n\nc1"},
		},
		{"headings without text between them", ingest.Markdown, "# A\n## B\ntext", []string{"A › B | A\n\nB\n\ntext"}},
		{"markdown marks", ingest.Markdown, "*a* **b** `c*d` [e](http://f) ![g](h.png) \\*i\\* &amp; <b>j</b> <http://k.l>",
			[]string{" | a b c*d e g *i* & j http://k.l"}},
		{"markdown lists", ingest.Markdown, "- a\n- b\n  1. c\n  2. d\n\n7. e", []string{" | - a\n- b\n1. c\n2. d\n\n7. e"}},
		{"markdown code", ingest.Markdown, "x\n\n```go\nif a {\n\tb()\n}\n```\n", []string{" | x\n\nif a {\n\tb()\n}"}},
		{"markdown table", ingest.Markdown, "|a|b|\n|-|-|\n|1|2|\n|3|4|\n", []string{" | a | b\n1 | 2\n3 | 4"}},
		{"markdown front matter", ingest.Markdown, "---\ntitle: \"Leave\"\ndate: 1\n---\n# Days\n30", []string{"Leave › Days | Leave\n\nDays\n\n30"}},
		{"markdown with html", ingest.Markdown, "a\n\n<div><p>b <i>c</i></p></div>\n\nd", []string{" | a\n\nb c\n\nd"}},
		{"markdown quote", ingest.Markdown, "> a\n> b\n", []string{" | a\nb"}},
		{
			"html sections", ingest.HTML,
			"<title>T</title><script>x()</script><nav>menu</nav><h1>A</h1><p>a<br>b &lt;c&gt;</p><h2>B</h2><ul><li>x<li>y</ul><pre>p\n  q</pre>",
			[]string{"T › A | T\n\nA\n\na\nb <c>", "T › A › B | B\n\n- x\n- y\n\np\n  q"},
		},
		{"html main only", ingest.HTML, "<p>outside</p><main><h1>A</h1>inside</main>", []string{"A | A\n\ninside"}},
		{"html title as first heading", ingest.HTML, "<title>Same</title><h1>Same</h1>x", []string{"Same | Same\n\nx"}},
		{"html table", ingest.HTML, "<table><tr><th>a<th>b<tr><td>1<td>2</table>", []string{" | a | b\n1 | 2"}},
		{"html layout table", ingest.HTML, "<table><tr><td><p>one</p><p>two</p><td>three</table>", []string{" | one\n\ntwo\n\nthree"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, err := ingest.Extract(c.format, []byte(c.in))
			require.NoError(t, err)
			chunks := ingest.Split(text, ingest.DefaultSize)
			require.Equal(t, c.want, lay(chunks))
			check(t, text, chunks, ingest.DefaultSize)
		})
	}
}

// check asserts what holds for the chunks of every text.
func check(t testing.TB, text ingest.Text, chunks []ingest.Chunk, size int) {
	t.Helper()
	var covered strings.Builder
	end := 0
	for i, c := range chunks {
		if c.Start < end || c.End <= c.Start || c.End > len(text.Body) {
			t.Fatalf("chunk %d is [%d:%d] after %d of %d", i, c.Start, c.End, end, len(text.Body))
		}
		if text.Body[c.Start:c.End] != c.Text {
			t.Fatalf("chunk %d is not its span", i)
		}
		if between := text.Body[end:c.Start]; strings.TrimSpace(between) != "" {
			t.Fatalf("text %q before chunk %d is in no chunk", between, i)
		}
		if types.Tokens(len(c.Text)) > uint64(size) {
			t.Fatalf("chunk %d has %d bytes", i, len(c.Text))
		}
		if strings.TrimSpace(c.Text) == "" || !strings.ContainsFunc(c.Text, func(r rune) bool { return !unicode.IsSpace(r) }) {
			t.Fatalf("chunk %d is blank", i)
		}
		covered.WriteString(c.Text)
		end = c.End
	}
	if rest := text.Body[end:]; strings.TrimSpace(rest) != "" {
		t.Fatalf("text %q is in no chunk", rest)
	}
}

func TestLongSectionsSplitWhereTheyRead(t *testing.T) {
	sentence := "The quick brown fox, e.g. this one, jumps over 3.5 dogs. "
	para := strings.TrimSpace(strings.Repeat(sentence, 4))
	text, err := ingest.Extract(ingest.Markdown, []byte("# H\n\n"+para+"\n\n"+para+"\n\n"+strings.Repeat(sentence, 20)))
	require.NoError(t, err)
	chunks := ingest.Split(text, 100)
	check(t, text, chunks, 100)
	require.Greater(t, len(chunks), 3)
	for i, c := range chunks {
		require.Equal(t, "H", c.Heading)
		require.True(t, strings.HasSuffix(c.Text, "dogs."), "chunk %d ends in mid-sentence: %q", i, c.Text)
	}
}

func TestChunksOfASectionAreOfOneSize(t *testing.T) {
	var b strings.Builder
	for i := range 21 {
		fmt.Fprintf(&b, "Paragraph %d holds just about fifty bytes of plain text.\n\n", i)
	}
	text, err := ingest.Extract(ingest.Plain, []byte(b.String()))
	require.NoError(t, err)
	chunks := ingest.Split(text, 250)
	check(t, text, chunks, 250)
	require.Len(t, chunks, 2)
	require.InDelta(t, len(chunks[0].Text), len(chunks[1].Text), 150)
}

func TestCodeAndScriptsWithoutBlanksAreCutToSize(t *testing.T) {
	for name, in := range map[string]string{
		"code":     "```\n" + strings.Repeat("call(a, b)\n", 200) + "```",
		"no blank": strings.Repeat("x", 5000),
		"chinese":  strings.Repeat("检索增强生成。", 300),
		"runes":    strings.Repeat("é", 3000),
	} {
		text, err := ingest.Extract(ingest.Markdown, []byte(in))
		require.NoError(t, err, name)
		chunks := ingest.Split(text, 64)
		check(t, text, chunks, 64)
		require.Greater(t, len(chunks), 5, name)
		for _, c := range chunks {
			require.True(t, strings.ToValidUTF8(c.Text, "") == c.Text, name)
		}
	}
}

// goSpec is a real page of 290 kB.
func goSpec(t testing.TB) []byte {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	require.NoError(t, err)
	b, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "doc", "go_spec.html"))
	require.NoError(t, err)
	return b
}

func TestGoSpecification(t *testing.T) {
	d := ingest.Read(ingest.Input{
		Path: "/go_spec.html", Source: "go_spec.html", Format: ingest.FormatOf("go_spec.html"),
		Load: func() ([]byte, error) { return goSpec(t), nil },
	}, types.Hash{}, ingest.Options{})
	require.NoError(t, d.Err)
	require.Greater(t, len(d.Chunks), 150)
	found := false
	for _, c := range d.Chunks {
		require.Equal(t, c.Text, d.Text[c.Start:c.End])
		if c.Heading == "Statements › For statements › For statements with range clause" {
			found = found || strings.Contains(c.Text, "A \"for\" statement with a \"range\" clause iterates")
		}
	}
	require.True(t, found, "the section on range clauses stands under its headings")
}
