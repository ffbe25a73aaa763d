package purse

import (
	"fmt"
	"strings"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// flag is what a vault is remembered for.
type flag struct {
	asset  types.AssetID
	reason string
}

// purchase is the passages that were paid for and have not arrived yet.
type purchase struct {
	vaults   map[types.AssetID]*payee
	awaited  map[types.AssetID]map[types.Hash]bool
	problems []string
	flags    []flag
}

func newPurchase(b *bill) *purchase {
	w := &purchase{vaults: map[types.AssetID]*payee{}, awaited: map[types.AssetID]map[types.Hash]bool{}}
	for _, v := range b.payees {
		if v.metered() {
			continue
		}
		w.vaults[v.asset.ID], w.awaited[v.asset.ID] = v, map[types.Hash]bool{}
		for _, id := range v.ids {
			w.awaited[v.asset.ID][id] = true
		}
	}
	return w
}

// check compares a passage with what was ordered and with the root on the chain.
func (w *purchase) check(c wire.Citation) Citation {
	chunk := c.Passage.Chunk().Hash()
	out := Citation{
		N: c.N, Asset: c.Asset, Version: c.Version, Chunk: chunk, ID: c.Passage.ID, Salt: c.Salt,
		Source: c.Passage.Source, Heading: c.Passage.Heading, Start: c.Passage.Start, End: c.Passage.End,
		Text: c.Passage.Text, Path: c.Passage.Proof,
	}
	v := w.vaults[c.Asset]
	if v == nil {
		w.problems = append(w.problems, fmt.Sprintf("passage [%d] is said to be of asset %d, from which nothing was bought", c.N, c.Asset))
		return out
	}
	out.Root = v.root
	if reason := w.fault(v, c, chunk); reason != "" {
		w.problems = append(w.problems, fmt.Sprintf("passage [%d] of asset %d: %s", c.N, c.Asset, reason))
		w.flags = append(w.flags, flag{c.Asset, reason})
		return out
	}
	out.Proof = true
	return out
}

// fault says what is wrong with a passage of v, if anything is.
func (w *purchase) fault(v *payee, c wire.Citation, chunk types.Hash) string {
	id := pay.SaltedID(c.Salt, chunk)
	offered, bought := v.offered[id]
	switch {
	case !bought:
		return "it is not one of the passages that were ordered"
	case !w.awaited[v.asset.ID][id]:
		return "it was delivered before"
	case c.Passage.ID != id:
		return "it is delivered under the id of another passage"
	case c.Version != v.order.Version || c.Root != v.root:
		return fmt.Sprintf("it is said to be of version %d with root %s; ordered was version %d with root %s", c.Version, c.Root, v.order.Version, v.root)
	}
	delete(w.awaited[v.asset.ID], id)
	if err := c.Passage.Proof.Verify(chunk, v.root); err != nil {
		return fmt.Sprintf("its proof does not lead to the root on the chain: %v", err)
	}
	switch text, heading := c.Passage.Text, c.Passage.Heading; {
	case uint64(len(text)) != uint64(offered.Bytes):
		return fmt.Sprintf("it has %d bytes, offered were %d", len(text), offered.Bytes)
	case !strings.HasPrefix(text, offered.Preview) || !strings.HasPrefix(heading, offered.Heading):
		return "what was shown of it before it was bought is not its beginning"
	}
	return ""
}

// missing reports what was paid for and has not come, in the bill's order.
func (w *purchase) missing(b *bill) {
	for _, v := range b.payees {
		if n := len(w.awaited[v.asset.ID]); n > 0 {
			reason := fmt.Sprintf("%d of %d passages that were paid for did not come", n, len(v.ids))
			w.problems = append(w.problems, fmt.Sprintf("asset %d: %s", v.asset.ID, reason))
			w.flags = append(w.flags, flag{v.asset.ID, reason})
		}
	}
}
