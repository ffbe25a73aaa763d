package council_test

import (
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/evm/precompiles/staking"
	evmtypes "github.com/cosmos/evm/x/vm/types"

	sdk "github.com/cosmos/cosmos-sdk/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/precompile/asset"
	"github.com/weal-network/weal/precompile/council"
	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
)

// alone makes an asset that bob owns 600 of 1,000 units of, with so many coins.
func alone(t *testing.T, coins int64, opts ...apptest.Option) (c *chain, id, share *big.Int) {
	t.Helper()
	c = newChain(t, opts...)
	id, shares := c.found(c.Accounts[0], quick, holding{c.Accounts[1].EVM(), 600})
	if coins > 0 {
		require.False(t, c.receipt(c.Deliver(c.tx(c.Accounts[3], treasury(id), coins, nil))[0]).Failed())
	}
	return c, id, shares[1]
}

// passed has bob propose and pass calls.
func (c *chain) passed(id, share *big.Int, calls ...solidity.CouncilCall) *big.Int {
	c.t.Helper()
	p := c.propose(c.Accounts[1], id, share, calls...)
	c.Advance(1, time.Second)
	c.vote(c.Accounts[1], p, yes, share)
	c.pass(p)
	return p
}

// What a council calls may call the council again, and gets nothing from it that
// was not voted.
func TestExecutionIsNotReentered(t *testing.T) {
	c, id, share := alone(t, 1000)
	bob, mallory := c.Accounts[1], c.Accounts[2]
	again := c.call("execute(uint256)", big.NewInt(1))
	// It is paid 10, and executes the proposal again, which fails.
	thief := c.deploy(mallory, script(step{to: council.Address, data: again, mayFail: true}))
	loud := c.deploy(mallory, script(step{to: council.Address, data: again}))
	p := c.passed(id, share, act(thief, 10, nil), act(thief, 10, nil))
	r := c.must(bob, "execute(uint256)", p)
	require.Equal(t, []string{"Executed"}, names(t, r))
	require.Equal(t, big.NewInt(20), c.balance(thief))
	require.Equal(t, big.NewInt(980), c.balance(treasury(id)))

	// As msg.sender of itself, too.
	p = c.passed(id, share, act(council.Address, 0, c.call("execute(uint256)", big.NewInt(2))))
	require.Equal(t, "proposal 2 is executed; only what is ready can be executed: bad council act", c.send(bob, "execute(uint256)", p).reason())
	c.is(ready, "state(uint256)", p)

	// The proposal of another asset is executed inside, once.
	other, shares := c.found(mallory, quick)
	require.False(t, c.receipt(c.Deliver(c.tx(mallory, treasury(other), 50, nil))[0]).Failed())
	q := c.propose(mallory, other, shares[0], act(loud, 50, nil))
	c.Advance(1, time.Second)
	c.vote(mallory, q, yes, shares[0])
	c.pass(q)
	require.Equal(t, big.NewInt(3), q)
	p = c.passed(id, share, act(council.Address, 0, c.call("execute(uint256)", q)), act(loud, 1, nil))
	require.Contains(t, c.send(bob, "execute(uint256)", p).reason(), "proposal 1 is executed", "loud is called, and reverts")
	c.is(ready, "state(uint256)", q)
	require.Equal(t, big.NewInt(50), c.balance(treasury(other)))
}

