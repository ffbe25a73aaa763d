package crawl

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// What is read of a page or a site map. A site map has at most 50,000 addresses
// and 50 MiB.
const (
	maxLinks   = 5000
	maxTag     = 256 << 10
	maxMap     = 50_000
	maxMapSize = 50 << 20
)

// found is what a page says of where to go.
type found struct {
	links     []string
	canonical string
	noIndex   bool
	noFollow  bool
}

// readLinks reads a page's links and what it asks of crawlers.
func readLinks(base *url.URL, data []byte) (f found) {
	seen := map[string]bool{}
	z := html.NewTokenizer(bytes.NewReader(data))
	z.SetMaxBuf(maxTag)
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return f
		}
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		t := z.Token()
		switch t.DataAtom {
		case atom.Base:
			if u, err := parseURL(base, attribute(t, "href")); err == nil && attribute(t, "href") != "" {
				base = u
			}
		case atom.Meta:
			if name := strings.ToLower(attribute(t, "name")); name == "robots" || name == Product {
				f.obey(attribute(t, "content"))
			}
		case atom.Link:
			if strings.EqualFold(attribute(t, "rel"), "canonical") {
				f.canonical = resolve(base, attribute(t, "href"))
			}
		case atom.A, atom.Area:
			if strings.Contains(strings.ToLower(attribute(t, "rel")), "nofollow") {
				continue
			}
			if link := resolve(base, attribute(t, "href")); link != "" && !seen[link] && len(f.links) < maxLinks {
				seen[link] = true
				f.links = append(f.links, link)
			}
		}
	}
}

// obey takes a page's or a header's word for crawlers.
func (f *found) obey(content string) {
	for word := range strings.FieldsFuncSeq(strings.ToLower(content), func(r rune) bool { return r == ',' || r == ' ' || r == ':' }) {
		f.noIndex = f.noIndex || word == "noindex" || word == "none"
		f.noFollow = f.noFollow || word == "nofollow" || word == "none"
	}
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func resolve(base *url.URL, href string) string {
	if href == "" || strings.HasPrefix(href, "#") {
		return ""
	}
	u, err := parseURL(base, href)
	if err != nil {
		return ""
	}
	return u.String()
}

// assets are the endings of what is no document.
var assets = " png jpg jpeg gif webp avif svg ico bmp tif tiff css js mjs map woff woff2 ttf otf eot mp3 mp4 m4a m4v webm ogg wav " +
	"avi mov mkv zip gz tgz bz2 xz 7z rar tar exe dmg iso msi apk deb rpm jar bin wasm xlsx xls pptx ppt odt doc rss atom "

// isAsset reports whether a link need not be followed.
func isAsset(u *url.URL) bool {
	name := u.Path[strings.LastIndexByte(u.Path, '/')+1:]
	dot := strings.LastIndexByte(name, '.')
	return dot >= 0 && strings.Contains(assets, " "+strings.ToLower(name[dot+1:])+" ")
}

var errMap = errors.New("it is no site map")

// readMap reads a site map: the addresses of pages, or of further maps. It may be
// packed by gzip, or be a text of an address a line.
func readMap(data []byte) (pages, maps []string, err error) {
	if bytes.HasPrefix(data, []byte("\x1f\x8b")) {
		r, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", errMap, err)
		}
		if data, err = io.ReadAll(io.LimitReader(r, maxMapSize+1)); err != nil {
			return nil, nil, fmt.Errorf("%w: %w", errMap, err)
		}
	}
	if len(data) > maxMapSize {
		return nil, nil, fmt.Errorf("%w: it has more than %d bytes", errMap, maxMapSize)
	}
	if !bytes.Contains(data[:min(len(data), 4096)], []byte("<")) {
		pages, err = ReadList(bytes.NewReader(data))
		return pages, nil, err
	}
	z := html.NewTokenizer(bytes.NewReader(data))
	z.SetMaxBuf(maxTag)
	z.AllowCDATA(true)
	in, inLoc, known := &pages, false, false
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			if !known {
				return nil, nil, errMap
			}
			if !errors.Is(z.Err(), io.EOF) {
				return nil, nil, fmt.Errorf("%w: %w", errMap, z.Err())
			}
			return pages, maps, nil
		case html.StartTagToken, html.EndTagToken:
			name, _ := z.TagName()
			inLoc = false
			switch local := string(name[bytes.IndexByte(name, ':')+1:]); local {
			case "urlset", "sitemapindex":
				known = true
			case "url":
				in = &pages
			case "sitemap":
				in = &maps
			case "loc":
				inLoc = kind == html.StartTagToken && len(name) == len(local) // not of an image
			}
		case html.TextToken:
			if s := strings.TrimSpace(html.UnescapeString(string(z.Raw()))); inLoc && s != "" {
				s = strings.TrimSuffix(strings.TrimPrefix(s, "<![CDATA["), "]]>")
				if *in = append(*in, s); len(*in) > maxMap {
					return nil, nil, fmt.Errorf("%w: it has more than %d addresses", errMap, maxMap)
				}
			}
		}
	}
}

// ReadList reads a list of addresses, one a line; # begins a comment line.
func ReadList(r io.Reader) (urls []string, err error) {
	data, err := io.ReadAll(io.LimitReader(r, maxMapSize+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxMapSize {
		return nil, fmt.Errorf("the list has more than %d bytes", maxMapSize)
	}
	for line := range strings.Lines(strings.TrimPrefix(string(data), "\uFEFF")) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			urls = append(urls, line)
		}
	}
	if len(urls) > maxMap {
		return nil, fmt.Errorf("the list has more than %d addresses", maxMap)
	}
	return urls, nil
}
