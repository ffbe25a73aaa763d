package keeper_test

import (
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/job/keeper"
	"github.com/weal-network/weal/x/job/types"
)

// promise is a request as it was made, and what came of it.
type promise struct {
	asset           uint64
	by              common.Address
	price, gasPay   int64
	height, expires int64
	callback        bool
	ended           bool
	state           types.CallbackState
	tries           uint32
}

// worker is an operator as the test remembers it.
type worker struct {
	may         bool
	part, bond  int64
	leaving     bool
	height, end int64
}

// machine asks and delivers at random and remembers, in the plainest way, who has
// how many coins.
type machine struct {
	w        *world
	promises map[uint64]*promise
	workers  map[uint64]map[common.Address]*worker
	has      map[common.Address]int64
	credited int64
	asked    uint64
}

func newMachine(t *rapid.T) *machine {
	x := &machine{
		w: newWorld(t), promises: map[uint64]*promise{}, has: map[common.Address]int64{},
		workers: map[uint64]map[common.Address]*worker{1: {}, 2: {}},
	}
	for _, who := range people {
		x.has[who] = rich
		x.workers[1][who], x.workers[2][who] = &worker{may: true, part: 1000, bond: 150}, &worker{}
		require.NoError(t, x.w.Authorise(x.w.ctx, maker, 1, who, 1000))
		require.NoError(t, x.w.bank.SendCoins(x.w.ctx, who.Bytes(), keeper.Account.Bytes(), coins(weal.NewAmount(150))))
		_, err := x.w.Bond(x.w.ctx, who, 1, weal.NewAmount(150))
		require.NoError(t, err)
		x.has[who] -= 150
	}
	return x
}

func person(t *rapid.T) common.Address { return rapid.SampledFrom(people).Draw(t, "who") }

func (x *machine) height() int64 { return x.w.ctx.BlockHeight() }
func (x *machine) now() int64    { return x.w.ctx.BlockTime().Unix() }

func (x *machine) open(of func(*promise) bool) (n int) {
	for _, p := range x.promises {
		if !p.ended && of(p) {
			n++
		}
	}
	return n
}

func (x *machine) Ask(t *rapid.T) {
	who, asset := person(t), rapid.Uint64Range(1, 3).Draw(t, "asset")
	a := keeper.Ask{Asset: weal.AssetID(asset), Input: []byte("why?"), MaxFee: weal.NewAmount(rapid.SampledFrom([]uint64{6, 7, 1000, 5000}).Draw(t, "most"))}
	if rapid.Bool().Draw(t, "callback") {
		a.Callback, a.Gas = addr("told"), rapid.Uint64Range(1, 100).Draw(t, "gas")
	}
	price := map[uint64]int64{1: 1000, 2: 7}[asset]
	r, err := x.w.ask(who, a)
	full := x.open(func(p *promise) bool { return p.asset == asset }) >= 6 || x.open(func(p *promise) bool { return p.by == who }) >= 4
	if asset == 3 || a.MaxFee.Big().Int64() < price || full {
		require.Error(t, err)
		return
	}
	require.NoError(t, err)
	x.asked++
	require.Equal(t, x.asked, r.Id)
	p := &promise{
		asset: asset, by: who, price: price, gasPay: int64(a.Gas) * gasPrice, height: x.height(), expires: x.now() + 3600,
		callback: a.Gas > 0, state: types.CALLBACK_STATE_NONE,
	}
	if p.callback {
		p.state = types.CALLBACK_STATE_WAITING
	}
	x.promises[r.Id] = p
	x.has[who] -= p.price + p.gasPay
}

func (x *machine) number(t *rapid.T) uint64 { return rapid.Uint64Range(1, x.asked+1).Draw(t, "id") }

func (p *promise) expired(x *machine) bool { return x.height() > p.height+3 && x.now() > p.expires }

func (x *machine) Deliver(t *rapid.T) {
	id, who := x.number(t), person(t)
	p, kept := x.promises[id]
	_, err := x.w.deliver(t, who, id)
	if !kept || p.ended || p.expired(x) || x.height() <= p.height {
		require.Error(t, err)
		return
	}
	if o := x.workers[p.asset][who]; !o.may || o.leaving || o.bond < 100 {
		require.Error(t, err)
		return
	}
	require.NoError(t, err)
	part := p.price * x.workers[p.asset][who].part / 10_000
	x.has[who] += part + p.gasPay
	x.credited += p.price - part
	p.ended = true
	if p.callback {
		p.state, p.tries = types.CALLBACK_STATE_RUNNING, 1
		x.endCallback(t, id, p)
	}
}

func (x *machine) endCallback(t *rapid.T, id uint64, p *promise) {
	ok := rapid.Bool().Draw(t, "ok")
	_, err := x.w.Retry(x.w.ctx, p.by, id)
	require.Error(t, err, "it runs")
	_, err = x.w.EndCallback(x.w.ctx, id, ok)
	require.NoError(t, err)
	if p.state = types.CALLBACK_STATE_FAILED; ok {
		p.state = types.CALLBACK_STATE_DONE
	}
}

func (x *machine) Retry(t *rapid.T) {
	id, who := x.number(t), person(t)
	p, kept := x.promises[id]
	_, err := x.w.Retry(x.w.ctx, who, id)
	if !kept || p.state != types.CALLBACK_STATE_FAILED || p.tries >= 10 && who != p.by {
		require.Error(t, err)
		return
	}
	require.NoError(t, err)
	p.tries++
	x.endCallback(t, id, p)
}

