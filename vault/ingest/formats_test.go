package ingest_test

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/ingest"
)

// fixture reads a document from testdata, and takes an error as failed.
func fixture(t testing.TB, name string) ingest.Document {
	t.Helper()
	d := readFile(filepath.Join("testdata", name))
	require.NoError(t, d.Err, name)
	return d
}

func readFile(path string) ingest.Document {
	return ingest.Read(ingest.Input{
		Path: path, Source: filepath.Base(path), Format: ingest.FormatOf(path),
		Load: func() ([]byte, error) { return os.ReadFile(path) },
	}, types.Hash{}, ingest.Options{})
}

// as reads text as a file of that name.
func as(name, text string) ingest.Document {
	return ingest.Read(ingest.Input{
		Path: "/" + name, Source: name, Format: ingest.FormatOf(name), Load: of(text).Load,
	}, types.Hash{}, ingest.Options{})
}

func TestTablesAndRecordsToChunks(t *testing.T) {
	for _, c := range []struct {
		name, file, in string
		want           []string
	}{
		{"commas", "a.csv", "name,price\nTea,3\n\"Green, loose\",4\n", []string{" | name: Tea\nprice: 3\n\nname: Green, loose\nprice: 4"}},
		{"semicolons", "a.csv", "name;price\nTea;3,50\nOil;4,20\n", []string{" | name: Tea\nprice: 3,50\n\nname: Oil\nprice: 4,20"}},
		{"tabs", "a.tsv", "name\tprice\nTea, green\t3\nOil, raw\t4\n", []string{" | name: Tea, green\nprice: 3\n\nname: Oil, raw\nprice: 4"}},
		{"no header", "a.csv", "1,Tea\n2,Oil\n", []string{" | 1 | Tea\n\n2 | Oil"}},
		{"lines in a cell", "a.csv", "name,text\r\nTea,\"one\r\ntwo\"\r\n", []string{" | name: Tea\ntext: one\ntwo"}},
		{"empty and missing cells", "a.csv", "a,b,c\n1,,3\n4\n", []string{" | a: 1\nc: 3\n\na: 4"}},
		{"only a header", "a.csv", "name,price\n", []string{" | name | price"}},
		{
			"records with text", "a.jsonl", `{"id":1,"title":"Leave","text":"Thirty days.\n\nEach year."}` + "\n\n" + `{"title":"Travel","body":"Economy."}`,
			[]string{"Leave | Leave\n\nThirty days.\n\nEach year.\n\nid: 1", "Travel | Travel\n\nEconomy."},
		},
		{
			"records without text", "a.jsonl", `{"name":"Tea","price":3.50,"tags":["a","b"],"of":{"land":"CN"},"no":null,"ok":true}`,
			[]string{" | name: Tea\nprice: 3.50\ntags: a\ntags: b\nof.land: CN\nok: true"},
		},
		{
			"a list", "a.json", `[{"title":"Leave","content":"Thirty days."},{"q":"x"},"loose"]`,
			[]string{"Leave | Leave\n\nThirty days.\n\nq: x\n\nloose"},
		},
		{
			"lists below a name", "a.json", `{"shop":"S","items":[{"title":"Tea","text":"Green."},{"title":"Oil"}],"end":1}`,
			[]string{" | shop: S", "Tea | Tea\n\nGreen.\n\ntitle: Oil\n\nend: 1"},
		},
		{"several documents", "a.json", `{"a":1} {"b":2}`, []string{" | a: 1\n\nb: 2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := as(c.file, c.in)
			require.NoError(t, d.Err)
			got := lay(d.Chunks)
			for i := range got {
				got[i] = strings.ReplaceAll(got[i], "items.", "")
			}
			require.Equal(t, c.want, got)
			check(t, ingest.Text{Body: d.Text}, d.Chunks, ingest.DefaultSize)
		})
	}
	for name, in := range map[string]string{
		"a.json": `{"a":`, "b.json": `{"a":1}}`, "a.jsonl": "{\"a\":1}\n{oops}\n", "b.jsonl": `{"a":1} {"b":2}`,
		"c.json": strings.Repeat("[", 5000), "d.json": strings.Repeat(`{"a":`, 5000),
	} {
		require.ErrorIs(t, as(name, in).Err, ingest.ErrParse, name)
	}
	require.ErrorContains(t, as("a.jsonl", "{\"a\":1}\n{oops}\n").Err, "line 2")
}

