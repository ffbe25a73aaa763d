package crawl

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/ingest"
)

// visit fetches one address, if robots.txt allows it and it is not known to be as
// it was.
func (s *site) visit(ctx context.Context, it item) {
	r := s.run
	if s.rules == nil {
		rules, err := r.c.robots(ctx, s.url)
		if err != nil {
			r.tell(ctx, it, err)
			if ctx.Err() == nil {
				s.fail(ctx, err)
			}
			return
		}
		s.rules = rules
		s.rest(0)
	}
	if !s.rules.allows(it.url) {
		r.tell(ctx, it, ErrRobots)
		return
	}
	known, err := r.c.opts.State.get(ctx, it.url.String())
	if err != nil {
		r.tell(ctx, it, err)
		return
	}
	if known != nil && !it.isMap && r.c.opts.Now().Sub(known.Seen) < r.c.opts.Fresh {
		s.same(ctx, it, known)
		return
	}
	if it.isMap {
		known = nil
	}
	if s.pause(ctx) != nil {
		return
	}
	most := r.c.opts.MaxBytes
	if it.isMap {
		most = maxMapSize
	}
	res, err := r.c.fetch(ctx, it.url, known, most)
	s.rest(0)
	if err != nil {
		r.tell(ctx, it, err)
		return
	}
	s.answer(ctx, it, known, res)
}

// fail tells all that waits for a site that cannot be crawled.
func (s *site) fail(ctx context.Context, err error) {
	s.run.mu.Lock()
	queue := s.queue
	s.queue = nil
	s.run.mu.Unlock()
	for _, it := range queue {
		s.run.tell(ctx, it, err)
	}
}

func (s *site) answer(ctx context.Context, it item, known *page, res *response) {
	r := s.run
	switch {
	case res.location != nil:
		s.redirect(ctx, it, res.location)
	case res.status == http.StatusNotModified && known != nil:
		known.Seen = r.c.opts.Now()
		s.keep(ctx, it, known)
		s.same(ctx, it, known)
	case res.status == http.StatusNotFound, res.status == http.StatusGone:
		if err := r.c.opts.State.drop(ctx, it.url.String()); err != nil {
			r.tell(ctx, it, err)
			return
		}
		r.tell(ctx, it, fmt.Errorf("%w: the site answered %d", ingest.ErrRemoved, res.status))
	case (res.status == http.StatusTooManyRequests || res.status >= 500) && it.attempts+1 < maxAttempts:
		s.rest(retryAfter(res.header, r.c.opts.Now()))
		it.attempts++
		r.add(ctx, it)
	case res.status < 200 || res.status > 299 || res.status == http.StatusPartialContent:
		r.tell(ctx, it, fmt.Errorf("the site answered %d %s", res.status, http.StatusText(res.status)))
	case it.isMap:
		s.readMap(ctx, it, res)
	default:
		s.page(ctx, it, res)
	}
}

// redirect takes the address that it leads to for one like all others.
func (s *site) redirect(ctx context.Context, it item, to *url.URL) {
	switch {
	case it.hops >= maxHops:
		s.run.tell(ctx, it, ErrHops)
	case !s.run.scope.holds(to):
		s.run.tell(ctx, it, fmt.Errorf("%w: %s", ErrScope, to))
	default:
		it.url, it.hops, it.attempts = to, it.hops+1, 0
		s.run.add(ctx, it)
	}
}

func (s *site) readMap(ctx context.Context, it item, res *response) {
	pages, maps, err := readMap(res.body)
	if err != nil {
		s.run.tell(ctx, it, err)
		s.run.miss(fmt.Errorf("%s: %w", it.url, err))
		return
	}
	for i, list := range [][]string{maps, pages} {
		for _, link := range list {
			u, err := parseURL(it.url, link)
			switch {
			case err != nil:
				s.run.send(ctx, ingest.Input{Path: link, Source: link, Err: err})
			case !s.run.scope.holds(u):
				s.run.tell(ctx, item{url: u, named: true}, ErrScope)
			case i == 0 && it.depth >= maxMaps:
				s.run.tell(ctx, item{url: u, named: true}, ErrHops)
			default:
				s.run.add(ctx, item{url: u, named: true, isMap: i == 0, depth: it.depth + 1 - i})
			}
		}
	}
}

