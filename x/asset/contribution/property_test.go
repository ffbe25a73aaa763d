package contribution_test

import (
	"math/big"
	"slices"
	"testing"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/contribution"
	"github.com/weal-network/weal/x/asset/types"
)

// machine plays random steps, and remembers in the plainest way what is promised,
// granted, earned and paid.
type machine struct {
	w      *world
	assets []weal.AssetID
	pots   []weal.ShareID
	terms  map[weal.AssetID]types.ContributionTerms
	made   map[uint64]*promise
	paidBy map[evidence]bool
	used   map[line][]byte // the evidence of distributions, in order
	gone   []uint64
}

type line struct {
	asset weal.AssetID
	denom string
}

// promise is a contribution as it was made, and what came of it.
type promise struct {
	asset    weal.AssetID
	by       common.Address
	root     byte
	chunks   uint64
	units    uint64
	deposit  uint64
	accepted bool
	earned   map[string]*big.Int
	paid     map[string]*big.Int
}

// evidence is what pays a contribution once.
type evidence struct {
	id    uint64
	denom string
	root  byte
}

var people = []common.Address{alice, bob, carol}

func newMachine(t *rapid.T) *machine {
	x := &machine{
		w: newWorld(t), terms: map[weal.AssetID]types.ContributionTerms{}, made: map[uint64]*promise{}, paidBy: map[evidence]bool{},
		used: map[line][]byte{},
	}
	for range rapid.IntRange(1, 2).Draw(t, "assets") {
		asset, pot := x.w.register(t)
		x.assets, x.pots = append(x.assets, asset), append(x.pots, pot)
	}
	for i := range x.assets {
		x.set(t, i)
	}
	return x
}

func (x *machine) asset(t *rapid.T) int { return rapid.IntRange(0, len(x.assets)-1).Draw(t, "asset") }

// set sets an asset's terms as its council does.
func (x *machine) set(t *rapid.T, i int) {
	id := x.assets[i]
	tt := types.ContributionTerms{
		Asset: uint64(id), Admission: types.AdmissionReview, Steward: steward.Hex(), Pot: uint64(x.pots[i]),
		UnitsPerChunk: rapid.Uint64Range(0, 40).Draw(t, "units"), MaxChunks: rapid.SampledFrom([]uint64{0, 60}).Draw(t, "most"),
		MaxChunksEach: rapid.SampledFrom([]uint64{0, 30}).Draw(t, "each"), Part: rapid.Uint32Range(0, types.BasisPoints).Draw(t, "part"),
		Deposit: weal.NewAmount(rapid.Uint64Range(0, 9).Draw(t, "deposit")).String(),
	}
	require.NoError(t, x.w.SetTerms(x.w.ctx, weal.AssetAccount(id), tt))
	x.terms[id] = tt
}

func (x *machine) SetTerms(t *rapid.T) { x.set(t, x.asset(t)) }

func (x *machine) Approve(t *rapid.T) {
	x.w.approve(t, x.pots[x.asset(t)], rapid.Uint64Range(0, 2000).Draw(t, "units"))
}

func (x *machine) Contribute(t *rapid.T) {
	id, who := x.assets[x.asset(t)], rapid.SampledFrom(people).Draw(t, "who")
	root, chunks := rapid.ByteRange(1, 12).Draw(t, "root"), rapid.Uint64Range(1, 20).Draw(t, "chunks")
	tt := x.terms[id]
	deposit, err := weal.ParseAmount(tt.Deposit)
	require.NoError(t, err)
	taken := false
	for _, p := range x.made {
		taken = taken || p.asset == id && p.root == root && (p.accepted || p.by == who)
	}
	c, err := x.w.contribute(who, id, contribution.Content{Root: weal.Hash{root}, Chunks: chunks}, deposit.Big().Uint64())
	if taken {
		require.ErrorIs(t, err, types.ErrContribution)
		return
	}
	require.NoError(t, err)
	require.Equal(t, chunks*tt.UnitsPerChunk, c.Units)
	x.made[c.Id] = &promise{
		asset: id, by: who, root: root, chunks: chunks, units: c.Units, deposit: deposit.Big().Uint64(),
		earned: map[string]*big.Int{}, paid: map[string]*big.Int{},
	}
}

