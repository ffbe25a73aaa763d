package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// What a file may hold.
const (
	maxObjects = 1 << 20
	maxRefs    = 32 // references to references
)

// Limits bound what reading a file may take.
type Limits interface {
	// Unpack reads all of r, or fails if that is too much.
	Unpack(r io.Reader) ([]byte, error)
	// Write allows for n more bytes of text, or fails.
	Write(n int) error
	// Over returns why there is no more time, or nil.
	Over() error
}

// Why a file cannot be read.
var (
	ErrNoPDF  = errors.New("it is no PDF, or too damaged: it has no pages")
	ErrLocked = errors.New("it needs a password to be opened")
)

// place is where an object stands: in the file, or in an unpacked stream.
type place struct {
	at     int // behind "12 0 obj", or in the stream
	order  int // of the object in the file; later ones replace earlier ones
	packed int // 1 + the index of the stream, 0 for the file
	gen    uint32
}

// file is a PDF whose objects were found.
type file struct {
	data    []byte
	limits  Limits
	objects map[uint32]place
	packed  [][]byte
	trailer dict
	crypt   *crypt
	fonts   map[ref]*font
	mapped  int // mappings of all fonts
	shown   int // forms that pages have shown
}

// open finds the objects of a file.
func open(data []byte, limits Limits) (*file, error) {
	f := &file{data: data, limits: limits, objects: map[uint32]place{}, fonts: map[ref]*font{}}
	packed, err := f.scan()
	if err != nil {
		return nil, err
	}
	if f.trailer["Encrypt"] != nil {
		if f.crypt, err = f.newCrypt(); err != nil {
			return nil, err
		}
	}
	for _, at := range packed {
		if err := f.unpackObjects(at); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// scan goes through the file once. It returns the numbers of the streams that
// hold further objects, in order.
func (f *file) scan() (packed []uint32, err error) {
	for at, n := 0, 0; ; n++ {
		if n%1024 == 0 {
			if err := f.limits.Over(); err != nil {
				return nil, err
			}
		}
		i := bytes.Index(f.data[at:], []byte("obj"))
		f.trailers(at, i)
		if i < 0 {
			return packed, nil
		}
		at += i + len("obj")
		num, gen, ok := header(f.data[:at-len("obj")])
		if !ok {
			continue
		}
		if len(f.objects) >= maxObjects {
			return nil, fmt.Errorf("it holds more than %d objects", maxObjects)
		}
		f.objects[num] = place{at: at, order: at, gen: gen}
		d, end := f.streamAt(at)
		if d == nil {
			continue
		}
		at = end
		switch d["Type"] {
		case name("ObjStm"):
			packed = append(packed, num)
		case name("XRef"):
			if d["Root"] != nil {
				f.trailer = d
			}
		}
	}
}

// header reads the "12 0 " that stands at the end of b.
func header(b []byte) (num, gen uint32, ok bool) {
	b = bytes.TrimRight(b[max(0, len(b)-40):], " \t\r\n\f\x00")
	gen, b, ok = lastNumber(b)
	if !ok || len(b) == 0 || !isSpace(b[len(b)-1]) {
		return 0, 0, false
	}
	num, _, ok = lastNumber(bytes.TrimRight(b, " \t\r\n\f\x00"))
	return num, gen, ok
}

func lastNumber(b []byte) (n uint32, rest []byte, ok bool) {
	i := len(b)
	for i > 0 && b[i-1] >= '0' && b[i-1] <= '9' {
		i--
	}
	if i == len(b) || len(b)-i > 9 {
		return 0, nil, false
	}
	for _, c := range b[i:] {
		n = n*10 + uint32(c-'0')
	}
	return n, b[:i], true
}

// trailers reads the trailers between at and the next object.
func (f *file) trailers(at, length int) {
	part := f.data[at:]
	if length >= 0 {
		part = part[:length]
	}
	i := bytes.Index(part, []byte("trailer"))
	if i < 0 {
		return
	}
	p := parser{data: f.data, at: at + i + len("trailer"), refs: true}
	if v, err := p.next(); err == nil {
		if d, ok := v.(dict); ok && d["Root"] != nil {
			f.trailer = d
		}
	}
}

// streamAt returns the dictionary of the stream that begins at at, and where it
// ends; nil if the object is no stream.
func (f *file) streamAt(at int) (dict, int) {
	s, end := f.parseStream(at)
	if s == nil {
		return nil, 0
	}
	return s.dict, end
}

func (f *file) parseStream(at int) (*stream, int) {
	p := parser{data: f.data, at: at, refs: true}
	p.space()
	if !bytes.HasPrefix(f.data[p.at:], []byte("<<")) {
		return nil, 0
	}
	v, err := p.next()
	d, ok := v.(dict)
	if err != nil || !ok {
		return nil, 0
	}
	p.space()
	rest, ok := bytes.CutPrefix(f.data[p.at:], []byte("stream"))
	if !ok {
		return nil, 0
	}
	rest = bytes.TrimPrefix(bytes.TrimPrefix(rest, []byte("\r")), []byte("\n"))
	from := len(f.data) - len(rest)
	if n, ok := d["Length"].(float64); ok && n >= 0 && int(n) <= len(rest) {
		tail := bytes.TrimLeft(rest[int(n):min(len(rest), int(n)+20)], " \t\r\n\x00")
		if bytes.HasPrefix(tail, []byte("endstream")) || bytes.HasPrefix(tail, []byte("endobj")) {
			return &stream{dict: d, raw: rest[:int(n)]}, from + int(n)
		}
	}
	end := bytes.Index(rest, []byte("endstream"))
	if end < 0 {
		if end = bytes.Index(rest, []byte("endobj")); end < 0 {
			end = len(rest)
		}
	}
	return &stream{dict: d, raw: rest[:end]}, from + end
}

// unpackObjects reads the table of a stream of objects.
func (f *file) unpackObjects(num uint32) error {
	holder, ok := f.objects[num]
	if !ok || holder.packed > 0 {
		return nil
	}
	s, ok := f.object(ref{num: num}).(*stream)
	if !ok {
		return nil
	}
	data, err := f.decode(s)
	if err != nil {
		return stop(err)
	}
	n, first := int(f.number(s.dict["N"])), int(f.number(s.dict["First"]))
	if first < 0 || first > len(data) {
		return nil
	}
	f.packed = append(f.packed, data)
	p := parser{data: data[:first]}
	for range min(n, maxObjects) {
		a, _ := p.try()
		b, _ := p.try()
		object, ok1 := a.(float64)
		at, ok2 := b.(float64)
		if !ok1 || !ok2 || at < 0 || int(at) > len(data)-first || object < 0 {
			return nil
		}
		old, known := f.objects[uint32(object)]
		if known && old.order > holder.order {
			continue
		}
		if len(f.objects) >= maxObjects {
			return fmt.Errorf("it holds more than %d objects", maxObjects)
		}
		f.objects[uint32(object)] = place{at: first + int(at), order: holder.order, packed: len(f.packed)}
	}
	return nil
}

// stop returns err if reading is to end with it: other errors are of one stream,
// and what does not need it can still be read.
func stop(err error) error {
	var damage damaged
	if errors.As(err, &damage) {
		return nil
	}
	return err
}

// damaged is an error in the file, not of what it takes to read it.
type damaged struct{ error }

// object returns an object, decrypted; nil if there is none.
func (f *file) object(r ref) any {
	at, ok := f.objects[r.num]
	if !ok {
		return nil
	}
	if at.packed > 0 {
		p := parser{data: f.packed[at.packed-1], at: at.at, refs: true}
		v, err := p.next()
		if err != nil {
			return nil
		}
		return v
	}
	id := ref{r.num, at.gen}
	if s, _ := f.parseStream(at.at); s != nil {
		s.id = id
		if f.crypt != nil {
			s.dict = f.crypt.strings(s.dict, id).(dict)
		}
		return s
	}
	p := parser{data: f.data, at: at.at, refs: true}
	v, err := p.next()
	if err != nil {
		return nil
	}
	if f.crypt != nil {
		return f.crypt.strings(v, id)
	}
	return v
}

// resolve follows references.
func (f *file) resolve(v any) any {
	for range maxRefs {
		r, ok := v.(ref)
		if !ok {
			return v
		}
		v = f.object(r)
	}
	return nil
}

// dict, array, number, name and text resolve v to what it should be; what it is
// not is empty.
func (f *file) dict(v any) dict {
	switch v := f.resolve(v).(type) {
	case dict:
		return v
	case *stream:
		return v.dict
	}
	return nil
}

func (f *file) array(v any) array { a, _ := f.resolve(v).(array); return a }

func (f *file) number(v any) float64 { n, _ := f.resolve(v).(float64); return n }

func (f *file) name(v any) name { n, _ := f.resolve(v).(name); return n }

func (f *file) text(v any) string { s, _ := f.resolve(v).(text); return string(s) }
