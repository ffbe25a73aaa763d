package earn_test

import (
	"testing"

	"github.com/weal-network/weal/types"
)

// BenchmarkAcceptLeaf is what a firm payment costs its payee: one signature, one
// path, one write.
func BenchmarkAcceptLeaf(b *testing.B) {
	l := newLab(b, 1<<62)
	l.addLane(lane(0), 1<<62)
	for i := range uint64(b.N) {
		b.StopTimer()
		v, p := l.firm(order(lane(0), i+1, 30), 30*(i+1))
		b.StartTimer()
		if err := l.AcceptLeaf(b.Context(), v, p, n(30)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTick is what a tick costs its payee: one hash, one write.
func BenchmarkTick(b *testing.B) {
	l := newLab(b, 1<<62)
	const most = 60_000
	m := meter()
	m.Most = most
	for i := range b.N {
		b.StopTimer()
		k := uint32(i%most) + 1
		ref := types.LaneRef{Tab: 1, Lane: uint32(i/most) + 100}
		o := tickOrder(ref, 1)
		o.Most = most
		if k == 1 {
			l.addLane(ref, 1<<40)
			v, p, chain := l.metered(o, 0)
			if err := l.AcceptTick(b.Context(), v, p, m); err != nil {
				b.Fatal(err)
			}
			l.ticks = chain
		}
		tick := reveal(o, l.ticks, k)
		b.StartTimer()
		if _, err := l.Tick(b.Context(), tick); err != nil {
			b.Fatal(err)
		}
	}
}
