package embed

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"
)

// Errors of a client. Each comes with what to do.
var (
	ErrConfig   = errors.New("embeddings are not set up right")
	ErrEndpoint = errors.New("the embedding endpoint did not answer")
	ErrRefused  = errors.New("the embedding endpoint refused")
	ErrReply    = errors.New("the embedding endpoint's reply cannot be used")
	ErrDims     = errors.New("the embeddings have other dimensions than before")
)

// Config says which endpoint to ask, and how. URL and Model must be set.
type Config struct {
	// URL is the endpoint's base ("http://127.0.0.1:11434/v1"), with or without
	// "/embeddings" at its end.
	URL   string
	Model string
	// Key is sent as a bearer token, if there is one.
	Key string
	// DocumentPrefix and QueryPrefix are put ahead of documents and of questions.
	DocumentPrefix, QueryPrefix string
	// MaxInput is how many bytes of a text are sent, 6000 if zero.
	MaxInput int
	// Batch is how many texts are sent at once, 32 if zero; Concurrency how many
	// requests are under way, 4 if zero.
	Batch, Concurrency int
	// Base64 asks for vectors as base64, which fewer endpoints know.
	Base64 bool
	// Attempts is how often a request for documents is made at most, 6 if zero; Pause the first
	// pause between two, half a second if zero, doubled each time.
	Attempts int
	Pause    time.Duration
	// Timeout is how long one request for documents may take, a minute if zero;
	// QueryTimeout how long a question may take with all attempts, 1.5 seconds if
	// zero: askers do not wait long.
	Timeout, QueryTimeout time.Duration
	// Rest is for how long no question is sent after one that got no answer, 10
	// seconds if zero.
	Rest time.Duration
	// HTTP is http.DefaultClient if nil.
	HTTP *http.Client
}

func (c Config) orDefaults() Config {
	for _, f := range []struct {
		field *int
		value int
	}{{&c.MaxInput, 6000}, {&c.Batch, 32}, {&c.Concurrency, 4}, {&c.Attempts, 6}} {
		if *f.field == 0 {
			*f.field = f.value
		}
	}
	for _, f := range []struct {
		field *time.Duration
		value time.Duration
	}{{&c.Pause, time.Second / 2}, {&c.Timeout, time.Minute}, {&c.QueryTimeout, 1500 * time.Millisecond}, {&c.Rest, 10 * time.Second}} {
		if *f.field == 0 {
			*f.field = f.value
		}
	}
	if c.HTTP == nil {
		c.HTTP = http.DefaultClient
	}
	return c
}

// A question is asked twice, the second time soon.
const (
	queryAttempts = 2
	queryPause    = 50 * time.Millisecond
)

// Client asks one endpoint. It may be used by many goroutines.
type Client struct {
	cfg  Config
	url  string
	dims atomic.Int64 // 0 until they are known
	rest atomic.Pointer[resting]
	// asked is what came of the last question that was sent.
	asked atomic.Pointer[asked]
}

type asked struct {
	at  time.Time
	err error
}

// resting is a while in which no question is sent, after one that got no answer.
type resting struct {
	until time.Time
	err   error
}

// New returns a client. It asks nothing yet.
func New(cfg Config) (*Client, error) {
	cfg = cfg.orDefaults()
	u, err := url.Parse(cfg.URL)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https"):
		return nil, fmt.Errorf("%w: want an address such as http://127.0.0.1:11434/v1, got %q", ErrConfig, cfg.URL)
	case cfg.Model == "":
		return nil, fmt.Errorf("%w: say which model", ErrConfig)
	case cfg.MaxInput < 16 || cfg.Batch < 1 || cfg.Concurrency < 1 || cfg.Attempts < 1:
		return nil, fmt.Errorf("%w: want at least 16 bytes of a text, 1 text at once, 1 request under way and 1 attempt", ErrConfig)
	}
	u.Path = strings.TrimSuffix(u.Path, "/")
	if !strings.HasSuffix(u.Path, "/embeddings") {
		u.Path += "/embeddings"
	}
	return &Client{cfg: cfg, url: u.String()}, nil
}

