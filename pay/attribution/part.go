package attribution

import (
	"fmt"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// Part is what of a record is shown to one vault: the entries of its passages, each
// with its proof.
type Part struct {
	Count   uint32     `json:"count"` // entries of the whole record
	Root    types.Hash `json:"root"`  // of RFC 6962, over all of them
	Entries []Shown    `json:"entries"`
}

// Shown is one entry with the proof that it is under a part's root.
type Shown struct {
	Entry
	Path pay.Proof `json:"path"`
}

// Part returns what of r is about an asset. It has no entries if there are none.
func (r Record) Part(asset types.AssetID) Part {
	t := r.tree()
	p := Part{Count: uint32(len(r)), Root: t.Root()}
	for i, e := range r {
		if e.Asset == asset {
			p.Entries = append(p.Entries, Shown{Entry: e, Path: t.Proof(i)})
		}
	}
	return p
}

// Verify checks that p is of the record with a detail, and that its entries are
// different ones of it. It does not show that no other is of the same asset.
func (p Part) Verify(of types.Hash) error {
	switch {
	case p.Count == 0 || p.Count > MaxPassages || len(p.Entries) == 0 || len(p.Entries) > int(p.Count):
		return fmt.Errorf("%w: it has %d entries of %d", ErrPart, len(p.Entries), p.Count)
	case detail(p.Count, p.Root) != of:
		return fmt.Errorf("%w: root and count are not what the detail commits to", ErrPart)
	}
	for i, e := range p.Entries {
		switch {
		case e.Path.Count != uint64(p.Count):
			return fmt.Errorf("%w: entry %d has a proof of another tree", ErrPart, i)
		case i > 0 && e.Path.Index <= p.Entries[i-1].Path.Index:
			return fmt.Errorf("%w: entries must ascend", ErrPart)
		case e.Band > MaxBand:
			return fmt.Errorf("%w: entry %d has band %d", ErrPart, i, e.Band)
		}
		if err := e.Path.Verify(e.Hash(), p.Root); err != nil {
			return fmt.Errorf("%w: entry %d: %w", ErrPart, i, err)
		}
	}
	return nil
}
