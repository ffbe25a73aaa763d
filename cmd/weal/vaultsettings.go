package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/vault/ingest"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/wire"
)

func vaultSettings(o *options) *cobra.Command {
	var r readingFlags
	var sells sellingFlags
	var keep int
	c := &cobra.Command{
		Use:   "settings",
		Short: "Show and change how the home's vault reads files, and what its offers tell",
		Long: `Settings shows how large chunks and files may be, and which formats are refused,
and changes what flags name. They hold from the next add or crawl on: documents that
are there are cut anew, or retired if their format is off, when they are added again.

Offers show nothing of a passage unless you want them to: with --preview N the first N
characters of its text, and with --preview-heading its headings. What is shown is
given away: every gateway that asks for an offer sees it, nobody pays for it, and who
asks enough questions has the beginning of all your passages.

--budget is how many different passages one payer is offered in an hour, --probes how
many questions it may ask in it that are nearly the same as others, beside four for
each time it buys. Weal vault status says who used how much. They hold at once.

With --keep-questions DAYS the vault keeps the questions it is asked, sealed, and weal
vault stats lists them. Every offer tells the payer so.

How documents are found is set by weal vault embed, rerank and tune; what passages
cost by weal asset price.`,
		Example: `  weal vault settings
  weal vault settings --preview 120 --preview-heading
  weal vault settings --preview 0 --preview-heading=false --budget 2000
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
				selling, err := client.VaultSelling(cmd.Context(), sells.request(cmd.Flags().Changed))
				if err != nil {
					return err
				}
				set, err := client.VaultReading(cmd.Context(), req)
				if err != nil {
					return err
				}
				var change vault.SharingRequest
				if cmd.Flags().Changed("keep-questions") {
					change.KeepQuestions = &keep
				}
				sharing, err := client.VaultSharing(cmd.Context(), change)
				if err != nil {
					return err
				}
				all := struct {
					library.Reading
					vault.Selling
					vault.Sharing
				}{set, selling, sharing}
				return o.show(cmd.OutOrStdout(), all, func(w io.Writer) error {
					_, err := fmt.Fprintf(w, "chunk      %d tokens at most\nfile       %d bytes at most\nrefused    %s\n%s%s",
						set.Chunk, set.MaxFile, list(set.Off, ingest.Format.String), sellingText(selling), sharingText(sharing))
					return err
				})
			})
		},
	}
	r.add(c)
	sells.add(c)
	c.Flags().IntVar(&keep, "keep-questions", 0, fmt.Sprintf("days for which questions are kept, at most %d, of which offers tell payers; 0: they are not kept", vault.MaxQuestionDays))
	return c
}

// sellingFlags say what offers tell.
type sellingFlags struct {
	preview, budget, probes int
	heading                 bool
}

func (s *sellingFlags) add(c *cobra.Command) {
	f := c.Flags()
	f.IntVar(&s.preview, "preview", 0, fmt.Sprintf("characters of each passage's text that offers show, at most %d; 0: none", wire.MaxPreview))
	f.BoolVar(&s.heading, "preview-heading", false, "offers show the headings of each passage")
	f.IntVar(&s.budget, "budget", 0, fmt.Sprintf("different passages that one payer is offered in an hour; 0: %d", vault.DefaultBudget))
	f.IntVar(&s.probes, "probes", 0, fmt.Sprintf("questions nearly the same as others that one payer may ask in an hour; 0: %d", vault.DefaultProbes))
}

// request says what is to change: what was named.
func (s *sellingFlags) request(set func(name string) bool) (req vault.SellingRequest) {
	if set("preview") {
		req.Preview = &s.preview
	}
	if set("preview-heading") {
		req.PreviewHeading = &s.heading
	}
	if set("budget") {
		req.Budget = &s.budget
	}
	if set("probes") {
		req.Probes = &s.probes
	}
	return req
}

// sharingText says to people what is kept of questions.
func sharingText(s vault.Sharing) string {
	if s.KeepQuestions == 0 {
		return "questions  are not kept\n"
	}
	return fmt.Sprintf("questions  are kept for %d days, and payers are told\n", s.KeepQuestions)
}

// sellingText says to people what offers tell.
func sellingText(s vault.Selling) string {
	shown := "nothing"
	switch {
	case s.Preview > 0 && s.PreviewHeading:
		shown = fmt.Sprintf("headings and the first %d characters", s.Preview)
	case s.Preview > 0:
		shown = fmt.Sprintf("the first %d characters", s.Preview)
	case s.PreviewHeading:
		shown = "headings"
	}
	return fmt.Sprintf("offers     show %s of each passage\nbudget     %d different passages a payer and hour\nprobes     %d a payer and hour, and 4 for each purchase\n",
		shown, s.Budget, s.Probes)
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
