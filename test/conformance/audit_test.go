package conformance

import (
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// find is eth_getLogs. A node that is asked between a block and its index says
// that it misses a transaction: TestReadsWhileBlocksCome is about that, the other
// tests ask again.
func (f *fixture) find(q ethereum.FilterQuery) (logs []ethtypes.Log) {
	f.t.Helper()
	require.EventuallyWithT(f.t, func(c *assert.CollectT) {
		var err error
		logs, err = chain.eth.FilterLogs(f.t.Context(), q)
		require.NoError(c, err)
	}, patience, 20*time.Millisecond)
	return logs
}

// history returns the subject's logs since the test began that are about the
// test's tokens and people, as the node finds them.
func (f *fixture) history() []event {
	f.t.Helper()
	logs := f.find(ethereum.FilterQuery{FromBlock: new(big.Int).SetUint64(f.since), Addresses: []common.Address{f.at}})
	var events []event
	for i := range logs {
		e, ok, err := readEvent(&logs[i])
		require.NoError(f.t, err)
		if ok {
			events = append(events, e)
		}
	}
	if f.native {
		events = f.ours(events)
	}
	return events
}

// ours leaves out the events of others.
func (f *fixture) ours(events []event) []event {
	slots, ids := map[common.Hash]bool{}, map[common.Hash]bool{}
	for _, s := range f.slots {
		slots[s.number] = true
	}
	for _, e := range events {
		if e.name == "SlotChanged" && slots[e.words[2]] {
			ids[e.words[0]] = true
		}
	}
	var out []event
	for _, e := range events {
		var mine bool
		switch e.name {
		case "ApprovalForAll", "ApprovalForSlot":
			mine = f.people[e.address(0)]
		case "Transfer", "Approval":
			mine = ids[e.words[2]]
		case "TransferValue":
			mine = ids[e.words[0]] || ids[e.words[1]]
		default:
			mine = ids[e.words[0]]
		}
		if mine {
			out = append(out, e)
		}
	}
	return out
}

// told returns the subject as its logs tell it.
func (f *fixture) told() *model {
	f.t.Helper()
	m := newModel()
	for _, e := range f.history() {
		require.NoError(f.t, m.apply(e))
	}
	return m
}

// audit compares everything that can be looked up with what the logs said.
func (f *fixture) audit() {
	f.t.Helper()
	f.compare(f.told())
}

// compare looks everything up that a model tells.
func (f *fixture) compare(m *model) {
	f.t.Helper()
	queries := m.queries(f.kind)
	calls := make([]ethereum.CallMsg, len(queries))
	for i, q := range queries {
		calls[i] = ethereum.CallMsg{From: f.alice.addr, To: &f.at, Data: pack(q.signature, q.args...)}
	}
	outs, errs, err := chain.look(f.t.Context(), calls)
	require.NoError(f.t, err)
	for i, q := range queries {
		require.NoError(f.t, q.check(outs[i], errs[i]))
	}
	if f.native {
		for name, s := range f.slots {
			require.LessOrEqual(f.t, m.sum(s.number).Cmp(big.NewInt(maxUnits)), 0, "the value in slot %s", name)
		}
	}
}
