package ingest

import (
	"context"
	"errors"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/mapping"
)

// bleveBatch is how many documents bleve is given at once.
const bleveBatch = 256

// lean is the mapping with which bleve has the least to do.
func lean() mapping.IndexMapping {
	field := bleve.NewTextFieldMapping()
	field.Analyzer = en.AnalyzerName
	field.Store, field.IncludeInAll, field.IncludeTermVectors, field.DocValues = false, false, false, false
	document := bleve.NewDocumentStaticMapping()
	document.AddFieldMappingsAt("text", field)
	m := bleve.NewIndexMapping()
	m.DefaultMapping = document
	m.StoreDynamic, m.IndexDynamic, m.DocValuesDynamic = false, false, false
	return m
}

// bleveIndex has a new index at dir take in texts.
func bleveIndex(ctx context.Context, texts []text, dir string) (t taken, err error) {
	start := time.Now()
	x, err := bleve.New(dir, lean())
	if err != nil {
		return t, err
	}
	err = fillBleve(ctx, x, texts)
	err = errors.Join(err, x.Close())
	return taken{time: time.Since(start), files: len(texts)}, err
}

func fillBleve(ctx context.Context, x bleve.Index, texts []text) error {
	b := x.NewBatch()
	for i, t := range texts {
		if err := b.Index(t.source, map[string]any{"text": t.text}); err != nil {
			return err
		}
		if b.Size() < bleveBatch && i+1 < len(texts) {
			continue
		}
		if err := errors.Join(ctx.Err(), x.Batch(b)); err != nil {
			return err
		}
		b.Reset()
	}
	return nil
}
