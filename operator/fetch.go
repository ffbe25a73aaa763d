package operator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/weal-network/weal/vault/crawl"
)

// fetchTime bounds how long an input may take to arrive.
const fetchTime = 30 * time.Second

// NewFetcher returns what gets inputs over HTTP. Who asks names the URI: only hosts of
// the public internet are asked unless private is set, without a proxy, and what is
// sent names nobody.
func NewFetcher(private bool) func(ctx context.Context, uri string, most int64) ([]byte, error) {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	if !private {
		dialer.Control = crawl.PublicOnly
	}
	client := &http.Client{
		Timeout:   fetchTime,
		Transport: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true, TLSHandshakeTimeout: 10 * time.Second},
		CheckRedirect: func(_ *http.Request, via []*http.Request) error {
			if len(via) >= 3 {
				return errors.New("it was sent on three times")
			}
			return nil
		},
	}
	return func(ctx context.Context, uri string, most int64) ([]byte, error) {
		return fetch(ctx, client, uri, most)
	}
}

func fetch(ctx context.Context, client *http.Client, uri string, most int64) ([]byte, error) {
	u, err := url.Parse(uri)
	if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, Refuse("its input is at a URI that is not fetched here: want http:// or https://")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return nil, Refuse("its input is at a URI that is not fetched here: %v", err)
	}
	req.Header.Set("User-Agent", "weal-operator")
	res, err := client.Do(req)
	switch {
	case errors.Is(err, crawl.ErrPrivate):
		return nil, Refuse("its input is at an address of a private network")
	case err != nil:
		return nil, fmt.Errorf("fetch its input: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		err := fmt.Errorf("fetch its input: %s answers %d", strings.ToLower(u.Host), res.StatusCode)
		if res.StatusCode/100 == 4 && res.StatusCode != http.StatusTooManyRequests && res.StatusCode != http.StatusRequestTimeout && res.StatusCode != http.StatusNotFound {
			return nil, Refuse("%v", err)
		}
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, most+1))
	if err != nil {
		return nil, fmt.Errorf("fetch its input: %w", err)
	}
	if int64(len(b)) > most {
		return nil, Refuse("its input has more than %d bytes", most)
	}
	return b, nil
}
