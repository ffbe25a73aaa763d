package ingest_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/ascii85"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/ingest"
)

// pdfOf makes a PDF of numbered objects, the first of which is the catalog.
func pdfOf(objects ...string) string {
	var b strings.Builder
	b.WriteString("%PDF-1.7\n")
	for i, o := range objects {
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	b.WriteString("trailer\n<</Root 1 0 R>>\n%%EOF\n")
	return b.String()
}

func streamOf(entries, data string) string {
	return fmt.Sprintf("<<%s/Length %d>>stream\n%s\nendstream", entries, len(data), data)
}

func deflated(s string, times int) string {
	for range times {
		var b bytes.Buffer
		w, _ := zlib.NewWriterLevel(&b, zlib.BestSpeed)
		w.Write([]byte(s))
		w.Close()
		s = b.String()
	}
	return s
}

const (
	pdfCatalog = "<</Type/Catalog/Pages 2 0 R>>"
	pdfPages   = "<</Type/Pages/Kids[3 0 R]/Count 1>>"
	pdfFont    = "<</Type/Font/Subtype/Type1/BaseFont/Courier/Encoding/WinAnsiEncoding>>"
)

// page makes a document of one page that shows content, with more objects from 6 on.
func page(content, resources string, more ...string) string {
	return pdfOf(append([]string{
		pdfCatalog, pdfPages, "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F 5 0 R>>" + resources + ">>>>",
		streamOf("", content), pdfFont,
	}, more...)...)
}

func TestPDFsThatLoop(t *testing.T) {
	if testing.Short() {
		t.Skip("packs large files")
	}
	const text = "BT /F 12 Tf 72 700 Td (Found) Tj ET"
	unicodes := "1 begincodespacerange <0000> <FFFF> endcodespacerange " + strings.Repeat("1 beginbfrange <0000> <FFFF> <0041> endbfrange ", 200_000)
	widths := "[" + strings.Repeat("0 65535 7 ", 100_000) + "]"
	var dag []string
	for i := range 40 { // each node has the next one twice: 2^40 ways lead to the page
		dag = append(dag, fmt.Sprintf("<</Type/Pages/Kids[%d 0 R %d 0 R]>>", i+3, i+3))
	}
	var chain []string // twelve forms that each show the next one ten times
	for i := range 12 {
		chain = append(chain, streamOf(fmt.Sprintf("/Subtype/Form/Resources<</XObject<</X %d 0 R>>>>", i+7), strings.Repeat("/X Do ", 10)))
	}
	var deep []string
	for i := range 5000 {
		deep = append(deep, fmt.Sprintf("<</Type/Pages/Kids[%d 0 R]>>", i+3))
	}
	forms := func(n int, do string) (out []string) {
		for range n {
			out = append(out, streamOf("/Subtype/Form", do))
		}
		return out
	}
	for name, c := range map[string]struct {
		in   string
		want string // the text, or the error
	}{
		"a page tree in a ring":         {pdfOf(pdfCatalog, "<</Kids[3 0 R]>>", "<</Kids[2 0 R 3 0 R 4 0 R]>>", "<</Contents 5 0 R/Resources<</Font<</F 6 0 R>>>>>>", streamOf("", text), pdfFont), "Found"},
		"a page tree of many ways":      {pdfOf(append([]string{pdfCatalog}, append(dag, "<</Contents 43 0 R>>", streamOf("", text))...)...), "Found"},
		"a deep page tree":              {pdfOf(append([]string{pdfCatalog}, deep...)...), "no pages"},
		"references in a ring":          {pdfOf(pdfCatalog, "3 0 R", "2 0 R"), "no pages"},
		"a length that is itself":       {strings.ReplaceAll(page(text, ""), "/Length 35", "/Length 4 0 R"), "Found"},
		"a false length":                {strings.ReplaceAll(page(text, ""), "/Length 35", "/Length 999999999"), "Found"},
		"a form in itself":              {page(text+" /X Do", "/XObject<</X 6 0 R>>", forms(1, "/X Do /X Do /X Do /X Do")...), "Found"},
		"forms in forms":                {page(text+" /X Do", "/XObject<</X 6 0 R>>", chain...), "Found"},
		"cross-references in a ring":    {strings.ReplaceAll(page(text, ""), "<</Root 1 0 R>>", "<</Root 1 0 R/Prev 0>>\nstartxref\n0"), "Found"},
		"outlines in a ring":            {strings.ReplaceAll(page(text, "", "<</First 6 0 R/Next 6 0 R>>"), "/Catalog", "/Catalog/Outlines 6 0 R"), "Found"},
		"objects in their own stream":   {page(text, "", streamOf("/Type/ObjStm/N 2/First 8", "6 0 6 0 <</Type/ObjStm>>")), "Found"},
		"a stream that unpacks to much": {pdfOf(pdfCatalog, pdfPages, "<</Contents 4 0 R>>", streamOf("/Filter/FlateDecode", deflated(strings.Repeat("q ", 40<<20), 1))), "unpacks to more"},
		"filters on filters": {pdfOf(pdfCatalog, pdfPages, "<</Contents 4 0 R>>",
			streamOf("/Filter[/FlateDecode/FlateDecode/FlateDecode]", deflated(strings.Repeat("q ", 40<<20), 3))), "unpacks to more"},
		"very many filters":   {pdfOf(pdfCatalog, pdfPages, "<</Contents 4 0 R>>", streamOf("/Filter["+strings.Repeat("/ASCIIHexDecode", 1000)+"]", "00")), "pictures without text"},
		"a stream many times": {pdfOf(pdfCatalog, pdfPages, "<</Contents["+strings.Repeat("4 0 R ", 100_000)+"]>>", streamOf("", strings.Repeat("q ", 50_000))), "an object holds too much"},
		"a font of many mappings": {page(text, "/Font<</F 6 0 R>>",
			"<</Subtype/Type0/ToUnicode 7 0 R/Encoding/Identity-H/DescendantFonts[8 0 R]>>", streamOf("/Filter/FlateDecode", deflated(unicodes, 1)), "<</W "+widths+">>"), ""},
		"states without end":    {page(strings.Repeat("q ", 1<<20)+text, ""), "Found"},
		"a picture without end": {page(text+" BI /W 1 ID xxxx", ""), "Found"},
		"operands without end":  {page(strings.Repeat("1 ", 1<<20)+text, ""), "Found"},
		"malformed contents":    {page("((( >> ] } <zz> "+text+" [ << (", ""), ""},
		"numbers out of bounds": {page("BT /F 1e999 Tf 9999999999999999999999 0 Td (a) Tj /F 12 Tf 72 700 Td (b) Tj ET "+text, ""), "Found"},
		"a matrix of nothing":   {page("0 0 0 0 0 0 cm "+text, ""), "pictures without text"},
	} {
		var d ingest.Document
		start := time.Now()
		most := peak(func() { d = as("a.pdf", c.in) })
		t.Logf("%-30s %4d MiB %8s %v", name, most>>20, time.Since(start).Round(time.Millisecond), d.Err)
		require.Less(t, most, uint64(worstMemory), name)
		require.Less(t, time.Since(start), worstTime, name)
		switch {
		case c.want == "Found":
			require.NoError(t, d.Err, name)
			require.Contains(t, d.Text, c.want, name)
		case c.want != "":
			require.ErrorContains(t, d.Err, c.want, name)
		}
	}
}

func TestPDFsThatTakeTooLongEnd(t *testing.T) {
	in := of(page(strings.Repeat("q Q ", 2<<20), ""))
	in.Format = ingest.PDF
	start := time.Now()
	d := ingest.Read(in, types.Hash{}, ingest.Options{MaxTime: 20 * time.Millisecond})
	require.ErrorIs(t, d.Err, ingest.ErrSlow)
	require.Less(t, time.Since(start), 5*time.Second)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, ingest.ReadContext(ctx, in, types.Hash{}, ingest.Options{}).Err, context.Canceled)
}

