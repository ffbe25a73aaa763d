package vault

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/weal-network/weal/vault/crawl"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/wire"
)

// PathAdminCrawl is where the owner has web sites taken in.
const PathAdminCrawl = "/weal/v1/admin/crawl"

// CrawlFile is the name, in a vault's folder, of the database of what pages said of
// themselves.
const CrawlFile = "crawl.db"

// CrawlRequest is the body of PathAdminCrawl: at least one address, of any kind.
type CrawlRequest struct {
	Start   []string     `json:"start,omitempty"` // first pages, from which links are followed within their folders
	Maps    []string     `json:"maps,omitempty"`  // site maps
	Pages   []string     `json:"pages,omitempty"` // pages, whose links are not followed
	Options CrawlOptions `json:"options,omitzero"`
}

// CrawlOptions bound a crawl. Zero fields take the defaults of crawl.Options.
type CrawlOptions struct {
	// Contact is what sites are told to ask; the manifest's by default.
	Contact     string `json:"contact,omitempty"`
	DelayMillis int64  `json:"delay_ms,omitempty"`
	MaxPages    int    `json:"max_pages,omitempty"`
	MaxDepth    int    `json:"max_depth,omitempty"`
	FreshMillis int64  `json:"fresh_ms,omitempty"`
	Private     bool   `json:"private,omitempty"`
}

// errCrawl is what is wrong with what was asked for.
var errCrawl = errors.New("crawl")

// Crawl takes in pages of the web and tells the chain the new root, as Add does. A
// page is at most as large as a file may be.
func (v *Vault) Crawl(ctx context.Context, req CrawlRequest, progress func(Progress)) (Report, error) {
	var missed error
	report, err := v.change(ctx, func() (r library.Report, err error) {
		state, err := v.openPages(ctx)
		if err != nil {
			return r, err
		}
		defer func() { err = errors.Join(err, state.Close()) }()
		crawler, err := crawl.New(crawl.Options{
			Contact: cmp.Or(req.Options.Contact, v.cfg.About.Contact), Delay: millis(req.Options.DelayMillis), MaxPages: req.Options.MaxPages,
			MaxDepth: req.Options.MaxDepth, MaxBytes: v.library.Reading().MaxFile, Fresh: millis(req.Options.FreshMillis),
			Private: req.Options.Private, State: state, Now: v.cfg.Now,
		})
		if err != nil {
			return r, fmt.Errorf("%w: %w", errCrawl, err)
		}
		defer crawler.Close()
		run := crawler.Crawl(crawl.Source{Pages: req.Pages, Maps: req.Maps, Start: req.Start})
		r, err = v.library.Crawl(ctx, run, v.noting(progress))
		missed = run.Missed()
		return r, err
	})
	if missed != nil {
		report.Missed = missed.Error()
	}
	return report, err
}

func millis(n int64) time.Duration { return time.Duration(n) * time.Millisecond }

func (v *Vault) openPages(ctx context.Context) (*crawl.State, error) {
	return crawl.OpenState(ctx, filepath.Join(v.cfg.Dir, CrawlFile), v.library)
}

// forgetPages deletes what pages said of themselves that are removed.
func (v *Vault) forgetPages(ctx context.Context, r library.Report) error {
	var urls []string
	for _, f := range r.Files {
		if strings.Contains(f.Path, "://") {
			urls = append(urls, f.Path)
		}
	}
	if _, err := os.Stat(filepath.Join(v.cfg.Dir, CrawlFile)); len(urls) == 0 || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	state, err := v.openPages(ctx)
	if err != nil {
		return err
	}
	return errors.Join(state.Forget(ctx, urls), state.Close())
}

// handleCrawl takes in pages and tells its progress. It stops when the client goes.
func (v *Vault) handleCrawl(w http.ResponseWriter, r *http.Request) {
	var req CrawlRequest
	if err := decode(r, &req); err != nil {
		v.fail(w, r, err)
		return
	}
	if len(req.Start)+len(req.Maps)+len(req.Pages) == 0 {
		v.fail(w, r, wire.NewError(http.StatusBadRequest, wire.TypeInvalidRequest, "no_addresses",
			"start, maps and pages are empty; name the address of a page or of a site map"))
		return
	}
	stream(w, func(progress func(Progress)) (Report, error) { return v.Crawl(r.Context(), req, progress) })
}
