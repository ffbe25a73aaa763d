package job_test

import (
	"crypto/sha256"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/precompile/job"
	jobtypes "github.com/weal-network/weal/x/job/types"
)

const (
	sigAuthorise = "authorise(uint256,address,uint32)"
	sigRevoke    = "revoke(uint256,address)"
	sigUnbond    = "unbond(uint256)"
	sigWithdraw  = "withdraw(uint256)"
)

// Bonds come and go; who leaves or lost its leave delivers nothing.
func TestBonds(t *testing.T) {
	w := newWorld(t)
	bob, mallory := w.operator(), w.Accounts[2]
	id := w.ask(w.Accounts[0], common.Address{}, 0)
	require.Contains(t, w.jobs.Send(mallory, sigAuthorise, w.asset, mallory.EVM(), uint32(0)).Reason(), "control")
	require.Contains(t, w.jobs.Send(mallory, sigRevoke, w.asset, bob.EVM()).Reason(), "control")
	require.Equal(t, "its part is at most 10000 basis points, got 10001: not an operator",
		w.jobs.Send(w.maker(), sigAuthorise, w.asset, bob.EVM(), uint32(10001)).Reason())
	require.Equal(t, common.Address{}.Hex()+": the chain pays nothing to this account",
		w.jobs.Send(w.maker(), sigAuthorise, w.asset, common.Address{}, uint32(1)).Reason())
	require.Contains(t, w.Pay(mallory, job.Address, 5000, w.jobs.Input("bond(uint256)", w.asset)).Reason(), "is none of asset 1's")
	w.jobs.Must(w.maker(), sigAuthorise, w.asset, mallory.EVM(), uint32(10_000))
	require.Equal(t, "it would be 999; the least is 1000: bad bond", w.Pay(mallory, job.Address, 999, w.jobs.Input("bond(uint256)", w.asset)).Reason())
	require.Contains(t, w.deliver(mallory, id, "x").Reason(), "the bond of "+mallory.EVM().Hex()+" for asset 1 is 0, less than 1000")
	w.holds(bond + price)

	require.Equal(t, "unbond first: bad bond", w.jobs.Send(bob, sigWithdraw, w.asset).Reason())
	w.jobs.Must(bob, sigUnbond, w.asset)
	require.Contains(t, w.jobs.Send(bob, sigUnbond, w.asset).Reason(), "bad bond")
	require.Contains(t, w.deliver(bob, id, "x").Reason(), "is leaving asset 1; bond again first")
	// Bonding again ends the leaving; and leaving begins anew.
	require.False(t, w.Pay(bob, job.Address, 5, w.jobs.Input("bond(uint256)", w.asset)).Failed())
	w.jobs.Must(bob, sigUnbond, w.asset)
	w.Advance(1, 70*time.Second)
	require.Contains(t, w.jobs.Send(bob, sigWithdraw, w.asset).Reason(), "it is free beyond block")
	w.Advance(3, time.Second)
	w.holds(bond + 5 + price)
	before := w.Balance(bob.EVM())
	r := w.jobs.Must(bob, sigWithdraw, w.asset)
	out, err := w.jobs.Unpack(sigWithdraw, r.Ret)
	require.NoError(t, err)
	require.Equal(t, []any{n(bond + 5)}, out)
	require.Negative(t, w.Balance(bob.EVM()).Cmp(before.Add(before, n(bond+5))), "less the fee")
	w.holds(price)
	require.Contains(t, w.jobs.Send(bob, sigWithdraw, w.asset).Reason(), "bad bond")

	// One that lost its leave keeps its bond, and takes it back.
	w.hire(mallory, 0)
	w.jobs.Must(w.maker(), sigRevoke, w.asset, mallory.EVM())
	require.Contains(t, w.jobs.Send(w.maker(), sigRevoke, w.asset, mallory.EVM()).Reason(), "is not authorised")
	require.Contains(t, w.deliver(mallory, id, "x").Reason(), "has not authorised")
	w.jobs.Must(mallory, sigUnbond, w.asset)
	w.Advance(4, time.Minute)
	w.jobs.Must(mallory, sigWithdraw, w.asset)
	w.Advance(1, time.Hour)
	w.holds(0)
}

