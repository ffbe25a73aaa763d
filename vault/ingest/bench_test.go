package ingest_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/ingest"
)

// BenchmarkRead measures bytes of files a second, on one core.
func BenchmarkRead(b *testing.B) {
	spec := goSpec(b)
	page := ingest.Read(ingest.Input{Format: ingest.HTML, Load: func() ([]byte, error) { return spec, nil }}, types.Hash{}, ingest.Options{})
	require.NoError(b, page.Err)
	manual, err := os.ReadFile("testdata/manual.pdf")
	require.NoError(b, err)
	word, err := os.ReadFile("testdata/manual.docx")
	require.NoError(b, err)
	for _, c := range []struct {
		name   string
		format ingest.Format
		data   []byte
	}{
		{"text", ingest.Plain, []byte(page.Text)}, {"markdown", ingest.Markdown, markdown(page)}, {"html", ingest.HTML, spec},
		{"code", ingest.Code, []byte(page.Text)}, {"pdf", ingest.PDF, manual}, {"docx", ingest.DOCX, word},
	} {
		b.Run(c.name, func(b *testing.B) {
			in := ingest.Input{Path: "/x", Source: "x", Format: c.format, Load: func() ([]byte, error) { return c.data, nil }}
			b.SetBytes(int64(len(c.data)))
			b.ReportAllocs()
			for b.Loop() {
				if d := ingest.Read(in, types.Hash{}, ingest.Options{}); d.Err != nil {
					b.Fatal(d.Err)
				}
			}
		})
	}
}

// markdown writes a document's chunks under their headings.
func markdown(d ingest.Document) []byte {
	var out []byte
	for _, c := range d.Chunks {
		out = append(out, "## "+c.Heading+"\n\n"+c.Text+"\n\n- *a* [b](c)\n- `d`\n\n"...)
	}
	return out
}
