package pdf

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/ascii85"
	"errors"
	"fmt"
	"io"
)

// maxFilters is how many filters, one on the other, are taken off.
const maxFilters = 6

// decode takes the filters off a stream. What is damaged is read as far as it goes.
func (f *file) decode(s *stream) ([]byte, error) {
	data := s.raw
	if f.crypt != nil && s.id != (ref{}) && f.name(s.dict["Type"]) != "XRef" {
		data = f.crypt.stream(f, s)
	}
	filters, params := f.list(s.dict, "Filter", "F"), f.list(s.dict, "DecodeParms", "DP")
	if len(filters) > maxFilters {
		return nil, damaged{fmt.Errorf("a stream has %d filters", len(filters))}
	}
	for i, v := range filters {
		var param dict
		if i < len(params) {
			param = f.dict(params[i])
		}
		var err error
		if data, err = f.filter(f.name(v), data, param); err != nil {
			return nil, err
		}
	}
	if len(filters) == 0 { // it counts as well: the same stream can be read many times
		return f.limits.Unpack(bytes.NewReader(data))
	}
	return data, nil
}

// list returns an entry that is one value or several. Pictures in a page's
// contents have short keys.
func (f *file) list(d dict, key, short name) array {
	v := f.resolve(d[key])
	if v == nil {
		if _, isText := f.resolve(d[short]).(text); !isText { // F is also a file's name
			v = f.resolve(d[short])
		}
	}
	switch v := v.(type) {
	case nil:
		return nil
	case array:
		return v
	default:
		return array{v}
	}
}

func (f *file) filter(kind name, data []byte, param dict) ([]byte, error) {
	switch kind {
	case "FlateDecode", "Fl":
		out, err := f.inflate(data)
		if err != nil {
			return nil, err
		}
		return f.unpredict(out, param)
	case "LZWDecode", "LZW":
		early := 1
		if v, ok := f.resolve(param["EarlyChange"]).(float64); ok {
			early = int(v)
		}
		out, err := f.limits.Unpack(&lzw{data: data, early: early})
		if err != nil {
			return nil, err
		}
		return f.unpredict(out, param)
	case "ASCII85Decode", "A85":
		return f.limits.Unpack(ascii85.NewDecoder(bytes.NewReader(trim85(data))))
	case "ASCIIHexDecode", "AHx":
		p := parser{data: append([]byte("<"), append(bytes.TrimRight(data, " \r\n\t>"), '>')...)}
		v, err := p.hex()
		if err != nil {
			return nil, damaged{err}
		}
		return []byte(v.(text)), nil
	case "RunLengthDecode", "RL":
		return f.limits.Unpack(&runs{data: data})
	case "Crypt":
		return data, nil
	}
	return nil, damaged{fmt.Errorf("a stream has the filter %q", kind)}
}

// inflate unpacks, whether or not the header and the checksum are right.
func (f *file) inflate(data []byte) ([]byte, error) {
	data = bytes.TrimLeft(data, "\r\n")
	var r io.Reader
	r, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		if len(data) < 2 {
			return nil, nil
		}
		r = flate.NewReader(bytes.NewReader(data[2:]))
	}
	return f.limits.Unpack(&lenient{r})
}

// lenient ends where a damaged stream does.
type lenient struct{ r io.Reader }

func (l *lenient) Read(b []byte) (int, error) {
	n, err := l.r.Read(b)
	if err != nil {
		err = io.EOF
	}
	return n, err
}

// trim85 cuts ASCII 85 off at its end mark and leaves out what it has no digits for.
func trim85(data []byte) []byte {
	data = bytes.TrimPrefix(bytes.TrimLeft(data, " \r\n\t"), []byte("<~"))
	if i := bytes.IndexByte(data, '~'); i >= 0 {
		data = data[:i]
	}
	out := make([]byte, 0, len(data))
	for _, c := range data {
		if (c >= '!' && c <= 'u') || c == 'z' {
			out = append(out, c)
		}
	}
	return out
}