func TestCodeToChunks(t *testing.T) {
	long := strings.Repeat("    total = total + step(total)\n", 80)
	d := as("shop/till.py", "import os\n\n# A till.\nclass Till:\n    rate = 2\n\n    @cached\n    def sum(self, rows):\n        total = 0\n"+
		strings.ReplaceAll(long, "    total", "        total")+"\n        return total\n\n    def close(self):\n        pass\n\n\nprint(Till())\n")
	require.NoError(t, d.Err)
	check(t, ingest.Text{Body: d.Text}, d.Chunks, ingest.DefaultSize)
	var headings []string
	for _, c := range d.Chunks {
		headings = append(headings, c.Heading)
		for line := range strings.Lines(c.Text) {
			require.Contains(t, d.Text, line, "no line is cut")
		}
	}
	require.Equal(t, "till.py", headings[0])
	all := strings.Join(headings, "\n")
	require.Contains(t, all, "till.py › class Till › def sum(self, rows)")

	d = as("a.go", "package a\n\n// F does.\nfunc (t *T) F(x int) error {\n\treturn nil\n}\n")
	require.NoError(t, d.Err)
	require.Equal(t, []string{"a.go › package a | package a\n\n// F does.\nfunc (t *T) F(x int) error {\n\treturn nil\n}"}, lay(d.Chunks))

	d = as("a.cc", "class T {\n  void go() {\n    call(a);\n    new T(b);\n    raise foo(x)\n  }\n};\n")
	require.NoError(t, d.Err)
	require.Equal(t, "a.cc › class T", d.Chunks[0].Heading)
	d = as("a.py", "def f(x):\n    raise E(x)\n"+strings.Repeat("    assert g(x)\n", 200))
	require.NoError(t, d.Err)
	require.Equal(t, "a.py › def f(x)", d.Chunks[1].Heading)

	d = as("a.c", "int main(int argc, char **argv)\n{\n\tif (argc)\n\t\treturn 1;\n\treturn 0;\n}\n")
	require.NoError(t, d.Err)
	require.Equal(t, "a.c › int main(int argc, char **argv)", d.Chunks[0].Heading)
}

func TestFormatsByName(t *testing.T) {
	for name, want := range map[string]ingest.Format{
		"a.MD": ingest.Markdown, "a.xhtml": ingest.HTML, "a.PDF": ingest.PDF, "a.docx": ingest.DOCX, "a.epub": ingest.EPUB,
		"a.tsv": ingest.CSV, "a.json": ingest.JSON, "a.ndjson": ingest.JSONLines, "a.go": ingest.Code, "x/Makefile": ingest.Code,
		"a.txt": ingest.Plain, "README": ingest.Plain, "a.": ingest.Plain,
	} {
		require.Equal(t, want, ingest.FormatOf(name), name)
	}
	for f := ingest.Plain; f <= ingest.Code; f++ {
		name, err := f.MarshalText()
		require.NoError(t, err)
		var g ingest.Format
		require.NoError(t, g.UnmarshalText(name))
		require.Equal(t, f, g)
	}
	var f ingest.Format
	require.ErrorContains(t, f.UnmarshalText([]byte("odt")), "markdown")
}

