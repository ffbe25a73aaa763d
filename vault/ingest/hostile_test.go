package ingest_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/ingest"
)

// peak returns the most memory that do held at once, over what there was before.
func peak(do func()) uint64 {
	live := func() uint64 {
		s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(s)
		return s[0].Value.Uint64()
	}
	defer debug.SetGCPercent(debug.SetGCPercent(40)) // so that little garbage counts
	runtime.GC()
	before, most := live(), uint64(0)
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	for {
		select {
		case <-done:
			return most
		case <-time.After(time.Millisecond):
			if now := live(); now > before {
				most = max(most, now-before)
			}
		}
	}
}

// The worst that a file within the default limits can do. A machine that is busy
// with other things takes its time: what matters is that it ends.
const (
	worstMemory = 1 << 30
	worstTime   = 100 * time.Second
)

func TestHostileFilesAreBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	const size = 4 << 20
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	for _, c := range []struct{ file, in string }{
		{"lines.txt", fill("\n\nx")},
		{"word.txt", fill("x")},
		{"stops.txt", fill("A. ")},
		{"stars.md", fill("*")}, {"stars2.md", fill("*a ")}, {"brackets.md", fill("[")}, {"links.md", fill("[a](")},
		{"ticks.md", fill("`a``b")}, {"tags.md", fill("<a>")}, {"quotes.md", fill(">\n")}, {"lists.md", fill("- a\n")},
		{"tables.md", "|a|\n|-|\n" + fill("|b|\n")}, {"wide.md", "|a|\n|-|\n" + fill("|")}, {"refs.md", fill("[a]: b\n")}, {"entities.md", fill("&amp;")},
		{"deeper.md", fill("> - ")}, {"fences.md", fill("```\n")}, {"headings.md", fill("# \n")}, {"bangs.md", fill("![")}, {"under.md", fill("_a_")},
		{"tags.html", fill("<b>")}, {"breaks.html", fill("<br>")}, {"attributes.html", "<a " + fill("a ")}, {"spans.html", fill("<i></i>")},
		{"font.html", fill("<p><font>")}, {"table.html", "<table>" + fill("<td>a")}, {"open.html", fill("<a><table>")}, {"amp.html", fill("&")},
		{"quote.csv", "a,b\n\"" + fill("x")}, {"commas.csv", fill(",")}, {"rows.csv", "a,b\n" + fill("1,2\n")},
		{"header.csv", fill("abcd,")[:size/2] + "\n" + fill("1,")[:size/2]}, {"grow.csv", strings.Repeat("c", 80) + ",b\n" + fill("1,2\n")},
		{"lists.json", "[" + fill("[],") + "1]"}, {"objects.json", "[" + fill(`{"":1},`) + "1]"}, {"deep.json", fill("[")},
		{"string.json", `"` + fill("x") + `"`}, {"keys.json", `{` + fill(`"`+strings.Repeat("k", 90)+`":1,`) + `"a":1}`},
		{"nums.jsonl", fill("1\n")},
		{"indent.py", indents(size)}, {"defs.py", fill("def a\n")}, {"one.js", fill("x;")},
		{"nest.pdf", "%PDF-1.4\n1 0 obj" + fill("[")}, {"dicts.pdf", "%PDF-1.4\n1 0 obj" + fill("<<")}, {"objs.pdf", "%PDF-1.4\n" + fill("1 0 obj ")},
		{"many.pdf", "%PDF-1.4\n" + numbered(size)}, {"zeros.pdf", "%PDF-1.4\n1 0 obj[" + fill("0 ")}, {"trailers.pdf", "%PDF-1.4\n" + fill("trailer<<")},
		{"streams.pdf", "%PDF-1.4\n" + fill("1 0 obj<</Length 9>>stream\n")},
		{"code.md", "```\n" + fill("a[*_*] = b;\n")}, {"hidden.md", "<!--\n\n```\n-->\n" + fill("[a](")},
		{"junk.docx", "PK\x03\x04" + fill("PK\x01\x02")},
	} {
		t.Run(c.file, func(t *testing.T) {
			var d ingest.Document
			start := time.Now()
			most := peak(func() { d = as(c.file, c.in) })
			took := time.Since(start)
			t.Logf("%4d MiB %8s %6d chunks %v", most>>20, took.Round(time.Millisecond), len(d.Chunks), d.Err)
			require.Less(t, most, uint64(worstMemory))
			require.Less(t, took, worstTime)
			if d.Err != nil {
				require.Empty(t, d.Chunks)
			}
		})
	}
}

