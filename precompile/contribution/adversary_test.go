package contribution_test

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/weal-network/weal/precompile/contracttest"
	"github.com/weal-network/weal/precompile/contribution"
	"github.com/weal-network/weal/precompile/solidity"
	assettypes "github.com/weal-network/weal/x/asset/types"
)

// A steward cannot divide what is not there, nor twice by the same evidence, nor
// to what is no accepted contribution of the asset.
func TestDistributeRefuses(t *testing.T) {
	c := withAsset(t, nil)
	c.accepted(c.alice, c.bob)
	require.False(t, c.contribute(c.eve, 3, 1).Failed(), "contribution 3 is proposed")
	require.False(t, c.contribute(c.eve, 4, 1).Failed())
	c.room.Must(c.steward, sigReject, list(4), false)
	c.register(10)
	c.room.Must(c.maker, solidity.SetTermsSignature, number(2), c.terms(func(t *solidity.ContributionTerms) { t.Pot, t.UnitsPerChunk = number(0), 0 }))
	other := c.Pay(c.eve, contribution.Address, deposit, c.room.Input(sigContribute, number(2), [32]byte{1}, uint64(1), uri, uint64(0), number(0)))
	require.False(t, other.Failed(), other.Reason())
	c.room.Must(c.steward, sigAccept, list(5))

	one, root := []uint64{1}, [32]byte{9}
	all := []any{number(1), uusd, number(0), list(1), one, root}
	with := func(i int, v any) []any {
		args := append([]any{}, all...)
		args[i] = v
		return args
	}
	c.refused("no uusd waits for the contributors of asset 1: bad contribution", c.steward, sigDistribute, all...)
	c.earn(uusd, 2*least)
	steward := "the steward of asset 1 is " + c.steward.EVM().Hex() + "; it decides, or the council: bad contribution"
	c.refused(steward, c.maker, sigDistribute, all...)
	c.refused(steward, c.alice, sigDistribute, all...)
	c.refused("contribution 3 is not accepted: bad contribution", c.steward, sigDistribute, with(3, list(3))...)
	c.refused("contribution 4: contribution not found", c.steward, sigDistribute, with(3, list(4))...)
	c.refused("contribution 5 is to asset 2: bad contribution", c.steward, sigDistribute, with(3, list(5))...)
	c.refused("contribution 1 has no points; leave it out: bad contribution", c.steward, sigDistribute, with(4, []uint64{0})...)
	c.refused("1 contributions and 2 points: bad contribution", c.steward, sigDistribute, with(4, []uint64{1, 2})...)
	c.refused("name 1 to 256 contributions, got 0: bad contribution", c.steward, sigDistribute, number(1), uusd, number(0), list(), []uint64{}, root)
	many, weights := make([]*big.Int, 257), make([]uint64, 257)
	for i := range many {
		many[i], weights[i] = number(1), 1
	}
	c.refused("name 1 to 256 contributions, got 257: bad contribution", c.steward, sigDistribute, number(1), uusd, number(0), many, weights, root)
	c.refused("name the hash of the evidence that the points follow: bad contribution", c.steward, sigDistribute, with(5, [32]byte{})...)
	c.refused(fmt.Sprintf("%duusd waits for the contributors of asset 1, not %d: bad contribution", least, least+1), c.steward, sigDistribute, with(2, number(least+1))...)
	c.refused("asset 1, ueur: asset does not earn in denomination", c.steward, sigDistribute, with(1, "ueur")...)
	c.refused("1uusd is too little to divide among 2 contributions: bad contribution", c.steward, sigDistribute,
		number(1), uusd, number(1), list(1, 2), []uint64{1, 1}, root)
	hash := "0900000000000000000000000000000000000000000000000000000000000000"
	twice := "contribution 1 was paid uusd by the evidence " + hash + " already: bad contribution"
	c.refused(twice, c.steward, sigDistribute, number(1), uusd, number(0), list(1, 1), []uint64{1, 1}, root)

	// Points as great as they can be are divided exactly.
	c.room.Must(c.steward, sigDistribute, number(1), uusd, number(0), list(1, 2), []uint64{math.MaxUint64, math.MaxUint64}, root)
	c.room.Is(least/2, sigClaimable, number(1), uusd)
	c.room.Is(least/2, sigClaimable, number(2), uusd)
	c.refused("no uusd waits for the contributors of asset 1: bad contribution", c.steward, sigDistribute, with(5, [32]byte{8})...)
	c.earn(uusd, 2*least)
	c.refused(twice, c.steward, sigDistribute, all...)
	c.room.Must(c.steward, sigDistribute, number(1), uusd, number(5), list(1), one, [32]byte{8})
	c.refused("the evidence "+hash+" was used before, and other evidence since: bad contribution", c.steward, sigDistribute, all...)
	c.room.Is(least-5, sigWaiting, number(1), uusd)
}

