package market_test

import (
	"testing"

	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/precompile/asset"
	"github.com/weal-network/weal/precompile/market"
)

var assetAddress = asset.Address

// A receiver that calls back finds the sale complete: it buys on, sells what it
// just got, and cannot cancel what is gone.
func TestReentrantBuyer(t *testing.T) {
	c := newChain(t)
	alice, bob, carol := c.Accounts[0], c.Accounts[1], c.Accounts[2]
	id, share := c.register(alice.EVM(), 1000)
	listing, _ := c.must(alice, 0, sigList, share, uint64(30), aweal, n(300), uint64(0))
	theirs, _ := c.must(carol, 500, sigOffer, id, uint64(5), aweal, n(500), uint64(0), n(0))
	buy := step{to: market.Address, value: 150, data: trade(t, sigBuy, listing, uint64(10), most, n(0))}
	again, sell := buy, step{to: market.Address, data: trade(t, sigAccept, theirs, n(2), uint64(5), n(0)), mayFail: true}
	again.mayFail = true
	mallory := c.deploy(bob, actor([]step{buy}, []step{sell, again}), 1000)

	r := c.run(bob, mallory, 0, []byte{1})
	require.False(t, r.Failed(), r.reason())
	require.EqualValues(t, 1000-300+475, c.has(mallory, aweal), "it paid the price of 30 units, and sold 5")
	require.Zero(t, c.has(market.Address, aweal))
	require.EqualValues(t, 970, c.value(share))
	require.EqualValues(t, 5, c.value(n(2)))
	require.Equal(t, mallory, c.owner(n(2)))
	_, reason := c.view("quote(uint256,uint64)", listing, uint64(0))
	require.Equal(t, "listing 1: listing not found", reason)
}

// The buyer of an offer is asked when the seller is paid already: it can neither
// take the escrow back nor spend it twice.
func TestReentrantOffer(t *testing.T) {
	c := newChain(t)
	alice, bob, carol := c.Accounts[0], c.Accounts[1], c.Accounts[2]
	id, share := c.register(alice.EVM(), 1000)
	// Others' coins are in the market, too.
	c.must(carol, 5000, sigOffer, id, uint64(100), aweal, n(5000), uint64(0), n(0))
	offer := step{to: market.Address, value: 1000, data: trade(t, sigOffer, id, uint64(10), aweal, n(1000), uint64(0), n(0))}
	back := step{to: market.Address, data: trade(t, "cancelOffer(uint256)", n(2)), mayFail: true}
	mallory := c.deploy(bob, actor([]step{offer}, []step{back, back}), 1000)
	r := c.run(bob, mallory, 0, []byte{1})
	require.False(t, r.Failed(), r.reason())
	require.Zero(t, c.has(mallory, aweal))

	got := c.gain(c.maker().EVM(), aweal, func() { c.must(alice, 0, sigAccept, n(2), share, uint64(4), n(0)) })
	require.Equal(t, "20", got)
	require.EqualValues(t, 600, c.has(mallory, aweal), "it took the rest back, once")
	require.EqualValues(t, 5000, c.has(market.Address, aweal))
	require.Equal(t, "offer 2: offer not found", c.trade(alice, 0, sigAccept, n(2), share, uint64(1), n(0)).reason())
}

// A receiver that refuses undoes the whole sale, and only that.
func TestRefusingBuyer(t *testing.T) {
	c := newChain(t)
	alice, bob := c.Accounts[0], c.Accounts[1]
	id, share := c.register(alice.EVM(), 1000)
	whole, _ := c.must(alice, 0, sigList, share, uint64(0), aweal, n(300), uint64(0))
	units, _ := c.must(alice, 0, sigList, share, uint64(30), aweal, n(300), uint64(0))
	offer := step{to: market.Address, value: 500, data: trade(t, sigOffer, id, uint64(5), aweal, n(500), uint64(0), n(0))}
	mallory := c.deploy(bob, refusing([]step{
		offer,
		{to: market.Address, value: 300, data: trade(t, sigBuy, whole, uint64(0), most, n(0)), mayFail: true},
		{to: market.Address, value: 300, data: trade(t, sigBuy, units, uint64(0), most, n(0)), mayFail: true},
	}), 1000)
	require.Equal(t, "0", c.gain(alice.EVM(), aweal, func() {
		r := c.run(bob, mallory, 0, []byte{1})
		require.False(t, r.Failed(), r.reason())
		require.Equal(t, []string{"M Offered 1 " + short(mallory) + " 1 5 aweal 500 0 0"}, logs(t, r))
	}))
	require.EqualValues(t, 500, c.has(mallory, aweal))
	require.EqualValues(t, 500, c.has(market.Address, aweal))
	require.Equal(t, alice.EVM(), c.owner(share))
	require.EqualValues(t, 1000, c.value(share))

	require.Equal(t, "unknown function 0x01020304", c.trade(alice, 0, sigAccept, n(1), share, uint64(5), n(0)).reason())
	require.EqualValues(t, 1000, c.value(share))
	c.must(c.Accounts[2], 300, sigBuy, units, uint64(0), n(300), n(0))
	// A contract that is no receiver gets units, which nobody asks it about, but
	// no whole share.
	require.EqualValues(t, 500, c.has(market.Address, aweal))
}

