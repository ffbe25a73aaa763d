package vault_test

import (
	"testing"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/wire"
)

// BenchmarkOfferAndRelease is one paid question as the vault sees it: an offer,
// and the release of its first passage.
func BenchmarkOfferAndRelease(b *testing.B) {
	w := newWorld(b)
	w.add()
	if err := w.vault.Close(); err != nil {
		b.Fatal(err)
	}
	w.open(func(c *vault.Config) { c.Exposure = types.NewAmount(1 << 60) })
	l := w.lanes[lane(0)]
	l.Cap = types.NewAmount(1 << 62)
	w.lanes[lane(0)] = l
	seq := uint64(0)
	for b.Loop() {
		seq++
		o, err := w.vault.Offer(b.Context(), wire.OfferRequest{Lane: lane(0), Seq: seq, Gateway: gateway, Question: "red apples"})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := w.vault.Release(b.Context(), w.buy(lane(0), seq, o, 0)); err != nil {
			b.Fatal(err)
		}
	}
}
