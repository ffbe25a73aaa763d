package purse

import (
	"slices"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
)

// attributionsSchema adds to the receipts the records that apps' receipts commit to;
// null for others.
const attributionsSchema = `ALTER TABLE purse_receipts ADD COLUMN record BLOB`

// attribute compares what the gateway says of the passages with what text and
// passages come to, and keeps that if the app's receipt commits to it.
func (r *reading) attribute(said attribution.Record) {
	at := slices.IndexFunc(r.a.Receipts, func(s pay.SignedReceipt) bool { return !s.Detail.IsZero() && r.isApp(s.Asset) })
	if at < 0 {
		if len(said) > 0 && slices.ContainsFunc(r.a.Receipts, func(s pay.SignedReceipt) bool { return r.isApp(s.Asset) }) {
			r.problem("the gateway says what the passages counted, and its receipt does not commit to it")
		}
		return
	}
	own, ok := r.record()
	switch detail := r.a.Receipts[at].Detail; {
	case !ok: // of a passage that does not hold the purse cannot say what it counted
	case !slices.Equal(own, said):
		r.problem("what the gateway says the passages counted is not what the answer's text and passages come to")
	case own.Detail() != detail:
		r.problem("the receipt of the app commits to something else than what the passages counted")
	default:
		r.a.Attribution = own
	}
}

func (r *reading) isApp(id types.AssetID) bool {
	return slices.ContainsFunc(r.b.payees, func(v *payee) bool { return v.asset.ID == id && v.asset.Kind == types.KindApp })
}

// record makes the answer's record, if all its passages hold.
func (r *reading) record() (attribution.Record, bool) {
	passages := make([]attribution.Passage, len(r.a.Citations))
	for i, c := range r.a.Citations {
		v := r.bought.vaults[c.Asset]
		if !c.Proof || v == nil || c.N < 1 {
			return nil, false
		}
		passages[i] = attribution.Passage{N: uint32(c.N), Asset: c.Asset, Version: c.Version, Chunk: c.Chunk, Band: min(v.offered[c.ID].Band, attribution.MaxBand)}
	}
	record, err := attribution.Make(passages, r.text.String())
	return record, err == nil
}

// recordOf returns the bytes of the record that a receipt commits to, or nil.
func (r *reading) recordOf(s pay.SignedReceipt) []byte {
	if len(r.a.Attribution) == 0 || !r.isApp(s.Asset) {
		return nil
	}
	return r.a.Attribution.Bytes()
}