// unpredict takes off PNG's and TIFF's predictors.
func (f *file) unpredict(data []byte, param dict) ([]byte, error) {
	predictor := int(f.number(param["Predictor"]))
	if predictor < 2 {
		return data, nil
	}
	colours, bits, columns := 1, 8, 1
	for key, v := range map[name]*int{"Colors": &colours, "BitsPerComponent": &bits, "Columns": &columns} {
		if n, ok := f.resolve(param[key]).(float64); ok {
			*v = int(n)
		}
	}
	if colours < 1 || colours > 32 || bits < 1 || bits > 16 || columns < 1 || columns > 1<<20 {
		return nil, damaged{errors.New("a predictor is out of bounds")}
	}
	pixel, row := max(1, colours*bits/8), (colours*bits*columns+7)/8
	if predictor == 2 {
		if bits == 8 {
			for start := 0; start < len(data); start += row {
				for i := start + pixel; i < min(start+row, len(data)); i++ {
					data[i] += data[i-pixel]
				}
			}
		}
		return data, nil
	}
	out, line, above := data[:0], make([]byte, row), make([]byte, row)
	for len(data) > 1 {
		kind := data[0]
		n := copy(line, data[1:])
		clear(line[n:])
		data = data[1+n:]
		unfilter(kind, line, above, pixel)
		out = append(out, line...)
		line, above = above, line
	}
	return out, nil
}

// unfilter takes one PNG filter off a line.
func unfilter(kind byte, line, above []byte, pixel int) {
	for i := range line {
		var left, corner byte
		if i >= pixel {
			left, corner = line[i-pixel], above[i-pixel]
		}
		switch kind {
		case 1:
			line[i] += left
		case 2:
			line[i] += above[i]
		case 3:
			line[i] += byte((int(left) + int(above[i])) / 2)
		case 4:
			line[i] += paeth(int(left), int(above[i]), int(corner))
		}
	}
}

func paeth(a, b, c int) byte {
	abs := func(n int) int { return max(n, -n) }
	pa, pb, pc := abs(b-c), abs(a-c), abs(a+b-2*c)
	switch {
	case pa <= pb && pa <= pc:
		return byte(a)
	case pb <= pc:
		return byte(b)
	}
	return byte(c)
}

// runs reads run lengths.
type runs struct {
	data []byte
	out  []byte
}

func (r *runs) Read(b []byte) (int, error) {
	for len(r.out) == 0 {
		if len(r.data) < 2 || r.data[0] == 128 {
			return 0, io.EOF
		}
		if n := int(r.data[0]); n < 128 {
			end := min(len(r.data), n+2)
			r.out, r.data = r.data[1:end], r.data[end:]
		} else {
			r.out, r.data = bytes.Repeat(r.data[1:2], 257-n), r.data[2:]
		}
	}
	n := copy(b, r.out)
	r.out = r.out[n:]
	return n, nil
}

// lzw reads the LZW of PDF and TIFF: most significant bit first, and codes that
// become longer one code early.
type lzw struct {
	data  []byte
	early int
	bits  uint32
	have  int
	table [][]byte
	last  []byte
	out   []byte
}

func (l *lzw) Read(b []byte) (int, error) {
	for len(l.out) == 0 {
		if err := l.code(); err != nil {
			return 0, err
		}
	}
	n := copy(b, l.out)
	l.out = l.out[n:]
	return n, nil
}

func (l *lzw) code() error {
	width := 9
	for n := 258 + len(l.table) + l.early; width < 12 && n >= 1<<width; {
		width++
	}
	for l.have < width {
		if len(l.data) == 0 {
			return io.EOF
		}
		l.bits, l.have, l.data = l.bits<<8|uint32(l.data[0]), l.have+8, l.data[1:]
	}
	code := int(l.bits >> (l.have - width) & (1<<width - 1))
	l.have -= width
	switch {
	case code == 256:
		l.table, l.last = l.table[:0], nil
		return nil
	case code == 257 || code > 258+len(l.table) || (code >= 258+len(l.table) && l.last == nil):
		return io.EOF
	}
	var entry []byte
	switch {
	case code < 256:
		entry = []byte{byte(code)}
	case code < 258+len(l.table):
		entry = l.table[code-258]
	default:
		entry = append(append([]byte{}, l.last...), l.last[0])
	}
	if l.last != nil && 258+len(l.table) < 4096 {
		l.table = append(l.table, append(append([]byte{}, l.last...), entry[0]))
	}
	l.last, l.out = entry, entry
	return nil
}