func TestPDFText(t *testing.T) {
	for name, c := range map[string]struct{ content, want string }{
		"words by place":   {"BT /F 10 Tf 72 700 Td (one) Tj 30 0 Td (two) Tj ET", "one two"},
		"letters by place": {"BT /F 10 Tf 72 700 Td (o) Tj 6 0 Td (n) Tj 6 0 Td (e) Tj ET", "one"},
		"numbers between":  {"BT /F 10 Tf 72 700 Td [(o) 20 (ne) -600 (two)] TJ ET", "one two"},
		"lines":            {"BT /F 10 Tf 12 TL 72 700 Td (one) Tj (two) ' T* T* T* (three) Tj ET", "one two\n\nthree"},
		"escapes": {`BT /F 10 Tf 72 700 Td (\(a\) \101\102 \
b) Tj <43 4> Tj ET`, "(a) AB bC@"},
		"states":               {"q 2 0 0 2 0 0 cm BT /F 10 Tf 30 300 Td (big) Tj ET Q BT /F 10 Tf 72 500 Td (small) Tj ET", "big\n\nsmall"},
		"artifacts":            {"/Artifact BMC BT /F 10 Tf 72 700 Td (head) Tj ET EMC /P <</MCID 0>> BDC BT /F 10 Tf 72 600 Td (text) Tj ET EMC", "text"},
		"rows":                 {"BT /F 10 Tf 72 700 Td (a) Tj 100 0 Td (b c) Tj -100 -12 Td (d) Tj 100 0 Td (e) Tj ET", "a | b c\nd | e"},
		"a picture in between": {"BT /F 10 Tf 72 700 Td (a) Tj ET BI /W 1 /H 1 ID \x01EI\x02 EI BT /F 10 Tf 78 700 Td (b) Tj ET", "ab"},
	} {
		d := as("a.pdf", page(c.content, ""))
		require.NoError(t, d.Err, name)
		require.Equal(t, c.want, d.Text, name)
	}
}

