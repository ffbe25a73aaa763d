package attribution

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

const (
	// Million is what the shares of an answer's passages sum to.
	Million = 1_000_000
	// MaxPassages is the most passages of a record.
	MaxPassages = 256
	// MaxBand is the strongest band.
	MaxBand = 9
	// EntrySize is the length of an entry's encoding, in bytes.
	EntrySize = 4 + 8 + 4 + 32 + 1 + 4 + 3*4
)

// The tags of what is hashed here; see package pay for the others.
const (
	tagEntry  = "weal/attributed/1"
	tagRecord = "weal/attribution/1"
)

// Errors of this package.
var (
	// ErrEncoding is returned for bytes that are no record.
	ErrEncoding = errors.New("not a canonical attribution record")
	// ErrShares is returned for shares that do not follow from bands and citations.
	ErrShares = errors.New("the shares are not what bands and citations come to")
	// ErrPart is returned for a part that is not of the record it is shown for.
	ErrPart = errors.New("the part is not of this record")
)

// Passage is a passage that was released for an answer.
type Passage struct {
	N       uint32        `json:"n"` // the [n] in the answer
	Asset   types.AssetID `json:"asset"`
	Version uint32        `json:"version"`
	Chunk   types.Hash    `json:"chunk"` // pay.Chunk.Hash
	Band    uint8         `json:"band"`  // that it was offered with
}

// Entry is a passage and what it counted.
type Entry struct {
	Passage
	// Cites is how often the answer cites the passage.
	Cites uint32 `json:"cites"`
	// The share of the passage by each rule, in millionths.
	Equal    uint32 `json:"equal"`
	Score    uint32 `json:"score"`
	Citation uint32 `json:"citation"`
}

// Bytes returns the encoding of e, EntrySize bytes.
func (e Entry) Bytes() []byte {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, EntrySize), e.N)
	b = binary.BigEndian.AppendUint64(b, uint64(e.Asset))
	b = binary.BigEndian.AppendUint32(b, e.Version)
	b = append(b, e.Chunk[:]...)
	b = append(b, e.Band)
	b = binary.BigEndian.AppendUint32(b, e.Cites)
	b = binary.BigEndian.AppendUint32(b, e.Equal)
	b = binary.BigEndian.AppendUint32(b, e.Score)
	return binary.BigEndian.AppendUint32(b, e.Citation)
}

// Hash returns the entry's leaf in its record's tree.
func (e Entry) Hash() types.Hash {
	return sha256.Sum256(append([]byte(tagEntry), e.Bytes()...))
}

// Share returns the passage's share by a rule.
func (e Entry) Share(r Rule) uint32 {
	switch r {
	case ByScore:
		return e.Score
	case ByCitation:
		return e.Citation
	case Equal:
	}
	return e.Equal
}

// Record is all passages of an answer, ascending by N.
type Record []Entry

// Make returns the record of an answer: its passages, ascending by N, and its text.
func Make(passages []Passage, text string) (Record, error) {
	r := make(Record, len(passages))
	for i, p := range passages {
		r[i].Passage = p
	}
	if err := r.wellFormed(); err != nil {
		return nil, err
	}
	for m := range Marks(text) {
		if i, ok := slices.BinarySearchFunc(r, m.N, func(e Entry, n uint32) int { return int(int64(e.N) - int64(n)) }); ok {
			r[i].Cites++
		}
	}
	r.share()
	return r, nil
}

// Has reports whether r has a passage of an asset.
func (r Record) Has(asset types.AssetID) bool {
	return slices.ContainsFunc(r, func(e Entry) bool { return e.Asset == asset })
}

func (r Record) wellFormed() error {
	if len(r) == 0 || len(r) > MaxPassages {
		return fmt.Errorf("%w: want 1 to %d passages, got %d", ErrEncoding, MaxPassages, len(r))
	}
	for i, e := range r {
		switch {
		case e.N == 0 || (i > 0 && r[i-1].N >= e.N):
			return fmt.Errorf("%w: numbers must ascend from 1, passage %d has %d", ErrEncoding, i, e.N)
		case e.Band > MaxBand:
			return fmt.Errorf("%w: passage %d has band %d, the strongest is %d", ErrEncoding, i, e.Band, MaxBand)
		}
	}
	return nil
}

// share sets the shares by each rule. What cites nothing counts by score.
func (r Record) share() {
	ones, bands, cites := make([]uint64, len(r)), make([]uint64, len(r)), make([]uint64, len(r))
	cited := false
	for i, e := range r {
		ones[i], bands[i], cites[i] = 1, uint64(e.Band)+1, uint64(e.Cites)
		cited = cited || e.Cites > 0
	}
	if !cited {
		cites = bands
	}
	equal, score, citation := Split(Million, ones), Split(Million, bands), Split(Million, cites)
	for i := range r {
		r[i].Equal, r[i].Score, r[i].Citation = uint32(equal[i]), uint32(score[i]), uint32(citation[i])
	}
}

// Check returns an error unless r is a record whose shares follow from its bands
// and citations.
func (r Record) Check() error {
	if err := r.wellFormed(); err != nil {
		return err
	}
	again := slices.Clone(r)
	again.share()
	if !slices.Equal(r, again) {
		return ErrShares
	}
	return nil
}

// Bytes returns the encoding of r: its entries one after another.
func (r Record) Bytes() []byte {
	b := make([]byte, 0, len(r)*EntrySize)
	for _, e := range r {
		b = append(b, e.Bytes()...)
	}
	return b
}

// Parse reads what Record.Bytes wrote of a record that holds.
func Parse(b []byte) (Record, error) {
	if len(b)%EntrySize != 0 || len(b) > MaxPassages*EntrySize {
		return nil, fmt.Errorf("%w: want %d bytes a passage, got %d", ErrEncoding, EntrySize, len(b))
	}
	r := make(Record, len(b)/EntrySize)
	for i := range r {
		r[i] = parseEntry(b[i*EntrySize:])
	}
	if err := r.Check(); err != nil {
		return nil, err
	}
	return r, nil
}

func parseEntry(b []byte) Entry {
	u32 := func(at int) uint32 { return binary.BigEndian.Uint32(b[at:]) }
	return Entry{
		Passage: Passage{
			N: u32(0), Asset: types.AssetID(binary.BigEndian.Uint64(b[4:])), Version: u32(12), Chunk: types.Hash(b[16:48]), Band: b[48],
		},
		Cites: u32(49), Equal: u32(53), Score: u32(57), Citation: u32(61),
	}
}

// tree returns the tree over r's entries.
func (r Record) tree() *pay.Tree {
	hashes := make([]types.Hash, len(r))
	for i, e := range r {
		hashes[i] = e.Hash()
	}
	return pay.NewTree(hashes)
}

// Detail returns what a receipt commits to r by; zero for an empty record.
func (r Record) Detail() types.Hash {
	if len(r) == 0 {
		return types.Hash{}
	}
	return detail(uint32(len(r)), r.tree().Root())
}

func detail(count uint32, root types.Hash) types.Hash {
	b := binary.BigEndian.AppendUint32([]byte(tagRecord), count)
	return sha256.Sum256(append(b, root[:]...))
}