// maxMaps is how many site maps may name one another in a row.
const maxMaps = 3

// page takes a page that came.
func (s *site) page(ctx context.Context, it item, res *response) {
	r := s.run
	kind := res.header.Get("Content-Type")
	format, charset, ok := formatOf(it.url, kind)
	if !ok {
		r.tell(ctx, it, fmt.Errorf("%w (%s)", ingest.ErrBinary, kind))
		return
	}
	var f found
	if format == ingest.HTML {
		f = readLinks(it.url, res.body)
	}
	for _, value := range res.header.Values("X-Robots-Tag") {
		f.obey(value)
	}
	if f.noFollow {
		f.links = nil
	}
	s.follow(ctx, it, f.links)
	if f.noIndex {
		r.tell(ctx, it, errors.Join(ErrNoIndex, r.c.opts.State.drop(ctx, it.url.String())))
		return
	}
	if other, err := parseURL(nil, f.canonical); f.canonical != "" && err == nil && it.url.RawQuery != "" &&
		other.RawQuery == "" && other.Host == it.url.Host && other.Path == it.url.Path && it.hops < maxHops {
		it.url, it.hops = other, it.hops+1 // the same page by its own name
		r.add(ctx, it)
		return
	}
	p := &page{
		ETag: res.header.Get("ETag"), Modified: res.header.Get("Last-Modified"), Kind: kind, SHA: types.Hash(sha256.Sum256(res.body)),
		Links: f.links, Seen: r.c.opts.Now(),
	}
	s.keep(ctx, it, p)
	body, name := res.body, it.url.String()
	r.send(ctx, ingest.Input{
		Path: name, Source: name, Format: format, Charset: charset, Size: int64(len(body)), SHA: p.SHA,
		Load: func() ([]byte, error) { return body, nil },
	})
}

// keep writes down what a page said. If that fails, the page is fetched again the
// next time, and the run says so.
func (s *site) keep(ctx context.Context, it item, p *page) {
	if err := s.run.c.opts.State.put(ctx, it.url.String(), p); err != nil && ctx.Err() == nil {
		s.run.miss(fmt.Errorf("what %s said could not be kept: %w", it.url, err))
	}
}

// same takes a page that is as it was. If the caller does not know it any more, it
// is fetched again.
func (s *site) same(ctx context.Context, it item, p *page) {
	s.follow(ctx, it, p.Links)
	format, charset, _ := formatOf(it.url, p.Kind)
	name := it.url.String()
	s.run.send(ctx, ingest.Input{
		Path: name, Source: name, Format: format, Charset: charset, SHA: p.SHA,
		Load: func() ([]byte, error) { return s.run.again(it.url) },
	})
}

// again fetches a page that has not changed and that the caller does not know.
func (r *Run) again(u *url.URL) ([]byte, error) {
	r.refetch.Lock()
	defer r.refetch.Unlock()
	s := &site{run: r, next: r.resume}
	if err := s.pause(r.ctx); err != nil {
		return nil, err
	}
	res, err := r.c.fetch(r.ctx, u, nil, r.c.opts.MaxBytes)
	s.rest(0)
	r.resume = s.next
	if err == nil && res.status != http.StatusOK {
		err = fmt.Errorf("the site answered %d", res.status)
	}
	if err != nil {
		return nil, errors.Join(err, r.c.opts.State.drop(r.ctx, u.String()))
	}
	return res.body, nil
}

// follow adds links that lead on within the scope.
func (s *site) follow(ctx context.Context, it item, links []string) {
	if !it.follow {
		return
	}
	for _, link := range links {
		u, err := parseURL(nil, link)
		if err != nil || isAsset(u) || !s.run.scope.holds(u) {
			continue
		}
		if it.depth >= s.run.c.opts.MaxDepth {
			s.run.miss(fmt.Errorf("there are pages more than %d links from the start", it.depth))
			return
		}
		s.run.add(ctx, item{url: u, depth: it.depth + 1, follow: true})
	}
}
