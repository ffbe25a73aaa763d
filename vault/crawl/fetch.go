package crawl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/weal-network/weal/vault/ingest"
)

// Why a page did not come.
var (
	ErrRobots  = errors.New("the site's robots.txt does not allow it")
	ErrNoIndex = errors.New("the page asks not to be indexed")
	ErrScope   = errors.New("it leads out of what is crawled")
	ErrHops    = errors.New("it leads on and on")
)

// maxHops is how many redirects, one after the other, are followed.
const maxHops = 5

// response is an answer that was read to its end.
type response struct {
	status   int
	header   http.Header
	body     []byte
	location *url.URL // where a redirect leads, if there is one
}

// fetch asks for a page, or only for whether it has changed since p.
func (c *Crawler) fetch(ctx context.Context, u *url.URL, p *page, most int64) (*response, error) {
	ctx, cancel := context.WithTimeout(ctx, c.opts.MaxTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", c.agent)
	req.Header.Set("Accept", "text/html, application/xhtml+xml, text/markdown, text/plain, application/pdf, */*;q=0.5")
	if p != nil && p.ETag != "" {
		req.Header.Set("If-None-Match", p.ETag)
	}
	if p != nil && p.Modified != "" {
		req.Header.Set("If-Modified-Since", p.Modified)
	}
	res, err := c.client.Do(req)
	if err != nil {
		return nil, because(ctx, err)
	}
	defer res.Body.Close()
	r := &response{status: res.StatusCode, header: res.Header}
	if to := res.Header.Get("Location"); to != "" && res.StatusCode >= 300 && res.StatusCode < 400 {
		if r.location, err = parseURL(u, to); err != nil {
			return nil, err
		}
		return r, nil
	}
	if res.ContentLength > most {
		return nil, fmt.Errorf("%w (%d bytes, the limit is %d)", ingest.ErrTooLarge, res.ContentLength, most)
	}
	if r.body, err = io.ReadAll(io.LimitReader(res.Body, most+1)); err != nil {
		return nil, because(ctx, err)
	}
	if int64(len(r.body)) > most {
		return nil, fmt.Errorf("%w (the limit is %d bytes)", ingest.ErrTooLarge, most)
	}
	return r, nil
}

// because takes the address, which stands beside it anyway, out of an error.
func because(ctx context.Context, err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return errors.New("the site took too long to answer")
	}
	return err
}

// formats are those of the types of documents.
var formats = map[string]ingest.Format{
	"text/html": ingest.HTML, "application/xhtml+xml": ingest.HTML, "text/markdown": ingest.Markdown, "application/pdf": ingest.PDF,
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document": ingest.DOCX, "application/epub+zip": ingest.EPUB,
	"text/csv": ingest.CSV, "text/tab-separated-values": ingest.CSV, "application/json": ingest.JSON, "application/ld+json": ingest.JSON,
	"application/x-ndjson": ingest.JSONLines, "application/jsonl": ingest.JSONLines,
}

// formatOf tells a page's format and encoding by its type, and by its name where
// the type says little. ok is false for what is no document.
func formatOf(u *url.URL, contentType string) (f ingest.Format, charset string, ok bool) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		kind, _, _ = strings.Cut(contentType, ";")
		kind = strings.ToLower(strings.TrimSpace(kind))
	}
	if f, ok := formats[kind]; ok {
		return f, params["charset"], true
	}
	named := ingest.FormatOf(u.Path)
	switch {
	case kind == "" || kind == "application/octet-stream":
		return named, "", named != ingest.Plain || kind == ""
	case strings.HasPrefix(kind, "text/"), strings.HasSuffix(kind, "+json"), strings.HasSuffix(kind, "/yaml"), strings.HasSuffix(kind, "xml"):
		return named, params["charset"], true
	}
	return 0, "", false
}

// retryAfter returns how long a site asks to be left alone.
func retryAfter(h http.Header, now time.Time) time.Duration {
	s := h.Get("Retry-After")
	if n, err := strconv.Atoi(s); err == nil && n >= 0 {
		return min(time.Duration(min(n, 1<<20))*time.Second, maxDelay)
	}
	if t, err := http.ParseTime(s); err == nil {
		return max(0, min(t.Sub(now), maxDelay))
	}
	return 0
}

// robots fetches what a site says to crawlers. An error of the site allows nothing.
func (c *Crawler) robots(ctx context.Context, site *url.URL) (*robots, error) {
	u := &url.URL{Scheme: site.Scheme, Host: site.Host, Path: "/robots.txt"}
	for range maxHops + 1 {
		r, err := c.fetch(ctx, u, nil, maxRobots)
		switch {
		case errors.Is(err, ingest.ErrTooLarge):
			return &robots{none: true}, nil
		case err != nil:
			return nil, err
		case r.location != nil:
			u = r.location
		case r.status >= 200 && r.status < 300:
			return parseRobots(string(r.body), Product), nil
		case r.status >= 400 && r.status < 500 && r.status != http.StatusTooManyRequests:
			return &robots{}, nil
		default:
			return nil, fmt.Errorf("its robots.txt could not be had: the site answered %d", r.status)
		}
	}
	return &robots{}, nil // as RFC 9309 has it for too many redirects
}
