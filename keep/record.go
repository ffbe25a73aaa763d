package keep

import (
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
)

// A journal's file is a sequence of records:
//
//	length of payload  4 bytes, little endian
//	CRC-32C of payload 4 bytes, little endian
//	payload            number of the record, kind, and what the kind says
//
// Numbers count up without gaps through all files of a journal. A record either
// gives a statement's text an id, which holds to the end of its file, or has the
// changes of one Put. Integers are varints, texts and blobs follow their length.
const (
	recordHead = 8
	// maxRecord bounds what is believed of a length. It is above SQLite's own bound
	// of one row's size divided by what a role ever writes at once.
	maxRecord = 64 << 20

	kindText = 1 // id, text
	kindPut  = 2 // number of changes; of each: id of text, number of arguments, arguments

	argNull  = 0
	argInt   = 1
	argFloat = 2
	argBlob  = 3
	argText  = 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errEnd says that a file's records end here: at its end, in a record that was not
// written whole, or in bytes of an older one.
var errEnd = errors.New("no further record")

// beginRecord appends the head of a record, to be filled in by endRecord.
func beginRecord(b []byte, number uint64, kind byte) []byte {
	b = append(b, 0, 0, 0, 0, 0, 0, 0, 0)
	return append(binary.AppendUvarint(b, number), kind)
}

// endRecord fills in the head of the record that begins at start.
func endRecord(b []byte, start int) ([]byte, error) {
	payload := b[start+recordHead:]
	if len(payload) > maxRecord {
		return nil, fmt.Errorf("write of %d bytes at once, at most %d are kept", len(payload), maxRecord)
	}
	binary.LittleEndian.PutUint32(b[start:], uint32(len(payload)))
	binary.LittleEndian.PutUint32(b[start+4:], crc32.Checksum(payload, castagnoli))
	return b, nil
}

func appendBytes[T string | []byte](b []byte, v T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(v))), v...)
}

// appendArg appends one of database/sql's values.
func appendArg(b []byte, v driver.Value) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, argNull), nil
	case int64:
		return binary.AppendVarint(append(b, argInt), v), nil
	case bool:
		n := int64(0)
		if v {
			n = 1
		}
		return binary.AppendVarint(append(b, argInt), n), nil
	case float64:
		return binary.LittleEndian.AppendUint64(append(b, argFloat), math.Float64bits(v)), nil
	case []byte:
		if v == nil {
			return append(b, argNull), nil
		}
		return appendBytes(append(b, argBlob), v), nil
	case string:
		return appendBytes(append(b, argText), v), nil
	}
	return b, fmt.Errorf("a change's argument is of type %T; use integers, floats, texts and blobs", v)
}

// record is one record as it was read.
type record struct {
	number uint64
	kind   byte
	id     uint64
	text   string
	puts   []putRecord
}

// putRecord is one change of a record.
type putRecord struct {
	id   uint64
	args []driver.NamedValue
}

// readRecord reads the record at the head of b and returns what follows it.
func readRecord(b []byte) (r record, rest []byte, err error) {
	if len(b) < recordHead {
		return r, nil, errEnd
	}
	n := binary.LittleEndian.Uint32(b)
	if n > maxRecord || int(n) > len(b)-recordHead {
		return r, nil, errEnd
	}
	payload := b[recordHead : recordHead+int(n)]
	if crc32.Checksum(payload, castagnoli) != binary.LittleEndian.Uint32(b[4:]) {
		return r, nil, errEnd
	}
	p := parser{b: payload}
	r.number, r.kind = p.uvarint(), p.byte()
	switch r.kind {
	case kindText:
		r.id, r.text = p.uvarint(), string(p.bytes())
	case kindPut:
		for count := p.uvarint(); count > 0 && !p.bad; count-- {
			put := putRecord{id: p.uvarint()}
			for args := p.uvarint(); args > 0 && !p.bad; args-- {
				put.args = append(put.args, driver.NamedValue{Ordinal: len(put.args) + 1, Value: p.arg()})
			}
			r.puts = append(r.puts, put)
		}
	default:
		p.bad = true
	}
	if p.bad || len(p.b) > 0 {
		return r, nil, fmt.Errorf("journal: record %d is none that this program writes; was it written by a newer one?", r.number)
	}
	return r, b[recordHead+int(n):], nil
}

// parser takes a payload apart. After the first thing that is not there it is bad.
type parser struct {
	b   []byte
	bad bool
}

func (p *parser) uvarint() uint64 {
	v, n := binary.Uvarint(p.b)
	if n <= 0 {
		p.bad, p.b = true, nil
		return 0
	}
	p.b = p.b[n:]
	return v
}

func (p *parser) varint() int64 {
	v, n := binary.Varint(p.b)
	if n <= 0 {
		p.bad, p.b = true, nil
		return 0
	}
	p.b = p.b[n:]
	return v
}

func (p *parser) take(n uint64) []byte {
	if n > uint64(len(p.b)) {
		p.bad, p.b = true, nil
		return nil
	}
	v := p.b[:n:n]
	p.b = p.b[n:]
	return v
}

func (p *parser) byte() byte {
	if v := p.take(1); v != nil {
		return v[0]
	}
	return 0
}

func (p *parser) bytes() []byte { return p.take(p.uvarint()) }

func (p *parser) arg() driver.Value {
	switch p.byte() {
	case argNull:
		return nil
	case argInt:
		return p.varint()
	case argFloat:
		if v := p.take(8); v != nil {
			return math.Float64frombits(binary.LittleEndian.Uint64(v))
		}
		return nil
	case argBlob:
		return p.bytes()
	case argText:
		return string(p.bytes())
	}
	p.bad = true
	return nil
}
