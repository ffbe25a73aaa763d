package coalition

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	tabtypes "github.com/weal-network/weal/x/tab/types"
)

// The parties, in the order of the table.
var parties = []string{"payer", "gateway", "vault", "model", "watcher"}

var (
	assetOf   = map[string]types.AssetID{"gateway": appID, "vault": vaultID, "model": modelID}
	accountOf = map[string]int{"gateway": gatewayAccount, "vault": vaultAccount, "model": modelAccount}
)

// set is a coalition.
type set map[string]bool

// play is one strategy of a coalition with the payer, against honest sellers.
type play struct {
	t       *testing.T
	chain   *chain
	collude set
	sellers []*seller
	guard   *guard // the watcher, if it is honest
	tabs    []uint64
	hands   []*hand
	first   []func() // what colluders do before each message of an honest one
	cut     int      // answers whose ticks stopped, of each seller
	busy    bool
	pause   time.Duration // between the block that closes a tab and the next
	weaken  func(*earn.Config)
}

func newPlay(t *testing.T, c *chain, collude set, weaken func(*earn.Config)) *play {
	p := &play{t: t, chain: c.fork(), collude: collude, weaken: weaken}
	for _, role := range []string{"vault", "model", "gateway"} {
		if !collude[role] {
			p.sellers = append(p.sellers, newSeller(p, role))
		}
	}
	if !collude["watcher"] {
		p.guard = newGuard(p)
	}
	return p
}

// overtake lets colluders go first.
func (p *play) overtake() {
	if p.busy {
		return
	}
	p.busy = true
	for _, f := range p.first {
		f()
	}
	p.busy = false
}

// bring settles as a colluder. What the chain refuses gains nothing.
func (p *play) bring(all ...pay.Settlement) { _ = p.chain.settle(otherAccount, settlements(all...)...) }

// mine are the assets that colluders have.
func (p *play) mine() []types.AssetID {
	all := []types.AssetID{sybil}
	for role, id := range assetOf {
		if p.collude[role] {
			all = append(all, id)
		}
	}
	return all
}

// payer sends a message as the payer.
func (p *play) payer(f func(ctx context.Context, msgs tabtypes.MsgServer) error) {
	p.t.Helper()
	require.NoError(p.t, p.chain.do(f))
}

// look lets the honest sellers look at the chain.
func (p *play) look() {
	for _, s := range p.sellers {
		s.look()
	}
	if p.guard != nil {
		p.guard.look()
	}
}

// endings are in what way a payer ends its tabs, when it has got what it wants.
var endings = map[string]func(p *play){
	"close": func(*play) {},
	// The first block after a pause carries an old time, the second is as late as the
	// pause was long.
	"close after a pause": func(p *play) { p.pause = 30 * 24 * time.Hour },
	"revoke": func(p *play) {
		for _, h := range p.hands {
			if h.ref.Epoch == 0 {
				p.payer(func(ctx context.Context, msgs tabtypes.MsgServer) error {
					_, err := msgs.Revoke(ctx, &tabtypes.MsgRevoke{Payer: p.chain.account(payerAccount), Tab: uint64(h.ref.Tab), Lanes: []uint32{h.ref.Lane}})
					return err
				})
			}
		}
		p.release()
	},
	"checkpoint": func(p *play) {
		for _, tab := range p.tabs {
			p.checkpoint(tab)
		}
		p.release()
	},
}

// checkpoint ends an epoch: what is free goes to the payer's own asset, and nothing
// to the others.
func (p *play) checkpoint(tab uint64) {
	t, err := p.chain.tabs().Tab(p.chain.ctx, tab)
	require.NoError(p.t, err)
	msg := &tabtypes.MsgCheckpoint{Payer: p.chain.account(payerAccount), Tab: tab, Epoch: t.Epoch}
	free, err := types.ParseAmount(t.Free)
	require.NoError(p.t, err)
	if !free.IsZero() {
		leaf := pay.Leaf{Asset: sybil, Amount: free}
		tree, err := pay.NewCheckpoint([]pay.Leaf{leaf})
		require.NoError(p.t, err)
		count, top := tree.Top()
		msg.Leaves, msg.Top, msg.Total, msg.Cap = count, top.Hash[:], t.Free, t.Free
		msg.Claims = []tabtypes.Claim{{Leaf: leaf.Bytes()}}
	}
	p.payer(func(ctx context.Context, msgs tabtypes.MsgServer) error {
		r, err := msgs.Checkpoint(ctx, msg)
		if err == nil {
			p.chain.note(r.Credits)
		}
		return err
	})
}

// release runs the windows out, in which the honest come once, and gives the payer
// what is free then.
func (p *play) release() {
	p.chain.pass(60, 6*time.Second)
	p.look()
	p.chain.pass(60, 6*time.Second)
	for _, tab := range p.tabs {
		p.payer(func(ctx context.Context, msgs tabtypes.MsgServer) error {
			_, err := msgs.Fund(ctx, &tabtypes.MsgFund{Payer: p.chain.account(payerAccount), Tab: tab})
			return err
		})
	}
	p.look()
}

// end closes all tabs, lets the window pass, and withdraws.
func (p *play) end(ending string) {
	endings[ending](p)
	for _, tab := range p.tabs {
		p.chain.gap = p.pause
		p.payer(func(ctx context.Context, msgs tabtypes.MsgServer) error {
			_, err := msgs.Close(ctx, &tabtypes.MsgClose{Payer: p.chain.account(payerAccount), Tab: tab})
			return err
		})
	}
	p.overtake()
	require.NoError(p.t, p.chain.net.App().CheckInvariants(p.chain.ctx))
	p.withdraw()
	p.chain.pass(60, 6*time.Second)
	p.withdraw()
	p.look()
	require.NoError(p.t, p.chain.net.App().CheckInvariants(p.chain.ctx))
	p.chain.pass(60, 6*time.Second)
	p.withdraw()
	for _, tab := range p.tabs {
		t, err := p.chain.tabs().Tab(p.chain.ctx, tab)
		require.NoError(p.t, err)
		require.Equal(p.t, tabtypes.TAB_STATE_CLOSED, t.State)
	}
	p.look()
	for _, s := range p.sellers {
		require.False(p.t, s.book.Due(p.t.Context()), "the %s has no peace", s.role)
	}
	require.NoError(p.t, p.chain.net.App().CheckInvariants(p.chain.ctx))
}

// withdraw takes the rest of all tabs, if the chain lets it.
func (p *play) withdraw() {
	for _, tab := range p.tabs {
		_ = p.chain.do(func(ctx context.Context, msgs tabtypes.MsgServer) error {
			_, err := msgs.Withdraw(ctx, &tabtypes.MsgWithdraw{Sender: p.chain.account(otherAccount), Tab: tab})
			return err
		})
	}
}
