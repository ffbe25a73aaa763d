package local

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/types"
)

// Merged is what merging shares brought.
type Merged struct {
	Share types.ShareID `json:"share"` // has all units now
	Units uint64        `json:"units"`
	// Empty are the others. They have no units any more, and keep what they had
	// earned until it is claimed.
	Empty []types.ShareID `json:"empty"`
}

// Merge moves all units of shares into the first of them. All are of one asset and
// one owner, the account called from or the home's account that has that address.
// With an error it returns what was merged nonetheless.
func (c *Client) Merge(ctx context.Context, ids []types.ShareID, from string) (Merged, error) {
	shares := make([]ledger.Share, len(ids))
	for i, id := range ids {
		s, err := c.Ledger.Share(ctx, id)
		if err != nil {
			return Merged{}, err
		}
		shares[i] = s
	}
	first := shares[0]
	m := Merged{Share: first.ID, Units: first.Value, Empty: []types.ShareID{}}
	for _, s := range shares[1:] {
		switch {
		case s.Asset != first.Asset:
			return m, fmt.Errorf("share %d is of asset %d, and share %d of asset %d: units stay within their asset", first.ID, first.Asset, s.ID, s.Asset)
		case s.Owner != first.Owner:
			return m, fmt.Errorf("share %d is owned by %s, and share %d by %s: merging would give units away; that is done with: weal asset move",
				first.ID, first.Owner, s.ID, s.Owner)
		}
	}
	sender, err := c.Signer(from, first.Owner, fmt.Sprintf("owns share %d", first.ID))
	if err != nil {
		return m, err
	}
	for _, s := range shares[1:] {
		if s.Value > 0 {
			if err := sender.TransferInto(ctx, s.ID, first.ID, s.Value); err != nil {
				return m, err
			}
		}
		m.Units, m.Empty = m.Units+s.Value, append(m.Empty, s.ID)
	}
	return m, nil
}

// Mergeable returns the shares that could be merged: those with units, of one
// asset and one owner, where there is more than one, in the order of their numbers.
func Mergeable(shares []ledger.Share) [][]types.ShareID {
	type whose struct {
		asset types.AssetID
		owner string
	}
	of := map[whose][]types.ShareID{}
	for _, s := range shares {
		if s.Value > 0 {
			key := whose{s.Asset, s.Owner}
			of[key] = append(of[key], s.ID)
		}
	}
	var all [][]types.ShareID
	for _, ids := range of {
		if len(ids) > 1 {
			slices.Sort(ids)
			all = append(all, ids)
		}
	}
	slices.SortFunc(all, func(a, b []types.ShareID) int { return cmp.Compare(a[0], b[0]) })
	return all
}
