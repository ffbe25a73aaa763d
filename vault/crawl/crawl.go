package crawl

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

// Product is the name by which robots.txt files mean this crawler.
const Product = "weal-vault"

// Options bound a crawl. Zero fields take the defaults.
type Options struct {
	Contact  string        // an address of the owner that sites are told; none
	Delay    time.Duration // between two requests to a site, at least; one second
	MaxPages int           // of a run; 10,000
	MaxDepth int           // links followed from a first page; 16
	MaxBytes int64         // of a page; 16 MiB
	MaxTime  time.Duration // of a request; half a minute
	Sites    int           // crawled at the same time; 4
	// Fresh is how long a page is taken to be as it was without asking: so an
	// interrupted run goes on where it was. Zero asks always.
	Fresh time.Duration
	// Private allows addresses of private networks and of this machine.
	Private bool
	// State keeps validators between runs; without one every page is fetched anew.
	State *State
	// Now is the clock; time.Now.
	Now func() time.Time
}

// The longest that a site may make the crawler wait between two requests, and how
// often a request is tried that a site puts off.
const (
	maxDelay    = time.Minute
	maxAttempts = 3
)

// Check says what is wrong with options that somebody has set.
func (o Options) Check() error {
	switch {
	case strings.ContainsFunc(o.Contact, func(r rune) bool { return r < ' ' || r > '~' || r == '(' || r == ')' }) || len(o.Contact) > 200:
		return errors.New("the contact must be a plain web or mail address")
	case o.Delay < 0 || o.Delay > maxDelay:
		return fmt.Errorf("a pause of %s: choose one of up to %s", o.Delay, maxDelay)
	case o.MaxPages < 0, o.MaxDepth < 0, o.MaxBytes < 0, o.MaxTime < 0, o.Sites < 0, o.Fresh < 0:
		return errors.New("limits must be positive")
	}
	return nil
}

func (o Options) withDefaults() Options {
	if o.Delay == 0 {
		o.Delay = time.Second
	}
	if o.MaxPages == 0 {
		o.MaxPages = 10_000
	}
	if o.MaxDepth == 0 {
		o.MaxDepth = 16
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 16 << 20
	}
	if o.MaxTime == 0 {
		o.MaxTime = 30 * time.Second
	}
	if o.Sites == 0 {
		o.Sites = 4
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Crawler fetches pages.
type Crawler struct {
	opts   Options
	agent  string
	client *http.Client
}

// New makes a Crawler.
func New(opts Options) (*Crawler, error) {
	if err := opts.Check(); err != nil {
		return nil, fmt.Errorf("crawl: %w", err)
	}
	opts = opts.withDefaults()
	agent := Product + "/1"
	if opts.Contact != "" {
		agent += " (+" + opts.Contact + ")"
	}
	dialer := &net.Dialer{Timeout: opts.MaxTime}
	if !opts.Private {
		dialer.Control = PublicOnly
	}
	return &Crawler{
		opts: opts, agent: agent,
		client: &http.Client{
			Transport: &http.Transport{ // no proxy: what it connects to could not be checked
				DialContext: dialer.DialContext, ForceAttemptHTTP2: true, MaxResponseHeaderBytes: 64 << 10,
				MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute, TLSHandshakeTimeout: opts.MaxTime,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// Close closes connections that are idle.
func (c *Crawler) Close() { c.client.CloseIdleConnections() }
