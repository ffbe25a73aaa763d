package ingest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/ingest"
)

// probe reads data in a format and asserts what holds for every file.
func probe(t *testing.T, format ingest.Format, size int, data []byte) {
	t.Helper()
	start := time.Now()
	d := ingest.Read(ingest.Input{
		Path: "/x", Source: "x", Format: format, Load: func() ([]byte, error) { return data, nil },
	}, types.Hash{}, ingest.Options{Size: size, MaxFile: 1 << 20, MaxTime: 20 * time.Second})
	if took := time.Since(start); took > 15*time.Second {
		t.Fatalf("it took %s", took)
	}
	if d.Err != nil {
		if len(d.Chunks) > 0 || d.Text != "" {
			t.Fatalf("text beside the error %v", d.Err)
		}
		if strings.Contains(d.Err.Error(), "runtime error") {
			t.Fatal(d.Err)
		}
		return
	}
	if strings.ToValidUTF8(d.Text, "") != d.Text {
		t.Fatal("the text is not UTF-8")
	}
	if size == 0 {
		size = ingest.DefaultSize
	}
	check(t, ingest.Text{Body: d.Text}, d.Chunks, max(size, ingest.MinSize))
	last := 0
	for i, c := range d.Chunks {
		if c.Page < last || c.PageEnd < c.Page {
			t.Fatalf("chunk %d is on pages %d to %d, after %d", i, c.Page, c.PageEnd, last)
		}
		last = c.Page
	}
	if len(d.Meta) > 32 {
		t.Fatal("the document says too much of itself")
	}
}

func FuzzIngest(f *testing.F) {
	f.Add(uint8(0), 450, []byte("Plain text.\n\nTwo paragraphs."))
	f.Add(uint8(1), 16, []byte("---\ntitle: x\n---\n# A\n- b\n  - c\n> d\n\n|a|\n|-|\n|b|\n<p>e"))
	f.Add(uint8(2), 20, []byte("<title>t</title><h1>a<p>b<table><tr><td>c<li>d<pre>e</h1>&#0;&#xD800;"))
	f.Add(uint8(1), 16, []byte("\xef\xbb\xbf[a]: b\n\n[a]\n&#55296; \\"))
	f.Add(uint8(1), 16, []byte(strings.Repeat(">", 600)))
	f.Add(uint8(2), 16, []byte("\xff\xfe<\x00p\x00>\x00a\x00"))
	f.Add(uint8(0), 16, []byte("caf\xe9 cr\xe8me br\xfbl\xe9e is a dessert"))
	f.Fuzz(func(t *testing.T, format uint8, size int, data []byte) {
		probe(t, ingest.Format(format%3), size%1000, data)
	})
}

func FuzzCSV(f *testing.F) {
	f.Add(450, []byte("a;b\n1;\"two\nlines\"\n\"open"))
	f.Add(16, []byte("a,b\r\n\"x\"\"y\",\x00"))
	f.Add(16, []byte("\t\t\n1\t2\t3"))
	f.Fuzz(func(t *testing.T, size int, data []byte) { probe(t, ingest.CSV, size%1000, data) })
}

func FuzzJSON(f *testing.F) {
	f.Add(false, []byte(`{"title":"a","items":[{"text":"b","x":[1,null,true]},[]],"\ud800":1e999}`))
	f.Add(true, []byte("{\"a\":1}\n\n[{\"body\":\"x\\n\\ny\"}]\n"))
	f.Fuzz(func(t *testing.T, lines bool, data []byte) {
		format := ingest.JSON
		if lines {
			format = ingest.JSONLines
		}
		probe(t, format, 16, data)
	})
}

func FuzzCode(f *testing.F) {
	f.Add(450, []byte("package a\n\n// B\nfunc B() {\n\tif x {\n\t}\n}\n"))
	f.Add(16, []byte("class A:\n  def b(self):\n    '''x\n\n  y'''\n\r\x0c\nint f(a)\n{"))
	f.Fuzz(func(t *testing.T, size int, data []byte) { probe(t, ingest.Code, size%1000, data) })
}

