package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/vault/crawl"
)

func vaultCrawl(o *options) *cobra.Command {
	var req vault.CrawlRequest
	var lists []string
	var delay, fresh time.Duration
	c := &cobra.Command{
		Use:   "crawl [URL…]",
		Short: "Add web sites to the home's vault",
		Long: `Crawl fetches pages of the web into the vault: those that links lead to from a
first page, within its folder (https://host/docs/ means what is below it), those
that a site map names, or those of a list. Take in only what you may sell.

It does as robots.txt and the pages say, asks one thing of a site at a time, with
a second between, and says who it is and whom to ask. Addresses of private networks
and of this machine are refused, unless --private is set.

The next crawl asks only whether pages have changed. Changed pages are replaced,
and pages that are gone from a folder retired, but only by a crawl that missed
nothing: one page that failed, or a limit that was reached, and nothing is. What is
interrupted goes on when it is done again; with --fresh, pages that came a moment
ago are not asked for again.`,
		Example: `  weal vault crawl https://docs.example.org/guide/ --contact https://example.org
  weal vault crawl --map https://example.org/sitemap.xml --max-pages 500
  weal vault crawl --list pages.txt`,
		RunE: func(cmd *cobra.Command, args []string) error {
			req.Start = args
			for _, name := range lists {
				pages, err := readPages(cmd, name)
				if err != nil {
					return err
				}
				req.Pages = append(req.Pages, pages...)
			}
			if len(req.Start)+len(req.Maps)+len(req.Pages) == 0 {
				return wrong(cmd, "say where: the address of a page, --map or --list")
			}
			check := crawl.Options{
				Contact: req.Options.Contact, Delay: delay, MaxPages: req.Options.MaxPages, MaxDepth: req.Options.MaxDepth, Fresh: fresh,
			}
			if err := check.Check(); err != nil {
				return wrong(cmd, "%w", err)
			}
			req.Options.DelayMillis, req.Options.FreshMillis = delay.Milliseconds(), fresh.Milliseconds()
			return o.withClient(cmd, func(client *local.Client) error {
				bar := o.bar("crawl", os.Stderr)
				report, err := client.VaultCrawl(cmd.Context(), req, bar.set)
				bar.end()
				if err != nil {
					return err
				}
				return o.showReport(cmd, report, "page")
			})
		},
	}
	f := c.Flags()
	f.StringArrayVar(&req.Maps, "map", nil, "address of a site map; may be repeated")
	f.StringArrayVar(&lists, "list", nil, "file with addresses of pages, one a line; - is standard input; may be repeated")
	f.StringVar(&req.Options.Contact, "contact", "", "a web or mail address that sites are told; default: that of the vault's manifest")
	f.DurationVar(&delay, "delay", time.Second, "pause between two requests to a site, at least")
	f.IntVar(&req.Options.MaxPages, "max-pages", 10_000, "at most so many pages")
	f.IntVar(&req.Options.MaxDepth, "max-depth", 16, "at most so many links from the first page")
	f.DurationVar(&fresh, "fresh", 0, "how long a page is taken to be as it was without asking")
	f.BoolVar(&req.Options.Private, "private", false, "allow addresses of private networks and of this machine")
	return c
}

func readPages(cmd *cobra.Command, name string) ([]string, error) {
	r := cmd.InOrStdin()
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("vault crawl: %w", err)
		}
		defer f.Close()
		r = f
	}
	pages, err := crawl.ReadList(r)
	if err != nil {
		return nil, fmt.Errorf("vault crawl: read %s: %w", name, err)
	}
	return pages, nil
}