func TestWordDocument(t *testing.T) {
	d := fixture(t, "manual.docx")
	require.Equal(t, "The Handbook of Leave", d.Meta["title"])
	require.Equal(t, "Ada Example", d.Meta["author"])
	require.Equal(t, "en-GB", d.Meta["language"])
	require.Equal(t, "docx", d.Meta["format"])
	var found []string
	for _, c := range d.Chunks {
		found = append(found, c.Heading)
	}
	require.Equal(t, []string{
		"The Handbook of Leave", "The Handbook of Leave › Annual leave",
		"The Handbook of Leave › Annual leave › Sick leave", "The Handbook of Leave › Travel",
	}, found)
	require.Contains(t, d.Text, "1. Ask your manager.\n2. Enter the days in the calendar.\n- Half days count as half.\n3. Wait")
	require.Contains(t, d.Text, "Days | Paper needed\n1–3 | none\n4+ | a doctor’s note")
	require.Contains(t, d.Text, "Part-time staff have a share of it.", "footnotes are read")
}

// docx makes a Word document of the body's XML.
func docx(body string) string {
	return zipped("word/document.xml", `<?xml version="1.0"?><w:document xmlns:w="w"><w:body>`+body+`</w:body></w:document>`)
}

// zipped makes an archive of names and contents.
func zipped(parts ...string) string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i+1 < len(parts); i += 2 {
		w, _ := z.Create(parts[i])
		w.Write([]byte(parts[i+1]))
	}
	z.Close()
	return b.String()
}

func TestWordDocumentsParts(t *testing.T) {
	p := func(s string) string { return "<w:p><w:r><w:t>" + s + "</w:t></w:r></w:p>" }
	for _, c := range []struct{ name, in, want string }{
		{"breaks and tabs", `<w:p><w:r><w:t xml:space="preserve">a </w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c&amp;d</w:t></w:r></w:p>`, "a  b\nc&d"},
		{"deleted text", `<w:p><w:del><w:r><w:delText>x</w:delText></w:r></w:del><w:ins><w:r><w:t>y</w:t></w:r></w:ins></w:p>`, "y"},
		{"field codes", `<w:p><w:r><w:instrText>PAGE</w:instrText><w:t>7</w:t></w:r></w:p>`, "7"},
		{"text box once", `<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent>` + p("box") + `</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>` +
			p("box") + `</w:txbxContent></mc:Fallback></mc:AlternateContent><w:t>out</w:t></w:r></w:p>`, "box\n\nout"},
		{"table in table", `<w:tbl><w:tr><w:tc>` + p("a") + `</w:tc><w:tc><w:tbl><w:tr><w:tc>` + p("b") + `</w:tc><w:tc>` + p("c") +
			`</w:tc></w:tr></w:tbl></w:tc></w:tr></w:tbl>`, "a | b | c"},
		{"outline level", `<w:p><w:pPr><w:outlineLvl w:val="1"/></w:pPr><w:r><w:t>H</w:t></w:r></w:p>` + p("x"), "H\n\nx"},
	} {
		d := as("a.docx", docx(c.in))
		require.NoError(t, d.Err, c.name)
		require.Equal(t, c.want, d.Text, c.name)
	}
	pages := as("a.docx", docx(p("one")+`<w:p><w:r><w:lastRenderedPageBreak/><w:t>two</w:t></w:r></w:p>`+
		`<w:p><w:pPr><w:outlineLvl w:val="0"/></w:pPr><w:r><w:t>H</w:t></w:r></w:p>`))
	require.NoError(t, pages.Err)
	require.Equal(t, []int{1, 2, 2}, []int{pages.Chunks[0].Page, pages.Chunks[0].PageEnd, pages.Chunks[1].Page})
}

