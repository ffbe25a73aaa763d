package keeper_test

import (
	"math/big"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/keeper"
	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

// model is the module as one would write it with exact fractions and without
// thought for cost: every credit visits every share. It knows one denomination.
type model struct {
	assets []*modelAsset
	shares []*modelShare
}

type modelAsset struct {
	units    int64 // in circulation
	treasury *big.Rat
	pulled   *big.Int      // by the treasury
	bps      map[int]int64 // ancestor → basis points, all of them
	lifetime *big.Int
	given    *big.Int // of the lifetime, to holders
	paid     map[int]*big.Int
	modelContributors
}

// modelContributors is what contributors get: part of all that is given.
type modelContributors struct {
	part, carried    int64
	waiting, granted *big.Int
}

// take takes contributors' part out of n, and remembers what it rounds off.
func (c *modelContributors) take(n *big.Int) *big.Int {
	if c.part == 0 {
		return n
	}
	got := new(big.Int).Mul(n, big.NewInt(c.part))
	got.Add(got, big.NewInt(c.carried))
	got, rest := got.QuoRem(got, big.NewInt(types.BasisPoints), new(big.Int))
	c.carried = rest.Int64()
	c.waiting.Add(c.waiting, got)
	return new(big.Int).Sub(n, got)
}

type modelShare struct {
	asset   int
	burned  bool
	owner   common.Address
	value   int64
	earned  *big.Rat
	claimed *big.Int
}

func floorPart(n *big.Int, bps int64) *big.Int {
	p := new(big.Int).Mul(n, big.NewInt(bps))
	return p.Div(p, big.NewInt(types.BasisPoints))
}

// give shares n out to the contributors and the holders of an asset.
func (m *model) give(asset int, n *big.Int) { m.spread(asset, rat(m.assets[asset].take(n))) }

// spread shares n out to the holders of an asset, exactly, or to its treasury.
func (m *model) spread(asset int, n *big.Rat) {
	a := m.assets[asset]
	if a.units == 0 {
		a.treasury.Add(a.treasury, n)
		return
	}
	for _, s := range m.shares {
		if s.asset == asset && !s.burned {
			part := new(big.Rat).Mul(n, big.NewRat(s.value, a.units))
			s.earned.Add(s.earned, part)
		}
	}
}

func rat(n *big.Int) *big.Rat { return new(big.Rat).SetInt(n) }

func (m *model) credit(asset int, n *big.Int) {
	a := m.assets[asset]
	a.lifetime.Add(a.lifetime, n)
	kept := int64(types.BasisPoints)
	for _, b := range a.bps {
		kept -= b
	}
	now := floorPart(a.lifetime, kept)
	m.give(asset, new(big.Int).Sub(now, a.given))
	a.given = now
}

func (m *model) pull(asset, ancestor int) *big.Int {
	a := m.assets[asset]
	owed := floorPart(a.lifetime, a.bps[ancestor])
	if a.paid[ancestor] == nil {
		a.paid[ancestor] = new(big.Int)
	}
	due := new(big.Int).Sub(owed, a.paid[ancestor])
	a.paid[ancestor] = owed
	m.give(ancestor, due)
	return due
}

// machine plays random steps on the keeper and on the model.
type machine struct {
	w *world
	m model
}

var people = []common.Address{alice, bob, carol}

func (x *machine) Register(t *rapid.T) {
	if len(x.m.assets) >= 5 {
		t.SkipNow()
	}
	supply := rapid.Int64Range(1, 40).Draw(t, "units")
	if rapid.Bool().Draw(t, "many units") {
		supply = rapid.Int64Range(1, weal.MaxUnits).Draw(t, "units")
	}
	a := &modelAsset{units: supply, treasury: new(big.Rat), pulled: new(big.Int), bps: map[int]int64{}, lifetime: new(big.Int), given: new(big.Int), paid: map[int]*big.Int{},
		modelContributors: modelContributors{waiting: new(big.Int), granted: new(big.Int)}}
	r := registration()
	r.Units = uint64(supply)
	for p := range x.m.assets {
		if !rapid.Bool().Draw(t, "parent") {
			continue
		}
		bps := rapid.Int64Range(0, 1500).Draw(t, "bps")
		r.Parents = append(r.Parents, owed(weal.AssetID(p+1), uint32(bps)))
		a.bps[p] += bps
		for anc, b := range x.m.assets[p].bps {
			a.bps[anc] += b
		}
	}
	var total int64
	for _, b := range a.bps {
		total += b
	}
	maker := rapid.SampledFrom(people).Draw(t, "maker")
	err := x.w.try(func(ctx sdk.Context) error {
		_, _, err := x.w.Register(ctx, maker, r)
		return err
	})
	if total > types.BasisPoints {
		require.ErrorIs(t, err, types.ErrLineage)
		return
	}
	require.NoError(t, err)
	x.m.shares = append(x.m.shares, &modelShare{
		asset: len(x.m.assets), owner: maker, value: supply, earned: new(big.Rat), claimed: new(big.Int),
	})
	x.m.assets = append(x.m.assets, a)
}

func (x *machine) asset(t *rapid.T) int {
	return rapid.IntRange(0, len(x.m.assets)-1).Draw(t, "asset")
}

func (x *machine) share(t *rapid.T) int {
	i := rapid.IntRange(0, len(x.m.shares)-1).Draw(t, "share")
	if x.m.shares[i].burned {
		t.SkipNow()
	}
	return i
}

func (x *machine) Credit(t *rapid.T) {
	asset := x.asset(t)
	n := rapid.OneOf(rapid.Uint64Range(0, 3), rapid.Uint64Range(0, 1<<20), rapid.Uint64()).Draw(t, "amount")
	if n > 0 {
		x.w.bank.add(escrow, "aweal", n)
	}
	require.NoError(t, x.w.Credit(x.w.ctx, weal.AssetID(asset+1), "aweal", weal.NewAmount(n)))
	x.m.credit(asset, new(big.Int).SetUint64(n))
}

func (x *machine) Split(t *rapid.T) {
	i := x.share(t)
	s := x.m.shares[i]
	value := rapid.Int64Range(0, s.value+1).Draw(t, "value")
	to := rapid.SampledFrom(people).Draw(t, "to")
	err := x.w.try(func(ctx sdk.Context) error {
		_, _, _, err := x.w.SplitValue(ctx, s.owner, weal.ShareID(i+1), to, units(uint64(value)))
		return err
	})
	if value > s.value {
		require.Equal(t, types.Err3525Balance, err)
		return
	}
	require.NoError(t, err)
	s.value -= value
	x.m.shares = append(x.m.shares, &modelShare{asset: s.asset, owner: to, value: value, earned: new(big.Rat), claimed: new(big.Int)})
}

func (x *machine) Move(t *rapid.T) {
	i, j := x.share(t), x.share(t)
	s, to := x.m.shares[i], x.m.shares[j]
	value := rapid.Int64Range(0, s.value).Draw(t, "value")
	err := x.w.try(func(ctx sdk.Context) error {
		_, _, err := x.w.MoveValue(ctx, s.owner, weal.ShareID(i+1), weal.ShareID(j+1), units(uint64(value)))
		return err
	})
	if s.asset != to.asset {
		require.Equal(t, types.Err3525Slot, err)
		return
	}
	require.NoError(t, err)
	s.value -= value
	to.value += value
}

func (x *machine) Transfer(t *rapid.T) {
	i := x.share(t)
	to := rapid.SampledFrom(people).Draw(t, "to")
	s := x.m.shares[i]
	require.NoError(t, x.w.Transfer(x.w.ctx, s.owner, s.owner, to, weal.ShareID(i+1)))
	s.owner = to
}

func (x *machine) Pull(t *rapid.T) {
	i, j := x.asset(t), x.asset(t)
	due, err := x.w.PullRoyalty(x.w.ctx, weal.AssetID(i+1), weal.AssetID(j+1), "aweal")
	if _, ok := x.m.assets[i].bps[j]; !ok {
		require.ErrorIs(t, err, types.ErrNoRoyalty)
		return
	}
	require.NoError(t, err)
	require.Equal(t, x.m.pull(i, j).String(), due.String())
}

func (x *machine) Claim(t *rapid.T) {
	i := x.share(t)
	s := x.m.shares[i]
	paid, err := x.w.Claim(x.w.ctx, s.owner, nobody, []weal.ShareID{weal.ShareID(i + 1)})
	require.NoError(t, err)
	s.claimed.Add(s.claimed, keeper.Sum(paid).AmountOf("aweal").BigInt())
}

func (x *machine) AdvanceFee(t *rapid.T) {
	i := x.share(t)
	s := x.m.shares[i]
	addr := sdk.AccAddress(s.owner.Bytes())
	before := x.w.bank[string(addr)].AmountOf("aweal")
	lacks := rapid.Uint64Range(1, 1000).Draw(t, "fee")
	fee := sdk.NewCoins(sdk.NewCoin("aweal", before.Add(sdkInt(lacks))))
	require.NoError(t, x.w.AdvanceClaimFee(x.w.ctx, addr, []weal.ShareID{weal.ShareID(i + 1)}, fee))
	got := x.w.bank[string(addr)].AmountOf("aweal").Sub(before)
	require.True(t, got.LTE(sdkInt(lacks)))
	s.claimed.Add(s.claimed, got.BigInt())
}

func (x *machine) Burn(t *rapid.T) {
	i := x.share(t)
	s := x.m.shares[i]
	_, paid, err := x.w.Burn(x.w.ctx, s.owner, weal.ShareID(i+1))
	require.NoError(t, err)
	s.claimed.Add(s.claimed, keeper.Sum(paid).AmountOf("aweal").BigInt())
	x.compare(t, i, s.claimed)
	s.burned = true
	x.m.assets[s.asset].units -= s.value
	// What was not paid is below a smallest unit, and goes to the others.
	x.m.spread(s.asset, new(big.Rat).Sub(s.earned, rat(s.claimed)))
}

func (x *machine) BurnValue(t *rapid.T) {
	i := x.share(t)
	s := x.m.shares[i]
	value := rapid.Int64Range(0, s.value).Draw(t, "value")
	require.NoError(t, x.w.Tokens.BurnValue(x.w.ctx, token.Shares, s.owner, keeper.TokenID(weal.ShareID(i+1)), units(uint64(value))))
	s.value -= value
	x.m.assets[s.asset].units -= value
}

func (x *machine) PullTreasury(t *rapid.T) {
	i := x.asset(t)
	paid, err := x.w.PullTreasury(x.w.ctx, weal.AssetID(i+1))
	require.NoError(t, err)
	a := x.m.assets[i]
	a.pulled.Add(a.pulled, paid.AmountOf("aweal").BigInt())
	require.LessOrEqual(t, a.pulled.Cmp(floorRat(a.treasury)), 0)
	low := new(big.Rat).Sub(a.treasury, slack)
	require.GreaterOrEqual(t, a.pulled.Cmp(floorRat(low)), 0)
}

func (x *machine) SetPart(t *rapid.T) {
	i := x.asset(t)
	part := rapid.Int64Range(0, types.BasisPoints).Draw(t, "part")
	require.NoError(t, x.w.SetContributorsPart(x.w.ctx, weal.AssetID(i+1), uint16(part)))
	x.m.assets[i].part = part
}

// some is at most n.
func some(t *rapid.T, n *big.Int) weal.Amount {
	half := new(big.Int).Rsh(n, uint(rapid.IntRange(0, 3).Draw(t, "shift")))
	a, err := weal.AmountFromBig(half)
	require.NoError(t, err)
	return a
}

func (x *machine) GrantContributors(t *rapid.T) {
	i := x.asset(t)
	a := x.m.assets[i]
	n := some(t, a.waiting)
	require.NoError(t, x.w.GrantContributors(x.w.ctx, weal.AssetID(i+1), "aweal", n))
	a.waiting.Sub(a.waiting, n.Big())
	a.granted.Add(a.granted, n.Big())
	more, _ := weal.AmountFromBig(new(big.Int).Add(a.waiting, big.NewInt(1)))
	require.ErrorIs(t, x.w.try(func(ctx sdk.Context) error {
		return x.w.GrantContributors(ctx, weal.AssetID(i+1), "aweal", more)
	}), types.ErrBroken)
}

func (x *machine) PayContributor(t *rapid.T) {
	i := x.asset(t)
	a := x.m.assets[i]
	n, to := some(t, a.granted), rapid.SampledFrom(people).Draw(t, "to")
	before := x.w.bank[string(to.Bytes())].AmountOf("aweal").BigInt()
	require.NoError(t, x.w.PayContributor(x.w.ctx, weal.AssetID(i+1), to, "aweal", n))
	got := new(big.Int).Sub(x.w.bank[string(to.Bytes())].AmountOf("aweal").BigInt(), before)
	require.Equal(t, n.String(), got.String())
	a.granted.Sub(a.granted, n.Big())
	more, _ := weal.AmountFromBig(new(big.Int).Add(a.granted, big.NewInt(1)))
	require.ErrorIs(t, x.w.try(func(ctx sdk.Context) error {
		return x.w.PayContributor(ctx, weal.AssetID(i+1), to, "aweal", more)
	}), types.ErrBroken)
}

// compare checks what a share has got and could claim against the model.
func (x *machine) compare(t *rapid.T, i int, got *big.Int) {
	s := x.m.shares[i]
	require.LessOrEqual(t, got.Cmp(floorRat(s.earned)), 0, "share %d has more than it earned", i+1)
	low := new(big.Rat).Sub(s.earned, slack)
	require.GreaterOrEqual(t, got.Cmp(floorRat(low)), 0, "share %d has less than it earned", i+1)
}

// slack has room for 655 changes.
var slack = big.NewRat(1, 100)

// Check compares every share with the model. The keeper may be behind the exact
// fraction by what 1/2^64 of each of 2^48 units comes to, at each change of the
// share's value; never ahead of it.
func (x *machine) Check(t *rapid.T) {
	require.NoError(t, x.w.CheckInvariants(x.w.ctx))
	for i, s := range x.m.shares {
		have, err := x.w.GetShare(x.w.ctx, weal.ShareID(i+1))
		if s.burned {
			require.ErrorIs(t, err, types.ErrShareNotFound)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, s.owner, have.Owner)
		require.Equal(t, uint64(s.value), have.Value)
		_, amounts, err := x.w.Claimable(x.w.ctx, weal.ShareID(i+1))
		require.NoError(t, err)
		x.compare(t, i, new(big.Int).Add(amounts[0].Big(), s.claimed))
	}
	for i, a := range x.m.assets {
		n, err := x.w.Circulating(x.w.ctx, weal.AssetID(i+1))
		require.NoError(t, err)
		require.Equal(t, uint64(a.units), n)
		waiting, granted, err := x.w.ContributorsOf(x.w.ctx, weal.AssetID(i+1), "aweal")
		require.NoError(t, err)
		require.Equal(t, a.waiting.String()+" "+a.granted.String(), waiting.String()+" "+granted.String())
		part, err := x.w.ContributorsPart(x.w.ctx, weal.AssetID(i+1))
		require.NoError(t, err)
		require.EqualValues(t, a.part, part)
	}
}

func floorRat(r *big.Rat) *big.Int { return new(big.Int).Div(r.Num(), r.Denom()) }

func TestModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := &machine{w: newWorld(t)}
		x.Register(t) // without an asset nearly every action is skipped, and rapid gives up
		t.Repeat(rapid.StateMachineActions(x))
		// The books stay right when they are carried to another chain.
		requireSameAfterExport(t, x.w)
	})
}