// indents makes lines that each declare something deeper than the one before.
func indents(size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		b.WriteString(strings.Repeat(" ", i) + "class a:\n")
	}
	return b.String()[:size]
}

func numbered(size int) string {
	var b strings.Builder
	for i := 1; b.Len() < size; i++ {
		fmt.Fprintf(&b, "%d 0 obj ", i)
	}
	return b.String()[:size]
}

// bomb makes an archive whose members are n bytes of fill each.
func bomb(n int64, fill string, names ...string) string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	block := []byte(strings.Repeat(fill, (1<<20)/len(fill)))
	for _, name := range names {
		w, _ := z.Create(name)
		for left := n; left > 0; left -= int64(len(block)) {
			w.Write(block[:min(left, int64(len(block)))])
		}
	}
	z.Close()
	return b.String()
}

func TestArchiveBombs(t *testing.T) {
	if testing.Short() {
		t.Skip("packs large files")
	}
	const huge = 80 << 20
	styles := bomb(huge, "<w:style/>", "word/styles.xml", "word/document.xml")
	doc := `<w:document>` + strings.Repeat("<w:p>", 300) + strings.Repeat("</w:p>", 300) + `</w:document>`
	laughs := `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><w:document><w:p><w:t>&b;</w:t></w:p></w:document>`
	chapters, spine := "", ""
	var names []string
	for i := range 40 {
		chapters += fmt.Sprintf(`<item id="%d" href="%d.html" media-type="text/html"/>`, i, i)
		spine += fmt.Sprintf(`<itemref idref="%d"/>`, i)
		names = append(names, fmt.Sprintf("OPS/%d.html", i), "<p>"+strings.Repeat("text ", 1<<20))
	}
	for _, c := range []struct {
		file, in string
		want     error
	}{
		{"zip.docx", styles, ingest.ErrExpands},
		{"zip.epub", bomb(huge, "<a/>", "META-INF/container.xml"), ingest.ErrExpands},
		{"chapters.epub", book(chapters, "<spine>"+spine+"</spine>", names...), ingest.ErrExpands},
		{"deep.docx", zipped("word/document.xml", doc), ingest.ErrParse},
		{"laughs.docx", zipped("word/document.xml", laughs), ingest.ErrParse},
		{"external.docx", zipped("word/document.xml", `<!DOCTYPE a SYSTEM "file:///etc/passwd"><w:document>&x;</w:document>`), ingest.ErrEmpty},
		{"unbalanced.docx", zipped("word/document.xml", "<a><b></a>"), ingest.ErrParse},
		{"members.docx", zipped(append(make([]string, 50_000), "word/document.xml", "<a/>")...), ingest.ErrParse},
		{"nothing.docx", zipped("a", "b"), ingest.ErrParse},
		{"cut.docx", docx("<w:p/>")[:100], ingest.ErrParse},
		{"attributes.docx", zipped("word/document.xml", "<w:document "+strings.Repeat(`a="" `, 4<<20)+"/>"), ingest.ErrEmpty},
		{"paragraphs.docx", docx(strings.Repeat("<w:p><w:r><w:t>x</w:t></w:r></w:p>", 1<<19)), nil},
		{"cells.docx", docx("<w:tbl><w:tr><w:tc>" + strings.Repeat("<w:p><w:t>xy</w:t></w:p>", 1<<19) + "</w:tc></w:tr></w:tbl>"), nil},
	} {
		var d ingest.Document
		start := time.Now()
		most := peak(func() { d = as(c.file, c.in) })
		t.Logf("%-16s %4d MiB %8s %v", c.file, most>>20, time.Since(start).Round(time.Millisecond), d.Err)
		if c.want != nil {
			require.ErrorIs(t, d.Err, c.want, c.file)
		} else {
			require.NoError(t, d.Err, c.file)
		}
		require.Less(t, most, uint64(worstMemory), c.file)
	}
}