func FuzzPDF(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.pdf")
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(page("BT /F 10 Tf 72 700 Td [(a) -500 (b)] TJ T* <41> ' ET BI ID x EI /X Do", "/XObject<</X 6 0 R>>", streamOf("/Subtype/Form/Matrix[1 0 0 1 0 0]", "q /P BMC EMC Q"))))
	f.Add([]byte(page("BT /F 10 Tf <0001> Tj ET", "/Font<</F 6 0 R>>",
		"<</Subtype/Type0/ToUnicode 7 0 R/DescendantFonts[<</W[0[500 600]5 9 700]/DW 1000>>]/Encoding/Identity-H>>", streamOf("", "1 beginbfrange <0000> <0009> <0041> endbfrange"))))
	f.Add([]byte(page("x", "", streamOf("/Filter[/LZWDecode/ASCII85Decode]/DecodeParms[<</Predictor 2/Colors 3>>null]", "\x80\x0b\x60\x50"))))
	f.Fuzz(func(t *testing.T, data []byte) { probe(t, ingest.PDF, 100, data) })
}

// FuzzPDFContents fuzzes what a page shows, which bytes of a file seldom reach.
func FuzzPDFContents(f *testing.F) {
	f.Add([]byte("BT /F 10 Tf 12 TL 72 700 Td [(a) -500 (b)] TJ T* (c) ' 1 2 (d) \" ET q 2 0 0 2 0 0 cm Q"), []byte("<</Differences[65/a/b_c/uni0041]>>"))
	f.Add([]byte("/Artifact BMC BT 3 Tc 80 Tz 5 Ts /F 1 Tf 1 0 0 -1 0 0 Tm (\\101\\) x) Tj ET EMC BI /W 1 ID ab EI"), []byte("/MacRomanEncoding"))
	f.Fuzz(func(t *testing.T, content, encoding []byte) {
		in := strings.Replace(page(string(content), ""), "/WinAnsiEncoding", string(encoding), 1)
		probe(t, ingest.PDF, 100, []byte(in))
	})
}

func FuzzDOCX(f *testing.F) {
	f.Add([]byte("<w:p><w:pPr><w:pStyle w:val='H'/><w:numPr><w:ilvl w:val='1'/><w:numId w:val='2'/></w:numPr></w:pPr><w:r><w:t>a&amp;&#x41;</w:t></w:r></w:p>"),
		[]byte("<w:style w:styleId='H'><w:name w:val='heading 2'/><w:basedOn w:val='H'/></w:style>"),
		[]byte("<w:abstractNum w:abstractNumId='0'><w:lvl w:ilvl='1'><w:numFmt w:val='decimal'/></w:lvl></w:abstractNum><w:num w:numId='2'><w:abstractNumId w:val='0'/></w:num>"))
	f.Add([]byte("<w:tbl><w:tr><w:tc><w:p><w:t>a</w:t></w:p></w:tc><w:tc><![CDATA[x]]></w:tc></w:tr></w:tbl><!-- c --><?p i?>"), []byte("</"), []byte("<a b='"))
	f.Fuzz(func(t *testing.T, body, styles, numbering []byte) {
		probe(t, ingest.DOCX, 100, []byte(zipped("word/document.xml", "<d>"+string(body)+"</d>",
			"word/styles.xml", "<s>"+string(styles)+"</s>", "word/numbering.xml", "<n>"+string(numbering)+"</n>")))
	})
}

func FuzzEPUB(f *testing.F) {
	f.Add([]byte(`<item id="a" href="a.html" media-type="text/html"/>`), []byte(`<spine toc="n"><itemref idref="a"/></spine>`), []byte("<h1>a</h1><p/>b"))
	f.Add([]byte(`<item id="a" href="%2e%2e/../a.html" properties="nav"/>`), []byte(`<itemref idref="a"/>`), []byte("<nav><a href='a.html'>x</a></nav>"))
	f.Fuzz(func(t *testing.T, manifest, spine, page []byte) {
		probe(t, ingest.EPUB, 100, []byte(book(string(manifest), string(spine), "OPS/a.html", string(page))))
	})
}

// FuzzArchive fuzzes the archive itself.
func FuzzArchive(f *testing.F) {
	f.Add(true, []byte(docx("<w:p><w:t>a</w:t></w:p>")))
	f.Add(false, []byte(book(`<item id="a" href="a.html"/>`, `<spine><itemref idref="a"/></spine>`, "OPS/a.html", "<p>x")))
	f.Fuzz(func(t *testing.T, word bool, data []byte) {
		format := ingest.EPUB
		if word {
			format = ingest.DOCX
		}
		probe(t, format, 100, data)
	})
}