// Name is what vectors of this client's documents are kept under: the model, and a
// mark of how documents are sent if that is not the plain way.
func (c *Client) Name() string {
	plain := Config{}.orDefaults()
	if c.cfg.DocumentPrefix == "" && c.cfg.MaxInput == plain.MaxInput {
		return c.cfg.Model
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s", c.cfg.MaxInput, c.cfg.DocumentPrefix))
	return c.cfg.Model + "#" + hex.EncodeToString(sum[:4])
}

// URL returns the address that is asked.
func (c *Client) URL() string { return c.url }

// Dims returns how many dimensions the vectors have, 0 while nobody knows.
func (c *Client) Dims() int { return int(c.dims.Load()) }

// Query returns the vector of a question. It answers in time or not at all: after a
// failure it fails at once for a while.
func (c *Client) Query(ctx context.Context, question string) ([]float32, error) {
	if r := c.rest.Load(); r != nil && time.Now().Before(r.until) {
		return nil, fmt.Errorf("embed question: %w", r.err)
	}
	within, cancel := context.WithTimeoutCause(ctx, c.cfg.QueryTimeout,
		fmt.Errorf("%w (%s) within %s", ErrEndpoint, c.url, c.cfg.QueryTimeout))
	defer cancel()
	v, err := c.send(within, []string{c.cut(c.cfg.QueryPrefix + question)}, min(c.cfg.Attempts, queryAttempts), queryPause)
	if ctx.Err() == nil { // not if the asker went away
		c.asked.Store(&asked{time.Now(), err})
	}
	if err != nil {
		if ctx.Err() == nil {
			c.rest.Store(&resting{time.Now().Add(c.cfg.Rest), err})
		}
		return nil, fmt.Errorf("embed question: %w", err)
	}
	if v[0] == nil {
		return nil, fmt.Errorf("embed question: %w: its vector is all zeros", ErrReply)
	}
	return v[0], nil
}

// Answers returns why the endpoint does not answer questions, or nil if it does. If
// none was sent lately, it is asked one.
func (c *Client) Answers(ctx context.Context) error {
	if a := c.asked.Load(); a == nil || time.Since(a.at) > c.cfg.Rest {
		_, _ = c.Query(ctx, "-") // what came of it is noted
	}
	if a := c.asked.Load(); a != nil {
		return a.err
	}
	return ctx.Err()
}

// Documents returns the vectors of texts, in their order; nil for a text whose vector
// is all zeros, which points nowhere.
func (c *Client) Documents(ctx context.Context, texts []string) ([][]float32, error) {
	vectors := make([][]float32, len(texts))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(c.cfg.Concurrency)
	for from := 0; from < len(texts); from += c.cfg.Batch {
		to := min(from+c.cfg.Batch, len(texts))
		g.Go(func() error {
			var inputs []string
			for _, t := range texts[from:to] {
				inputs = append(inputs, c.cut(c.cfg.DocumentPrefix+t))
			}
			v, err := c.send(ctx, inputs, c.cfg.Attempts, c.cfg.Pause)
			copy(vectors[from:to], v)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("embed documents: %w", err)
	}
	return vectors, nil
}

// cut returns what of text is sent: whole characters, and never nothing, which some
// endpoints refuse.
func (c *Client) cut(text string) string {
	text = strings.ToValidUTF8(text, "�")
	if len(text) > c.cfg.MaxInput {
		n := c.cfg.MaxInput
		for n > 0 && !utf8.RuneStart(text[n]) {
			n--
		}
		text = text[:n]
	}
	if strings.TrimSpace(text) == "" {
		return "-"
	}
	return text
}

// settle notes how many dimensions vectors have.
func (c *Client) settle(dims int) error {
	if c.dims.CompareAndSwap(0, int64(dims)) {
		return nil
	}
	if known := c.Dims(); known != dims {
		return fmt.Errorf("%w: %q gives %d now, and there are vectors of %d from it; give the model another name, "+
			"or make all vectors anew", ErrDims, c.cfg.Model, dims, known)
	}
	return nil
}