// A council sets its own rules, ends its own proposals, and has no say for its
// treasury.
func TestCouncilActsOnItself(t *testing.T) {
	c, id, share := alone(t, 0)
	bob := c.Accounts[1]
	slow := quick
	slow.LockSeconds = 1000
	q := c.passed(id, share, act(bob.EVM(), 0, nil))
	p := c.passed(id, share,
		act(council.Address, 0, c.call("cancel(uint256)", q)),
		act(council.Address, 0, c.call(solidity.SetRulesSignature, id, slow)),
		act(council.Address, 0, c.call("delegate(uint256,address)", id, bob.EVM())))
	require.Contains(t, c.send(bob, "cancel(uint256)", q).reason(), "proposal 1 ends by another vote")
	r := c.must(bob, "execute(uint256)", p)
	require.Equal(t, []string{"Executed", "Canceled", "RulesChanged", "Delegated"}, names(t, r))
	c.is(canceled, "state(uint256)", q)
	require.Contains(t, c.send(bob, "execute(uint256)", q).reason(), "proposal 1 is canceled")

	// A share that the council is given can be sold by it, and cannot vote.
	c.assets(bob, sigSplit, share, treasury(id), big.NewInt(100))
	c.is(100, "treasuryUnits(uint256)", id)
	c.is(900, "votingUnits(uint256)", id)
	p = c.propose(bob, id, share, act(asset.Address, 0, c.assetCall(sigGive, treasury(id), bob.EVM(), big.NewInt(3))))
	c.Advance(1, time.Second)
	require.Contains(t, c.send(bob, "vote(uint256,uint8,uint256[])", p, yes, []*big.Int{big.NewInt(3)}).reason(), "share 3 is the treasury's")
	c.vote(bob, p, yes, share)
	c.Advance(12, 100*time.Second)
	c.Advance(12, 100*time.Second)
	c.must(bob, "execute(uint256)", p)
	c.is(0, "treasuryUnits(uint256)", id)
	c.asset(bob.EVM(), "ownerOf(uint256)", big.NewInt(3))
}

// If a call fails nothing has happened, and it can be tried again.
func TestFailingCalls(t *testing.T) {
	c, id, share := alone(t, 5)
	bob, carol := c.Accounts[1], c.Accounts[2]
	reason, err := evmtypes.RevertReasonBytes("not today")
	require.NoError(t, err)
	says := c.deploy(carol, program.New().Mstore(reason, 0).Push(len(reason)).Push0().Op(vm.REVERT))
	silent := c.deploy(carol, program.New().Push0().Push0().Op(vm.REVERT))
	loop, at := program.New().Jumpdest()
	endless := c.deploy(carol, loop.Jump(at))

	pay := act(carol.EVM(), 3, nil)
	for _, tt := range []struct {
		call   solidity.CouncilCall
		reason string
	}{
		{act(says, 0, nil), "not today"},
		{act(silent, 0, nil), "call 1 to " + silent.Hex() + " failed: execution reverted"},
		{act(endless, 0, nil), "call 1 to " + endless.Hex() + " failed: out of gas"},
		{act(carol.EVM(), 3, nil), "call 1 to " + carol.EVM().Hex() + " failed: insufficient balance for transfer"},
		{act(council.Address, 1, nil), "call names no function"},
		{act(council.Address, 1, c.call("cancel(uint256)", big.NewInt(1))), "contract takes no coins"},
	} {
		p := c.passed(id, share, pay, tt.call)
		gained := c.gains(carol.EVM(), func() {
			r := c.send(bob, "execute(uint256)", p)
			require.Equal(t, tt.reason, r.reason())
			require.Empty(t, r.Logs)
		})
		require.Zero(t, gained)
		c.is(ready, "state(uint256)", p)
	}
	require.Equal(t, big.NewInt(5), c.balance(treasury(id)))

	// Once the treasury has enough, the fourth goes through.
	require.False(t, c.receipt(c.Deliver(c.tx(carol, treasury(id), 1, nil))[0]).Failed())
	gained := c.gains(carol.EVM(), func() { c.must(bob, "execute(uint256)", big.NewInt(4)) })
	require.EqualValues(t, 6, gained)
}

func TestExpiry(t *testing.T) {
	c, id, share := alone(t, 10)
	bob := c.Accounts[1]
	p := c.passed(id, share, act(bob.EVM(), 10, nil))
	c.Advance(8, 8*time.Minute)
	c.is(expired, "state(uint256)", p)
	require.Contains(t, c.send(bob, "execute(uint256)", p).reason(), "proposal 1 is expired")
	p = c.propose(bob, id, share, act(bob.EVM(), 10, nil))
	c.Advance(12, time.Minute)
	c.is(defeated, "state(uint256)", p)
	require.Contains(t, c.send(bob, "execute(uint256)", p).reason(), "proposal 2 is defeated")
}

