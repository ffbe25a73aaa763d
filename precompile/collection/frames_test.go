package collection_test

import (
	"fmt"
	"math/big"
	"sort"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
	ethcrypto "github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/precompile/asset"
	"github.com/weal-network/weal/precompile/contracttest"
	"github.com/weal-network/weal/precompile/solidity"
)

// frames is a collection, and the contract of shares, and contracts that call
// both from frames within frames, some of which revert or run out of gas. What
// the EVM undoes of native state is compared with what it undoes of its logs.
type frames struct {
	*chain
	k, shares      contracttest.Contract
	idle, receiver *big.Int // tokens of an account's, and of a contract that calls back
	next           int64    // the next token
	values         map[int64]int64
	approved       map[string]bool
}

var operators = []common.Address{{0x71}, {0x72}}

func newFrames(t *testing.T) *frames {
	c := newChain(t, apptest.WithoutShadows())
	f := &frames{
		chain: c, k: c.create(c.alice, false), shares: c.At(asset.Address, solidity.Assets),
		idle: big1(1), receiver: big1(2), next: 3, values: map[int64]int64{1: 0, 2: 0}, approved: map[string]bool{},
	}
	f.k.Must(c.alice, sigMint, c.bob.EVM(), f.idle, big1(7), big1(0))
	at := c.Deploy(c.alice, contracttest.Receiver(f.approve(f.k, 0, true), f.approve(f.shares, 0, true)))
	f.k.Must(c.alice, sigMint, at, f.receiver, big1(7), big1(0))
	return f
}

func (f *frames) approve(at contracttest.Contract, operator int, yes bool) step {
	return step{To: at.Address, Data: at.Input("setApprovalForAll(address,bool)", operators[operator], yes)}
}

// contract deploys a frame of a random tree, after the frames within it.
func (f *frames) contract(r *rapid.T, depth int) common.Address {
	const each = 1_000
	var steps []step
	for range rapid.IntRange(1, 7).Draw(r, "steps") {
		what := rapid.SampledFrom([]string{"move", "move", "approve", "shares", "out", "fail", "look", "coins", "frame", "frame", "frame", "frame"}).Draw(r, "what")
		if what == "frame" && depth > 0 {
			to := f.contract(r, depth-1)
			s := step{To: to, MayFail: rapid.Bool().Draw(r, "caught")}
			if s.MayFail && rapid.Bool().Draw(r, "limited") {
				s.Gas = uint64(rapid.IntRange(1_000, 120_000).Draw(r, "gas"))
			}
			steps = append(steps, s)
			continue
		}
		steps = append(steps, step{Data: []byte(what)})
	}
	at := ethcrypto.CreateAddress(f.alice.EVM(), f.App().AccountKeeper.GetAccount(f.Context(), f.alice.Cosmos()).GetSequence()+1)
	own := big1(f.next)
	f.k.Must(f.alice, sigMint, at, own, big1(7), big1(each))
	f.values[f.next] = each
	f.next++
	for i, s := range steps {
		if s.To != (common.Address{}) {
			continue
		}
		v := big1(rapid.Int64Range(1, 9).Draw(r, "value"))
		switch string(s.Data) {
		case "approve":
			steps[i] = f.approve(f.k, rapid.IntRange(0, 1).Draw(r, "operator"), rapid.Bool().Draw(r, "yes"))
		case "shares":
			steps[i] = f.approve(f.shares, rapid.IntRange(0, 1).Draw(r, "operator"), rapid.Bool().Draw(r, "yes"))
		case "out":
			steps[i] = step{To: f.k.Address, Data: f.k.Input(sigMove, own, f.receiver, v)}
		case "fail":
			steps[i] = step{To: f.k.Address, Data: f.k.Input(sigMove, own, f.idle, big1(each+1)), MayFail: true}
		case "look":
			steps[i] = step{To: f.k.Address, Data: f.k.Input("balanceOf(uint256)", own), Op: vm.STATICCALL}
		case "coins":
			steps[i] = step{To: operators[0]}
		default:
			steps[i] = step{To: f.k.Address, Data: f.k.Input(sigMove, own, f.idle, v)}
		}
	}
	end := rapid.SampledFrom([]vm.OpCode{vm.STOP, vm.STOP, vm.REVERT}).Draw(r, "end")
	require.Equal(f.T, at, f.Deploy(f.alice, contracttest.Script(end, steps...)))
	return at
}

