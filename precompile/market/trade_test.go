package market_test

import (
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/precompile/market"
	"github.com/weal-network/weal/precompile/solidity"
)

// Both ways of paying, from listing to the last unit, over an export.
func TestListAndBuy(t *testing.T) {
	for _, denom := range []string{aweal, uusd} {
		t.Run(denom, func(t *testing.T) {
			c := newChain(t)
			alice, bob, maker := c.Accounts[0], c.Accounts[1], c.maker()
			a, b := short(alice.EVM()), short(bob.EVM())
			_, share := c.register(alice.EVM(), 1000)
			id, r := c.must(alice, 0, sigList, share, uint64(300), denom, n(1000), uint64(0))
			require.Equal(t, []string{"M Listed 1 1 " + a + " 1 " + a + " 300 false " + denom + " 1000 0"}, logs(t, r))
			c.ForkExport()

			var value int64
			if denom == aweal {
				value = 334
			}
			seller := c.gain(alice.EVM(), denom, func() {
				got := c.gain(maker.EVM(), denom, func() {
					_, r = c.must(bob, value, sigBuy, id, uint64(100), n(334), n(0))
				})
				require.Equal(t, "16", got, "5 % of 334")
			})
			require.Equal(t, "318", seller)
			require.Equal(t, []string{
				"A Transfer 0 " + b + " 2", "A SlotChanged 2 0 1", "A TransferValue 0 2 0", "A TransferValue 1 2 100",
				"M Sold 1 1 " + b + " " + a + " 1 2 100 " + denom + " 334 16",
			}, logs(t, r))
			if denom == uusd {
				require.EqualValues(t, dollars-334, c.has(bob.EVM(), uusd))
			}
			quote, _ := c.view("quote(uint256,uint64)", id, uint64(0))
			require.Equal(t, n(666), quote[0])

			_, r = c.must(bob, 2*value, sigBuy, id, uint64(0), n(666), n(2))
			require.Equal(t, []string{"A TransferValue 1 2 200", "M Sold 1 1 " + b + " " + a + " 1 2 200 " + denom + " 666 33"}, logs(t, r))
			require.EqualValues(t, 300, c.value(n(2)))
			require.EqualValues(t, 700, c.value(share))
			_, reason := c.view("quote(uint256,uint64)", id, uint64(1))
			require.Equal(t, "listing 1: listing not found", reason)
			require.Zero(t, c.has(market.Address, denom))
			c.CheckExports()
		})
	}
}

// What is sent beyond the price comes back; less is refused.
func TestPayment(t *testing.T) {
	c := newChain(t)
	alice, bob := c.Accounts[0], c.Accounts[1]
	_, share := c.register(alice.EVM(), 1000)
	inWEAL, _ := c.must(alice, 0, sigList, share, uint64(100), aweal, n(1000), uint64(0))
	inUSD, _ := c.must(alice, 0, sigList, share, uint64(100), uusd, n(1000), uint64(0))

	buy := step{to: market.Address, value: 700, data: trade(t, sigBuy, inWEAL, uint64(50), most, n(0))}
	buyer := c.deploy(bob, actor([]step{buy}, nil), 1000)
	r := c.run(bob, buyer, 0, []byte{1})
	require.False(t, r.Failed(), r.reason())
	require.EqualValues(t, 500, c.has(buyer, aweal), "700 sent, 200 back")
	require.Zero(t, c.has(market.Address, aweal))

	for _, tt := range []struct {
		value int64
		id    *big.Int
		limit *big.Int
		want  string
	}{
		{499, inWEAL, most, "send at least 500aweal: bad trade"},
		{0, inWEAL, most, "send at least 500aweal: bad trade"},
		{500, inWEAL, n(499), "50 units of listing 1 cost 500aweal, more than 499: bad trade"},
		{1, inUSD, most, "the price is in uusd; send no aweal: bad trade"},
	} {
		require.Equal(t, tt.want, c.trade(bob, tt.value, sigBuy, tt.id, uint64(50), tt.limit, n(0)).reason())
	}
	require.Equal(t, "contract takes no coins", c.trade(alice, 1, sigList, share, uint64(1), uusd, n(1), uint64(0)).reason())
	require.Equal(t, "listing 340282366920938463463374607431768211456: not there", orNotThere(c, new(big.Int).Lsh(n(1), 128)))
	require.Zero(t, c.has(market.Address, aweal))

	poor := c.deploy(bob, actor([]step{{to: market.Address, data: trade(t, sigBuy, inUSD, uint64(50), most, n(0))}}, nil), 0)
	require.Contains(t, c.run(bob, poor, 0, []byte{1}).reason(), "pay 475uusd: spendable balance 0uusd is smaller than 475uusd: insufficient funds: bad trade")
}

