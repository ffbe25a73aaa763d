package ingest

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// toUTF8 returns data in UTF-8 without a byte order mark. What is no UTF-8 is
// converted if its encoding is certain: by a byte order mark, by what the
// transport (charset) or an HTML page says, or because it reads as Windows-1252.
func toUTF8(format Format, label string, data []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xEF\xBB\xBF")):
		data = data[3:]
	case bytes.HasPrefix(data, []byte("\xFF\xFE")), bytes.HasPrefix(data, []byte("\xFE\xFF")):
		return decode(unicode.UTF16(unicode.BigEndian, unicode.ExpectBOM), data)
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return nil, ErrBinary
	}
	if utf8.Valid(data) {
		return data, nil
	}
	if e, name := charset.Lookup(label); e != nil && name != "utf-8" {
		return decode(e, data)
	}
	if format == HTML && bytes.Contains(bytes.ToLower(data[:min(len(data), 1024)]), []byte("charset")) {
		if e, name, _ := charset.DetermineEncoding(data, ""); name != "utf-8" {
			return decode(e, data)
		}
	}
	if western(data) {
		return decode(charmap.Windows1252, data)
	}
	return nil, fmt.Errorf("%w (byte %d is the first that is not UTF-8)", ErrEncoding, badByte(data))
}

func decode(e encoding.Encoding, data []byte) ([]byte, error) {
	out, err := e.NewDecoder().Bytes(data)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrEncoding, err)
	case bytes.IndexByte(out, 0) >= 0:
		return nil, ErrBinary
	}
	return out, nil
}

// badByte returns where data ceases to be UTF-8.
func badByte(data []byte) int {
	at := 0
	for at < len(data) {
		r, n := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && n <= 1 {
			break
		}
		at += n
	}
	return at
}

// western reports whether data reads as Windows-1252 or Latin-1 text: it is not
// UTF-8 with a few bad bytes, has no control characters, and what is not ASCII is
// the accented letters and marks of a text that is mostly ASCII.
func western(data []byte) bool {
	var letters, high, odd, run, wide, bad int
	for i, c := range data {
		switch {
		case c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f', c == 0x7F:
			return false
		case c == 0x81, c == 0x8D, c == 0x8F, c == 0x90, c == 0x9D: // stand for nothing
			return false
		case c < 0x80:
			if c|0x20 >= 'a' && c|0x20 <= 'z' {
				letters++
			}
			run = 0
			continue
		}
		high++
		if run++; run > 3 {
			odd++
		}
		if r, n := utf8.DecodeRune(data[i:]); n > 1 {
			wide++
		} else if r == utf8.RuneError && utf8.RuneStart(c) {
			bad++
		}
	}
	return wide <= bad && 4*high <= letters+high && 10*odd <= high
}
