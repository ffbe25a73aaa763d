package crawl

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"sync"
	"time"

	"github.com/weal-network/weal/vault/ingest"
)

// Source is what to crawl. Addresses may be of all three kinds.
type Source struct {
	Pages []string // pages, whose links are not followed
	Maps  []string // site maps: XML, packed or not, or an address a line
	Start []string // first pages, from which links are followed within their folders
}

// Run is one crawl.
type Run struct {
	c     *Crawler
	scope scope
	roots []ingest.Root
	bad   []ingest.Input // addresses that are none
	seeds []item

	mu      sync.Mutex
	seen    map[string]bool
	sites   map[string]*site
	fetched int
	missed  error // why not all that is there may have come
	done    bool

	ctx     context.Context // of Inputs
	refetch sync.Mutex      // held while a page is fetched that the caller had lost
	resume  time.Time       // when the next of them may be

	pending sync.WaitGroup
	slots   chan struct{}
	out     chan ingest.Input
}

// item is an address to be fetched.
type item struct {
	url      *url.URL
	depth    int // links between it and a first page
	hops     int // redirects that led to it
	attempts int
	follow   bool
	isMap    bool
	named    bool // by the owner or a site map: if it does not come, that is told
}

// Crawl prepares a run. Addresses that are none come as inputs with an error.
func (c *Crawler) Crawl(src Source) *Run {
	r := &Run{c: c, seen: map[string]bool{}, sites: map[string]*site{}, slots: make(chan struct{}, c.opts.Sites)}
	each := func(list []string, do func(*url.URL)) {
		for _, s := range list {
			u, err := parseURL(nil, s)
			if err != nil {
				r.bad = append(r.bad, ingest.Input{Path: s, Source: s, Err: err})
				continue
			}
			do(u)
		}
	}
	each(src.Pages, func(u *url.URL) {
		r.scope.add(u, true)
		r.seeds = append(r.seeds, item{url: u, named: true})
	})
	each(src.Maps, func(u *url.URL) {
		r.scope.add(u, false)
		r.root(u)
		r.seeds = append(r.seeds, item{url: u, named: true, isMap: true})
	})
	each(src.Start, func(u *url.URL) {
		r.scope.add(u, false)
		r.root(u)
		r.seeds = append(r.seeds, item{url: u, named: true, follow: true})
	})
	return r
}

// root notes the folder that u is in, in both schemes: sites move to the safer one.
func (r *Run) root(u *url.URL) {
	folder := *u
	folder.Path, folder.RawPath, folder.RawQuery = u.Path[:lastSlash(u.Path)], "", ""
	for _, scheme := range []string{"http", "https"} {
		folder.Scheme = scheme
		r.roots = append(r.roots, ingest.Root{Path: folder.String()})
	}
}

func lastSlash(path string) int {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' {
			return i
		}
	}
	return 0
}

// Inputs fetches, and yields what comes, in no particular order. It can be used
// once. A page that is as it was has the SHA of what it was.
func (r *Run) Inputs(ctx context.Context) iter.Seq[ingest.Input] {
	return func(yield func(ingest.Input) bool) {
		r.ctx = ctx // what is loaded may be so after the last page has come
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		r.out = make(chan ingest.Input)
		go func() {
			defer close(r.out)
			for _, in := range r.bad {
				r.send(ctx, in)
			}
			for _, it := range r.seeds {
				r.add(ctx, it)
			}
			r.pending.Wait()
		}()
		on := true
		for in := range r.out {
			if on && (ctx.Err() != nil || !yield(in)) {
				on = false
				cancel() // and go on until all that was begun has ended
			}
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.done = on && ctx.Err() == nil
	}
}

// Roots returns the folders that were crawled, once Inputs has ended: what is known
// below them and did not come is gone. If not all that is there may have come, they
// have an error and say nothing.
func (r *Run) Roots() []ingest.Root {
	r.mu.Lock()
	defer r.mu.Unlock()
	err := r.missed
	if err == nil && !r.done {
		err = context.Canceled
	}
	roots := make([]ingest.Root, len(r.roots))
	for i, root := range r.roots {
		root.Err = err
		roots[i] = root
	}
	return roots
}

// Missed returns why not all that is there may have come, or nil.
func (r *Run) Missed() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.missed
}

func (r *Run) send(ctx context.Context, in ingest.Input) {
	select {
	case r.out <- in:
	case <-ctx.Done():
	}
}

// tell yields a page that did not come. Nobody asked for pages that links lead to:
// of them only what may pass is told.
func (r *Run) tell(ctx context.Context, it item, err error) {
	passes := !ingest.Gone(err) && !errors.Is(err, ErrRobots) && !errors.Is(err, ErrNoIndex) && !errors.Is(err, ErrScope)
	if passes && ctx.Err() == nil {
		r.miss(fmt.Errorf("%s did not come: %w", it.url, err))
	}
	if it.named || passes {
		r.send(ctx, ingest.Input{Path: it.url.String(), Source: it.url.String(), Err: err})
	}
}

func (r *Run) miss(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.missed == nil {
		r.missed = err
	}
}

// add puts an address into the queue of its site, once.
func (r *Run) add(ctx context.Context, it item) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := it.url.String()
	if it.attempts == 0 {
		if r.seen[key] {
			return
		}
		if r.fetched >= r.c.opts.MaxPages {
			if r.missed == nil {
				r.missed = fmt.Errorf("there are more than %d pages; raise the limit or choose a narrower start", r.c.opts.MaxPages)
			}
			return
		}
		r.seen[key] = true
		r.fetched++
	}
	name := it.url.Scheme + "://" + it.url.Host
	s := r.sites[name]
	if s == nil {
		s = &site{run: r, url: it.url}
		r.sites[name] = s
	}
	s.queue = append(s.queue, it)
	if !s.running {
		s.running = true
		r.pending.Add(1)
		go s.work(ctx)
	}
}

// site fetches the addresses of one site, one at a time.
type site struct {
	run     *Run
	url     *url.URL
	queue   []item // guarded by run.mu
	running bool   // guarded by run.mu
	rules   *robots
	next    time.Time // when the next request may begin
}

func (s *site) work(ctx context.Context) {
	r := s.run
	defer r.pending.Done()
	for {
		r.mu.Lock()
		if len(s.queue) == 0 || ctx.Err() != nil {
			s.queue, s.running = nil, false
			r.mu.Unlock()
			return
		}
		it := s.queue[0]
		s.queue = s.queue[1:]
		r.mu.Unlock()
		select {
		case r.slots <- struct{}{}:
			s.visit(ctx, it)
			<-r.slots
		case <-ctx.Done():
		}
	}
}

// pause waits until the site may be asked again.
func (s *site) pause(ctx context.Context) error {
	wait := time.Until(s.next)
	if wait <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// rest makes the next request wait.
func (s *site) rest(least time.Duration) {
	delay := max(s.run.c.opts.Delay, least)
	if s.rules != nil {
		delay = max(delay, s.rules.delay)
	}
	s.next = time.Now().Add(delay)
}
