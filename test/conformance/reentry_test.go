package conformance

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	"github.com/stretchr/testify/require"
)

// player plays requests by the rules, and compares what they say must be logged
// with what a transaction has logged.
type player struct {
	f     *fixture
	rules rules
	logs  []*ethtypes.Log
	got   []string
	want  []string
	// armed are the calls that receivers make when they are asked; those that are
	// named at all tell what they are asked.
	armed map[common.Address]*request
}

func (f *fixture) player(m *model, logs []*ethtypes.Log) *player {
	f.t.Helper()
	got, err := lines(f.at, logs)
	require.NoError(f.t, err)
	return &player{f: f, rules: rules{m, f.kind, f.maker.addr}, logs: logs, got: got, want: []string{}, armed: map[common.Address]*request{}}
}

// made returns the id of the next token that the logs make. No token has it.
func (p *player) made() common.Hash {
	for _, l := range p.logs[min(len(p.want), len(p.logs)):] {
		if l.Topics[0] == topic("Transfer") && l.Topics[1] == (common.Hash{}) {
			require.Nil(p.f.t, p.rules.tokens[l.Topics[3]])
			require.NotZero(p.f.t, l.Topics[3])
			return l.Topics[3]
		}
	}
	return common.Hash{}
}

// play plays one request and returns why it reverts.
func (p *player) play(q request) string {
	p.f.t.Helper()
	made := p.made()
	o := p.rules.run(q, made)
	for _, e := range o.events {
		require.NoError(p.f.t, p.rules.apply(e))
		p.want = append(p.want, e.String())
	}
	if again, tells := p.armed[o.receiver]; tells && o.reason == "" && o.receiver != zero {
		p.want = append(p.want, raw(o.receiver, []common.Hash{word(p.f.at)}, o.asked))
		if again != nil {
			p.armed[o.receiver] = nil
			p.enter(*again)
		}
	}
	return o.reason
}

// enter plays the request of a receiver, and what it says of it.
func (p *player) enter(q request) {
	p.f.t.Helper()
	next := p.made()
	why := p.play(q)
	data := []byte{}
	if why != "" {
		data = errorData(why)
	} else if q.signature == fnSplit {
		data = next.Bytes()
	}
	p.want = append(p.want, raw(q.caller, []common.Hash{word(why == "")}, data))
}

// A receiver that calls back, whichever function, does what it would do
// afterwards: nothing is there twice, nothing is lost.
func TestReentry(t *testing.T) {
	for name, outer := range map[string]func(f *fixture, r common.Address, mine, theirs common.Hash) request{
		"by a transfer": func(f *fixture, r common.Address, mine, _ common.Hash) request {
			return request{f.alice.addr, fnSafeData, []any{f.alice.addr, r, mine.Big(), []byte("x")}}
		},
		"by value": func(f *fixture, _ common.Address, mine, theirs common.Hash) request {
			return request{f.alice.addr, fnMove, []any{mine.Big(), theirs.Big(), 3}}
		},
		"by a split": func(f *fixture, r common.Address, mine, _ common.Hash) request {
			return request{f.alice.addr, fnSplit, []any{mine.Big(), r, 3}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(f *fixture) { f.reenter(outer) })
		})
	}
}

func (f *fixture) reenter(outer func(f *fixture, r common.Address, mine, theirs common.Hash) request) {
	code := receiver(saysYes, then(note, perform, give(magic(on721))), then(note, perform, give(magic(on3525))))
	back := f.backCalls(zero, common.Hash{}, common.Hash{})
	codes, grants := [][]byte{}, []grant{}
	for range back {
		codes = append(codes, code)
	}
	at := f.deploy(codes...)
	for i := range back {
		grants = append(grants, grant{f.alice, "red", 10}, grant{at[i], "red", 10})
	}
	ids := f.grant(grants...)
	// Alice lets each receiver use up some of her value, so that a call back could
	// use it twice.
	var arms, outers []tx
	var requests []request
	before := f.told()
	for i := range back {
		mine, theirs := ids[2*i], ids[2*i+1]
		back[i] = f.backCalls(at[i], mine, theirs)[i]
		arms = append(arms,
			f.tx(f.alice, fnApproveValue, mine.Big(), at[i], 4),
			tx{from: f.bob, to: &at[i], data: append(selector(arm), called(f.at, back[i].data())...)})
		q := outer(f, at[i], mine, theirs)
		requests = append(requests, q)
		outers = append(outers, tx{from: f.alice, to: &f.at, data: q.data(), gas: 3_000_000})
		require.NoError(f.t, before.apply(ev("ApprovalValue", mine, at[i], 4)))
	}
	for _, r := range f.all(arms...) {
		require.Equal(f.t, ethtypes.ReceiptStatusSuccessful, r.Status)
	}
	for i, r := range f.all(outers...) {
		require.Equal(f.t, ethtypes.ReceiptStatusSuccessful, r.Status)
		p := f.player(before, r.Logs)
		p.armed[at[i]] = &back[i]
		require.Empty(f.t, p.play(requests[i]))
		require.Equal(f.t, p.want, p.got, "%s calls back %s", requests[i], back[i])
	}
	f.compare(before)
}

