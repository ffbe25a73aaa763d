package ingest

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// extractEPUB reads a book in the order of its spine. A part without a heading of
// its own has the one that the table of contents gives it.
func extractEPUB(limit *budget, data []byte) (Text, error) {
	a, err := openArchive(limit, data)
	if err != nil {
		return Text{}, err
	}
	book, err := openBook(a)
	if err != nil {
		return Text{}, err
	}
	w := &htmlWalk{builder: builder{limit: limit, meta: book.meta}}
	for i, name := range book.spine {
		s, err := a.read(name)
		if err != nil {
			return Text{}, err
		}
		page, err := toUTF8(HTML, "", []byte(s))
		if err != nil {
			return Text{}, fmt.Errorf("%s: %w", clip(name, maxColumn), err)
		}
		root, err := parseHTML(page)
		if err != nil {
			return Text{}, err
		}
		if i == 0 {
			w.add(Heading, 0, book.meta["title"], false)
			if h := find(root, atom.H1); h != nil && oneLine(textOf(h)) == book.meta["title"] {
				h.Parent.RemoveChild(h)
			}
		}
		if !hasHeading(root) {
			w.add(Heading, 1, oneLine(book.contents[name]), false)
		}
		if body := find(root, atom.Body); body != nil {
			w.children(body)
		}
		w.flush()
		if w.err != nil {
			return Text{}, w.err
		}
	}
	return w.text()
}

// book is what an EPUB says of its parts.
type book struct {
	meta     Meta
	spine    []string          // the members to read, in order
	contents map[string]string // what the table of contents calls them
}

type bookItem struct{ name, kind, properties string }

func openBook(a *archive) (*book, error) {
	x, err := a.readXML("META-INF/container.xml")
	if err != nil {
		return nil, err
	}
	root := ""
	err = x.each(func(name string) error {
		if name == "rootfile" && root == "" {
			root = x.attr("full-path")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if _, ok := a.members[root]; !ok {
		return nil, fmt.Errorf("%w: it is no book: its package file is missing", ErrParse)
	}
	b := &book{contents: map[string]string{}}
	items, toc, err := b.open(a, root)
	if err != nil {
		return nil, err
	}
	if err := locked(a, b.spine); err != nil {
		return nil, err
	}
	for _, id := range slices.Sorted(maps.Keys(items)) {
		if item := items[id]; strings.Contains(item.properties, "nav") {
			err = errors.Join(err, b.readNav(a, item.name))
		}
	}
	if item, ok := items[toc]; ok {
		err = errors.Join(err, b.readNCX(a, item.name))
	}
	if err != nil && !errors.Is(err, ErrParse) { // a book without contents is still a book
		return nil, err
	}
	return b, nil
}

// open reads the package file.
func (b *book) open(a *archive, root string) (items map[string]bookItem, toc string, err error) {
	x, err := a.readXML(root)
	if err != nil {
		return nil, "", err
	}
	keys := map[string]string{
		"title": "title", "creator": "author", "language": "language", "date": "date", "publisher": "publisher",
		"description": "description", "identifier": "identifier",
	}
	items = map[string]bookItem{}
	used := map[string]bool{}
	var subjects []string
	err = x.each(func(name string) error {
		switch name {
		case "item":
			if member, ok := member(root, x.attr("href")); ok {
				items[x.attr("id")] = bookItem{member, x.attr("media-type"), x.attr("properties")}
			}
			return nil
		case "spine":
			toc = x.attr("toc")
			return nil
		case "itemref":
			item, ok := items[x.attr("idref")]
			if ok && !used[item.name] && (strings.Contains(item.kind, "html") || item.kind == "") {
				used[item.name] = true
				b.spine = append(b.spine, item.name)
			}
			return nil
		}
		key, ok := keys[name]
		if !ok && name != "subject" {
			return nil
		}
		s, err := x.inside()
		if ok {
			b.meta.set(key, s)
		} else if len(subjects) < maxMeta {
			subjects = append(subjects, s)
		}
		return err
	})
	b.meta.set("keywords", strings.Join(subjects, ", "))
	return items, toc, err
}

// member returns which member of the archive a reference in another means. What
// leads out of the archive is none.
func member(from, href string) (string, bool) {
	href, _, _ = strings.Cut(href, "#")
	if u, err := url.PathUnescape(href); err == nil {
		href = u
	}
	if strings.Contains(href, "://") || path.IsAbs(href) {
		return "", false
	}
	name := path.Join(path.Dir(from), href)
	return name, safe(name)
}

// locked tells a book whose pages are encrypted. Encrypted fonts do no harm.
func locked(a *archive, spine []string) error {
	x, err := a.readXML("META-INF/encryption.xml")
	if err != nil {
		return err
	}
	pages := map[string]bool{}
	for _, name := range spine {
		pages[name] = true
	}
	return x.each(func(name string) error {
		if name, ok := member("x", x.attr("URI")); ok && x.name == "CipherReference" && pages[name] {
			return ErrLocked
		}
		return nil
	})
}

// name keeps what a table of contents calls a member, if it is the first to.
func (b *book) name(from, href, title string) {
	if name, ok := member(from, href); ok && b.contents[name] == "" {
		b.contents[name] = clip(oneLine(title), maxMetaValue)
	}
}

// readNCX reads the table of contents of EPUB 2.
func (b *book) readNCX(a *archive, file string) error {
	x, err := a.readXML(file)
	if err != nil {
		return err
	}
	label := ""
	return x.each(func(name string) error {
		switch name {
		case "text":
			label, err = x.inside()
			return err
		case "content":
			b.name(file, x.attr("src"), label)
		}
		return nil
	})
}

// readNav reads the table of contents of EPUB 3.
func (b *book) readNav(a *archive, file string) error {
	s, err := a.read(file)
	if err != nil {
		return err
	}
	root, err := parseHTML([]byte(s))
	if err != nil {
		return err
	}
	nav := find(root, atom.Nav)
	if nav == nil {
		return nil
	}
	for n := range nav.Descendants() {
		if n.Type == html.ElementNode && n.DataAtom == atom.A {
			b.name(file, attribute(n, "href"), textOf(n))
		}
	}
	return nil
}

func hasHeading(root *html.Node) bool {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && level(n) > 0 {
			return true
		}
	}
	return false
}
