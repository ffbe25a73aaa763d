package pdf

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxTree is how deep pages may stand in their tree.
const maxTree = 64

// Document is what a file says.
type Document struct {
	Info  map[string]string // Title, Author and so on
	Pages [][]Line
	// Unknown is how many characters were shown of which nothing says what they are.
	Unknown int
}

// Read reads a file.
func Read(data []byte, limits Limits) (*Document, error) {
	if i := bytes.Index(data[:min(len(data), 1024)], []byte("%PDF-")); i < 0 {
		return nil, ErrNoPDF
	}
	f, err := open(data, limits)
	if err != nil {
		return nil, err
	}
	root := f.dict(f.trailer["Root"])
	if root == nil {
		root = f.catalog()
	}
	d := &Document{Info: f.info()}
	t := &tree{file: f, seen: map[ref]bool{}, doc: d}
	if err := t.walk(root["Pages"], nil, 0); err != nil {
		return nil, err
	}
	if len(d.Pages) == 0 {
		return nil, ErrNoPDF
	}
	return d, nil
}

// catalog finds the root of a file whose trailer is lost: the last one there is.
func (f *file) catalog() (root dict) {
	best := -1
	for num, at := range f.objects {
		if at.order < best {
			continue
		}
		if d, ok := f.object(ref{num: num}).(dict); ok && d["Type"] == name("Catalog") {
			root, best = d, at.order
		}
		if f.limits.Over() != nil {
			break
		}
	}
	return root
}

func (f *file) info() map[string]string {
	info := map[string]string{}
	d := f.dict(f.trailer["Info"])
	for _, key := range []name{"Title", "Author", "Subject", "Keywords", "CreationDate", "ModDate"} {
		if s := docText(f.text(d[key])); s != "" {
			info[string(key)] = s
		}
	}
	if lang := f.text(f.dict(f.trailer["Root"])["Lang"]); lang != "" {
		info["Lang"] = docText(lang)
	}
	return info
}

// docText reads a string that is shown outside of pages.
func docText(s string) string {
	if rest, ok := strings.CutPrefix(s, "\xFE\xFF"); ok {
		return utf16Text(text(rest))
	}
	if rest, ok := strings.CutPrefix(s, "\xFF\xFE"); ok {
		var units []uint16
		for i := 0; i+1 < len(rest); i += 2 {
			units = append(units, uint16(rest[i])|uint16(rest[i+1])<<8)
		}
		return string(utf16.Decode(units))
	}
	if utf8.ValidString(s) {
		return strings.TrimPrefix(s, "\uFEFF")
	}
	var out strings.Builder
	for _, c := range []byte(s) {
		out.WriteRune(rune(c))
	}
	return out.String()
}

// tree goes through the tree of pages. Each node is visited once.
type tree struct {
	file *file
	seen map[ref]bool
	doc  *Document
}

func (t *tree) walk(v any, resources any, depth int) error {
	if r, ok := v.(ref); ok {
		if t.seen[r] {
			return nil
		}
		t.seen[r] = true
	}
	if depth > maxTree {
		return nil
	}
	if err := t.file.limits.Over(); err != nil {
		return err
	}
	d := t.file.dict(v)
	if d == nil {
		return nil
	}
	if r, ok := d["Resources"]; ok {
		resources = r
	}
	kids := t.file.array(d["Kids"])
	if kids == nil {
		return t.page(d, resources)
	}
	for _, kid := range kids {
		if _, ok := kid.(ref); !ok {
			continue // a page must be an object of its own
		}
		if err := t.walk(kid, resources, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (t *tree) page(d dict, resources any) error {
	data, err := t.file.contents(d["Contents"])
	if err != nil {
		return err
	}
	p := &painter{file: t.file, state: state{ctm: identity, scale: 1}, within: map[ref]bool{}}
	if err := p.run(data, t.file.dict(resources), 0); err != nil {
		return err
	}
	t.doc.Pages = append(t.doc.Pages, p.lines())
	t.doc.Unknown += p.unknown
	return nil
}

// contents returns what a page shows. Its streams are one text.
func (f *file) contents(v any) ([]byte, error) {
	if s, ok := f.resolve(v).(*stream); ok {
		return f.lenient(s)
	}
	var all []byte
	for _, part := range f.array(v) {
		s, ok := f.resolve(part).(*stream)
		if !ok {
			continue
		}
		data, err := f.lenient(s)
		if err != nil {
			return nil, err
		}
		if err := f.limits.Write(len(data) / 1024); err != nil { // bounds how often one stream is taken
			return nil, err
		}
		if len(all)+len(data) > maxContents {
			return nil, errBig
		}
		all = append(append(all, data...), '\n')
	}
	return all, nil
}

// maxContents is the most bytes that one page is made of.
const maxContents = 64 << 20

// lenient decodes a stream; one that is damaged is empty.
func (f *file) lenient(s *stream) ([]byte, error) {
	data, err := f.decode(s)
	if err != nil {
		return nil, stop(err)
	}
	return data, nil
}
