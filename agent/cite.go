package agent

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// Reference names passages of an earlier answer.
type Reference struct {
	// Answer is the id of an Answer, or its first 8 digits or more.
	Answer string
	// N are the numbers of its citations; empty for all.
	N []int
}

// Cited is passages of an earlier answer, with the proof that they are what the chain
// commits to and that they were paid for.
type Cited struct {
	Answer   string    `json:"answer" jsonschema:"the answer's id"`
	Passages []Passage `json:"passages"`
	// Use is the proof of the use, as weal receipts verify reads it.
	Use any `json:"use,omitempty" jsonschema:"proof of the use for weal receipts verify: a receipt, a later voucher, and the path between"`
	// Receipts are as their providers signed them.
	Receipts []any `json:"receipts" jsonschema:"the receipts as they were signed"`
}

// Passage is a citation with its proof.
type Passage struct {
	Citation
	Start uint64 `json:"start" jsonschema:"where it begins in the document's text, in bytes"`
	End   uint64 `json:"end"`
	Chunk string `json:"chunk" jsonschema:"hash of the passage, the leaf of the proof"`
	Root  string `json:"root" jsonschema:"the chain's root of the vault's version"`
	Path  any    `json:"path" jsonschema:"from chunk to root"`
}

// Kept is an answer as it is kept: all that a citation needs again.
type Kept struct {
	Answer   Answer              `json:"answer"`
	Passages []Held              `json:"passages"`
	Receipts []pay.SignedReceipt `json:"receipts"`
	// App is the receipt to prove the use by; zero if there is none.
	App types.Hash `json:"app"`
}

// Held is a passage in keeping.
type Held struct {
	N       int           `json:"n"`
	Asset   types.AssetID `json:"asset"`
	Version uint32        `json:"version"`
	Root    types.Hash    `json:"root"`
	wire.Passage
}

// Link names a passage in its document.
func Link(asset types.AssetID, version uint32, source string, start, end uint64) string {
	return wire.CitationURL(asset, version, source, start, end)
}

// Chosen are the passages that r names.
func (k Kept) Chosen(r Reference) ([]Held, error) {
	all := slices.Clone(k.Passages)
	slices.SortStableFunc(all, func(a, b Held) int { return cmp.Compare(a.N, b.N) })
	if len(r.N) == 0 {
		return all, nil
	}
	var out []Held
	for _, n := range r.N {
		i := slices.IndexFunc(all, func(h Held) bool { return h.N == n })
		if i < 0 {
			return nil, fmt.Errorf("cite: answer %s has no passage [%d]; it has %d", k.Answer.ID, n, len(all))
		}
		out = append(out, all[i])
	}
	return out, nil
}

// Show is h as it is told; root is what the chain has for its asset's version now.
func (h Held) Show(root types.Hash, quoted bool) Passage {
	chunk := h.Chunk().Hash()
	return Passage{
		Citation: Citation{
			N: h.N, Asset: uint64(h.Asset), Version: h.Version, Source: h.Source, Heading: h.Heading, Text: h.Text,
			Link:     Link(h.Asset, h.Version, h.Source, h.Start, h.End),
			Verified: h.Root == root && h.Proof.Verify(chunk, root) == nil, Quoted: quoted,
		},
		Start: h.Start, End: h.End, Chunk: chunk.String(), Root: root.String(), Path: h.Proof,
	}
}

// Cite shows the passages that r names, checked with what root asks of the chain, and
// the receipts. Use is left out.
func (k Kept) Cite(ctx context.Context, r Reference, root func(context.Context, types.AssetID, uint32) (types.Hash, error)) (Cited, error) {
	chosen, err := k.Chosen(r)
	if err != nil {
		return Cited{}, err
	}
	out := Cited{Answer: k.Answer.ID, Passages: []Passage{}, Receipts: []any{}}
	named := Marks(k.Answer.Text)
	for _, h := range chosen {
		onChain, err := root(ctx, h.Asset, h.Version)
		if err != nil {
			return Cited{}, fmt.Errorf("cite: look up version %d of asset %d: %w", h.Version, h.Asset, err)
		}
		out.Passages = append(out.Passages, h.Show(onChain, named[h.N]))
	}
	for _, s := range k.Receipts {
		out.Receipts = append(out.Receipts, s)
	}
	return out, nil
}

// Marks are the citations that text names as [n].
func Marks(text string) map[int]bool {
	out := map[int]bool{}
	for m := range attribution.Marks(text) {
		out[int(m.N)] = true
	}
	return out
}
