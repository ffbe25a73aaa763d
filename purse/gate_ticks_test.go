package purse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

func tickAccount(lane types.LaneRef, seq uint64, asset types.AssetID) string {
	return fmt.Sprint(lane, " ", seq, " ", asset)
}

var errUnpaid = errors.New("unpaid")

// await blocks until k ticks of l are paid.
func (g *gate) await(ctx context.Context, l pay.TickLeaf, q wire.Quote, k uint32) error {
	for {
		g.mu.Lock()
		paid, changed := g.paid[tickAccount(q.Lane, q.Seq, l.Asset)], g.changed
		g.mu.Unlock()
		if paid >= k {
			return nil
		}
		select {
		case <-ctx.Done():
			return errUnpaid
		case <-changed:
		}
	}
}

func (g *gate) ticks(rw http.ResponseWriter, r *http.Request) {
	g.stage("tick")
	b, _ := io.ReadAll(r.Body)
	var req wire.TickRequest
	if err := json.Unmarshal(b, &req); err != nil {
		wire.WriteError(rw, err)
		return
	}
	for _, t := range append([]wire.Tick{req.Tick}, req.And...) {
		if err := g.takeTick(t); err != nil {
			wire.WriteError(rw, err)
			return
		}
	}
	wire.WriteJSON(rw, http.StatusOK, wire.TickReply{Paid: req.K})
	g.stage("ticked")
}

func (g *gate) takeTick(t wire.Tick) error {
	g.mu.Lock()
	s := g.quotes[fmt.Sprintf("q-%s-%d", t.Lane, t.Seq)]
	g.mu.Unlock()
	if s == nil || s.payment == nil {
		return wire.NewError(http.StatusNotFound, wire.TypeInvalidRequest, "unknown_asset", "nothing is served there")
	}
	for _, p := range s.payment.Ticks {
		if p.Leaf.Asset != t.Asset {
			continue
		}
		if err := pay.VerifyTicks(p.Leaf, t.K, t.Preimage); err != nil {
			return g.fault("%v", err)
		}
		g.credit(t, p)
	}
	return nil
}

func (g *gate) credit(t wire.Tick, p wire.PaidTick) {
	g.mu.Lock()
	defer g.mu.Unlock()
	k := tickAccount(t.Lane, t.Seq, t.Asset)
	if t.K <= g.paid[k] {
		return
	}
	more, _ := p.Leaf.Price.Mul(uint64(t.K - g.paid[k]))
	a := account(t.Lane, t.Asset)
	g.known[a], _ = g.known[a].Add(more)
	g.paid[k] = t.K
	close(g.changed)
	g.changed = make(chan struct{})
}