// The treasury stakes through the stock precompile, is paid for it, and pays in
// other coins than the chain's.
func TestTreasuryStakesAndPays(t *testing.T) {
	const uusd = "uusd"
	rich := apptest.Balance(apptest.WEAL(1_000).Add(sdk.NewInt64Coin(uusd, 1_000)))
	c, id, share := alone(t, 1_000_000, rich)
	bob, carol := c.Accounts[1], c.Accounts[2]
	own := treasury(id)
	require.NoError(t, c.give(carol, own, sdk.NewInt64Coin(uusd, 100)))

	validators, err := c.App().StakingKeeper.GetAllValidators(c.Context())
	require.NoError(t, err)
	stake, err := staking.ABI.Pack("delegate", own, validators[0].OperatorAddress, big.NewInt(400_000))
	require.NoError(t, err)
	pay := c.assetCall("pay(uint256,address,string,uint256)", id, bob.EVM(), uusd, big.NewInt(60))
	require.Contains(t, c.run(bob, asset.Address, pay).reason(), "the treasury of asset 1 is its council's alone")
	p := c.passed(id, share,
		act(bob.EVM(), 100_000, nil),
		act(common.HexToAddress(evmtypes.StakingPrecompileAddress), 0, stake),
		act(asset.Address, 0, pay),
		act(bob.EVM(), 100_000, nil))
	r := c.send(c.Accounts[3], "execute(uint256)", p)
	require.False(t, r.Failed(), r.reason())
	require.Equal(t, big.NewInt(400_000), c.balance(own))
	d, err := c.App().StakingKeeper.GetDelegation(c.Context(), own.Bytes(), valAddress(t, validators[0]))
	require.NoError(t, err)
	require.EqualValues(t, 400_000, d.Shares.TruncateInt64())
	require.EqualValues(t, 40, c.App().BankKeeper.GetBalance(c.Context(), own.Bytes(), uusd).Amount.Int64())
	require.EqualValues(t, 1_060, c.App().BankKeeper.GetBalance(c.Context(), bob.Cosmos(), uusd).Amount.Int64())
}

func valAddress(t *testing.T, v stakingtypes.Validator) sdk.ValAddress {
	t.Helper()
	a, err := sdk.ValAddressFromBech32(v.OperatorAddress)
	require.NoError(t, err)
	return a
}

// What the largest proposal costs, and that it fits into a block.
func TestLargestProposal(t *testing.T) {
	c, id, share := alone(t, 0)
	bob := c.Accounts[1]
	calls := make([]solidity.CouncilCall, 16)
	for i := range calls {
		calls[i] = act(types.AssetAccount(9), 0, make([]byte, 1024))
		for j := range calls[i].Data {
			calls[i].Data[j] = byte(j) | 1
		}
	}
	data := c.call(solidity.ProposeSignature, id, calls, "Large", "", []*big.Int{share})
	c.nonce[bob.EVM()]++
	r := c.receipt(c.Deliver(c.EVM(bob, apptest.EVMTx{To: &council.Address, Data: data, Gas: 1_500_000}))[0])
	require.False(t, r.Failed(), r.reason())
	t.Logf("proposing 16 KiB: %d gas", r.GasUsed)
	more := append(calls[:15:15], act(common.Address{9}, 0, make([]byte, 1025)))
	require.Contains(t, c.send(bob, solidity.ProposeSignature, id, more, "Large", "", []*big.Int{share}).reason(), "at most 16384 bytes of data in all, got 16385")
	p := big.NewInt(1)
	c.Advance(1, time.Second)
	c.vote(bob, p, yes, share)
	c.pass(p)
	c.must(bob, "execute(uint256)", p)
}
