package pdf

import (
	"bytes"
	"errors"
	"strconv"
)

// What one object may hold.
const (
	maxDepth  = 64
	maxValues = 1 << 20
)

type (
	name  string
	dict  map[name]any
	array []any
	// text is a string.
	text string
	// ref is a reference to an object.
	ref struct{ num, gen uint32 }
	// keyword is anything else that is written in letters.
	keyword string
	// stream is a dictionary with bytes behind it.
	stream struct {
		dict
		raw []byte
		id  ref // for its decryption; zero if it is in the clear
	}
)

var (
	errSyntax = errors.New("an object is malformed")
	errBig    = errors.New("an object holds too much")
	errEnd    = errors.New("it ends too early")
)

// parser reads objects.
type parser struct {
	data   []byte
	at     int
	values int
	refs   bool // two numbers and an R are a reference
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func isDelimiter(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return true
	}
	return false
}

// space goes over blanks and comments.
func (p *parser) space() {
	for p.at < len(p.data) {
		switch c := p.data[p.at]; {
		case isSpace(c):
			p.at++
		case c == '%':
			for p.at < len(p.data) && p.data[p.at] != '\n' && p.data[p.at] != '\r' {
				p.at++
			}
		default:
			return
		}
	}
}

// next reads one object or keyword.
func (p *parser) next() (any, error) { return p.object(0) }

// try is next where an error says only that there is nothing more.
func (p *parser) try() (any, bool) {
	v, err := p.next()
	return v, err == nil
}

func (p *parser) object(depth int) (any, error) {
	p.space()
	if p.at >= len(p.data) {
		return nil, errEnd
	}
	if p.values++; p.values > maxValues || depth > maxDepth {
		return nil, errBig
	}
	switch c := p.data[p.at]; c {
	case '/':
		return p.name(), nil
	case '(':
		return p.text()
	case '[':
		return p.array(depth)
	case '<':
		if bytes.HasPrefix(p.data[p.at:], []byte("<<")) {
			return p.dict(depth)
		}
		return p.hex()
	case ')', '>', ']', '{', '}':
		if c == '>' && bytes.HasPrefix(p.data[p.at:], []byte(">>")) {
			p.at++
		}
		p.at++
		return keyword(c), nil
	}
	word := p.word()
	if c := word[0]; c == '+' || c == '-' || c == '.' || (c >= '0' && c <= '9') {
		if n, ok := number(word); ok {
			if p.refs && c >= '0' && c <= '9' {
				return p.reference(n), nil
			}
			return n, nil
		}
	}
	switch string(word) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "null":
		return nil, nil
	}
	return keyword(word), nil
}

func (p *parser) word() []byte {
	start := p.at
	for p.at < len(p.data) && !isSpace(p.data[p.at]) && !isDelimiter(p.data[p.at]) {
		p.at++
	}
	return p.data[start:p.at]
}

// number reads a number; PDF knows no exponents, and writers err in many ways.
func number(word []byte) (float64, bool) {
	if len(word) > 40 {
		return 0, false
	}
	if n, err := strconv.Atoi(string(word)); err == nil {
		return float64(n), true
	}
	n, err := strconv.ParseFloat(string(bytes.TrimLeft(word, "+")), 64)
	return n, err == nil && n == n && n < 1e15 && n > -1e15
}

// reference makes "12 0 R" of the number 12 if that is what stands there.
func (p *parser) reference(n float64) any {
	at := p.at
	p.space()
	gen, ok := number(p.word0())
	if ok && gen >= 0 && gen <= 65535 && n >= 0 && n < 1<<31 {
		p.space()
		if p.at < len(p.data) && p.data[p.at] == 'R' && (p.at+1 == len(p.data) || isSpace(p.data[p.at+1]) || isDelimiter(p.data[p.at+1])) {
			p.at++
			return ref{uint32(n), uint32(gen)}
		}
	}
	p.at = at
	return n
}

// word0 reads digits.
func (p *parser) word0() []byte {
	start := p.at
	for p.at < len(p.data) && p.data[p.at] >= '0' && p.data[p.at] <= '9' && p.at-start < 6 {
		p.at++
	}
	return p.data[start:p.at]
}

func (p *parser) name() name {
	p.at++
	word := p.word()
	if bytes.IndexByte(word, '#') < 0 {
		return name(word)
	}
	var out []byte
	for i := 0; i < len(word); i++ {
		if word[i] == '#' && i+2 < len(word) {
			if n, err := strconv.ParseUint(string(word[i+1:i+3]), 16, 8); err == nil {
				out = append(out, byte(n))
				i += 2
				continue
			}
		}
		out = append(out, word[i])
	}
	return name(out)
}

func (p *parser) hex() (any, error) {
	p.at++
	var out []byte
	half, have := byte(0), false
	for ; p.at < len(p.data); p.at++ {
		c := p.data[p.at]
		var v byte
		switch {
		case c == '>':
			p.at++
			if have {
				out = append(out, half<<4)
			}
			return text(out), nil
		case c >= '0' && c <= '9':
			v = c - '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			v = c | 0x20 - 'a' + 10
		default:
			continue
		}
		if have {
			out = append(out, half<<4|v)
		}
		half, have = v, !have
	}
	return nil, errEnd
}

func (p *parser) text() (any, error) {
	p.at++
	var out []byte
	for depth := 1; p.at < len(p.data); p.at++ {
		c := p.data[p.at]
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				p.at++
				return text(out), nil
			}
		case '\\':
			p.at++
			out = p.escape(out)
			continue
		case '\r':
			if p.at+1 < len(p.data) && p.data[p.at+1] == '\n' {
				p.at++
			}
			c = '\n'
		}
		out = append(out, c)
	}
	return nil, errEnd
}

// escape reads what stands behind a backslash and leaves at its last byte.
func (p *parser) escape(out []byte) []byte {
	if p.at >= len(p.data) {
		return out
	}
	switch c := p.data[p.at]; c {
	case 'n':
		return append(out, '\n')
	case 'r':
		return append(out, '\r')
	case 't':
		return append(out, '\t')
	case 'b':
		return append(out, '\b')
	case 'f':
		return append(out, '\f')
	case '\n':
		return out
	case '\r':
		if p.at+1 < len(p.data) && p.data[p.at+1] == '\n' {
			p.at++
		}
		return out
	default:
		if c < '0' || c > '7' {
			return append(out, c)
		}
		v := 0
		for n := 0; n < 3 && p.at < len(p.data) && p.data[p.at] >= '0' && p.data[p.at] <= '7'; n++ {
			v = v<<3 | int(p.data[p.at]-'0')
			p.at++
		}
		p.at--
		return append(out, byte(v))
	}
}

func (p *parser) array(depth int) (any, error) {
	p.at++
	var out array
	for {
		v, err := p.object(depth + 1)
		if err != nil {
			return nil, err
		}
		if k, ok := v.(keyword); ok {
			if k == "]" {
				return out, nil
			}
			if k == ">" || k == "endobj" {
				return nil, errSyntax
			}
			continue
		}
		out = append(out, v)
	}
}

func (p *parser) dict(depth int) (any, error) {
	p.at += 2
	out := dict{}
	for {
		key, err := p.object(depth + 1)
		if err != nil {
			return nil, err
		}
		k, ok := key.(name)
		if !ok {
			if key == keyword(">") {
				return out, nil
			}
			if key == keyword("endobj") || key == keyword("stream") {
				return nil, errSyntax
			}
			continue
		}
		v, err := p.object(depth + 1)
		if err != nil {
			return nil, err
		}
		if v == keyword(">") {
			return out, nil
		}
		out[k] = v
	}
}
