package ledger

import (
	"slices"
	"time"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	assettypes "github.com/weal-network/weal/x/asset/types"
	tabtypes "github.com/weal-network/weal/x/tab/types"
)

func lanesOf(lanes []NewLane) []tabtypes.NewLane {
	var all []tabtypes.NewLane
	for _, l := range lanes {
		all = append(all, tabtypes.NewLane{Key: l.Key[:], Cap: l.Cap.String(), Gateway: uint64(l.Gateway)})
	}
	return all
}

func pricesOf(prices []types.Price) []assettypes.Price {
	var all []assettypes.Price
	for _, p := range prices {
		all = append(all, assettypes.PriceOf(p))
	}
	return all
}

func licenceMsg(l types.Licence) *assettypes.Licence {
	m := &assettypes.Licence{
		Kind: uint32(l.Kind), Royalty: l.Royalty, Closed: l.Closed, Collection: l.Collection, Slot: l.Slot, TermsUri: l.TermsURI,
	}
	if !l.Terms.IsZero() {
		m.Terms = l.Terms[:]
	}
	return m
}

// settlementOf writes a settlement in the canonical encodings of pay.
func settlementOf(st pay.Settlement) tabtypes.Settlement {
	return tabtypes.Settlement{Voucher: st.Voucher.Bytes(), Claims: claimsOf(st.Claims)}
}

func claimsOf(claims []pay.Claim) []tabtypes.Claim {
	var all []tabtypes.Claim
	pathless := showAll(claims)
	for _, c := range claims {
		var m tabtypes.Claim
		if c.Leaf != nil {
			m.Leaf = c.Leaf.Bytes()
			if !pathless {
				m.LeafPath = c.LeafPath.Bytes()
			}
		}
		if c.Tick != nil {
			m.Tick, m.TickPath = c.Tick.Bytes(), c.TickPath.Bytes()
			m.Preimage, m.TickCount = c.Preimage[:], c.K
		}
		all = append(all, m)
	}
	return all
}

// showAll reports whether claims have all leaves of their tree: the chain needs no
// paths to them then.
func showAll(claims []pay.Claim) bool {
	var leaves uint32
	for _, c := range claims {
		if c.Leaf != nil {
			leaves++
		}
	}
	return !slices.ContainsFunc(claims, func(c pay.Claim) bool { return c.Leaf != nil && c.LeafPath.Count != leaves })
}

// forget drops an asset that is known to have changed.
func (l *Ledger) forget(id types.AssetID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.known, id)
	l.forgotten[id] = time.Now()
}