// Coins that a contract does not send are nobody's: code that is borrowed moves
// nothing.
func TestBorrowedCode(t *testing.T) {
	c := newChain(t)
	alice, bob := c.Accounts[0], c.Accounts[1]
	id, share := c.register(alice.EVM(), 1000)
	listing, _ := c.must(alice, 0, sigList, share, uint64(30), aweal, n(300), uint64(0))
	for _, op := range []vm.OpCode{vm.DELEGATECALL, vm.CALLCODE} {
		for _, data := range [][]byte{
			trade(t, sigOffer, id, uint64(5), aweal, n(500), uint64(0), n(0)),
			trade(t, sigBuy, listing, uint64(0), most, n(0)),
		} {
			mallory := c.deploy(bob, actor([]step{{to: market.Address, value: 500, data: data, op: op}}, nil), 1000)
			require.True(t, c.run(bob, mallory, 500, []byte{1}).Failed())
			require.EqualValues(t, 1000, c.has(mallory, aweal))
		}
	}
	require.Zero(t, c.has(market.Address, aweal))
	require.EqualValues(t, 1000, c.value(share))
}

// What a call around a trade undoes, is undone with its coins; what it did before
// and after stands.
func TestUndone(t *testing.T) {
	c := newChain(t)
	alice, bob := c.Accounts[0], c.Accounts[1]
	id, share := c.register(alice.EVM(), 1000)
	inWEAL, _ := c.must(alice, 0, sigList, share, uint64(30), aweal, n(300), uint64(0))
	c.must(alice, 0, sigList, share, uint64(30), uusd, n(300), uint64(0))
	reverts := step{to: market.Address, data: []byte{1, 2, 3, 4}}
	buy := step{to: market.Address, value: 100, data: trade(t, sigBuy, inWEAL, uint64(10), most, n(0))}
	offer := step{to: market.Address, value: 70, data: trade(t, sigOffer, id, uint64(5), aweal, n(70), uint64(0), n(0))}
	inner := c.deploy(bob, actor([]step{buy, offer, reverts}, nil), 1000)
	outer := c.deploy(bob, actor([]step{
		buy,
		{to: inner, data: []byte{1}, mayFail: true},
		offer,
		{to: market.Address, data: trade(t, "cancelOffer(uint256)", n(1))},
		buy,
	}, nil), 1000)
	r := c.run(bob, outer, 0, []byte{1})
	require.False(t, r.Failed(), r.reason())
	require.EqualValues(t, 1000, c.has(inner, aweal))
	require.EqualValues(t, 800, c.has(outer, aweal))
	require.Zero(t, c.has(market.Address, aweal))
	require.EqualValues(t, 980, c.value(share))
	quote, _ := c.view("quote(uint256,uint64)", inWEAL, uint64(0))
	require.Equal(t, n(100), quote[0])
}

// The seller moves value or the share away before the buyer's transaction.
func TestFrontRunningSeller(t *testing.T) {
	c := newChain(t)
	alice, bob := c.Accounts[0], c.Accounts[1]
	_, share := c.register(alice.EVM(), 1000)
	whole, _ := c.must(alice, 0, sigList, share, uint64(0), aweal, n(300), uint64(0))
	units, _ := c.must(alice, 0, sigList, share, uint64(1000), aweal, n(1000), uint64(0))
	c.own(alice, sigSplit, share, alice.EVM(), n(999))
	require.Contains(t, c.trade(bob, 300, sigBuy, whole, uint64(0), most, n(0)).reason(), "its share holds other units than when it was listed")
	require.Equal(t, "share 1 holds 1 units by now, not 2: bad trade", c.trade(bob, 300, sigBuy, units, uint64(2), most, n(0)).reason())
	require.Equal(t, "listing 2 is the buyer's own: bad trade", c.trade(alice, 300, sigBuy, units, uint64(1), most, n(0)).reason())
	c.own(alice, "burn(uint256)", share)
	require.Equal(t, "listing 2 is void: its share was burned: bad trade", c.trade(bob, 300, sigBuy, units, uint64(1), most, n(0)).reason())
	require.Zero(t, c.has(market.Address, aweal))
}

// Somebody else's share, or one of another asset, gets no units.
func TestWrongShares(t *testing.T) {
	c := newChain(t)
	alice, bob := c.Accounts[0], c.Accounts[1]
	_, share := c.register(alice.EVM(), 1000)
	_, other := c.register(bob.EVM(), 1000)
	listing, _ := c.must(alice, 0, sigList, share, uint64(30), aweal, n(300), uint64(0))
	for into, want := range map[int64]string{
		1: "share 1, for units to go to: not the share's owner",
		2: "ERC3525: transfer to token with different slot",
		9: "share 9: share not found",
	} {
		require.Equal(t, want, c.trade(bob, 300, sigBuy, listing, uint64(30), most, n(into)).reason())
	}
	require.Equal(t, "share 18446744073709551615: share not found", c.trade(bob, 300, sigBuy, listing, uint64(30), most, most).reason())
	require.EqualValues(t, 1000, c.value(other))
}
