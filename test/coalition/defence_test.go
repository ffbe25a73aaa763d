package coalition

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/types"
)

// hidden is a chain of which a seller asks less than it could.
type hidden struct {
	earn.Chain
	earn.Crediter
}

// blind is a chain as a seller sees it that never looks at whether a lane ends, nor at
// what others were credited of it.
type blind struct{ earn.Chain }

// Lane implements earn.Chain.
func (b blind) Lane(ctx context.Context, ref types.LaneRef) (types.Lane, error) {
	l, err := b.Chain.Lane(ctx, ref)
	l.State, l.Credited = types.LaneOpen, types.Amount{}
	return l, err
}

// TestDefencesAreNeeded: a seller without one of its defences loses more to a payer
// alone than the table says, so that the plays would show if a defence were gone.
//
// Tried by hand beside it, each on code that people run:
//   - without the check that a leaf covers what the lane owed before (earn: follow),
//     "leave earlier ticks and passages out of later vouchers" takes them;
//   - without the check that a leaf names the order (earn: AcceptLeaf), "swap orders,
//     and bring one twice" has passages for another's payment;
//   - with a closing window that does not hold (x/tab: windowEnded), nine of the
//     strategies take what is unsettled, each also without promising too much;
//   - with settlements that do not end at the cap (x/tab: credit), the invariants of the
//     chain fail;
//   - without earn's worthBringing, the play that takes the refunds first costs a vault
//     a hundred times what it gave.
func TestDefencesAreNeeded(t *testing.T) {
	c := newChain(t)
	for name, d := range map[string]struct {
		play   string
		weaken func(*earn.Config)
	}{
		"exposure of a tab":    {"promise more than the cap, one's own first", func(cfg *earn.Config) { cfg.Exposure, cfg.ExposureAll = amount(100*exposure), amount(100*exposure) }},
		"exposure over lanes":  {"promise more than the cap in many lanes", func(cfg *earn.Config) { cfg.Exposure, cfg.ExposureAll = amount(8*exposure), amount(8*exposure) }},
		"exposure of all tabs": {"promise more than the cap in one tab after another", func(cfg *earn.Config) { cfg.ExposureAll = amount(100 * exposure) }},
		"fee reserve":          {"owe less than a fee on many lanes", func(cfg *earn.Config) { cfg.Chain = hidden{cfg.Chain, cfg.Chain.(earn.Crediter)} }},
		"looking at the chain": {"withhold every leaf, and end at once", func(cfg *earn.Config) { cfg.Chain = blind{cfg.Chain} }},
	} {
		t.Run(name, func(t *testing.T) {
			for _, st := range strategies {
				if st.name != d.play {
					continue
				}
				p := newPlay(t, c, set{"payer": true}, d.weaken)
				st.run(p)
				p.end("close")
				worse := false
				for _, s := range p.sellers {
					worse = worse || s.lost(st.counts()) > p.bound(s, st.takes)
				}
				require.True(t, worse, "without it nobody loses more")
				return
			}
			t.Fatalf("there is no strategy %q", d.play)
		})
	}
}
