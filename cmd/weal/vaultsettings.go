package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/vault/ingest"
)

func vaultSettings(o *options) *cobra.Command {
	var r readingFlags
	c := &cobra.Command{
		Use:   "settings",
		Short: "Show and change how the home's vault reads files",
		Long: `Settings shows how large chunks and files may be, and which formats are refused,
and changes what flags name. They hold from the next add or crawl on: documents that
are there are cut anew, or retired if their format is off, when they are added again.

How documents are found is set by weal vault embed, rerank and tune.`,
		Example: `  weal vault settings
  weal vault settings --chunk 300 --off csv,json
  weal vault settings --chunk 0 --off ''`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			off, err := r.formats()
			if err == nil {
				err = ingest.Options{Size: r.chunk, MaxFile: r.maxFile, Off: off}.Check()
			}
			if err != nil {
				return wrong(cmd, "%w", err)
			}
			var req vault.ReadingRequest
			if cmd.Flags().Changed("chunk") {
				req.Chunk = &r.chunk
			}
			if cmd.Flags().Changed("max-file") {
				req.MaxFile = &r.maxFile
			}
			if cmd.Flags().Changed("off") {
				req.Off = &off
			}
			return o.withClient(cmd, func(client *local.Client) error {
				set, err := client.VaultReading(cmd.Context(), req)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), set, func(w io.Writer) error {
					_, err := fmt.Fprintf(w, "chunk      %d tokens at most\nfile       %d bytes at most\nrefused    %s\n",
						set.Chunk, set.MaxFile, list(set.Off, ingest.Format.String))
					return err
				})
			})
		},
	}
	r.add(c)
	return c
}

// readingFlags say how files are read.
type readingFlags struct {
	chunk   int
	maxFile int64
	off     []string
}

func (r *readingFlags) add(c *cobra.Command) {
	c.Flags().IntVar(&r.chunk, "chunk", 0, "metered tokens of a chunk, at most; 0: 450")
	c.Flags().Int64Var(&r.maxFile, "max-file", 0, "bytes of a file, at most; 0: 16777216")
	c.Flags().StringSliceVar(&r.off, "off", nil, "formats that are refused, of text, markdown, html, pdf, docx, epub, csv, json, jsonl, code; '': none")
}

func (r *readingFlags) formats() ([]ingest.Format, error) {
	off := []ingest.Format{}
	for _, name := range r.off {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		var f ingest.Format
		if err := f.UnmarshalText([]byte(name)); err != nil {
			return nil, err
		}
		off = append(off, f)
	}
	return off, nil
}
