package council_test

import (
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/precompile/asset"
	"github.com/weal-network/weal/precompile/council"
	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
	assettypes "github.com/weal-network/weal/x/asset/types"
)

// A maker sells two thirds of an asset. The buyers change its price, pay one of
// their own from the treasury, and take control away from the maker.
func TestStory(t *testing.T) {
	c := newChain(t)
	alice, bob, carol, dave := c.Accounts[0], c.Accounts[1], c.Accounts[2], c.Accounts[3]
	id, shares := c.found(alice, quick, holding{bob.EVM(), 400}, holding{carol.EVM(), 250})
	own := treasury(id)
	c.asset(own, "account(uint256)", id)
	require.False(t, c.run(dave, own, nil).Failed())
	require.False(t, c.receipt(c.Deliver(c.tx(dave, own, 1_000_000, nil))[0]).Failed(), "anybody can give to a treasury")

	r := c.send(bob, solidity.SetRulesSignature, id, quick)
	require.Equal(t, "asset 1 is controlled by "+alice.String()+", and by its council: not the asset's controller", r.reason())
	require.Contains(t, c.send(alice, solidity.SetRulesSignature, id, quick).reason(), "share 2 of asset 1 is another's")

	p := c.propose(bob, id, shares[1],
		act(asset.Address, 0, c.assetCall(solidity.UpdateSignature, id, update(7))),
		act(carol.EVM(), 300_000, nil),
		act(asset.Address, 0, c.assetCall(sigSetController, id, own)),
		act(council.Address, 0, c.call(solidity.SetRulesSignature, id, solidity.CouncilRules{
			Quorum: 5_000, Threshold: 6_000, Propose: 1, VotingSeconds: 1, GraceSeconds: 60,
		})),
	)
	require.EqualValues(t, 1, p.Int64())
	c.is(pending, "state(uint256)", p)
	c.Advance(1, time.Second)
	c.is(voting, "state(uint256)", p)
	c.vote(bob, p, yes, shares[1])
	c.vote(alice, p, no, shares[0])
	c.vote(carol, p, abstain, shares[2])
	c.vote(carol, p, yes, shares[2])
	r = c.send(dave, "execute(uint256)", p)
	require.Equal(t, "proposal 1 is voting; only what is ready can be executed: bad council act", r.reason())
	c.pass(p)
	got := c.get(p)
	require.Equal(t, []int64{1000, 650, 350, 0}, []int64{got.Circulating.Int64(), got.Yes.Int64(), got.No.Int64(), got.Abstain.Int64()})
	require.Equal(t, "A title", got.Title)
	require.Len(t, got.Calls, 4)
	require.Equal(t, bob.EVM(), got.Proposer)

	require.EqualValues(t, 300_000, c.gains(carol.EVM(), func() { r = c.must(dave, "execute(uint256)", p) }))
	require.Equal(t, []string{"Executed", "AssetUpdated", "ControllerChanged", "RulesChanged"}, names(t, r))
	c.is(executed, "state(uint256)", p)
	require.Equal(t, big.NewInt(700_000), c.balance(own))
	a, err := c.App().AssetKeeper.GetAsset(c.Context(), types.AssetID(id.Uint64()))
	require.NoError(t, err)
	require.EqualValues(t, 2, a.Version)
	require.Equal(t, "7", a.Prices[0].Amount)
	rules, reason := c.ask(solidity.Council, council.Address, "rulesOf(uint256)", id)
	require.Empty(t, reason)
	require.EqualValues(t, 6_000, abi.ConvertType(rules[0], new(solidity.CouncilRules)).(*solidity.CouncilRules).Threshold)

	// The maker is an owner like the others now.
	r = c.run(alice, asset.Address, c.assetCall(solidity.UpdateSignature, id, update(1)))
	require.Contains(t, r.reason(), "not the asset's controller")
	res := c.Deliver(c.Cosmos(alice, &assettypes.MsgUpdate{
		Sender: alice.String(), Asset: id.Uint64(), Manifest: a.Manifest, ManifestUri: a.ManifestUri, Prices: a.Prices,
	}))[0]
	require.Contains(t, res.Log, "not the asset's controller")
	require.Contains(t, c.send(dave, "execute(uint256)", p).reason(), "proposal 1 is executed")
}

// The logs say everything that happened.
func TestLogs(t *testing.T) {
	c := newChain(t)
	alice, bob := c.Accounts[0], c.Accounts[1]
	id, shares := c.found(alice, quick, holding{bob.EVM(), 400})
	topic := func(r receipt, i int) *big.Int { return common.HexToHash(r.Logs[0].Topics[i]).Big() }
	data := func(r receipt) []any {
		e, err := solidity.Council.ABI.EventByID(common.HexToHash(r.Logs[0].Topics[0]))
		require.NoError(t, err)
		require.Len(t, r.Logs, 1)
		values, err := e.Inputs.NonIndexed().Unpack(r.Logs[0].Data)
		require.NoError(t, err)
		return values
	}
	r := c.must(alice, "delegate(uint256,address)", id, bob.EVM())
	require.Equal(t, []string{"Delegated"}, names(t, r))
	require.Equal(t, bob.EVM(), common.BigToAddress(topic(r, 3)))
	c.is(bob.EVM(), "delegateOf(uint256,address)", id, alice.EVM())

	call := act(alice.EVM(), 5, []byte{1, 2})
	r = c.must(bob, solidity.ProposeSignature, id, []solidity.CouncilCall{call}, "Title", "", shares)
	require.Equal(t, []string{"Proposed"}, names(t, r))
	values := data(r)
	require.Equal(t, []solidity.CouncilCall{call}, *abi.ConvertType(values[0], new([]solidity.CouncilCall)).(*[]solidity.CouncilCall))
	require.Equal(t, []any{"Title", ""}, values[1:])
	p := topic(r, 1)
	c.Advance(1, time.Second)

	r = c.must(bob, "vote(uint256,uint8,uint256[])", p, yes, shares)
	require.Equal(t, []string{"Voted"}, names(t, r))
	require.Equal(t, bob.EVM(), common.BigToAddress(topic(r, 2)))
	require.Equal(t, []any{yes, big.NewInt(1000), shares}, data(r))
	require.EqualValues(t, 1000, new(big.Int).SetBytes(r.Ret).Int64())
	values, reason := c.ask(solidity.Council, council.Address, "voteOf(uint256,uint256)", p, shares[0])
	require.Empty(t, reason)
	require.Equal(t, []any{yes, true}, values)
	values, reason = c.ask(solidity.Council, council.Address, "powerOf(uint256,uint256)", p, shares[0])
	require.Empty(t, reason)
	require.Equal(t, []any{alice.EVM(), big.NewInt(600)}, values)

	p2 := c.propose(bob, id, shares[1], call)
	r = c.must(bob, "cancel(uint256)", p2)
	require.Equal(t, []string{"Canceled"}, names(t, r))
	c.is(canceled, "state(uint256)", p2)
	c.is(2, "proposalCount()")

	for _, n := range []*big.Int{new(big.Int), new(big.Int).Lsh(big.NewInt(1), 64), new(big.Int).Lsh(big.NewInt(1), 255)} {
		_, reason := c.ask(solidity.Council, council.Address, "state(uint256)", n)
		require.Equal(t, "proposal 0: proposal not found", reason)
		_, reason = c.ask(solidity.Council, council.Address, "rulesOf(uint256)", n)
		require.Equal(t, "asset 0: asset not found", reason)
	}
}