// orNotThere tells that a number that does not fit 64 bits is nobody's.
func orNotThere(c *chain, id *big.Int) string {
	if _, reason := c.view("quote(uint256,uint64)", id, uint64(1)); reason == "listing 0: listing not found" {
		return "listing " + id.String() + ": not there"
	}
	return "found"
}

// A whole share pays its seller what it has earned, in the same transaction.
func TestWholeShare(t *testing.T) {
	const earned = 1_000_000_000_000_000
	c := newChain(t)
	alice, bob := c.Accounts[0], c.Accounts[1]
	a, b := short(alice.EVM()), short(bob.EVM())
	asset, share := c.register(alice.EVM(), 1000)
	c.earn(c.Accounts[5], asset, earned)
	id, _ := c.must(alice, 0, sigList, share, uint64(0), aweal, n(10_000), uint64(0))
	values, _ := c.view("getListing(uint256)", id)
	require.Empty(t, values[1])

	var r receipt
	require.Equal(t, n(earned+9500).String(), c.gain(alice.EVM(), aweal, func() {
		_, r = c.must(bob, 10_000, sigBuy, id, uint64(0), n(10_000), n(0))
	}))
	require.Equal(t, []string{
		"A Claimed 1 " + a + " aweal 1000000000000000", "A Transfer " + a + " " + b + " 1",
		"M Sold 1 1 " + b + " " + a + " 1 1 1000 aweal 10000 500",
	}, logs(t, r))
	require.Equal(t, bob.EVM(), c.owner(share))
	require.Zero(t, c.read("claimable(uint256,string)", share, aweal).(*big.Int).Sign())
}

func TestOffers(t *testing.T) {
	for _, denom := range []string{aweal, uusd} {
		t.Run(denom, func(t *testing.T) {
			c := newChain(t)
			alice, bob, carol := c.Accounts[0], c.Accounts[1], c.Accounts[2]
			a, b := short(alice.EVM()), short(bob.EVM())
			asset, share := c.register(alice.EVM(), 1000)
			var value int64
			if denom == aweal {
				value = 1000
			}
			until := uint64(c.Now().Add(time.Minute).Unix())
			id, r := c.must(bob, value, sigOffer, asset, uint64(300), denom, n(1000), until, n(0))
			require.Equal(t, []string{"M Offered 1 " + b + " 1 300 " + denom + " 1000 " + n(int64(until)).String() + " 0"}, logs(t, r))
			require.EqualValues(t, 1000, c.has(market.Address, denom))

			// A contract accepts for Alice, who pays no gas then.
			accept := step{to: market.Address, data: trade(t, sigAccept, id, share, uint64(100), n(317))}
			wallet := c.deploy(carol, actor([]step{accept}, nil), 0)
			c.own(alice, "setApprovalForAll(address,bool)", wallet, true)
			c.ForkExport()
			require.Equal(t, "317", c.gain(alice.EVM(), denom, func() { r = c.run(carol, wallet, 0, []byte{1}) }))
			require.False(t, r.Failed(), r.reason())
			require.Equal(t, []string{
				"A Transfer 0 " + b + " 2", "A SlotChanged 2 0 1", "A TransferValue 0 2 0", "A TransferValue 1 2 100",
				"M OfferAccepted 1 1 " + a + " " + b + " 1 2 100 " + denom + " 333 16",
			}, logs(t, r))
			require.EqualValues(t, 667, c.has(market.Address, denom))

			require.Equal(t, "offer 1 is good; only its buyer may cancel it: bad trade", c.trade(carol, 0, "cancelOffer(uint256)", id).reason())
			values, _ := c.view("getOffer(uint256)", id)
			require.Empty(t, values[1])
			c.Advance(1, time.Hour)
			require.Contains(t, c.trade(alice, 0, sigAccept, id, share, uint64(1), n(0)).reason(), "offer 1 is void: expired at 2030-01-01T00:0")
			require.Equal(t, "667", c.gain(bob.EVM(), denom, func() { _, r = c.must(carol, 0, "cancelOffer(uint256)", id) }))
			require.Equal(t, []string{"M OfferCanceled 1 1 " + b + " " + short(carol.EVM()) + " " + denom + " 667"}, logs(t, r))
			require.Zero(t, c.has(market.Address, denom))
			c.CheckExports()
		})
	}
}

