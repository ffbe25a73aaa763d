package ledger_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// A request is asked, listed and answered, by whoever may.
func TestRequests(t *testing.T) {
	net := apptest.New(t, apptest.Accounts(3))
	l, ctx := open(t, net), t.Context()
	owner, asker, worker := sender(t, l, net.Accounts[0]), sender(t, l, net.Accounts[1]), sender(t, l, net.Accounts[2])
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	r := registration(types.KindModel)
	r.Key = pay.PublicKey(key)
	r.Prices = []types.Price{{Unit: types.PerUse, Denom: types.BaseDenom, Amount: types.NewAmount(5000)}}
	asset, _, err := owner.Register(ctx, r)
	require.NoError(t, err)

	require.NoError(t, owner.Authorise(ctx, asset, net.Accounts[2].EVM(), 1000))
	weal, err := types.ParseAmount("1000000000000000000")
	require.NoError(t, err)
	require.NoError(t, worker.Bond(ctx, asset, weal))
	operators, err := l.Operators(ctx, asset)
	require.NoError(t, err)
	require.Equal(t, []ledger.Operator{{Asset: asset, Operator: net.Accounts[2].EVM().Hex(), Authorised: true, BasisPoints: 1000, Bond: weal}}, operators)

	price, gasPay, err := l.RequestQuote(ctx, asset, 0)
	require.NoError(t, err)
	require.Equal(t, "5000 0", price.String()+" "+gasPay.String())
	id, err := asker.Ask(ctx, ledger.Ask{Asset: asset, Input: []byte("why?"), MaxFee: price}, price)
	require.NoError(t, err)
	open, err := l.OpenRequests(ctx, asset)
	require.NoError(t, err)
	require.Len(t, open, 1)
	require.Equal(t, "open", open[0].State)
	receipt := func(id uint64, answer []byte) pay.SignedReceipt {
		req, err := l.Request(ctx, id)
		require.NoError(t, err)
		signed, err := pay.SignGroup([]pay.Receipt{{
			Chain: pay.ChainHash(types.LocalChainID), Seq: id, Asset: asset, Version: req.Version, Order: req.Order,
			Input: req.Input.Hash, Output: sha256.Sum256(answer), Amount: req.Price, Policy: req.Policy,
		}}, key)
		require.NoError(t, err)
		return signed[0]
	}
	require.ErrorContains(t, worker.Answer(ctx, id, []byte("x"), receipt(id, []byte("x"))), "deliver in a later one")
	net.Advance(1, time.Second)
	require.ErrorContains(t, asker.Answer(ctx, id, []byte("x"), receipt(id, []byte("x"))), "is none of asset")
	require.NoError(t, worker.Answer(ctx, id, []byte("because"), receipt(id, []byte("because"))))
	got, err := l.Request(ctx, id)
	require.NoError(t, err)
	require.Equal(t, "answered", got.State)
	require.Equal(t, "because", string(got.Answer.Data))
	require.Empty(t, got.CallbackState)

	second, err := asker.Ask(ctx, ledger.Ask{Asset: asset, Hash: types.Hash{1}, URI: "ipfs://x", MaxFee: price, Seconds: 60}, price)
	require.NoError(t, err)
	net.Advance(1, time.Second)
	hash := types.Hash(sha256.Sum256([]byte("film")))
	require.NoError(t, worker.AnswerApart(ctx, second, hash, "ipfs://y", receipt(second, []byte("film"))))
	all, err := l.RequestsOf(ctx, net.Accounts[1].EVM())
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, ledger.Content{Hash: hash, URI: "ipfs://y", Apart: true}, *all[1].Answer)
	_, err = l.Request(ctx, 9)
	require.ErrorIs(t, err, types.ErrNotFound)
	require.ErrorContains(t, asker.RetryCallback(ctx, id), "has not failed")

	require.NoError(t, worker.Unbond(ctx, asset))
	operators, err = l.Operators(ctx, asset)
	require.NoError(t, err)
	require.False(t, operators[0].Free.IsZero())
	_, err = worker.WithdrawBond(ctx, asset)
	require.ErrorContains(t, err, "it is free beyond block")
	require.NoError(t, owner.Dismiss(ctx, asset, net.Accounts[2].EVM()))
}

// Calls are booked, listed, added to and cancelled.
func TestBookings(t *testing.T) {
	net := apptest.New(t, apptest.Accounts(1))
	l, ctx := open(t, net), t.Context()
	alice := sender(t, l, net.Accounts[0])
	price, err := l.AheadGasPrice(ctx)
	require.NoError(t, err)
	to := common.Address{7}
	plan := ledger.Plan{Target: to, Gas: 30_000, Every: 1, Times: 3, Value: types.NewAmount(5)}
	cost, err := plan.Cost(price)
	require.NoError(t, err)
	id, err := alice.Book(ctx, plan, cost)
	require.NoError(t, err)
	net.Advance(2, time.Second)
	calls, err := l.BookedCalls(ctx, id)
	require.NoError(t, err)
	require.NotEmpty(t, calls)
	require.True(t, calls[0].OK)
	net.Advance(3, time.Second)
	_, err = l.Booking(ctx, id)
	require.ErrorIs(t, err, types.ErrNotFound, "all calls were made")

	plan.First, plan.Every = uint64(net.Height())+50, 9
	id, err = alice.Book(ctx, plan, cost)
	require.NoError(t, err)
	more, err := ledger.Plan{Gas: plan.Gas, Value: plan.Value, Times: 2}.Cost(price)
	require.NoError(t, err)
	require.NoError(t, alice.ExtendBooking(ctx, id, 2, more))
	all, err := l.Bookings(ctx, net.Accounts[0].EVM())
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Equal(t, uint64(5), all[0].Times)
	refund, err := alice.CancelBooking(ctx, id)
	require.NoError(t, err)
	require.Equal(t, all[0].Funds, refund)
	all, err = l.Bookings(ctx, common.Address{})
	require.NoError(t, err)
	require.Empty(t, all)
	_, err = ledger.Plan{Gas: 1 << 63, Times: 1 << 63, Value: types.NewAmount(5)}.Cost(cost)
	require.ErrorIs(t, err, types.ErrAmount)
}
