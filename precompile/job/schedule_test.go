package job_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"github.com/cosmos/cosmos-sdk/types/query"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/precompile/contracttest"
	"github.com/weal-network/weal/precompile/job"
	"github.com/weal-network/weal/precompile/solidity"
	jobtypes "github.com/weal-network/weal/x/job/types"
)

// waiting is a booking as the test remembers it.
type waiting struct {
	id, due, round, every, times uint64
	owner                        int
}

// Ten thousand booked calls over a thousand blocks are made in order, within the
// block's gas for them, each once: those that are due first, then one of each owner's
// in turn, and those that had to wait before all others.
func TestTenThousandCalls(t *testing.T) {
	if testing.Short() {
		t.Skip("a thousand blocks")
	}
	const (
		gas      = 150_000
		limit    = 620_000 // of a block's booked calls: about as much as they use
		bookings = 100
		times    = 100
	)
	net := apptest.New(t, apptest.WithoutShadows(), params(func(p *jobtypes.Params) { p.ScheduleGas = limit }))
	c := &contracttest.Chain{Net: net, T: t}
	jobs := c.At(job.Address, solidity.Jobs)
	told := c.Deploy(c.Accounts[0], recorder())
	start := uint64(c.Height()) + 20
	var line []*waiting
	var txs [][]byte
	next := map[[2]uint64]uint64{} // (block, owner) → round
	for i := range uint64(bookings) {
		owner := i % 3 * (i % 2) // one owner has most of them
		w := &waiting{id: i + 1, owner: int(owner), every: 10, times: times, due: start + i%7}
		w.round = next[[2]uint64{w.due, owner}]
		next[[2]uint64{w.due, owner}]++
		line = append(line, w)
		txs = append(txs, c.EVM(c.Accounts[owner], apptest.EVMTx{
			To: &job.Address, Gas: 1_000_000, Value: n(times * gas * gasPrice),
			Data: jobs.Input(sigBook, told, []byte{}, uint64(gas), w.due, w.every, w.times, n(0)),
		}))
	}
	for _, r := range c.Deliver(txs...) {
		require.False(t, c.Receipt(r).Failed(), c.Receipt(r).Reason())
	}
	for uint64(c.Height()) < start+1100 {
		c.Advance(1, time.Second)
	}
	all := allCalls(c)
	require.Len(t, all, bookings*times)
	require.EqualValues(t, bookings*times, c.App().EVMKeeper.GetState(c.Context(), told, [32]byte{}).Big().Int64())
	require.NoError(t, c.App().CheckInvariants(c.Context()))
	held, err := c.App().JobKeeper.Held(c.Context())
	require.NoError(t, err)
	require.True(t, held.IsZero(), "all is paid back")
	require.Zero(t, c.Balance(job.Address).Sign())

	overdue, height := 0, start
	for len(all) > 0 {
		end := 1
		for end < len(all) && all[end].Height == all[0].Height {
			end++
		}
		block := all[:end]
		all = all[end:]
		require.GreaterOrEqual(t, block[0].Height, height)
		height = block[0].Height
		due := slices.DeleteFunc(slices.Clone(line), func(w *waiting) bool { return w.due > height || w.times == 0 })
		slices.SortFunc(due, func(a, b *waiting) int {
			return cmp.Or(cmp.Compare(a.due, b.due), cmp.Compare(a.round, b.round), cmp.Compare(a.id, b.id))
		})
		left := uint64(limit)
		made := 0
		for _, w := range due {
			if gas > left && made > 0 {
				break
			}
			require.Less(t, made, len(block), "block %d makes too few", height)
			require.Equal(t, w.id, block[made].Booking, "block %d, call %d", height, made)
			if w.due < height {
				overdue++
			}
			left -= block[made].GasUsed
			made++
			w.times--
			w.due += ((height-w.due)/w.every + 1) * w.every
			w.round = 0
			for _, other := range line {
				if other != w && other.due == w.due && other.owner == w.owner && other.times > 0 {
					w.round++
				}
			}
		}
		require.Len(t, block, made, "block %d makes too many", height)
	}
	require.Positive(t, overdue, "some had to wait")
}

// allCalls reads the records of all calls, in the order in which they were made.
func allCalls(c *contracttest.Chain) (all []jobtypes.CallRecord) {
	c.T.Helper()
	page := &query.PageRequest{Limit: 100}
	for {
		res, err := jobtypes.NewQueryClient(c.Conn()).CallLogs(c.T.Context(), &jobtypes.QueryCallLogsRequest{Pagination: page})
		require.NoError(c.T, err)
		all = append(all, res.Calls...)
		if len(res.Pagination.NextKey) == 0 {
			return all
		}
		page = &query.PageRequest{Limit: 100, Key: res.Pagination.NextKey}
	}
}