func TestOfferPayment(t *testing.T) {
	c := newChain(t)
	alice, bob := c.Accounts[0], c.Accounts[1]
	asset, _ := c.register(alice.EVM(), 1000)
	for _, tt := range []struct {
		value int64
		denom string
		want  string
	}{
		{999, aweal, "send exactly 1000aweal with the call, not 999: bad trade"},
		{1001, aweal, "send exactly 1000aweal with the call, not 1001: bad trade"},
		{1000, uusd, "send exactly 0aweal with the call, not 1000: bad trade"},
	} {
		require.Equal(t, tt.want, c.trade(bob, tt.value, sigOffer, asset, uint64(1), tt.denom, n(1000), uint64(0), n(0)).reason())
	}
	require.Contains(t, c.trade(bob, 0, sigOffer, asset, uint64(1), uusd, n(dollars+1), uint64(0), n(0)).reason(), "is smaller than 1000001uusd")
	huge := new(big.Int).Lsh(n(1), 128)
	require.Contains(t, c.trade(bob, 0, sigOffer, asset, uint64(1), uusd, huge, uint64(0), n(0)).reason(), "want a whole number from 0 to 2^128-1")
	require.Zero(t, c.has(market.Address, aweal))
	require.Zero(t, c.has(market.Address, uusd))
}

func TestCancelListing(t *testing.T) {
	c := newChain(t)
	alice, bob := c.Accounts[0], c.Accounts[1]
	_, share := c.register(alice.EVM(), 1000)
	first, _ := c.must(alice, 0, sigList, share, uint64(100), aweal, n(1000), uint64(0))
	second, _ := c.must(alice, 0, sigList, share, uint64(100), aweal, n(1000), uint64(0))
	require.Equal(t, "listing 1 is good; only who may move its share may cancel it: bad trade", c.trade(bob, 0, "cancelListing(uint256)", first).reason())
	_, r := c.must(alice, 0, "cancelListing(uint256)", first)
	require.Equal(t, []string{"M ListingCanceled 1 1 1 " + short(alice.EVM())}, logs(t, r))

	// Alice forgets the other one, and has the share again later.
	c.own(alice, sigGive, alice.EVM(), bob.EVM(), share)
	c.own(bob, sigGive, bob.EVM(), alice.EVM(), share)
	require.Equal(t, "listing 2 is void: its share changed hands since it was listed: bad trade", c.trade(bob, 10, sigBuy, second, uint64(1), most, n(0)).reason())
	values, _ := c.view("getListing(uint256)", second)
	require.Equal(t, "its share changed hands since it was listed", values[1])
	_, r = c.must(bob, 0, "cancelListing(uint256)", second)
	require.Equal(t, []string{"M ListingCanceled 2 1 1 " + short(bob.EVM())}, logs(t, r))
}

// Two buy the last units in one block, and one moves value out before a third:
// each pays for what it gets, or nothing.
func TestRacesInABlock(t *testing.T) {
	c := newChain(t)
	alice, bob, carol, dave := c.Accounts[0], c.Accounts[1], c.Accounts[2], c.Accounts[3]
	_, share := c.register(alice.EVM(), 1000)
	last, _ := c.must(alice, 0, sigList, share, uint64(100), uusd, n(1000), uint64(0))
	whole, _ := c.must(alice, 0, sigList, share, uint64(0), uusd, n(1000), uint64(0))
	tx := func(from apptest.Account, signature string, args ...any) []byte {
		contract := solidity.Market
		to := market.Address
		if signature == sigSplit {
			contract, to = solidity.Assets, assetAddress
		}
		data, err := contract.Pack(signature, args...)
		require.NoError(t, err)
		return c.EVM(from, apptest.EVMTx{To: &to, Data: data})
	}
	c.ForkExport()
	out := c.Deliver(
		tx(bob, sigBuy, last, uint64(100), n(1000), n(0)),
		tx(carol, sigBuy, last, uint64(100), n(1000), n(0)),
		tx(alice, sigSplit, share, alice.EVM(), n(1)),
		tx(dave, sigBuy, whole, uint64(0), n(1000), n(0)),
	)
	require.False(t, c.receipt(out[0]).Failed())
	require.Equal(t, "listing 1: listing not found", c.receipt(out[1]).reason())
	require.False(t, c.receipt(out[2]).Failed())
	require.Equal(t, "listing 2 is void: its share holds other units than when it was listed: bad trade", c.receipt(out[3]).reason())
	require.EqualValues(t, dollars-1000, c.has(bob.EVM(), uusd))
	require.EqualValues(t, dollars, c.has(carol.EVM(), uusd))
	require.EqualValues(t, dollars, c.has(dave.EVM(), uusd))
	c.CheckExports()
}