// backCalls are the calls that receivers make when they are asked: each function
// that changes something, of what they own and of what they do not.
func (f *fixture) backCalls(r common.Address, mine, theirs common.Hash) []request {
	a, i, my := f.alice.addr, mine.Big(), theirs.Big()
	slot := word(7).Big()
	if s := f.slots["red"]; s != nil {
		slot = s.number.Big()
	}
	calls := []request{
		{r, fnTransfer, []any{a, r, i}},
		{r, fnTransfer, []any{r, a, i}},
		{r, fnTransfer, []any{r, a, my}},
		{r, fnSafe, []any{r, r, my}},
		{r, fnSafeData, []any{r, a, i, []byte{1}}},
		{r, fnMove, []any{i, my, 4}},
		{r, fnMove, []any{my, i, 10}},
		{r, fnMove, []any{i, my, 10}},
		{r, fnMove, []any{my, my, 1}},
		{r, fnSplit, []any{i, r, 4}},
		{r, fnSplit, []any{my, r, 10}},
		{r, fnSplit, []any{my, a, 13}},
		{r, fnApprove, []any{a, my}},
		{r, fnApprove, []any{r, i}},
		{r, fnApproveAll, []any{a, true}},
		{r, fnApproveValue, []any{my, a, 5}},
		{r, fnApproveValue, []any{i, r, 5}},
		{r, fnBurn, []any{my}},
		{r, fnBurn, []any{i}},
		{r, fnBurnValue, []any{my, 10}},
		{r, fnBurnValue, []any{i, 3}},
	}
	if f.slotApprovable {
		calls = append(calls, request{r, fnApproveSlot, []any{r, slot, a, true}}, request{r, fnApproveSlot, []any{a, slot, r, true}})
	}
	if !f.native {
		calls = append(calls, request{r, fnMint, []any{r, 999, 7, 1}}, request{r, fnMintValue, []any{my, 1}})
	}
	return calls
}

// A receiver that passes on what it got, to one that refuses, may go on or give
// up: what the second refused is undone in either case.
func TestReceiversInARow(t *testing.T) {
	each(t, func(f *fixture) {
		refuse := fail(errorData("no more"))
		at := f.deploy(
			receiver(saysYes, then(note, perform, give(magic(on721))), then(note, perform, give(magic(on3525)))),
			receiver(saysYes, refuse, refuse),
			actor())
		first, second, third := at[0], at[1], at[2]
		ids := f.grant(grant{f.alice, "red", 100}, grant{f.alice, "red", 100})
		for i, to := range []common.Address{second, third} {
			f.sendTo(f.bob, first, append(selector(arm), called(f.at, pack(fnSafe, first, to, ids[i].Big()))...))
			r := f.must(f.alice, fnSafe, f.alice, first, ids[i].Big())
			got, err := lines(f.at, r.Logs)
			require.NoError(f.t, err)
			want := []string{
				ev("Transfer", f.alice, first, ids[i]).String(),
				raw(first, []common.Hash{word(f.at)}, pack(on721, f.alice, f.alice, ids[i].Big(), []byte{})),
			}
			if to == second {
				want = append(want, raw(first, []common.Hash{word(false)}, errorData("no more")))
				f.is(first, "ownerOf(uint256)", ids[i].Big())
			} else {
				want = append(want, ev("Transfer", first, third, ids[i]).String(), raw(first, []common.Hash{word(true)}, nil))
				f.is(third, "ownerOf(uint256)", ids[i].Big())
			}
			require.Equal(f.t, want, got)
		}
	})
}