// pick returns a contribution.
func (x *machine) pick(t *rapid.T) (uint64, *promise) {
	if len(x.made) == 0 {
		t.SkipNow()
	}
	var ids []uint64
	for id := range x.made {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	id := rapid.SampledFrom(ids).Draw(t, "contribution")
	return id, x.made[id]
}

func (x *machine) Withdraw(t *rapid.T) {
	id, p := x.pick(t)
	who := rapid.SampledFrom([]common.Address{p.by, p.by, maker}).Draw(t, "who")
	before := x.w.has(who, aweal)
	err := x.w.withdraw(who, id)
	if p.accepted || who != p.by {
		require.ErrorIs(t, err, types.ErrContribution)
		return
	}
	require.NoError(t, err)
	x.drop(t, id, who, before)
}

func (x *machine) Reject(t *rapid.T) {
	id, p := x.pick(t)
	spam := rapid.Bool().Draw(t, "spam")
	to := p.by
	if spam {
		to = weal.AssetAccount(p.asset)
	}
	before := x.w.has(to, aweal)
	err := x.w.reject(steward, spam, id)
	if p.accepted {
		require.ErrorIs(t, err, types.ErrContribution)
		return
	}
	require.NoError(t, err)
	x.drop(t, id, to, before)
}

// drop forgets a proposal, whose deposit an account got.
func (x *machine) drop(t *rapid.T, id uint64, to common.Address, before *big.Int) {
	got := new(big.Int).Sub(x.w.has(to, aweal), before)
	require.EqualValues(t, x.made[id].deposit, got.Uint64())
	delete(x.made, id)
	x.gone = append(x.gone, id)
}

func (x *machine) Accept(t *rapid.T) {
	id, p := x.pick(t)
	who := rapid.SampledFrom([]common.Address{steward, steward, weal.AssetAccount(p.asset), maker}).Draw(t, "who")
	tt := x.terms[p.asset]
	pot, err := x.w.PotUnits(x.w.ctx, tt)
	require.NoError(t, err)
	all, mine, same := p.chunks, p.chunks, false
	for _, o := range x.made {
		if o.asset != p.asset || !o.accepted {
			continue
		}
		all += o.chunks
		if o.by == p.by {
			mine += o.chunks
		}
		same = same || o.root == p.root
	}
	grants, err := x.w.accept(who, id)
	if who == maker || p.accepted || same || pot < p.units || tt.MaxChunks > 0 && all > tt.MaxChunks || tt.MaxChunksEach > 0 && mine > tt.MaxChunksEach {
		require.ErrorIs(t, err, types.ErrContribution)
		return
	}
	require.NoError(t, err)
	p.accepted = true
	if p.units == 0 {
		require.Zero(t, grants[0].Contribution.Share)
		return
	}
	s, err := x.w.assets.GetShare(x.w.ctx, weal.ShareID(grants[0].Contribution.Share))
	require.NoError(t, err)
	require.Equal(t, p.by, s.Owner)
	require.Equal(t, p.units, s.Value)
	left, err := x.w.PotUnits(x.w.ctx, tt)
	require.NoError(t, err)
	require.Equal(t, pot-p.units, left)
}

func (x *machine) Credit(t *rapid.T) {
	denom := rapid.SampledFrom([]string{aweal, uusd}).Draw(t, "denom")
	x.w.credit(t, x.assets[x.asset(t)], denom, rapid.Uint64Range(1, 1_000_000).Draw(t, "amount"))
}

func (x *machine) Distribute(t *rapid.T) {
	i := x.asset(t)
	asset, denom := x.assets[i], rapid.SampledFrom([]string{aweal, uusd}).Draw(t, "denom")
	root := rapid.ByteRange(1, 40).Draw(t, "evidence")
	var points []contribution.Points
	sum, bad := new(big.Int), false
	for range rapid.IntRange(1, 3).Draw(t, "named") {
		id, p := x.pick(t)
		n := rapid.OneOf(rapid.Uint64Range(0, 9), rapid.Uint64()).Draw(t, "points")
		bad = bad || n == 0 || !p.accepted || p.asset != asset || x.paidBy[evidence{id, denom, root}]
		for _, o := range points {
			bad = bad || o.Contribution == id
		}
		points = append(points, contribution.Points{Contribution: id, Points: n})
		sum.Add(sum, new(big.Int).SetUint64(n))
	}
	used := x.used[line{asset, denom}]
	if i := slices.Index(used, root); i >= 0 && used[len(used)-1] != root {
		bad = true
	}
	waiting, _, err := x.w.ContributorsOf(x.w.ctx, asset, denom)
	require.NoError(t, err)
	who := rapid.SampledFrom([]common.Address{steward, steward, weal.AssetAccount(asset), maker}).Draw(t, "who")
	d, err := x.w.distribute(who, asset, denom, weal.Amount{}, points, weal.Hash{root})
	if bad || who == maker || waiting.IsZero() {
		require.ErrorIs(t, err, types.ErrContribution)
		return
	}
	given := new(big.Int)
	for _, p := range points {
		part := new(big.Int).Mul(waiting.Big(), new(big.Int).SetUint64(p.Points))
		given.Add(given, part.Quo(part, sum))
	}
	if given.Sign() == 0 {
		require.ErrorIs(t, err, types.ErrContribution)
		return
	}
	require.NoError(t, err)
	require.Equal(t, given.String(), d.Amount)
	x.used[line{asset, denom}] = append(used, root)
	for i, p := range points {
		x.paidBy[evidence{p.Contribution, denom, root}] = true
		add(x.made[p.Contribution].earned, denom, d.Amounts[i].Big())
	}
}

func add(sums map[string]*big.Int, denom string, n *big.Int) {
	if sums[denom] == nil {
		sums[denom] = new(big.Int)
	}
	sums[denom].Add(sums[denom], n)
}

func (x *machine) Claim(t *rapid.T) {
	id, p := x.pick(t)
	who := rapid.SampledFrom([]common.Address{p.by, p.by, steward}).Draw(t, "who")
	var payments []contribution.Payment
	err := x.w.try(func(ctx sdk.Context) (err error) {
		payments, err = x.w.Claim(ctx, who, []uint64{id, id})
		return err
	})
	if who != p.by {
		require.ErrorIs(t, err, types.ErrContribution)
		return
	}
	require.NoError(t, err)
	for _, got := range payments {
		add(p.paid, got.Denom, got.Amount.Big())
	}
	for denom, earned := range p.earned {
		if earned.Sign() > 0 {
			require.Equal(t, earned, p.paid[denom])
		}
	}
}

func (x *machine) AdvanceFee(t *rapid.T) {
	id, p := x.pick(t)
	payer := sdk.AccAddress(p.by.Bytes())
	before := x.w.has(p.by, aweal)
	fee := sdk.NewCoins(x.w.bank.GetBalance(x.w.ctx, payer, aweal).AddAmount(math.NewInt(rapid.Int64Range(1, 1000).Draw(t, "fee"))))
	require.NoError(t, x.w.AdvanceClaimFee(x.w.ctx, payer, []uint64{id}, fee))
	got := new(big.Int).Sub(x.w.has(p.by, aweal), before)
	require.LessOrEqual(t, got.Cmp(new(big.Int).Sub(fee.AmountOf(aweal).BigInt(), before)), 0)
	if got.Sign() > 0 {
		add(p.paid, aweal, got)
	}
}

// Check compares what there is with what is remembered.
func (x *machine) Check(t *rapid.T) {
	require.NoError(t, x.w.assets.CheckInvariants(x.w.ctx))
	require.NoError(t, x.w.CheckInvariants(x.w.ctx))
	deposits := uint64(0)
	for id, p := range x.made {
		c, err := x.w.Get(x.w.ctx, id)
		require.NoError(t, err)
		require.Equal(t, p.accepted, c.State == types.ContributionAccepted)
		if !p.accepted {
			deposits += p.deposit
		}
		for _, denom := range []string{aweal, uusd} {
			owed, err := x.w.Claimable(x.w.ctx, id, denom)
			require.NoError(t, err)
			want := new(big.Int)
			if p.earned[denom] != nil {
				want.Set(p.earned[denom])
			}
			if p.paid[denom] != nil {
				want.Sub(want, p.paid[denom])
			}
			require.Equal(t, want.String(), owed.String())
		}
	}
	require.EqualValues(t, deposits, x.w.has(contribution.Account, aweal).Uint64())
	for _, id := range x.gone {
		_, err := x.w.Get(x.w.ctx, id)
		require.ErrorIs(t, err, types.ErrContributionNotFound)
	}
}

func TestMachine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := newMachine(t)
		t.Repeat(rapid.StateMachineActions(x))
		requireSameAfterExport(t, x.w)
	})
}
