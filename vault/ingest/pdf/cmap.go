package pdf

import (
	"sort"
	"strings"
	"unicode/utf16"
)

// maxMappings is how many mappings the fonts of a file may have in all.
const maxMappings = 1 << 20

// cmap says which characters a font's codes stand for.
type cmap struct {
	chars  map[uint32]string
	ranges []cmapRange // ascending, once sorted
	bytes  int         // of a code: 1 or 2; 0 if it does not say
}

type cmapRange struct {
	lo, hi uint32
	to     string // of lo; the last character counts up
}

// lookup returns what a code stands for.
func (m *cmap) lookup(code uint32) (string, bool) {
	if m == nil {
		return "", false
	}
	if s, ok := m.chars[code]; ok {
		return s, true
	}
	i := sort.Search(len(m.ranges), func(i int) bool { return m.ranges[i].lo > code })
	if i == 0 || m.ranges[i-1].hi < code {
		return "", false
	}
	r := m.ranges[i-1]
	to := []rune(r.to)
	if len(to) == 0 {
		return "", true
	}
	to[len(to)-1] += rune(code - r.lo)
	return string(to), true
}

// toUnicode reads a font's ToUnicode. What is malformed in it is passed over.
func (f *file) toUnicode(v any) (*cmap, error) {
	s, ok := f.resolve(v).(*stream)
	if !ok {
		return nil, nil
	}
	data, err := f.decode(s)
	if err != nil {
		return nil, stop(err)
	}
	m := &cmap{chars: map[uint32]string{}}
	p := parser{data: data}
	var args array
	for n := 0; f.mapped < maxMappings; n++ {
		if n%1024 == 0 {
			if err := f.limits.Over(); err != nil {
				return nil, err
			}
		}
		p.values = 0
		v, ok := p.try()
		if !ok {
			break
		}
		word, ok := v.(keyword)
		if !ok {
			if args = append(args, v); len(args) > 3*maxOperands {
				args = args[:0]
			}
			continue
		}
		switch word {
		case "endcodespacerange":
			for i := 0; i+1 < len(args); i += 2 {
				if s, ok := args[i].(text); ok {
					m.bytes = max(m.bytes, min(len(s), 2))
				}
			}
		case "endbfchar":
			for i := 0; i+1 < len(args); i += 2 {
				code, ok1 := args[i].(text)
				to, ok2 := args[i+1].(text)
				if ok1 && ok2 {
					m.chars[codeOf(code)] = utf16Text(to)
					f.mapped++
				}
			}
		case "endbfrange":
			f.addRanges(m, args)
		}
		args = args[:0]
	}
	sort.SliceStable(m.ranges, func(i, j int) bool { return m.ranges[i].lo < m.ranges[j].lo })
	return m, nil
}

func (f *file) addRanges(m *cmap, args array) {
	for i := 0; i+2 < len(args); i += 3 {
		lo, ok1 := args[i].(text)
		hi, ok2 := args[i+1].(text)
		if !ok1 || !ok2 {
			continue
		}
		switch to := args[i+2].(type) {
		case text:
			m.ranges = append(m.ranges, cmapRange{codeOf(lo), codeOf(hi), utf16Text(to)})
			f.mapped++
		case array:
			for j, v := range to {
				if s, ok := v.(text); ok && codeOf(lo)+uint32(j) <= codeOf(hi) {
					m.chars[codeOf(lo)+uint32(j)] = utf16Text(s)
					f.mapped++
				}
			}
		}
	}
}

// codeOf reads a code of up to four bytes.
func codeOf(s text) (code uint32) {
	for _, c := range []byte(s[:min(len(s), 4)]) {
		code = code<<8 | uint32(c)
	}
	return code
}

// utf16Text reads big-endian UTF-16.
func utf16Text(s text) string {
	if len(s) == 1 {
		return string(rune(s[0]))
	}
	units := make([]uint16, 0, len(s)/2)
	for i := 0; i+1 < len(s); i += 2 {
		units = append(units, uint16(s[i])<<8|uint16(s[i+1]))
	}
	return strings.TrimRight(string(utf16.Decode(units)), "\x00")
}
