package council_test

import (
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/precompile/asset"
	"github.com/weal-network/weal/precompile/council"
	"github.com/weal-network/weal/precompile/solidity"
)

const sigVote = "vote(uint256,uint8,uint256[])"

// Shares that are sold during a vote: the seller keeps its say, the buyer gets
// none, and nothing is said twice.
func TestSharesMoveDuringAVote(t *testing.T) {
	c := newChain(t)
	alice, bob, carol := c.Accounts[0], c.Accounts[1], c.Accounts[2]
	id, shares := c.found(alice, quick, holding{bob.EVM(), 400})
	p := c.propose(bob, id, shares[1], act(bob.EVM(), 0, nil))
	c.Advance(1, time.Second)

	c.vote(bob, p, yes, shares[1])
	c.assets(bob, sigGive, bob.EVM(), carol.EVM(), shares[1])
	c.assets(alice, sigSplit, shares[0], carol.EVM(), big.NewInt(100))
	require.Contains(t, c.send(carol, sigVote, p, no, shares[1:]).reason(), "share 2, nor the delegate of its owner")
	require.Contains(t, c.send(carol, sigVote, p, no, []*big.Int{big.NewInt(3)}).reason(), "share 3 had no units when voting on proposal 1 began")
	c.vote(alice, p, no, shares[0])
	c.vote(bob, p, abstain, shares[1])
	c.assets(carol, sigGive, carol.EVM(), alice.EVM(), shares[1])
	require.Contains(t, c.send(alice, sigVote, p, no, shares[1:]).reason(), "share 2, nor the delegate of its owner")
	c.assets(alice, "burn(uint256)", shares[1])
	c.vote(bob, p, yes, shares[1])
	got := c.get(p)
	require.Equal(t, []int64{400, 600, 0}, []int64{got.Yes.Int64(), got.No.Int64(), got.Abstain.Int64()})
}

// A contract that borrows every share for one transaction can propose, and has
// nothing to say: votes begin a block later, and by then the shares are back.
func TestBorrowedShares(t *testing.T) {
	c := newChain(t)
	alice, mallory := c.Accounts[0], c.Accounts[2]
	id, shares := c.found(alice, quick)
	calls := []solidity.CouncilCall{act(mallory.EVM(), 0, nil)}
	propose := step{to: council.Address, data: c.call(solidity.ProposeSignature, id, calls, "Mine", "", shares)}
	vote := step{to: council.Address, data: c.call(sigVote, big.NewInt(1), yes, shares)}
	// The lender is an owner who approved the contract: it takes, acts and gives back.
	loan := c.nextContract(mallory)
	take := step{to: asset.Address, data: c.assetCall(sigGive, alice.EVM(), loan, shares[0])}
	back := step{to: asset.Address, data: c.assetCall(sigGive, loan, alice.EVM(), shares[0])}
	require.Equal(t, loan, c.deploy(mallory, script(take, propose, vote, back)))
	c.assets(alice, "setApprovalForAll(address,bool)", loan, true)
	require.Equal(t, "proposal 1 is pending; nobody votes on it now: bad council act", c.run(mallory, loan, nil).reason())

	loan = c.nextContract(mallory)
	take.data, back.data = c.assetCall(sigGive, alice.EVM(), loan, shares[0]), c.assetCall(sigGive, loan, alice.EVM(), shares[0])
	require.Equal(t, loan, c.deploy(mallory, script(take, propose, back)))
	c.assets(alice, "setApprovalForAll(address,bool)", loan, true)
	require.False(t, c.run(mallory, loan, nil).Failed())
	c.Advance(1, time.Second)
	p := big.NewInt(1)
	c.is(voting, "state(uint256)", p)
	values, reason := c.ask(solidity.Council, council.Address, "powerOf(uint256,uint256)", p, shares[0])
	require.Empty(t, reason)
	require.Equal(t, []any{alice.EVM(), big.NewInt(1000)}, values)
	c.Advance(12, time.Minute)
	c.is(defeated, "state(uint256)", p)
}

// Blocks full of sales, votes and proposals about one asset come to the same
// whatever order they are run in, and on a chain that began in the middle.
func TestBlocksOfEverything(t *testing.T) {
	c := newChain(t)
	people := c.Accounts[:6]
	var sold []holding
	for _, a := range people[1:] {
		sold = append(sold, holding{a.EVM(), 150})
	}
	id, shares := c.found(people[0], quick, sold...)
	first := c.propose(people[1], id, shares[1], act(people[0].EVM(), 0, nil))
	c.Advance(1, time.Second)

	block := func(round int) {
		t.Helper()
		var txs [][]byte
		for i, a := range people {
			next := people[(i+1)%len(people)].EVM()
			give := c.assetCall(sigSplit, shares[i], next, big.NewInt(int64(3+round)))
			into := c.assetCall("transferFrom(uint256,uint256,uint256)", shares[i], shares[(i+2)%len(shares)], big.NewInt(2))
			say := c.call(sigVote, first, uint8((i+round)%3+1), []*big.Int{shares[i]})
			propose := c.call(solidity.ProposeSignature, id, []solidity.CouncilCall{act(next, 1, nil)}, "More", "", []*big.Int{shares[i]})
			txs = append(txs, c.tx(a, asset.Address, 0, give), c.tx(a, council.Address, 0, say),
				c.tx(a, council.Address, 0, propose), c.tx(a, asset.Address, 0, into))
		}
		for i, res := range c.Deliver(txs...) {
			r := c.receipt(res)
			require.False(t, r.Failed(), "%d: %s", i, r.reason())
		}
	}
	block(0)
	block(1)
	c.ForkExport()
	block(2)
	block(3)
	second := big.NewInt(2)
	c.vote(people[0], second, no, shares[0])
	c.assets(people[2], sigGive, people[2].EVM(), people[3].EVM(), shares[2])
	c.vote(people[2], second, yes, shares[2])
	got := c.get(first)
	require.EqualValues(t, 1000, got.Yes.Int64()+got.No.Int64()+got.Abstain.Int64())
	c.Advance(14, 10*time.Second)
	c.CheckExports()
	c.is(25, "proposalCount()")
}
