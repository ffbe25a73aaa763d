package ledger_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/types"
)

func TestCouncil(t *testing.T) {
	net := apptest.New(t, apptest.Accounts(3))
	l, ctx := open(t, net), t.Context()
	maker, buyer, friend := sender(t, l, net.Accounts[0]), sender(t, l, net.Accounts[1]), sender(t, l, net.Accounts[2])
	r := registration(types.KindModel)
	id, share, err := maker.Register(ctx, r)
	require.NoError(t, err)
	quick := ledger.CouncilRules{Quorum: 5_000, Threshold: 5_000, Propose: 100, VotingSeconds: 1, GraceSeconds: 3_600}
	require.NoError(t, maker.SetRules(ctx, id, quick))
	sold, err := maker.TransferValue(ctx, share, buyer.Address(), 600)
	require.NoError(t, err)
	require.NoError(t, maker.Delegate(ctx, id, friend.Address()))

	c, err := l.Council(ctx, id)
	require.NoError(t, err)
	require.Equal(t, quick, c.Rules)
	require.EqualValues(t, 1000, c.Circulating)
	require.NoError(t, friend.SendCoins(ctx, c.Account, types.BaseDenom, types.NewAmount(50)))

	// The buyer proposes a price, a payment, and that the maker is to control nothing.
	prices := []types.Price{{Unit: types.PerTick, Denom: types.BaseDenom, Amount: types.NewAmount(9), Tokens: 64}}
	update, err := ledger.UpdateCall(ledger.Update{Asset: id, Manifest: r.Manifest, ManifestURI: r.ManifestURI, Prices: prices})
	require.NoError(t, err)
	pay, err := ledger.PayCall(id, buyer.Address(), types.BaseDenom, types.NewAmount(50))
	require.NoError(t, err)
	control, err := ledger.ControllerCall(id, "")
	require.NoError(t, err)
	rules, err := ledger.RulesCall(id, ledger.CouncilRules{Quorum: 100, Threshold: 5_000, Propose: 1, VotingSeconds: 1, GraceSeconds: 60})
	require.NoError(t, err)
	voice, err := l.VoiceNow(ctx, id, buyer.Address())
	require.NoError(t, err)
	require.Equal(t, ledger.Voice{Shares: []types.ShareID{sold}, Units: 600}, voice)
	n, err := buyer.Propose(ctx, id, "A price", "", []ledger.CouncilCall{update, pay, rules, control}, voice.Shares)
	require.NoError(t, err)
	net.Advance(1, time.Second)

	p, err := l.Proposal(ctx, n)
	require.NoError(t, err)
	require.Equal(t, "voting", p.State)
	require.Equal(t, `setController(asset: 1, controller: `+c.Account+`)`, p.Calls[3].Says())
	require.Equal(t, `setRules(asset: 1, rules: {quorum: 100, threshold: 5000, propose: 1, votingSeconds: 1, lockSeconds: 0, graceSeconds: 60})`, p.Calls[2].Says())
	require.Empty(t, p.Calls[1].Says())
	require.Contains(t, p.Calls[0].Says(), `prices: [{unit: "tick", denom: "aweal", amount: 9, tokens: 64, band: 0}]`)

	// Both owners vote; the maker's delegate cannot take back what the maker says.
	voice, err = l.VoiceIn(ctx, p, friend.Address())
	require.NoError(t, err)
	require.Equal(t, ledger.Voice{Shares: []types.ShareID{share}, Units: 400}, voice)
	_, err = friend.Vote(ctx, n, 1, voice.Shares)
	require.NoError(t, err)
	_, err = maker.Vote(ctx, n, 2, voice.Shares)
	require.NoError(t, err)
	voice, err = l.VoiceIn(ctx, p, friend.Address())
	require.NoError(t, err)
	require.Empty(t, voice.Shares)
	voice, err = l.VoiceIn(ctx, p, buyer.Address())
	require.NoError(t, err)
	units, err := buyer.Vote(ctx, n, 1, voice.Shares)
	require.NoError(t, err)
	require.EqualValues(t, 600, units)
	require.ErrorContains(t, buyer.CancelProposal(ctx, n), "proposal 1 ends by another vote")
	require.ErrorContains(t, buyer.Execute(ctx, p), "proposal 1 is voting")

	net.Advance(22, time.Second)
	require.NoError(t, friend.Execute(ctx, p))
	list, err := l.Proposals(ctx, 0)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, "executed", list[0].State)
	require.Equal(t, []uint64{600, 400, 0}, []uint64{list[0].Yes, list[0].No, list[0].Abstain})
	a, err := l.AssetNow(ctx, id)
	require.NoError(t, err)
	require.Equal(t, prices, a.Prices)
	require.Equal(t, c.Account, a.Controller)
	left, err := l.Balance(ctx, c.Account, types.BaseDenom)
	require.NoError(t, err)
	require.True(t, left.IsZero())

	n, err = buyer.Propose(ctx, id, "Another", "", []ledger.CouncilCall{{To: buyer.Address()}}, []types.ShareID{sold})
	require.NoError(t, err)
	require.NoError(t, buyer.CancelProposal(ctx, n))
	require.NoError(t, maker.Delegate(ctx, id, ""))
	_, err = l.Proposal(ctx, 9)
	require.ErrorIs(t, err, types.ErrNotFound)
	_, err = l.Council(ctx, 9)
	require.ErrorIs(t, err, types.ErrNotFound)
	for _, to := range []string{"bob", "0x12"} {
		_, err = ledger.PayCall(id, to, types.BaseDenom, types.NewAmount(1))
		require.ErrorIs(t, err, ledger.ErrAddress)
		_, err = ledger.ControllerCall(id, to)
		require.ErrorIs(t, err, ledger.ErrAddress)
		_, err = buyer.Propose(ctx, id, "x", "", []ledger.CouncilCall{{To: to}}, nil)
		require.ErrorIs(t, err, ledger.ErrAddress)
		require.ErrorIs(t, buyer.Delegate(ctx, id, to), ledger.ErrAddress)
	}
}