func TestBook(t *testing.T) {
	d := fixture(t, "manual.epub")
	require.Equal(t, "The Handbook of Leave", d.Meta["title"])
	require.Equal(t, "Ada Example", d.Meta["author"])
	require.Equal(t, "2024-05-01", d.Meta["date"])
	require.Equal(t, "The Handbook of Leave › Annual leave › Sick leave", d.Chunks[2].Heading)

	d = as("a.epub", book(`<item id="b" href="two.xhtml" media-type="application/xhtml+xml"/><item id="a" href="One%20a.xhtml" media-type="application/xhtml+xml"/>
		<item id="n" href="toc.ncx" media-type="application/x-dtbncx+xml"/>`, `<spine toc="n"><itemref idref="a"/><itemref idref="b"/></spine>`,
		"OPS/One a.xhtml", `<?xml version="1.0"?><html><head><title/><script src="x"/></head><body><p>first</p></body></html>`,
		"OPS/two.xhtml", "<html><body><h2>Two</h2><p>second</p></body></html>",
		"OPS/toc.ncx", `<ncx><navMap><navPoint><navLabel><text>Chapter one</text></navLabel><content src="One%20a.xhtml#x"/></navPoint></navMap></ncx>`))
	require.NoError(t, d.Err)
	require.Equal(t, []string{"T › Chapter one | T\n\nChapter one\n\nfirst", "T › Chapter one › Two | Two\n\nsecond"}, lay(d.Chunks))
}

// book makes an EPUB of a manifest, a spine and members.
func book(manifest, spine string, members ...string) string {
	return zipped(append([]string{
		"mimetype", "application/epub+zip",
		"META-INF/container.xml", `<container><rootfiles><rootfile full-path="OPS/p.opf"/></rootfiles></container>`,
		"OPS/p.opf", `<package xmlns:dc="x"><metadata><dc:title>T</dc:title></metadata><manifest>` + manifest + `</manifest>` + spine + `</package>`,
	}, members...)...)
}

func TestPDF(t *testing.T) {
	plain := fixture(t, "manual.pdf")
	require.Equal(t, "2", plain.Meta["pages"])
	var found []string
	for _, c := range plain.Chunks {
		found = append(found, c.Heading)
	}
	require.Equal(t, []string{
		"The Handbook of Leave", "The Handbook of Leave › 1. Annual leave",
		"The Handbook of Leave › 1.1. Sick leave", "The Handbook of Leave › 2. Travel",
	}, found)
	require.Contains(t, plain.Text, "unless the manager has agreed in writing that they may be carried over into the second quarter of the year.\n\n1. Ask")
	require.Contains(t, plain.Text, "with “quotes”, an ß and naïve café; the office has a flag and an effort.")
	require.Contains(t, plain.Text, "with all tickets and receipts attached", "a divided word is joined")
	require.Equal(t, 2, plain.Chunks[3].Page)
	require.Equal(t, 1, plain.Chunks[1].PageEnd)

	for _, name := range []string{"manual-packed.pdf", "manual-rc4.pdf", "manual-aes128.pdf", "manual-aes256.pdf"} {
		require.Equal(t, plain.Text, fixture(t, name).Text, name)
	}
	require.ErrorIs(t, readFile("testdata/manual-locked.pdf").Err, ingest.ErrLocked)
}

func TestDamagedPDFIsReadAsFarAsItGoes(t *testing.T) {
	b, err := os.ReadFile("testdata/manual.pdf")
	require.NoError(t, err)
	want := fixture(t, "manual.pdf").Text
	for name, data := range map[string]string{
		"no cross-references":    string(b[:bytes.LastIndex(b, []byte("xref\n0"))]),
		"bytes ahead":            "\r\n" + string(b),
		"bytes behind":           string(b) + strings.Repeat("\x00", 2000),
		"wrong cross-references": string(bytes.ReplaceAll(b, []byte("0000"), []byte("0009"))),
	} {
		d := as("a.pdf", data)
		require.NoError(t, d.Err, name)
		require.Equal(t, want, d.Text, name)
	}
	require.ErrorIs(t, as("a.pdf", string(b[:300])).Err, ingest.ErrParse)
	require.NoError(t, as("really.txt", string(b)).Err, "a PDF is known by its first bytes")
}
