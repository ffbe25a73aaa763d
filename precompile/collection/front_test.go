package collection_test

import (
	"encoding/json"
	"testing"

	evmtypes "github.com/cosmos/evm/x/vm/types"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/precompile/collection"
	"github.com/weal-network/weal/precompile/contracttest"
)

// forged is what a collection passes on for who.
func forged(who common.Address, data []byte) []byte {
	return append(append([]byte("weal/forward"), who[:]...), data...)
}

// Nobody acts for another by saying what a collection says, or by running a
// collection's code.
func TestForgedCallers(t *testing.T) {
	c := newChain(t)
	k := c.create(c.alice, true)
	k.Must(c.alice, sigMint, c.bob.EVM(), big1(1), big1(1), big1(100))
	steal := k.Input(sigTransfer, c.bob.EVM(), c.mallory.EVM(), big1(1))
	mint := k.Input(sigMint, c.mallory.EVM(), big1(2), big1(1), big1(100))

	for _, data := range [][]byte{forged(c.bob.EVM(), steal), forged(c.alice.EVM(), mint), forged(c.bob.EVM(), nil)} {
		require.Contains(t, c.Run(c.mallory, collection.Address, data).Reason(), "collection not found")
		liar := c.Deploy(c.mallory, contracttest.Script(vm.STOP, step{To: collection.Address, Data: data}))
		require.Contains(t, c.Run(c.mallory, liar, nil).Reason(), "collection not found")
		// Through the collection, the words before the call are no function.
		require.Contains(t, c.Run(c.mallory, k.Address, data).Reason(), "unknown function 0x7765616c")
		for _, op := range []vm.OpCode{vm.DELEGATECALL, vm.CALLCODE, vm.STATICCALL} {
			liar := c.Deploy(c.mallory, contracttest.Script(vm.STOP, step{To: k.Address, Data: data, Op: op}))
			require.True(t, c.Run(c.mallory, liar, nil).Failed(), op)
		}
	}
	// The same code elsewhere is no collection.
	copied := c.Deploy(c.mallory, program.New().Append(collection.Code))
	require.Contains(t, c.Run(c.bob, copied, steal).Reason(), "collection not found")
	// Who has the owner call it runs a collection's code as the owner: that is no
	// collection either.
	for _, op := range []vm.OpCode{vm.DELEGATECALL, vm.CALLCODE} {
		borrower := c.Deploy(c.mallory, contracttest.Script(vm.STOP, step{To: k.Address, Data: steal, Op: op}))
		require.True(t, c.Run(c.bob, borrower, nil).Failed(), op)
	}
	// A contract that calls is itself the caller, whoever called it.
	caller := c.Deploy(c.mallory, contracttest.Script(vm.STOP, step{To: k.Address, Data: steal}))
	require.Equal(t, "ERC721: caller is not token owner or approved", c.Run(c.bob, caller, nil).Reason())
	caller = c.Deploy(c.mallory, contracttest.Script(vm.STOP, step{To: k.Address, Data: mint}))
	require.Equal(t, "Ownable: caller is not the owner", c.Run(c.alice, caller, nil).Reason())

	k.Is(c.bob.EVM(), "ownerOf(uint256)", big1(1))
	k.Is(1, "totalSupply()")
}

func TestStaticCalls(t *testing.T) {
	c := newChain(t, apptest.WithoutShadows())
	k := c.create(c.alice, true)
	k.Must(c.alice, sigMint, c.bob.EVM(), big1(1), big1(1), big1(100))
	look := c.Deploy(c.bob, contracttest.Script(vm.STOP, step{To: k.Address, Data: k.Input("ownerOf(uint256)", big1(1)), Op: vm.STATICCALL}))
	require.False(t, c.Run(c.bob, look, nil).Failed())
	write := contracttest.Script(vm.STOP, step{To: k.Address, Data: k.Input("setApprovalForAll(address,bool)", c.bob.EVM(), true)})
	at := c.Deploy(c.bob, write)
	static := c.Deploy(c.bob, contracttest.Script(vm.STOP, step{To: at, Op: vm.STATICCALL}))
	require.False(t, c.Run(c.bob, at, nil).Failed())
	require.True(t, c.Run(c.bob, static, nil).Failed())
}

// demand is a receiver that takes a token only if who asks it.
func demand(who common.Address) *program.Program {
	p := program.New().Op(vm.CALLER).Push(who).Op(vm.EQ)
	p.Push(p.Size() + 3 + 3).Op(vm.JUMPI).Push0().Push0().Op(vm.REVERT)
	return p.Op(vm.JUMPDEST).Append(contracttest.Answer())
}

// Receivers are asked by the collection.
func TestWhoAsks(t *testing.T) {
	c := newChain(t)
	k := c.create(c.alice, true)
	k.Must(c.alice, sigMint, c.alice.EVM(), big1(1), big1(1), big1(100))
	right, wrong := c.Deploy(c.alice, demand(k.Address)), c.Deploy(c.alice, demand(collection.Address))
	require.Equal(t, "ERC721: transfer to non ERC721Receiver implementer", k.Send(c.alice, sigSafe, c.alice.EVM(), wrong, big1(1)).Reason())
	k.Must(c.alice, sigSafe, c.alice.EVM(), right, big1(1))
	k.Is(right, "ownerOf(uint256)", big1(1))
}

