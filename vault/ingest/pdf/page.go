package pdf

import (
	"bytes"
	"errors"
	"math"
	"strings"
)

const (
	maxOperands = 256
	maxForms    = 12      // forms, one in the other
	maxShown    = 100_000 // forms, in all pages
	maxStates   = 256
)

// matrix is a transformation [a b 0; c d 0; e f 1].
type matrix [6]float64

var identity = matrix{1, 0, 0, 1, 0, 0}

// times returns the transformation that does m first and n second.
func (m matrix) times(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

// state is what q keeps and Q brings back.
type state struct {
	ctm           matrix
	font          *font
	size          float64
	char, word    float64
	scale         float64
	leading, rise float64
}

// painter runs the contents of a page and gathers the text that they show.
type painter struct {
	file    *file
	state   state
	stack   []state
	text    matrix
	line    matrix
	hidden  int          // marked contents that are open since an artifact began
	marks   int          // marked contents that are open
	blank   bool         // a blank was shown since the last letter
	within  map[ref]bool // the forms that are being shown
	shown   []fragment
	unknown int
	ops     int
}

// run runs contents.
func (p *painter) run(data []byte, resources dict, depth int) error {
	in := parser{data: data}
	var args array
	for {
		in.values = 0
		v, err := in.next()
		if errors.Is(err, errEnd) {
			return nil
		}
		if err != nil {
			in.at++
			args = args[:0]
			continue
		}
		op, ok := v.(keyword)
		if !ok {
			if args = append(args, v); len(args) > maxOperands {
				args = args[:0]
			}
			continue
		}
		if p.ops++; p.ops%256 == 0 {
			if err := p.file.limits.Over(); err != nil {
				return err
			}
		}
		switch op {
		case "BI":
			skipImage(&in)
		case "Do":
			err = p.form(args, resources, depth)
		case "Tf":
			err = p.setFont(args, resources)
		default:
			err = p.do(string(op), args)
		}
		if err != nil {
			return err
		}
		args = args[:0]
	}
}

// skipImage goes behind a picture that stands in the contents.
func skipImage(in *parser) {
	id := bytes.Index(in.data[in.at:], []byte("ID"))
	if id < 0 {
		in.at = len(in.data)
		return
	}
	for in.at += id + 2; ; {
		i := bytes.Index(in.data[in.at:], []byte("EI"))
		if i < 0 {
			in.at = len(in.data)
			return
		}
		in.at += i + 2
		before, after := in.data[in.at-3], byte(' ')
		if in.at < len(in.data) {
			after = in.data[in.at]
		}
		if isSpace(before) && isSpace(after) {
			return
		}
	}
}

func num(args array, i int) float64 {
	if i < 0 || i >= len(args) {
		return 0
	}
	n, _ := args[i].(float64)
	return n
}

func matrixOf(args array) matrix {
	var m matrix
	for i := range m {
		m[i] = num(args, i)
	}
	return m
}

func (p *painter) setFont(args array, resources dict) error {
	if len(args) < 2 {
		return nil
	}
	n, _ := args[0].(name)
	p.state.size = num(args, 1)
	t, err := p.file.font(p.file.dict(resources["Font"])[n])
	p.state.font = t
	return err
}

// form runs a form, unless it is within itself. What a form sets ends with it.
func (p *painter) form(args array, resources dict, depth int) error {
	if len(args) < 1 || depth >= maxForms {
		return nil
	}
	n, _ := args[0].(name)
	r, isRef := p.file.dict(resources["XObject"])[n].(ref)
	if !isRef || p.within[r] || p.file.shown >= maxShown {
		return nil
	}
	s, ok := p.file.object(r).(*stream)
	if !ok || p.file.name(s.dict["Subtype"]) != "Form" {
		return nil
	}
	p.file.shown++
	p.within[r] = true
	defer delete(p.within, r)
	data, err := p.file.lenient(s)
	if err != nil {
		return err
	}
	if r := p.file.dict(s.dict["Resources"]); r != nil {
		resources = r
	}
	kept, stack := p.state, p.stack
	p.stack = nil
	if m := p.file.array(s.dict["Matrix"]); len(m) == 6 {
		p.state.ctm = matrixOf(m).times(p.state.ctm)
	}
	err = p.run(data, resources, depth+1)
	p.state, p.stack = kept, stack
	return err
}

// do runs one of the operators that text needs.
func (p *painter) do(op string, args array) error {
	s := &p.state
	switch op {
	case "q":
		if len(p.stack) < maxStates {
			p.stack = append(p.stack, *s)
		}
	case "Q":
		if n := len(p.stack); n > 0 {
			*s, p.stack = p.stack[n-1], p.stack[:n-1]
		}
	case "cm":
		s.ctm = matrixOf(args).times(s.ctm)
	case "BT":
		p.text, p.line = identity, identity
	case "Td":
		p.move(num(args, 0), num(args, 1))
	case "TD":
		s.leading = -num(args, 1)
		p.move(num(args, 0), num(args, 1))
	case "Tm":
		p.line = matrixOf(args)
		p.text = p.line
	case "T*":
		p.move(0, -s.leading)
	case "Tc":
		s.char = num(args, 0)
	case "Tw":
		s.word = num(args, 0)
	case "Tz":
		s.scale = num(args, 0) / 100
	case "TL":
		s.leading = num(args, 0)
	case "Ts":
		s.rise = num(args, 0)
	case "Tj":
		return p.show(args)
	case "'":
		p.move(0, -s.leading)
		return p.show(args)
	case "\"":
		s.word, s.char = num(args, 0), num(args, 1)
		p.move(0, -s.leading)
		return p.show(args[min(2, len(args)):])
	case "TJ":
		if len(args) > 0 {
			if a, ok := args[0].(array); ok {
				return p.show(a)
			}
		}
	case "BMC", "BDC":
		p.mark(args)
	case "EMC":
		if p.marks--; p.marks < p.hidden {
			p.hidden = 0
		}
		p.marks = max(p.marks, 0)
	}
	return nil
}

// mark begins marked contents. Artifacts are what is printed on every page.
func (p *painter) mark(args array) {
	p.marks++
	if p.hidden == 0 && len(args) > 0 && args[0] == name("Artifact") {
		p.hidden = p.marks
	}
}

func (p *painter) move(x, y float64) {
	p.line = matrix{1, 0, 0, 1, x, y}.times(p.line)
	p.text = p.line
}

// show shows strings; the numbers between them move, in thousandths of the size.
func (p *painter) show(args array) error {
	s := &p.state
	for _, v := range args {
		switch v := v.(type) {
		case float64:
			p.advance(-v / 1000 * s.size * s.scale)
		case text:
			if err := p.showText(string(v)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *painter) advance(x float64) { p.text = matrix{1, 0, 0, 1, x, 0}.times(p.text) }

// showText shows one string. Blanks are told by where the letters stand: writers
// move with blanks, and space out with what is between letters.
func (p *painter) showText(str string) error {
	s := &p.state
	if s.font == nil {
		return nil
	}
	f := fragment{bold: s.font.bold}
	var out []byte
	var from, to matrix
	tracking := 0.0 // what is between all letters is between no words
	if len(str) > 3*s.font.bytes {
		tracking = max(0, s.char)
	}
	pen, end := 0.0, 0.0
	s.font.glyphs(str, func(g glyph) {
		if g.text == "" {
			p.unknown++
		}
		if blank := strings.TrimSpace(g.text) == "" && (g.space || g.text != ""); blank {
			p.blank = true
		} else {
			if len(out) == 0 {
				from, f.blank = p.at(), p.blank
			} else if isGap(pen-end-tracking, s.size, p.blank) {
				out = append(out, ' ')
			}
			out, p.blank = append(out, g.text...), false
			end = pen + g.width/1000*s.size
			kept := p.text
			p.advance(g.width / 1000 * s.size * s.scale)
			to = p.at()
			p.text = kept
		}
		x := g.width/1000*s.size + s.char
		if g.space {
			x += s.word
		}
		pen += x
		p.advance(x * s.scale)
	})
	if p.hidden > 0 || len(out) == 0 {
		return nil
	}
	if err := p.file.limits.Write(len(out)); err != nil {
		return err
	}
	f.text, f.size = string(out), math.Hypot(from[2], from[3])
	f.place(from, to)
	if f.ok() {
		p.shown = append(p.shown, f)
	}
	return nil
}

// at returns the transformation from a text of size 1 to the page.
func (p *painter) at() matrix {
	s := &p.state
	return matrix{s.size * s.scale, 0, 0, s.size, 0, s.rise}.times(p.text).times(s.ctm)
}
