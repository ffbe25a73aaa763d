package market_test

import (
	"maps"
	"math/big"
	"slices"
	"testing"
	"time"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/keeper"
	"github.com/weal-network/weal/x/asset/market"
	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

// machine trades at random and remembers, in the plainest way, what was promised.
type machine struct {
	w        *world
	assets   []weal.AssetID
	resale   []uint32
	shares   []weal.ShareID
	listings map[uint64]*promise
	offers   map[uint64]*promise
	issued   sdk.Coins
}

// promise is a listing or an offer as it was made, and what came of it.
type promise struct {
	asset, until uint64
	share        weal.ShareID
	by, lister   common.Address
	units, sold  uint64
	whole, moved bool
	denom        string
	price, paid  *big.Int
}

var (
	people = []common.Address{maker, alice, bob, carol}
	// agent trades for others while it may.
	agent = addr("agent")
)

func newMachine(t *rapid.T) *machine {
	x := &machine{w: newWorld(t), listings: map[uint64]*promise{}, offers: map[uint64]*promise{}}
	for range rapid.IntRange(1, 3).Draw(t, "assets") {
		units := rapid.OneOf(rapid.Uint64Range(1, 20), rapid.Uint64Range(1, weal.MaxUnits)).Draw(t, "supply")
		resale := rapid.OneOf(rapid.Uint32Range(0, types.BasisPoints), rapid.Just(uint32(0))).Draw(t, "resale")
		asset, share := x.w.register(t, units, resale)
		x.assets, x.resale, x.shares = append(x.assets, asset), append(x.resale, resale), append(x.shares, share)
	}
	x.issued = x.coins()
	return x
}

// coins is all coins there are.
func (x *machine) coins() sdk.Coins {
	sum := sdk.NewCoins()
	for _, c := range x.w.bank.balances {
		sum = sum.Add(c...)
	}
	return sum
}

func (x *machine) person(t *rapid.T, what string) common.Address {
	return rapid.SampledFrom(people).Draw(t, what)
}

// share returns a share; ok is false if it was burned.
func (x *machine) share(t *rapid.T) (s keeper.Share, ok bool) {
	id := rapid.SampledFrom(x.shares).Draw(t, "share")
	s, err := x.w.assets.GetShare(x.w.ctx, id)
	return s, err == nil
}

// mustShare returns a share that there is.
func (x *machine) mustShare(t *rapid.T) keeper.Share {
	s, ok := x.share(t)
	if !ok {
		t.SkipNow()
	}
	return s
}

// moved notes that a share changed hands.
func (x *machine) moved(id weal.ShareID) {
	for _, l := range x.listings {
		if l.share == id {
			l.moved = true
		}
	}
}

func (x *machine) terms(t *rapid.T, most uint64) market.Terms {
	tt := market.Terms{
		Units: rapid.Uint64Range(0, most).Draw(t, "units"),
		Denom: rapid.SampledFrom([]string{aweal, uusd}).Draw(t, "denom"),
		Price: weal.NewAmount(rapid.OneOf(rapid.Uint64Range(1, 20), rapid.Uint64Range(1, rich/8)).Draw(t, "price")),
	}
	if rapid.Bool().Draw(t, "ends") {
		tt.Until = now(x.w) + rapid.Uint64Range(0, 100).Draw(t, "until")
	}
	return tt
}

func now(w *world) uint64 { return uint64(w.ctx.BlockTime().Unix()) }

func (x *machine) List(t *rapid.T) {
	s := x.mustShare(t)
	who := rapid.SampledFrom([]common.Address{s.Owner, s.Owner, agent, bob}).Draw(t, "lister")
	tt := x.terms(t, s.Value+1)
	id, err := x.w.list(who, s.ID, tt)
	if may := x.mayMove(t, who, s); !may || tt.Units > s.Value || s.Value == 0 {
		require.Error(t, err)
		return
	}
	require.NoError(t, err)
	p := &promise{
		asset: uint64(s.Asset), share: s.ID, by: s.Owner, lister: who, units: tt.Units, whole: tt.Units == 0,
		denom: tt.Denom, price: tt.Price.Big(), paid: new(big.Int), until: tt.Until,
	}
	if p.whole {
		p.units = s.Value
	}
	x.listings[id] = p
}

func (x *machine) mayMove(t *rapid.T, who common.Address, s keeper.Share) bool {
	operator, err := x.w.assets.Tokens.IsOperator(x.w.ctx, token.Shares, s.Owner, who)
	require.NoError(t, err)
	return who == s.Owner || who == s.Approved || operator
}

// pick returns a listing or an offer.
func pick(t *rapid.T, all map[uint64]*promise) (uint64, *promise) {
	ids := slices.Sorted(maps.Keys(all))
	if len(ids) == 0 {
		t.SkipNow()
	}
	id := rapid.SampledFrom(ids).Draw(t, "number")
	return id, all[id]
}

// good tells whether a listing can be bought from.
func (x *machine) good(t *rapid.T, l *promise) bool {
	s, err := x.w.assets.GetShare(x.w.ctx, l.share)
	return err == nil && !l.moved && l.live(x) && s.Value > 0 && (!l.whole || s.Value == l.units) && x.mayMove(t, l.lister, s)
}

func (p *promise) live(x *machine) bool { return p.until == 0 || now(x.w) <= p.until }

// into is a share of the buyer's, sometimes another's, mostly none.
func (x *machine) into(t *rapid.T, buyer common.Address, asset uint64) (weal.ShareID, bool) {
	if rapid.IntRange(0, 2).Draw(t, "new share") > 0 {
		return 0, true
	}
	id := rapid.SampledFrom(x.shares).Draw(t, "into")
	s, err := x.w.assets.GetShare(x.w.ctx, id)
	return id, err == nil && s.Owner == buyer && uint64(s.Asset) == asset
}

// owed is the maker's part of a price.
func (x *machine) owed(asset uint64, seller common.Address, price *big.Int) *big.Int {
	if seller == maker {
		return new(big.Int)
	}
	n := new(big.Int).Mul(price, big.NewInt(int64(x.resale[asset-1])))
	return n.Quo(n, big.NewInt(types.BasisPoints))
}

func (x *machine) Buy(t *rapid.T) {
	id, l := pick(t, x.listings)
	buyer := x.person(t, "buyer")
	n := rapid.Uint64Range(0, l.units-l.sold+1).Draw(t, "units")
	into, fits := x.into(t, buyer, l.asset)
	before := maps.Clone(x.w.bank.balances)
	held, err := x.w.assets.GetShare(x.w.ctx, l.share)
	ok := err == nil && x.good(t, l) && buyer != l.by && fits
	units := n
	if n == 0 {
		units = l.units - l.sold
	}
	ok = ok && units <= l.units-l.sold && (!l.whole || (units == l.units && into == 0)) && units <= held.Value
	sale, err := x.w.buy(buyer, id, n, into)
	if err != nil && ok {
		// The only other reason is that the buyer has not enough.
		price := new(big.Int).Sub(l.price, l.paid)
		require.Negative(t, before[buyer].AmountOf(l.denom).BigInt().Cmp(price), "%s", err)
		return
	}
	if !ok {
		require.Error(t, err)
		return
	}
	x.sold(t, l, sale, units, before)
	atLeast := new(big.Rat).SetFrac(new(big.Int).Mul(l.price, new(big.Int).SetUint64(l.sold)), new(big.Int).SetUint64(l.units))
	require.GreaterOrEqual(t, new(big.Rat).SetInt(l.paid).Cmp(atLeast), 0, "the seller has its part")
	if l.whole {
		x.moved(l.share)
	}
	if l.sold == l.units {
		delete(x.listings, id)
	}
}

// sold checks what a sale did to coins and shares.
func (x *machine) sold(t *rapid.T, p *promise, s market.Sale, units uint64, before map[common.Address]sdk.Coins) {
	p.sold += units
	p.paid.Add(p.paid, s.Price.Big())
	require.LessOrEqual(t, p.paid.Cmp(p.price), 0)
	if p.sold == p.units {
		require.Equal(t, p.price.String(), p.paid.String(), "parts add up")
	}
	require.Equal(t, x.owed(uint64(s.Asset), s.Seller, s.Price.Big()).String(), s.Royalty.String())
	require.Equal(t, s.Price.String(), new(big.Int).Add(s.Royalty.Big(), s.Received.Big()).String())

	want := sdk.NewCoins(coin(s.Denom, s.Received))
	for _, e := range s.Earned {
		want = want.Add(coin(e.Denom, e.Amount))
	}
	if s.Seller == s.Maker {
		want = want.Add(coin(s.Denom, s.Royalty))
	}
	require.Equal(t, want.String(), x.w.bank.balances[s.Seller].Sub(before[s.Seller]...).String())
	got, err := x.w.assets.GetShare(x.w.ctx, s.To)
	require.NoError(t, err)
	require.Equal(t, s.Buyer, got.Owner)
	if !slices.Contains(x.shares, s.To) {
		require.True(t, s.Made)
		require.Equal(t, units, got.Value)
		x.shares = append(x.shares, s.To)
	}
}

func coin(denom string, a weal.Amount) sdk.Coin {
	return sdk.NewCoin(denom, math.NewIntFromBigInt(a.Big()))
}

func (x *machine) Offer(t *rapid.T) {
	asset := rapid.SampledFrom(x.assets).Draw(t, "asset")
	a, err := x.w.assets.GetAsset(x.w.ctx, asset)
	require.NoError(t, err)
	buyer := x.person(t, "buyer")
	tt := x.terms(t, a.Units+1)
	into, fits := x.into(t, buyer, uint64(asset))
	has := x.w.bank.balances[buyer].AmountOf(tt.Denom).BigInt()
	id, err := x.w.offer(buyer, asset, tt, into)
	if tt.Units == 0 || tt.Units > a.Units || !fits || has.Cmp(tt.Price.Big()) < 0 {
		require.Error(t, err)
		return
	}
	require.NoError(t, err)
	x.offers[id] = &promise{
		asset: uint64(asset), by: buyer, units: tt.Units, denom: tt.Denom, price: tt.Price.Big(), paid: new(big.Int),
		until: tt.Until,
	}
}

func (x *machine) Accept(t *rapid.T) {
	id, o := pick(t, x.offers)
	s := x.mustShare(t)
	who := rapid.SampledFrom([]common.Address{s.Owner, s.Owner, s.Owner, agent, carol}).Draw(t, "sender")
	n := rapid.Uint64Range(0, min(s.Value, o.units-o.sold)+1).Draw(t, "units")
	ok := x.mayMove(t, who, s) && uint64(s.Asset) == o.asset && o.live(x) && s.Owner != o.by &&
		n > 0 && n <= s.Value && n <= o.units-o.sold
	before := maps.Clone(x.w.bank.balances)
	sale, err := x.w.accept(who, id, s.ID, n, 0)
	if !ok {
		require.Error(t, err)
		return
	}
	require.NoError(t, err)
	require.Equal(t, o.by, sale.Buyer)
	x.sold(t, o, sale, n, before)
	atMost := new(big.Rat).SetFrac(new(big.Int).Mul(o.price, new(big.Int).SetUint64(o.sold)), new(big.Int).SetUint64(o.units))
	require.LessOrEqual(t, new(big.Rat).SetInt(o.paid).Cmp(atMost), 0, "the buyer pays no more than its part")
	if o.sold == o.units {
		delete(x.offers, id)
	}
}

func (x *machine) CancelListing(t *rapid.T) {
	id, l := pick(t, x.listings)
	who := x.person(t, "sender")
	s, err := x.w.assets.GetShare(x.w.ctx, l.share)
	may := who == l.by || who == l.lister || !x.good(t, l) || (err == nil && x.mayMove(t, who, s))
	if err = x.w.cancelListing(who, id); !may {
		require.ErrorIs(t, err, types.ErrMarket)
		return
	}
	require.NoError(t, err)
	delete(x.listings, id)
}

func (x *machine) CancelOffer(t *rapid.T) {
	id, o := pick(t, x.offers)
	who := x.person(t, "sender")
	before := x.w.bank.balances[o.by]
	err := x.w.cancelOffer(who, id)
	if who != o.by && o.live(x) {
		require.ErrorIs(t, err, types.ErrMarket)
		return
	}
	require.NoError(t, err)
	left := math.NewIntFromBigInt(new(big.Int).Sub(o.price, o.paid))
	require.Equal(t, sdk.NewCoins(sdk.NewCoin(o.denom, left)).String(), x.w.bank.balances[o.by].Sub(before...).String())
	delete(x.offers, id)
}

// What happens to shares outside of the market.

func (x *machine) Transfer(t *rapid.T) {
	s := x.mustShare(t)
	to := x.person(t, "to")
	x.w.give(t, s.ID, to)
	if to != s.Owner {
		x.moved(s.ID)
	}
}

func (x *machine) Split(t *rapid.T) {
	s := x.mustShare(t)
	n := rapid.Uint64Range(0, s.Value).Draw(t, "value")
	x.shares = append(x.shares, x.w.split(t, s.ID, x.person(t, "to"), n))
}

func (x *machine) Move(t *rapid.T) {
	a, b := x.mustShare(t), x.mustShare(t)
	if a.Asset != b.Asset {
		t.SkipNow()
	}
	n := uint256.NewInt(rapid.Uint64Range(0, a.Value).Draw(t, "value"))
	require.NoError(t, x.w.assets.Tokens.Move(x.w.ctx, token.Shares, keeper.TokenID(a.ID), keeper.TokenID(b.ID), *n))
}

func (x *machine) Burn(t *rapid.T) {
	if rapid.IntRange(0, 4).Draw(t, "seldom") > 0 {
		t.SkipNow()
	}
	s := x.mustShare(t)
	_, _, err := x.w.assets.Burn(x.w.ctx, s.Owner, s.ID)
	require.NoError(t, err)
}

func (x *machine) Claim(t *rapid.T) {
	s := x.mustShare(t)
	_, err := x.w.assets.Claim(x.w.ctx, s.Owner, common.Address{}, []weal.ShareID{s.ID})
	require.NoError(t, err)
}

func (x *machine) Credit(t *rapid.T) {
	denom, n := rapid.SampledFrom([]string{aweal, uusd}).Draw(t, "denom"), rapid.Uint64Range(1, rich).Draw(t, "amount")
	x.w.credit(t, rapid.SampledFrom(x.assets).Draw(t, "asset"), denom, n)
	x.issued = x.issued.Add(sdk.NewCoin(denom, math.NewIntFromUint64(n)))
}

func (x *machine) Approve(t *rapid.T) {
	s := x.mustShare(t)
	who := rapid.SampledFrom([]common.Address{agent, {}}).Draw(t, "approved")
	_, err := x.w.assets.Tokens.Approve(x.w.ctx, token.Shares, s.Owner, who, keeper.TokenID(s.ID))
	require.NoError(t, err)
}

func (x *machine) Operator(t *rapid.T) {
	may := rapid.Bool().Draw(t, "may")
	require.NoError(t, x.w.assets.Tokens.SetOperator(x.w.ctx, token.Shares, x.person(t, "owner"), agent, may))
}

func (x *machine) Later(t *rapid.T) {
	x.w.later(time.Duration(rapid.IntRange(1, 60).Draw(t, "seconds")) * time.Second)
}

// Check: no coin and no unit is made or lost, the market has what offers have in
// escrow and nothing else, and says of every listing whether it is good.
func (x *machine) Check(t *rapid.T) {
	require.NoError(t, x.w.CheckInvariants(x.w.ctx))
	require.NoError(t, x.w.assets.CheckInvariants(x.w.ctx))
	require.Equal(t, x.issued.String(), x.coins().String())
	escrowed := sdk.NewCoins()
	for _, o := range x.offers {
		escrowed = escrowed.Add(sdk.NewCoin(o.denom, math.NewIntFromBigInt(new(big.Int).Sub(o.price, o.paid))))
	}
	require.Equal(t, escrowed.String(), x.w.bank.balances[market.Account].String())
	for id, l := range x.listings {
		_, void, err := x.w.ListingNow(x.w.ctx, id)
		require.NoError(t, err)
		require.Equal(t, x.good(t, l), void == "", "listing %d: %s", id, void)
	}
}

func TestTrading(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := newMachine(t)
		t.Repeat(rapid.StateMachineActions(x))
		requireSameAfterExport(t, x.w)
	})
}