// A receiver that calls back into every function that changes something finds
// the change complete, and what it does stands.
func TestReentrancy(t *testing.T) {
	c := newChain(t)
	k := c.create(c.alice, true)
	me := nth(1) // made by the receiver
	steps := []step{
		{To: collection.Address, Data: c.factory.Input(sigCreate, "again", "A", uint8(0), false)},
		{To: me, Data: k.Input(sigMint, c.bob.EVM(), big1(1), big1(1), big1(1))},
		{To: k.Address, Data: k.Input("setApprovalForAll(address,bool)", c.bob.EVM(), true)},
		{To: k.Address, Data: k.Input("approve(address,uint256)", c.bob.EVM(), big1(1))},
		{To: k.Address, Data: k.Input("approve(uint256,address,uint256)", big1(1), c.bob.EVM(), big1(5))},
		{To: k.Address, Data: k.Input(sigSplit, big1(1), c.bob.EVM(), big1(10))},
		{To: k.Address, Data: k.Input(sigMove, big1(1), big1(2), big1(10))},
		{To: k.Address, Data: k.Input("burnValue(uint256,uint256)", big1(1), big1(10))},
		{To: k.Address, Data: k.Input(sigMint, c.bob.EVM(), big1(9), big1(1), big1(1)), MayFail: true},
		{To: k.Address, Data: k.Input("burn(uint256)", big1(1))},
		{To: k.Address, Data: k.Input(sigTransfer, c.alice.EVM(), c.bob.EVM(), big1(1)), MayFail: true},
	}
	at := c.Deploy(c.alice, contracttest.Receiver(steps...))
	k.Must(c.alice, sigMint, c.alice.EVM(), big1(1), big1(1), big1(100))
	k.Must(c.alice, sigMint, c.bob.EVM(), big1(2), big1(1), big1(0))
	r := k.Must(c.alice, sigSafe, c.alice.EVM(), at, big1(1))
	require.Len(t, r.Logs, 1+1+3+1+1+1+4+1+1+3)
	_, reason := k.View(c.alice, "ownerOf(uint256)", big1(1))
	require.Equal(t, "ERC721: invalid token ID", reason)
	k.Is(10, "balanceOf(uint256)", big1(2))
	k.Is(10, "balanceOf(uint256)", big1(3))
	k.Is(2, "totalSupply()")
	c.at(me).Is(at, "owner()")

	// The same while value is moved, and undone when the receiver then refuses.
	again := c.Deploy(c.alice, contracttest.Receiver(step{To: k.Address, Data: k.Input(sigSplit, big1(4), c.bob.EVM(), big1(3))}))
	k.Must(c.bob, sigSplit, big1(2), again, big1(7))
	k.Is(4, "balanceOf(uint256)", big1(4))
	k.Is(3, "balanceOf(uint256)", big1(5))
	refuses := c.Deploy(c.alice, contracttest.Refuser(nil))
	require.Equal(t, "ERC3525: transfer rejected by ERC3525Receiver", k.Send(c.bob, sigSplit, big1(2), refuses, big1(1)).Reason())
	k.Is(4, "totalSupply()")
}

// A trace shows the collection, what is behind it, and the receiver it asks.
func TestTrace(t *testing.T) {
	c := newChain(t, apptest.WithoutShadows())
	k := c.create(c.alice, true)
	k.Must(c.alice, sigMint, c.alice.EVM(), big1(1), big1(1), big1(100))
	at := c.Deploy(c.alice, contracttest.Receiver())
	from, input := c.alice.EVM(), hexutil.Bytes(k.Input(sigSafe, c.alice.EVM(), at, big1(1)))
	args, err := json.Marshal(evmtypes.TransactionArgs{From: &from, To: &k.Address, Input: &input})
	require.NoError(t, err)
	validators, err := c.App().StakingKeeper.GetAllValidators(c.Context())
	require.NoError(t, err)
	proposer, err := validators[0].GetConsAddr()
	require.NoError(t, err)
	res, err := evmtypes.NewQueryClient(c.Conn()).TraceCall(t.Context(), &evmtypes.QueryTraceCallRequest{
		Args: args, GasCap: 10_000_000, ProposerAddress: proposer, BlockNumber: c.Height(), BlockTime: c.Now(),
		TraceConfig: &evmtypes.TraceConfig{Tracer: "callTracer"},
	})
	require.NoError(t, err)
	type frame struct {
		To    common.Address `json:"to"`
		From  common.Address `json:"from"`
		Error string         `json:"error"`
		Calls []frame        `json:"calls"`
	}
	var top frame
	require.NoError(t, json.Unmarshal(res.Data, &top))
	require.Empty(t, top.Error)
	require.Equal(t, k.Address, top.To)
	require.Len(t, top.Calls, 1)
	require.Equal(t, collection.Address, top.Calls[0].To)
	require.Len(t, top.Calls[0].Calls, 1)
	require.Equal(t, []common.Address{k.Address, at}, []common.Address{top.Calls[0].Calls[0].From, top.Calls[0].Calls[0].To})
}
