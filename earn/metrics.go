package earn

import (
	"context"
	"math/big"
	"time"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/telemetry"
	"github.com/weal-network/weal/types"
)

// moved counts what came to be owed, and what settlements have brought, since this
// program was started.
func (o *owed) moved(old, now state) {
	if more, ok := now.value.Sub(old.value); ok {
		o.earned.add(more)
	}
	if now.settled != old.settled || now.lost != old.lost {
		was, _ := old.settled.Sub(old.lost)
		is, _ := now.settled.Sub(now.lost)
		if more, ok := is.Sub(was); ok {
			o.settled.add(more)
		}
	}
}

// float is an amount as a metric has it.
func float(a types.Amount) float64 {
	f, _ := new(big.Float).SetInt(a.Big()).Float64()
	return f
}

// tell has t tell what the book keeps. All of it is in memory: nobody who pays waits
// for a page of metrics.
func (b *Book) tell(t *telemetry.Role) {
	each := func(name, help string, of func(*owed) types.Amount) {
		t.Sums(name, help, "denom", func(_ context.Context, tell func(string, float64)) error {
			b.mu.Lock()
			defer b.mu.Unlock()
			for denom, o := range b.denoms {
				if a := of(o); denom != "" || !a.IsZero() {
					tell(denom, float(a))
				}
			}
			return nil
		})
	}
	each("weal_earn_exposed", "What all tabs owe, with what was given ahead of its payment.", func(o *owed) types.Amount { return o.exposed.amount() })
	each("weal_earn_unsettled", "What a settlement of all lanes would bring.", func(o *owed) types.Amount { return o.unsettled.amount() })
	each("weal_earn_earned", "What came to be owed since the start.", func(o *owed) types.Amount { return o.earned.amount() })
	each("weal_earn_settled", "What settlements have brought since the start.", func(o *owed) types.Amount { return o.settled.amount() })
	t.Gauge("weal_earn_exposure_limit", "The most that may be owed.", func() float64 { return float(b.cfg.Exposure) }, "of", "tab")
	t.Gauge("weal_earn_exposure_limit", "The most that may be owed.", func() float64 { return float(b.cfg.ExposureAll) }, "of", "all")
	t.Gauge("weal_earn_tab_exposed_most", "What the tab owes that owes the most.", func() float64 {
		b.mu.Lock()
		defer b.mu.Unlock()
		var most types.Amount
		for _, t := range b.tabs {
			if a := t.exposed.amount(); a.Cmp(most) > 0 {
				most = a
			}
		}
		return float(most)
	})
	t.Gauge("weal_earn_lanes", "Lanes that are known in memory.", func() float64 {
		b.mu.Lock()
		defer b.mu.Unlock()
		return float64(len(b.lanes))
	})
	t.Gauge("weal_role_asset", "The number of the asset; 0 while there is none.", func() float64 { return float64(b.Asset()) })
	t.Check("asset", "the role has no asset on the chain yet; its owner registers it first", func(context.Context) error {
		if b.Asset() == 0 {
			return errNoAsset
		}
		return nil
	})
	t.Check("database", "what is earned cannot be written down; look at the disk and the log", func(ctx context.Context) error {
		return keep.Ready(ctx, b.cfg.DB)
	})
}

// Seen returns s, and has t tell of what it brings.
func Seen(s Settler, t *telemetry.Role) Settler {
	if s == nil || t == nil {
		return s
	}
	done := t.Counters("weal_settlements_total", "Transactions that bring settlements, by what came of them.", "result")
	return &seenSettler{
		Settler: s, t: t, ok: done.Of("ok"), failed: done.Of("failed"),
		took: t.Histogram("weal_settlement_duration_seconds", "From sending settlements to the block that has them.", telemetry.Seconds),
	}
}

type seenSettler struct {
	Settler
	t          *telemetry.Role
	ok, failed *telemetry.Counter
	took       *telemetry.Histogram
}

// Settle implements Settler.
func (s *seenSettler) Settle(ctx context.Context, all []pay.Settlement) error {
	lanes := make([]types.LaneRef, len(all))
	for i, one := range all {
		lanes[i] = one.Voucher.Lane
	}
	ctx, end := s.t.Settling(ctx, lanes)
	began := time.Now()
	err := s.Settler.Settle(ctx, all)
	s.took.Note(time.Since(began).Seconds())
	if err != nil {
		s.failed.Inc()
	} else {
		s.ok.Inc()
	}
	end(err)
	return err
}