func (x *machine) Authorise(t *rapid.T) {
	asset, by, who := rapid.Uint64Range(1, 2).Draw(t, "asset"), person(t), person(t)
	part := rapid.Uint32Range(0, 10_001).Draw(t, "part")
	err := x.w.try(func(ctx sdk.Context) error { return x.w.Authorise(ctx, by, weal.AssetID(asset), who, part) })
	if by != maker || part > 10_000 {
		require.Error(t, err)
		return
	}
	require.NoError(t, err)
	o := x.workers[asset][who]
	o.may, o.part = true, int64(part)
}

func (x *machine) Revoke(t *rapid.T) {
	asset, who := rapid.Uint64Range(1, 2).Draw(t, "asset"), person(t)
	o := x.workers[asset][who]
	err := x.w.try(func(ctx sdk.Context) error { return x.w.Revoke(ctx, maker, weal.AssetID(asset), who) })
	require.Equal(t, o.may, err == nil)
	o.may = false
}

func (x *machine) Bond(t *rapid.T) {
	asset, who, n := rapid.Uint64Range(1, 2).Draw(t, "asset"), person(t), rapid.Int64Range(0, 200).Draw(t, "bond")
	o := x.workers[asset][who]
	err := x.w.try(func(ctx sdk.Context) error {
		if err := x.w.bank.SendCoins(ctx, who.Bytes(), keeper.Account.Bytes(), coins(weal.NewAmount(uint64(n)))); err != nil {
			return err
		}
		_, err := x.w.Bond(ctx, who, weal.AssetID(asset), weal.NewAmount(uint64(n)))
		return err
	})
	if !o.may || o.bond+n < 100 {
		require.Error(t, err)
		return
	}
	require.NoError(t, err)
	x.has[who] -= n
	o.bond, o.leaving = o.bond+n, false
}

func (x *machine) Unbond(t *rapid.T) {
	asset, who := rapid.Uint64Range(1, 2).Draw(t, "asset"), person(t)
	o := x.workers[asset][who]
	err := x.w.try(func(ctx sdk.Context) error { _, err := x.w.Unbond(ctx, who, weal.AssetID(asset)); return err })
	require.Equal(t, o.bond > 0 && !o.leaving, err == nil, "%v", err)
	if err == nil {
		o.leaving, o.height, o.end = true, x.height()+3, x.now()+60
	}
}

func (x *machine) Withdraw(t *rapid.T) {
	asset, who := rapid.Uint64Range(1, 2).Draw(t, "asset"), person(t)
	o := x.workers[asset][who]
	err := x.w.try(func(ctx sdk.Context) error {
		paid, err := x.w.Withdraw(ctx, who, weal.AssetID(asset))
		if err != nil {
			return err
		}
		return x.w.bank.SendCoins(ctx, keeper.Account.Bytes(), who.Bytes(), coins(paid))
	})
	if !o.leaving || x.height() <= o.height || x.now() <= o.end {
		require.Error(t, err)
		return
	}
	require.NoError(t, err)
	x.has[who] += o.bond
	o.bond, o.leaving = 0, false
}

func (x *machine) Block(t *rapid.T) {
	x.w.block(t, rapid.Int64Range(1, 3).Draw(t, "heights"), rapid.SampledFrom([]int64{0, 1, 59, 1800, 3600, 9000}).Draw(t, "seconds"))
	for _, p := range x.promises {
		if !p.ended && p.expired(x) {
			x.has[p.by] += p.price + p.gasPay
			p.ended = true
		}
	}
	for id := range x.promises {
		if _, err := x.w.Request(x.w.ctx, id); err != nil {
			require.True(t, x.promises[id].ended, "only what has ended is forgotten")
			delete(x.promises, id)
		}
	}
}

// Restart exports the state and starts from it.
func (x *machine) Restart(t *rapid.T) {
	gs, err := x.w.ExportGenesis(x.w.ctx)
	require.NoError(t, err)
	x.w.open(t, gs, x.height(), x.w.ctx.BlockTime())
	again, err := x.w.ExportGenesis(x.w.ctx)
	require.NoError(t, err)
	require.Equal(t, gs, again)
}

// Check compares what everybody has, and what is locked, to the last coin.
func (x *machine) Check(t *rapid.T) {
	require.NoError(t, x.w.CheckInvariants(x.w.ctx))
	locked := int64(0)
	for id, p := range x.promises {
		r, err := x.w.Request(x.w.ctx, id)
		require.NoError(t, err)
		require.Equal(t, p.ended, r.State != types.REQUEST_STATE_OPEN, "request %d", id)
		if p.state != types.CALLBACK_STATE_WAITING {
			require.Equal(t, p.state, r.CallbackState)
		}
		if !p.ended {
			locked += p.price + p.gasPay
		}
	}
	for _, of := range x.workers {
		for _, o := range of {
			locked += o.bond
		}
	}
	held, err := x.w.Held(x.w.ctx)
	require.NoError(t, err)
	require.Equal(t, locked, held.Big().Int64())
	require.Equal(t, locked, x.w.bank.balances[keeper.Account], "exactly")
	require.Equal(t, x.credited, x.w.bank.balances[escrow])
	require.Equal(t, x.credited, x.w.assets.credited)
	for who, n := range x.has {
		require.Equal(t, n, x.w.bank.balances[who], "%s", who)
	}
}

func TestRequests(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := newMachine(t)
		t.Repeat(map[string]func(*rapid.T){
			"": x.Check, "Ask": x.Ask, "Deliver": x.Deliver, "Deliver2": x.Deliver, "Retry": x.Retry, "Authorise": x.Authorise,
			"Revoke": x.Revoke, "Bond": x.Bond, "Unbond": x.Unbond, "Withdraw": x.Withdraw, "Block": x.Block, "Restart": x.Restart,
		})
	})
}
