package ingest

import (
	"strconv"
	"strings"
)

// docxStyle is what a paragraph's style says of it.
type docxStyle struct {
	name    string // in lower case, as Word itself calls it in every language
	based   string
	heading bool
	level   int
	list    string
	depth   int
}

// maxStyles bounds how far a style's ancestors are followed.
const maxStyles = 16

func readStyles(a *archive) (map[string]docxStyle, error) {
	x, err := a.readXML("word/styles.xml")
	if err != nil {
		return nil, err
	}
	styles := map[string]docxStyle{}
	id, s := "", docxStyle{}
	keep := func() {
		if id != "" {
			styles[id] = s
		}
	}
	err = x.each(func(name string) error {
		switch name {
		case "style":
			keep()
			id, s = x.attr("styleId"), docxStyle{}
		case "name":
			s.name = strings.ToLower(x.attr("val"))
			if s.name == "title" {
				s.heading = true
			} else if n, ok := strings.CutPrefix(s.name, "heading "); ok {
				s.level, _ = strconv.Atoi(n)
				s.heading = s.level > 0
			}
		case "basedOn":
			s.based = x.attr("val")
		case "outlineLvl":
			if n, err := strconv.Atoi(x.attr("val")); err == nil && n >= 0 && n < 9 {
				s.heading, s.level = true, n+1
			}
		case "numId":
			s.list = x.attr("val")
		case "ilvl":
			s.depth, _ = strconv.Atoi(x.attr("val"))
		}
		return nil
	})
	keep()
	whole := make(map[string]docxStyle, len(styles))
	for id, s := range styles {
		whole[id] = inherit(styles, s)
	}
	return whole, err
}

// inherit fills in what the styles say that s is based on.
func inherit(styles map[string]docxStyle, s docxStyle) docxStyle {
	for parent, n := s.based, 0; parent != "" && n < maxStyles; n++ {
		p := styles[parent]
		if !s.heading && p.heading {
			s.heading, s.level = true, p.level
		}
		if s.list == "" && p.list != "" {
			s.list, s.depth = p.list, p.depth
		}
		parent = p.based
	}
	return s
}

// docxLists knows how the items of lists are marked and counts them.
type docxLists struct {
	abstract map[string]string // by the id of the list
	formats  map[string]string // by the id of what it is made from and the depth
	counts   map[string]int
}

// maxListDepth is Word's own.
const maxListDepth = 9

func readNumbering(a *archive) (docxLists, error) {
	l := docxLists{abstract: map[string]string{}, formats: map[string]string{}, counts: map[string]int{}}
	x, err := a.readXML("word/numbering.xml")
	if err != nil {
		return l, err
	}
	abstract, level, num := "", "", ""
	err = x.each(func(name string) error {
		switch name {
		case "abstractNum":
			abstract = x.attr("abstractNumId")
		case "lvl":
			level = x.attr("ilvl")
		case "numFmt":
			l.formats[abstract+"/"+level] = x.attr("val")
		case "num":
			num = x.attr("numId")
		case "abstractNumId":
			l.abstract[num] = x.attr("val")
		}
		return nil
	})
	return l, err
}

// mark returns what stands ahead of the next item of a list.
func (l docxLists) mark(list string, depth int) string {
	if list == "0" { // taken off the list that its style says
		return ""
	}
	depth = max(0, min(depth, maxListDepth-1))
	switch l.formats[l.abstract[list]+"/"+strconv.Itoa(depth)] {
	case "none":
		return ""
	case "bullet", "":
		return "- "
	}
	key := func(d int) string { return list + "/" + strconv.Itoa(d) }
	l.counts[key(depth)]++
	for d := depth + 1; d < maxListDepth; d++ {
		delete(l.counts, key(d))
	}
	return strconv.Itoa(l.counts[key(depth)]) + ". "
}

// readCore reads what a document says of itself.
func readCore(a *archive) (m Meta, err error) {
	x, err := a.readXML("docProps/core.xml")
	if err != nil {
		return nil, err
	}
	keys := map[string]string{
		"title": "title", "creator": "author", "subject": "subject", "description": "description",
		"keywords": "keywords", "language": "language", "created": "date", "modified": "modified", "category": "category",
	}
	err = x.each(func(name string) error {
		key, ok := keys[name]
		if !ok {
			return nil
		}
		s, err := x.inside()
		m.set(key, s)
		return err
	})
	return m, err
}
