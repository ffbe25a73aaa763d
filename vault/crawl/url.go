package crawl

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"

	"golang.org/x/net/idna"
)

// maxURL is the longest address that is fetched.
const maxURL = 2048

var errURL = errors.New("it is no address of the web; write https://host/path")

// parseURL reads an address and writes it one way: without fragment, user and
// default port, its host in ASCII, its path without dots.
func parseURL(base *url.URL, s string) (*url.URL, error) {
	s = strings.TrimSpace(s)
	if len(s) > maxURL {
		return nil, fmt.Errorf("%w: it is longer than %d bytes", errURL, maxURL)
	}
	u, err := url.Parse(s)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errURL, err)
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	host, err := idna.Lookup.ToASCII(u.Hostname())
	if err != nil || host == "" {
		if host = strings.ToLower(u.Hostname()); host == "" {
			return nil, errURL
		}
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Opaque != "" {
		return nil, errURL
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := u.Port(); port != "" && port != map[string]string{"http": "80", "https": "443"}[u.Scheme] {
		host += ":" + port
	}
	clean := path.Clean("/" + u.Path)
	if strings.HasSuffix(u.Path, "/") && clean != "/" {
		clean += "/"
	}
	out := &url.URL{Scheme: u.Scheme, Host: host, Path: clean, RawQuery: u.RawQuery}
	if escaped := u.EscapedPath(); path.Clean("/"+escaped) == strings.TrimSuffix(escaped, "/") || escaped == "/" {
		out.RawPath = u.RawPath
	}
	return out, nil
}

// scope is what a run may fetch: sites, and folders of them.
type scope struct {
	prefixes []prefix
}

type prefix struct{ host, path string }

// add allows all that is below the folder that u is in.
func (s *scope) add(u *url.URL, wholeSite bool) {
	p := prefix{host: u.Host, path: "/"}
	if !wholeSite {
		p.path = u.Path[:strings.LastIndexByte(u.Path, '/')+1]
	}
	s.prefixes = append(s.prefixes, p)
}

func (s *scope) holds(u *url.URL) bool {
	for _, p := range s.prefixes {
		if p.host == u.Host && (strings.HasPrefix(u.Path, p.path) || u.Path+"/" == p.path) {
			return true
		}
	}
	return false
}