func TestPathsInArchivesLeadNowhere(t *testing.T) {
	d := as("a.epub", book(`<item id="a" href="../../../etc/passwd" media-type="text/html"/><item id="b" href="/etc/passwd" media-type="text/html"/>
		<item id="c" href="..%2f..%2fout.html" media-type="text/html"/><item id="d" href="file:///etc/passwd" media-type="text/html"/>
		<item id="e" href="in.html" media-type="text/html"/>`,
		`<spine><itemref idref="a"/><itemref idref="b"/><itemref idref="c"/><itemref idref="d"/><itemref idref="e"/></spine>`,
		"../../../etc/passwd", "tricked", "/etc/passwd", "tricked", "../out.html", "tricked", "OPS/in.html", "<p>inside", `OPS\x.html`, "tricked"))
	require.NoError(t, d.Err)
	require.Equal(t, "T\n\ninside", d.Text)
	require.Equal(t, "a.epub", d.Source)
}

func TestLockedBooksAndMembersAreTold(t *testing.T) {
	d := as("a.epub", book(`<item id="a" href="a.html" media-type="text/html"/>`, `<spine><itemref idref="a"/></spine>`,
		"OPS/a.html", "\x8fgarbage", "META-INF/encryption.xml",
		`<encryption><EncryptedData><CipherData><CipherReference URI="OPS/a.html"/></CipherData></EncryptedData></encryption>`))
	require.ErrorIs(t, d.Err, ingest.ErrLocked)
	locked := []byte(docx("<w:p/>"))
	for _, mark := range []string{"PK\x03\x04", "PK\x01\x02"} {
		at := bytes.Index(locked, []byte(mark))
		locked[at+map[string]int{"PK\x03\x04": 6, "PK\x01\x02": 8}[mark]] |= 1
	}
	require.ErrorIs(t, as("a.docx", string(locked)).Err, ingest.ErrLocked)
}

func TestLargeFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("writes large files")
	}
	path := filepath.Join(t.TempDir(), "line.txt")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	require.NoError(t, os.Truncate(path, 1<<30)) // takes no room on the disk
	inputs, _, err := ingest.Find(t.Context(), []string{path})
	require.NoError(t, err)
	start := time.Now()
	var d ingest.Document
	most := peak(func() { d = ingest.Read(inputs[0], types.Hash{}, ingest.Options{}) })
	require.ErrorIs(t, d.Err, ingest.ErrTooLarge)
	require.Less(t, time.Since(start), 10*time.Second)
	require.Less(t, most, uint64(1<<20))
	lying := inputs[0]
	lying.Size = 0
	most = peak(func() { d = ingest.Read(lying, types.Hash{}, ingest.Options{}) })
	require.ErrorIs(t, d.Err, ingest.ErrTooLarge)
	require.Less(t, most, uint64(64<<20), "a file that grew is not read beyond the limit")

	const size = 200 << 20
	require.NoError(t, os.WriteFile(path, bytes.Repeat([]byte("one line of words. "), size/19), 0o600))
	inputs, _, err = ingest.Find(t.Context(), []string{path})
	require.NoError(t, err)
	most = peak(func() { d = ingest.Read(inputs[0], types.Hash{}, ingest.Options{MaxFile: 256 << 20}) })
	require.NoError(t, d.Err)
	t.Logf("%d MiB for a line of 200 MiB in %s", most>>20, time.Since(start))
	require.Less(t, most, uint64(6*size), "memory is at most six times the file")
	require.Greater(t, len(d.Chunks), size/(ingest.DefaultSize*types.TokenBytes))
}
