package rerank

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Errors of a client.
var (
	ErrConfig = errors.New("the reranker is not set up right")
	ErrRerank = errors.New("the reranker did not help")
)

// maxReply is the most bytes of a reply for one passage.
const maxReply = 16 << 10

// Config says which endpoint to ask. URL must be set.
type Config struct {
	// URL is the endpoint's base, with or without "/rerank" at its end.
	URL   string
	Model string // may be empty where the endpoint has but one
	Key   string // sent as a bearer token, if there is one
	// Timeout is how long an answer may take, 1 second if zero.
	Timeout time.Duration
	// MaxInput is how many bytes of the question and of each passage are sent, 4000
	// if zero.
	MaxInput int
	HTTP     *http.Client // http.DefaultClient if nil
}

// Client asks one endpoint. It may be used by many goroutines.
type Client struct {
	cfg Config
	url string
}

// New returns a client. It asks nothing yet.
func New(cfg Config) (*Client, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("%w: want an address such as http://127.0.0.1:8080, got %q", ErrConfig, cfg.URL)
	}
	if u.Path = strings.TrimSuffix(u.Path, "/"); !strings.HasSuffix(u.Path, "/rerank") {
		u.Path += "/rerank"
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = time.Second
	}
	if cfg.MaxInput == 0 {
		cfg.MaxInput = 4000
	}
	if cfg.HTTP == nil {
		cfg.HTTP = http.DefaultClient
	}
	return &Client{cfg: cfg, url: u.String()}, nil
}

// URL returns the address that is asked.
func (c *Client) URL() string { return c.url }

// Scored is a passage by its place among those that were sent, with a score above 0
// and at most 1.
type Scored struct {
	Place int
	Score float64
}

// request has the fields of all kinds of endpoints: they pass over those of others.
type request struct {
	Model     string   `json:"model,omitempty"`
	Query     string   `json:"query"`
	Documents []string `json:"documents"`
	Texts     []string `json:"texts"`
}

// Order returns the passages with the best first. Equal ones keep their order.
func (c *Client) Order(ctx context.Context, question string, passages []string) ([]Scored, error) {
	if len(passages) == 0 {
		return nil, nil
	}
	r := request{Model: c.cfg.Model, Query: c.cut(question)}
	for _, p := range passages {
		r.Documents = append(r.Documents, c.cut(p))
	}
	r.Texts = r.Documents
	b, err := json.Marshal(r)
	if err == nil {
		b, err = c.post(ctx, b, len(passages)*maxReply)
	}
	var scored []Scored
	if err == nil {
		scored, err = parse(b, len(passages))
	}
	if err != nil {
		return nil, fmt.Errorf("%w (%s): %w", ErrRerank, c.url, err)
	}
	return scored, nil
}

func (c *Client) post(ctx context.Context, body []byte, limit int) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if c.cfg.Key != "" {
		req.Header.Set("Authorization", "Bearer "+c.cfg.Key)
	}
	resp, err := c.cfg.HTTP.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, int64(limit)+1))
	switch {
	case err != nil:
		return nil, err
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("status %d: %s", resp.StatusCode, strings.ToValidUTF8(string(b[:min(len(b), 200)]), ""))
	case len(b) > limit:
		return nil, fmt.Errorf("its reply is longer than %d bytes", limit)
	}
	return b, nil
}

func (c *Client) cut(text string) string {
	text = strings.ToValidUTF8(text, "�")
	n := min(len(text), c.cfg.MaxInput)
	for n < len(text) && n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// result is one passage in a reply.
type result struct {
	Index *int     `json:"index"`
	Score *float64 `json:"score"`           // TEI
	Other *float64 `json:"relevance_score"` // the others
}

// parse reads the reply for n passages: a list, or an object with one as results.
// Scores beyond 0 to 1 are logits, of which probabilities are made.
func parse(b []byte, n int) ([]Scored, error) {
	var results []result
	if err := json.Unmarshal(b, &results); err != nil {
		var object struct {
			Results []result `json:"results"`
		}
		if err := json.Unmarshal(b, &object); err != nil {
			return nil, err
		}
		results = object.Results
	}
	if len(results) != n {
		return nil, fmt.Errorf("it has %d results for %d passages", len(results), n)
	}
	seen := make([]bool, n)
	scored := make([]Scored, 0, n)
	for _, r := range results {
		score := cmp.Or(r.Other, r.Score)
		if r.Index == nil || *r.Index < 0 || *r.Index >= n || seen[*r.Index] || score == nil {
			return nil, errors.New("a result's index is wrong or there twice, or its score is missing")
		}
		seen[*r.Index] = true
		scored = append(scored, Scored{Place: *r.Index, Score: *score})
	}
	slices.SortFunc(scored, func(a, b Scored) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Place, b.Place)) })
	logits := n > 0 && (scored[0].Score > 1 || scored[n-1].Score < 0)
	for i, s := range scored {
		if logits {
			s.Score = 1 / (1 + math.Exp(-s.Score))
		}
		scored[i].Score = max(s.Score, math.SmallestNonzeroFloat64)
	}
	return scored, nil
}
