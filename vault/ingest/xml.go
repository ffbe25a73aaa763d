package ingest

import (
	"fmt"
	"html"
	"strings"
)

// maxXMLDepth is far beyond what a word processor or a publisher nests.
const maxXMLDepth = 256

// xmlKind is what next came to.
type xmlKind uint8

const (
	xmlEnd xmlKind = iota
	xmlStart
	xmlText
	xmlDone
)

// xmlScanner reads XML without copying it: attributes are looked up in the tag as
// it stands, and there are no entities but those of XML itself, so that what it
// holds is bounded by what it is given. Names are without their prefixes.
type xmlScanner struct {
	data   string
	at     int
	name   string // of the element that began or ended
	tag    string // the attributes of the element that began
	text   string // raw, or as it is if literal
	opened []string
	closed bool // the element that began is empty: its end comes next
	// literal says that text is a CDATA section.
	literal bool
}

func (x *xmlScanner) fail(why string) error {
	return fmt.Errorf("%w: XML after byte %d: %s", ErrParse, x.at, why)
}

// next goes on to the next start, end or text.
func (x *xmlScanner) next() (xmlKind, error) {
	if x.closed {
		x.closed = false
		return xmlEnd, x.pop()
	}
	for x.at < len(x.data) {
		if x.data[x.at] != '<' {
			end := strings.IndexByte(x.data[x.at:], '<')
			if end < 0 {
				end = len(x.data) - x.at
			}
			x.text, x.literal = x.data[x.at:x.at+end], false
			x.at += end
			return xmlText, nil
		}
		rest := x.data[x.at:]
		switch {
		case strings.HasPrefix(rest, "<!--"):
			if err := x.skip("-->"); err != nil {
				return 0, err
			}
		case strings.HasPrefix(rest, "<![CDATA["):
			from := x.at + len("<![CDATA[")
			if err := x.skip("]]>"); err != nil {
				return 0, err
			}
			x.text, x.literal = x.data[from:x.at-len("]]>")], true
			return xmlText, nil
		case strings.HasPrefix(rest, "<?"):
			if err := x.skip("?>"); err != nil {
				return 0, err
			}
		case strings.HasPrefix(rest, "<!"):
			from := x.at
			if err := x.skip(">"); err != nil {
				return 0, err
			}
			if strings.IndexByte(x.data[from:x.at], '[') >= 0 {
				return 0, x.fail("it declares entities or elements of its own, which are not read")
			}
		case strings.HasPrefix(rest, "</"):
			from := x.at + 2
			if err := x.skip(">"); err != nil {
				return 0, err
			}
			if name := local(strings.TrimSpace(x.data[from : x.at-1])); len(x.opened) == 0 || x.opened[len(x.opened)-1] != name {
				return 0, x.fail("the end of " + clip(name, 40) + " is out of place")
			}
			return xmlEnd, x.pop()
		default:
			return xmlStart, x.start()
		}
	}
	if len(x.opened) > 0 {
		return 0, x.fail("it ends too early")
	}
	return xmlDone, nil
}

func (x *xmlScanner) pop() error {
	x.name = x.opened[len(x.opened)-1]
	x.opened = x.opened[:len(x.opened)-1]
	return nil
}

// skip goes behind mark.
func (x *xmlScanner) skip(mark string) error {
	i := strings.Index(x.data[x.at:], mark)
	if i < 0 {
		return x.fail("it ends too early")
	}
	x.at += i + len(mark)
	return nil
}

func (x *xmlScanner) start() error {
	from := x.at + 1
	end, quote := -1, byte(0)
	for i := from; i < len(x.data) && end < 0; i++ {
		switch c := x.data[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			end = i
		}
	}
	if end < 0 {
		return x.fail("it ends too early")
	}
	x.at = end + 1
	tag, closed := strings.CutSuffix(x.data[from:end], "/")
	name, attrs := tag, ""
	if i := strings.IndexAny(tag, " \t\r\n"); i >= 0 {
		name, attrs = tag[:i], tag[i:]
	}
	if name == "" || len(x.opened) >= maxXMLDepth {
		return x.fail(fmt.Sprintf("an element without a name, or more than %d in each other", maxXMLDepth))
	}
	x.name, x.tag, x.closed = local(name), attrs, closed
	x.opened = append(x.opened, x.name)
	return nil
}

// local takes off a name's prefix.
func local(name string) string { return name[strings.IndexByte(name, ':')+1:] }

// attr returns an attribute of the element that began.
func (x *xmlScanner) attr(name string) string {
	rest := x.tag
	for {
		before, after, ok := strings.Cut(rest, "=")
		if !ok {
			return ""
		}
		after = strings.TrimLeft(after, " \t\r\n")
		if after == "" || (after[0] != '"' && after[0] != '\'') {
			return ""
		}
		end := strings.IndexByte(after[1:], after[0])
		if end < 0 {
			return ""
		}
		if local(strings.TrimSpace(before)) == name {
			return html.UnescapeString(after[1 : 1+end])
		}
		rest = after[end+2:]
	}
}

// words returns the text that next came to.
func (x *xmlScanner) words() string {
	if x.literal {
		return x.text
	}
	return html.UnescapeString(x.text)
}

// inside reads on to the end of the element that began and returns its text.
func (x *xmlScanner) inside() (string, error) {
	var s strings.Builder
	for depth := len(x.opened); ; {
		switch kind, err := x.next(); {
		case err != nil:
			return "", err
		case kind == xmlText:
			s.WriteString(x.words())
		case kind == xmlEnd && len(x.opened) < depth:
			return s.String(), nil
		}
	}
}

// each calls do for every element that begins, to the end of the text.
func (x *xmlScanner) each(do func(name string) error) error {
	for {
		switch kind, err := x.next(); {
		case err != nil || kind == xmlDone:
			return err
		case kind == xmlStart:
			if err := do(x.name); err != nil {
				return err
			}
		}
	}
}