func TestPDFFonts(t *testing.T) {
	for name, c := range map[string]struct {
		font []string // the objects from 6 on, the first of which is the font
		show string
		want string
	}{
		"differences": {[]string{"<</Subtype/Type1/Encoding<</Differences[65/germandbls/f_i/uni20AC/u1F600/a.alt 1/fl]>>>>"}, "<4142434445 01>", "ßfi€😀afl"},
		"mac":         {[]string{"<</Subtype/TrueType/Encoding/MacRomanEncoding>>"}, "<8A>", "ä"},
		"standard":    {[]string{"<</Subtype/Type1>>"}, "<AE B1 27>", "fi–’"},
		"unicode": {[]string{"<</Subtype/Type0/Encoding/Identity-H/ToUnicode 7 0 R>>",
			streamOf("", "1 begincodespacerange <0000><FFFF> endcodespacerange 1 beginbfchar <0003> <00480069> endbfchar 2 beginbfrange <0010> <0012> <0061> <0020> <0021> [<0078> <D83DDE00>] endbfrange")},
			"<0003 0011 0012 0020 0021>", "Hibcx😀"},
		"UCS-2":     {[]string{"<</Subtype/Type0/Encoding/UniGB-UCS2-H>>"}, "<68C0 7D22>", "检索"},
		"Shift-JIS": {[]string{"<</Subtype/Type0/Encoding/90ms-RKSJ-H>>"}, "<8C9F 8DF5>", "検索"},
	} {
		d := as("a.pdf", page("BT /G 10 Tf 72 700 Td "+c.show+" Tj ET", "/Font<</G 6 0 R>>", c.font...))
		if strings.Count(page("", "/Font"), "/Font<<") > 0 {
			d = as("a.pdf", strings.Replace(page("BT /G 10 Tf 72 700 Td "+c.show+" Tj ET", "", c.font...), "/F 5 0 R", "/F 5 0 R/G 6 0 R", 1))
		}
		require.NoError(t, d.Err, name)
		require.Equal(t, c.want, d.Text, name)
	}
	d := as("a.pdf", strings.Replace(page("BT /G 10 Tf 72 700 Td <00010002> Tj ET", "", "<</Subtype/Type0/Encoding/Identity-H>>"), "/F 5 0 R", "/G 6 0 R", 1))
	require.ErrorIs(t, d.Err, ingest.ErrNoText)
}

func TestPDFFilters(t *testing.T) {
	const text = "BT /F 12 Tf 72 700 Td (Found) Tj ET"
	hex := fmt.Sprintf("%x>", text)
	coded := make([]byte, ascii85.MaxEncodedLen(len(text)))
	ascii := string(coded[:ascii85.Encode(coded, []byte(text))])
	runs := string(rune(len(text)-1)) + text + "\x80"
	for name, c := range map[string]struct{ entries, data string }{
		"flate":           {"/Filter/FlateDecode", deflated(text, 1)},
		"flate, cut":      {"/Filter/FlateDecode", strings.TrimSuffix(deflated(text, 1), deflated(text, 1)[len(deflated(text, 1))-4:])},
		"hex":             {"/Filter[/ASCIIHexDecode]", hex},
		"hex and flate":   {"/Filter[/AHx/Fl]", fmt.Sprintf("%x>", deflated(text, 1))},
		"ASCII 85":        {"/Filter/ASCII85Decode", ascii + "~>"},
		"LZW":             {"/Filter/LZWDecode", packed(text + strings.Repeat(" ", 5000))},
		"run lengths":     {"/Filter/RunLengthDecode", runs},
		"PNG's predictor": {"/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 35>>", deflated("\x00"+text, 1)},
	} {
		in := strings.Replace(page(text, ""), streamOf("", text), streamOf(c.entries, c.data), 1)
		d := as("a.pdf", in)
		require.NoError(t, d.Err, name)
		require.Equal(t, "Found", d.Text, name)
	}
}

// packed makes LZW of nothing but single bytes; its codes grow all the same.
func packed(s string) string {
	var out []byte
	bits, have, width, next := 0, 0, 9, 257
	put := func(code int) {
		for bits, have = bits<<width|code, have+width; have >= 8; have -= 8 {
			out = append(out, byte(bits>>(have-8)))
		}
		bits &= 1<<have - 1
	}
	put(256)
	for _, c := range []byte(s) {
		put(int(c))
		next++
		if width < 12 && next+1 >= 1<<width {
			width++
		}
		if next == 4094 {
			put(256)
			width, next = 9, 257
		}
	}
	put(257)
	return string(append(out, byte(bits<<(8-have))))
}