// Messages ask and deliver as the contract does; one with a call-back is delivered
// at the contract.
func TestMessages(t *testing.T) {
	w := newWorld(t)
	alice, bob := w.Accounts[0], w.operator()
	send := func(msg *jobtypes.MsgRequest) (code uint32, log string) {
		msg.Requester = alice.String()
		res := w.Deliver(w.Cosmos(alice, msg))[0]
		return res.Code, res.Log
	}
	code, log := send(&jobtypes.MsgRequest{Asset: 1, Input: []byte("why?"), MaxFee: "5000"})
	require.Zero(t, code, log)
	w.holds(bond + price)
	told := w.Deploy(alice, recorder())
	code, log = send(&jobtypes.MsgRequest{Asset: 1, Input: []byte("why?"), MaxFee: "5000", Callback: told.Hex(), Gas: 100_000})
	require.Zero(t, code, log)
	w.holds(bond + 2*price + 100_000*gasPrice)
	for _, bad := range []*jobtypes.MsgRequest{
		{Asset: 1, MaxFee: "4999"}, {Asset: 1, MaxFee: "x"}, {Asset: 1, MaxFee: "5000", Callback: "x", Gas: 1},
		{Asset: 1, MaxFee: "5000", Gas: 1}, {Asset: 9, MaxFee: "5000"},
	} {
		code, _ = send(bad)
		require.NotZero(t, code)
	}
	w.holds(bond + 2*price + 100_000*gasPrice)

	deliver := func(id uint64) (uint32, string) {
		msg := &jobtypes.MsgDeliver{Operator: bob.String(), Id: id, Answer: []byte("x"), Evidence: w.evidence(n(int64(id)), []byte("x"), nil)}
		res := w.Deliver(w.Cosmos(bob, msg))[0]
		return res.Code, res.Log
	}
	code, log = deliver(1)
	require.Zero(t, code, log)
	require.Equal(t, "4500", w.earned())
	code, log = deliver(2)
	require.NotZero(t, code)
	require.Contains(t, log, "deliver at the contract")
	w.holds(bond + price + 100_000*gasPrice)
	w.must(n(2), "x")
	require.EqualValues(t, 1, w.word(told, 0).Int64())
	w.holds(bond)
	require.Equal(t, "9000", w.earned())
	require.Equal(t, sha256.Sum256([]byte("why?")), w.get(n(2)).Input.Hash)
}

// Queries answer what the contract does.
func TestQueries(t *testing.T) {
	w := newWorld(t)
	alice := w.Accounts[0]
	first, second := w.ask(alice, common.Address{}, 0), w.ask(alice, common.Address{}, 0)
	w.must(first, "x")
	q := jobtypes.NewQueryClient(w.Conn())
	open, err := q.OpenRequests(t.Context(), &jobtypes.QueryOpenRequestsRequest{Asset: 1})
	require.NoError(t, err)
	require.Len(t, open.Requests, 1)
	require.Equal(t, second.Uint64(), open.Requests[0].Request.Id)
	order := w.get(second).Order
	require.Equal(t, order[:], open.Requests[0].Order)
	of, err := q.RequestsOf(t.Context(), &jobtypes.QueryRequestsOfRequest{Requester: alice.String()})
	require.NoError(t, err)
	require.Len(t, of.Requests, 2)
	of, err = q.RequestsOf(t.Context(), &jobtypes.QueryRequestsOfRequest{Requester: w.operator().EVM().Hex()})
	require.NoError(t, err)
	require.Empty(t, of.Requests)
	_, err = q.Request(t.Context(), &jobtypes.QueryRequestRequest{Id: 9})
	require.ErrorContains(t, err, "request 9: request not found")
	quote, err := q.Quote(t.Context(), &jobtypes.QueryQuoteRequest{Asset: 1, Gas: 2})
	require.NoError(t, err)
	require.Equal(t, jobtypes.QueryQuoteResponse{Price: "5000", GasPay: "40000000"}, *quote)
	operators, err := q.Operators(t.Context(), &jobtypes.QueryOperatorsRequest{Asset: 1})
	require.NoError(t, err)
	require.Len(t, operators.Operators, 1)
	one, err := q.Operator(t.Context(), &jobtypes.QueryOperatorRequest{Asset: 1, Operator: w.operator().String()})
	require.NoError(t, err)
	require.Equal(t, operators.Operators[0], one.Operator)
	params, err := q.Params(t.Context(), &jobtypes.QueryParamsRequest{})
	require.NoError(t, err)
	require.NoError(t, params.Params.Validate())
}
