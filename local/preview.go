package local

import (
	"context"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/ingest"
)

// PreviewDocument is what would become of a file that is added.
type PreviewDocument struct {
	Source string            `json:"source"`
	Format ingest.Format     `json:"format"`
	Meta   map[string]string `json:"meta,omitempty"`
	Chunks []PreviewChunk    `json:"chunks"`
	Error  string            `json:"error,omitempty"` // why it would be refused
}

// PreviewChunk is a chunk with what it costs: its metered tokens.
type PreviewChunk struct {
	Heading string `json:"heading,omitempty"`
	Page    int    `json:"page,omitempty"`
	PageEnd int    `json:"page_end,omitempty"`
	Start   int    `json:"start"`
	End     int    `json:"end"`
	Tokens  uint64 `json:"tokens"`
	Text    string `json:"text"`
}

// Preview shows what would become of files, folders and patterns, one file after
// the other. It needs no home and keeps nothing.
func Preview(ctx context.Context, paths []string, opts ingest.Options, show func(PreviewDocument) error) error {
	return ingest.Preview(ctx, paths, opts, func(d ingest.Document) error {
		p := PreviewDocument{Source: d.Source, Format: d.Format, Meta: d.Meta, Chunks: []PreviewChunk{}}
		if d.Err != nil {
			p.Error = d.Err.Error()
		}
		for _, c := range d.Chunks {
			p.Chunks = append(p.Chunks, PreviewChunk{
				Heading: c.Heading, Page: c.Page, PageEnd: c.PageEnd, Start: c.Start, End: c.End, Tokens: types.Tokens(len(c.Text)), Text: c.Text,
			})
		}
		return show(p)
	})
}