// follow does what the logs of a receipt say.
func (f *frames) follow(r contracttest.Receipt) {
	for _, log := range r.Logs {
		at := common.HexToAddress(log.Address)
		for _, k := range []contracttest.Contract{f.k, f.shares} {
			if at != k.Address {
				continue
			}
			switch common.HexToHash(log.Topics[0]) {
			case k.ABI.Events["TransferValue"].ID:
				from, to := common.HexToHash(log.Topics[1]).Big(), common.HexToHash(log.Topics[2]).Big()
				v := new(big.Int).SetBytes(log.Data).Int64()
				f.values[from.Int64()] -= v
				f.values[to.Int64()] += v
			case k.ABI.Events["ApprovalForAll"].ID:
				owner, operator := common.HexToHash(log.Topics[1]), common.HexToHash(log.Topics[2])
				f.approved[fmt.Sprint(at, owner, operator)] = new(big.Int).SetBytes(log.Data).Sign() > 0
			}
		}
	}
}

// agree compares what is with what the logs said.
func (f *frames) agree(r *rapid.T, owners []common.Address) {
	for id, want := range f.values {
		got, reason := f.k.View(f.alice, "balanceOf(uint256)", big1(id))
		require.Empty(r, reason)
		require.Equal(r, want, got[0].(*big.Int).Int64(), "value of token %d", id)
	}
	for _, k := range []contracttest.Contract{f.k, f.shares} {
		for _, owner := range owners {
			for _, operator := range operators {
				got, reason := k.View(f.alice, "isApprovedForAll(address,address)", owner, operator)
				require.Empty(r, reason)
				want := f.approved[fmt.Sprint(k.Address, common.BytesToHash(owner[:]), common.BytesToHash(operator[:]))]
				require.Equal(r, want, got[0], "%s of %s for %s", k.Address, owner, operator)
			}
		}
	}
}

// Whatever frames revert, native state is undone with the logs, and nothing else.
func TestFramesUndoWhatTheyDid(t *testing.T) {
	f := newFrames(t)
	reverted, kept := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		first := f.next
		root := f.contract(r, 3)
		out := f.Receipt(f.Deliver(f.EVM(f.alice, apptest.EVMTx{To: &root, Gas: contracttest.Gas}))[0])
		if out.Failed() {
			reverted++
			require.Empty(r, out.Logs)
		} else if len(out.Logs) > 0 {
			kept++
		}
		f.follow(out)
		owners := []common.Address{f.owner(f.receiver)}
		for id := first; id < f.next; id++ {
			owners = append(owners, f.owner(big1(id)))
		}
		f.agree(r, owners)
		f.values = map[int64]int64{1: f.values[1], 2: f.values[2]}
	})
	require.Positive(t, reverted)
	require.Positive(t, kept)
}

// Whether a front has gas to return with or not, a move is there with its log or
// undone with it: every limit between too little for the call and enough is tried.
func TestFrontWithoutGasToReturn(t *testing.T) {
	f := newFrames(t)
	own := big1(f.next)
	data := f.k.Input(sigMove, own, f.idle, big1(1))
	// It moves 1, then 1 with so much gas as it is told, and says if that failed.
	p := program.New().Mstore(data, 0).Call(nil, f.k.Address, 0, 0, len(data), 0, 0)
	p.Push0().Push0().Push(len(data)).Push0().Push0().Push(f.k.Address).Push0().Op(vm.CALLDATALOAD, vm.CALL)
	at := f.Deploy(f.alice, p.Op(vm.ADD).Push0().Op(vm.MSTORE).Return(0, 32))
	f.k.Must(f.alice, sigMint, at, own, big1(7), big1(1<<40))
	limited := func(gas int) (done int64) {
		limit := common.BigToHash(big1(int64(gas)))
		r := f.Run(f.alice, at, limit[:])
		require.False(t, r.Failed(), r.Reason())
		done = new(big.Int).SetBytes(r.Ret).Int64()
		require.Len(t, r.Logs, int(done))
		f.values[1] += done
		f.k.Is(int(f.values[1]), "balanceOf(uint256)", f.idle)
		return done
	}
	require.EqualValues(t, 1, limited(10_000))
	require.EqualValues(t, 2, limited(100_000))
	enough := sort.Search(100_000, func(gas int) bool { return limited(gas) == 2 })
	for gas := enough - 200; gas < enough+20; gas++ {
		limited(gas)
	}
}

func (f *frames) owner(id *big.Int) common.Address {
	out, reason := f.k.View(f.alice, "ownerOf(uint256)", id)
	require.Empty(f.T, reason)
	return out[0].(common.Address)
}