// Whoever copies a root that was proposed keeps its author out by nothing, and one
// that was accepted is not accepted again.
func TestSameRoot(t *testing.T) {
	c := withAsset(t, nil)
	require.False(t, c.contribute(c.alice, 7, 1).Failed())
	require.Equal(t, "the root is proposed already, as contribution 1: bad contribution", c.contribute(c.alice, 7, 1).Reason())
	require.False(t, c.contribute(c.eve, 7, 1).Failed(), "a copy")
	c.refused("asset 1 has the root already, as contribution 1: bad contribution", c.steward, sigAccept, list(1, 2))
	c.room.Must(c.steward, sigAccept, list(1))
	c.refused("asset 1 has the root already, as contribution 1: bad contribution", c.steward, sigAccept, list(2))
	require.Equal(t, "asset 1 has the root already, as contribution 1: bad contribution", c.contribute(c.bob, 7, 1).Reason())
	require.Equal(t, "", c.shares(c.eve.EVM()))
	require.Equal(t, "the root is zero: bad contribution", c.contribute(c.bob, 0, 1).Reason())
	require.Equal(t, "bring 1 to 4294967296 chunks, not 0: bad contribution", c.contribute(c.bob, 8, 0).Reason())
	require.Equal(t, "bring 1 to 4294967296 chunks, not 4294967297: bad contribution", c.contribute(c.bob, 8, 1<<32+1).Reason())
}

// What was accepted stays: it is not withdrawn, rejected or accepted again.
func TestAcceptedStays(t *testing.T) {
	c := withAsset(t, nil)
	c.accepted(c.alice)
	c.refused("contribution 1 was accepted; nobody takes it back: bad contribution", c.alice, sigWithdraw, number(1))
	c.refused("contribution 1 was accepted already: bad contribution", c.steward, sigReject, list(1), true)
	c.refused("contribution 1 was accepted already: bad contribution", c.steward, sigAccept, list(1))
	require.Equal(t, "2:10", c.shares(c.alice.EVM()))
	require.False(t, c.contribute(c.alice, 9, 1).Failed())
	c.refused("contribution 2 was accepted already: bad contribution", c.steward, sigAccept, list(2, 2))
}

// Units come from what the pot's owner lets the contract move, and from nothing
// else: without, nothing is accepted, and the deposit can be taken back.
func TestPot(t *testing.T) {
	c := withAsset(t, nil)
	require.False(t, c.contribute(c.alice, 7, 61).Failed())
	dry := func(left int) string {
		return fmt.Sprintf("contribution 1 was promised 610 units, and share 1, the pot, can grant %d; its owner approves more of its value for %s: bad contribution",
			left, contribution.Address)
	}
	c.refused(dry(600), c.steward, sigAccept, list(1))
	c.assets.Must(c.maker, sigApprove, number(1), contribution.Address, number(0))
	c.refused(dry(0), c.steward, sigAccept, list(1))
	c.assets.Must(c.maker, sigApprove, number(1), contribution.Address, new(big.Int).Sub(new(big.Int).Lsh(number(1), 256), number(1)))
	c.room.Is(uint64(1000), sigPot, number(1))
	c.assets.Must(c.maker, sigSplit, number(1), c.maker.EVM(), number(500))
	c.refused(dry(500), c.steward, sigAccept, list(1))
	// Who gets the pot has approved nothing.
	c.assets.Must(c.maker, sigGive, c.maker.EVM(), c.bob.EVM(), number(1))
	c.refused(dry(0), c.steward, sigAccept, list(1))
	c.assets.Must(c.bob, "burn(uint256)", number(1))
	c.refused(dry(0), c.steward, sigAccept, list(1))
	c.room.Must(c.alice, sigWithdraw, number(1))
	require.Zero(t, c.has(contribution.Address, aweal))
	// The contract is nobody that owns shares.
	r := c.assets.Send(c.maker, sigGive, c.maker.EVM(), contribution.Address, number(2))
	require.Equal(t, "the chain never pays this receiver", r.Reason())
}

