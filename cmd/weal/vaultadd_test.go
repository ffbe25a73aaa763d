package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/vault/ingest"
	"github.com/weal-network/weal/vault/library"
)

func TestProgressLine(t *testing.T) {
	b := &bar{name: "add"}
	require.Equal(t, "add: 30 of 120, 10.0 a second, 9s left", b.line(30, 120, 3*time.Second))
	require.Equal(t, "add: 0 of 120, 0.0 a second", b.line(0, 120, 3*time.Second))
	require.Equal(t, "add: 120 of 120, 40.0 a second", b.line(120, 120, 3*time.Second))
	require.Equal(t, "add: 6, 2.0 a second", b.line(6, 0, 3*time.Second), "how many there are is unknown")
}

func TestPreviewIsPrintedForPeople(t *testing.T) {
	var b strings.Builder
	require.NoError(t, printPreview(&b, local.PreviewDocument{Source: "a\x1b[2J.pdf", Format: ingest.PDF, Chunks: []local.PreviewChunk{
		{Heading: "One › Two", Page: 3, PageEnd: 4, Start: 10, End: 50, Tokens: 10, Text: "A \x1b]0;title\x07line.\n\n\tAnother."},
		{Page: 4, PageEnd: 4, Start: 50, End: 51, Tokens: 1, Text: "x"},
	}}))
	require.NoError(t, printPreview(&b, local.PreviewDocument{Source: "b.txt", Error: "it holds no text"}))
	require.Equal(t, `a�[2J.pdf  pdf  2 chunks

  One › Two · pages 3–4 · bytes 10–50 · 10 tokens
    A �]0;title�line.

        Another.

  page 4 · bytes 50–51 · 1 tokens
    x

b.txt  text  refused: it holds no text

`, b.String())
}

func TestStatusNamesWhatWasRefused(t *testing.T) {
	var b strings.Builder
	require.NoError(t, printVault(&b, vault.Status{
		Progress: &vault.Progress{Files: 2, FilesTotal: 9, Chunks: 5, Current: "x.md"},
		Documents: []library.DocumentStatus{
			{Path: "/d/a.md", Source: "a.md", State: library.Served, Chunks: 2, Bytes: 7},
			{Path: "/d/b\n.bin", Source: "b.bin", State: library.Refused, Reason: "it is binary"},
		},
	}))
	require.Contains(t, b.String(), "adding     2 of 9, 5 chunks; x.md\n")
	require.Contains(t, b.String(), "a.md      served  2       7\n\nrefused /d/b\uFFFD.bin: it is binary\n")
}

func TestReadingFlags(t *testing.T) {
	off, err := (&readingFlags{off: []string{" pdf", "csv", ""}}).formats()
	require.NoError(t, err)
	require.Equal(t, []ingest.Format{ingest.PDF, ingest.CSV}, off)
	_, err = (&readingFlags{off: []string{"parchment"}}).formats()
	require.ErrorContains(t, err, "parchment")
}
