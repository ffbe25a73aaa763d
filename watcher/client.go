package watcher

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/wire"
)

// Client hands claims to a watcher; it is what a contributor's book needs.
type Client struct {
	url  string
	http *http.Client
}

// About asks the watcher who it is.
func (c *Client) About(ctx context.Context) (About, error) {
	var a About
	b, err := c.ask(ctx, http.MethodGet, nil)
	if err != nil {
		return a, fmt.Errorf("ask the watcher who it is: %w", err)
	}
	return a, wire.Decode(b, &a)
}

// NewClient returns the client of the watcher at a base URL.
func NewClient(base string) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, fmt.Errorf("watcher: want the URL of one, as http://127.0.0.1:8083, got %q", base)
	}
	return &Client{url: strings.TrimSuffix(base, "/") + PathWatch, http: &http.Client{Timeout: 10 * time.Second}}, nil
}

// Keep hands claims over, and returns for each why it was refused, nil if it is
// kept.
func (c *Client) Keep(ctx context.Context, claims []pay.Settlement) ([]error, error) {
	body, err := json.Marshal(request{Claims: claims})
	if err != nil {
		return nil, fmt.Errorf("hand over to the watcher: %w", err)
	}
	b, err := c.ask(ctx, http.MethodPost, body)
	if err != nil {
		return nil, fmt.Errorf("hand over to the watcher: %w", err)
	}
	var answer reply
	if err := wire.Decode(b, &answer); err != nil {
		return nil, fmt.Errorf("hand over to the watcher: %w", err)
	}
	refused := make([]error, len(claims))
	for _, r := range answer.Refused {
		if r.Claim < 0 || r.Claim >= len(claims) {
			return nil, fmt.Errorf("hand over to the watcher: it refuses claim %d of %d", r.Claim, len(claims))
		}
		refused[r.Claim] = refuse(http.StatusBadRequest, r.Code, "%s", r.Message)
	}
	return refused, nil
}

// ask makes a request and returns the body of its answer.
func (c *Client) ask(ctx context.Context, method string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxBody))
	if err == nil && res.StatusCode != http.StatusOK {
		err = wire.ReadError(res.StatusCode, b)
	}
	return b, err
}