// What a contributor saw holds: terms that change before its call refuse it, and
// those that change after it change nothing of it.
func TestTermsChange(t *testing.T) {
	c := withAsset(t, nil)
	require.False(t, c.contribute(c.alice, 7, 20).Failed())
	set := func(change func(*solidity.ContributionTerms)) {
		c.room.Must(c.maker, solidity.SetTermsSignature, number(1), c.terms(change))
	}
	set(func(t *solidity.ContributionTerms) { t.UnitsPerChunk, t.Deposit = 1, number(0) })
	r := c.Pay(c.bob, contribution.Address, 0, c.room.Input(sigContribute, number(1), [32]byte{8}, uint64(20), uri, uint64(200), number(0)))
	require.Equal(t, "20 chunks are granted 20 units, less than 200: bad contribution", r.Reason())
	require.Equal(t, "send exactly 0aweal with the call, not 500: bad contribution", c.contribute(c.bob, 8, 20).Reason())
	before := c.Balance(c.alice.EVM())
	c.room.Must(c.steward, sigAccept, list(1))
	require.Equal(t, "2:200", c.shares(c.alice.EVM()))
	require.Equal(t, number(deposit), before.Sub(c.Balance(c.alice.EVM()), before), "the deposit is the one it paid")

	// A part that falls takes nothing that waits.
	d := withAsset(t, nil)
	d.accepted(d.alice)
	d.earn(uusd, 2*least)
	d.assets.Must(d.alice, sigGive, d.alice.EVM(), d.maker.EVM(), number(2))
	d.room.Must(d.maker, solidity.SetTermsSignature, number(1), d.terms(func(t *solidity.ContributionTerms) { t.Part = 0 }))
	d.earn(uusd, 2*least)
	d.room.Is(least, sigWaiting, number(1), uusd)
	d.room.Must(d.steward, sigDistribute, number(1), uusd, number(0), list(1), []uint64{1}, [32]byte{9})
	d.room.Is(least, sigClaimable, number(1), uusd)
}

// A contributor that calls back when it is asked finds its contribution accepted.
func TestReentrantContributor(t *testing.T) {
	c := withAsset(t, nil)
	bring := contracttest.Step{
		To: contribution.Address, Value: deposit, MayFail: true,
		Data: c.room.Input(sigContribute, number(1), [32]byte{7}, uint64(20), uri, uint64(0), number(0)),
	}
	mallory := c.Deploy(c.eve, contracttest.Receiver(bring,
		contracttest.Step{To: contribution.Address, Data: c.room.Input(sigWithdraw, number(1)), MayFail: true},
		contracttest.Step{To: contribution.Address, Data: c.room.Input(sigAccept, list(1)), MayFail: true},
		contracttest.Step{To: contribution.Address, Data: c.room.Input(sigClaim, list(1)), MayFail: true},
	))
	require.False(t, c.Pay(c.eve, mallory, 2*deposit, []byte{1, 2, 3, 4}).Failed())
	// Its first call took the proposal back at once; make one that stays.
	c.refused("contribution 1: contribution not found", c.steward, sigAccept, list(1))
	stays := c.Deploy(c.eve, contracttest.Receiver(bring,
		contracttest.Step{To: contribution.Address, Data: c.room.Input(sigAccept, list(2)), MayFail: true},
		contracttest.Step{To: contribution.Address, Data: c.room.Input(sigWithdraw, number(3)), MayFail: true},
	))
	require.False(t, c.Pay(c.eve, stays, 2*deposit, []byte{1, 2, 3, 4}).Failed())
	require.EqualValues(t, deposit, c.has(contribution.Address, aweal))
	c.room.Must(c.steward, sigAccept, list(2))
	require.Equal(t, "2:200", c.shares(stays))
	require.Zero(t, c.has(contribution.Address, aweal), "it cannot propose the same again")
	require.EqualValues(t, 2*deposit, c.has(stays, aweal))
	c.room.Is(uint64(400), sigPot, number(1))
}

// A contributor that refuses units keeps itself out, and nobody else.
func TestRefusingContributor(t *testing.T) {
	c := withAsset(t, nil)
	// It brings a root when it is called; asked, it would bring it again, which
	// reverts.
	bring := contracttest.Step{
		To: contribution.Address, Value: deposit,
		Data: c.room.Input(sigContribute, number(1), [32]byte{7}, uint64(20), uri, uint64(0), number(0)),
	}
	mallory := c.Deploy(c.eve, contracttest.Receiver(bring))
	require.False(t, c.Pay(c.eve, mallory, 2*deposit, []byte{1, 2, 3, 4}).Failed())
	require.False(t, c.contribute(c.alice, 8, 1).Failed())
	c.refused("asset 1 has the root already, as contribution 1: bad contribution", c.steward, sigAccept, list(1, 2))
	require.Equal(t, "", c.shares(c.alice.EVM()), "all of a call is undone")
	c.room.Must(c.steward, sigAccept, list(2))
	c.room.Must(c.steward, sigReject, list(1), true)
}

// Proposals of one account are few, and each is paid for.
func TestSpam(t *testing.T) {
	c := withAsset(t, func(t *solidity.ContributionTerms) { t.Deposit = number(0) })
	for i := range assettypes.MaxOpenContributions {
		r := c.room.Send(c.eve, sigContribute, number(1), [32]byte{1, byte(i)}, uint64(1), uri, uint64(0), number(0))
		require.False(t, r.Failed(), r.Reason())
	}
	c.refused(c.eve.EVM().Hex()+" has 64 proposals open to asset 1; withdraw one, or wait until they are decided: bad contribution",
		c.eve, sigContribute, number(1), [32]byte{2}, uint64(1), uri, uint64(0), number(0))
	ids := make([]*big.Int, 64)
	for i := range ids {
		ids[i] = number(int64(i + 1))
	}
	c.room.Must(c.steward, sigReject, ids, true)
	c.refused("uri: byte 0x20; percent-encode it: bad contribution", c.eve, sigContribute, number(1), [32]byte{2}, uint64(1), "a b", uint64(0), number(0))
}

// Who has spent every coin can claim: the fee comes out of what is claimed.
func TestClaimWithoutCoins(t *testing.T) {
	c := withAsset(t, nil)
	c.accepted(c.alice)
	c.earn(aweal, 8_000*least)
	c.room.Must(c.steward, sigDistribute, number(1), aweal, number(0), list(1), []uint64{1}, [32]byte{9})

	balance := func() *big.Int {
		return c.App().BankKeeper.GetBalance(c.Context(), c.alice.Cosmos(), aweal).Amount.BigInt()
	}
	send := func(n *big.Int) {
		coins := sdk.NewCoins(sdk.NewCoin(aweal, sdkmath.NewIntFromBigInt(n)))
		res := c.Deliver(c.Cosmos(c.alice, &banktypes.MsgSend{FromAddress: c.alice.String(), ToAddress: c.bob.String(), Amount: coins}))[0]
		require.Zero(t, res.Code, res.Log)
	}
	had := balance()
	send(number(1))
	fee := new(big.Int).Sub(had, balance())
	fee.Sub(fee, number(1))
	send(new(big.Int).Sub(balance(), fee))
	require.Zero(t, balance().Sign())

	claim := &assettypes.MsgClaimContributions{Sender: c.alice.String(), Ids: []uint64{1}}
	res := c.Deliver(c.Cosmos(c.alice, claim))[0]
	require.Zero(t, res.Code, res.Log)
	require.Equal(t, new(big.Int).Sub(number(4_000*least), fee), balance())
	c.room.Is(0, sigClaimable, number(1), aweal)

	// Nobody's else's contribution pays for it.
	theft := &assettypes.MsgClaimContributions{Sender: c.eve.String(), Ids: []uint64{1}}
	require.Contains(t, c.Deliver(c.Cosmos(c.eve, theft))[0].Log, "contribution 1 is "+c.alice.EVM().Hex()+"'s")
}
