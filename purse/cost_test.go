package purse

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/types"
)

// Who asks sees the most that the answer can cost before anything is signed, and
// can refuse.
func TestApprove(t *testing.T) {
	w := newWorld(t)
	p := w.purse(openDB(t), 1)
	ask := w.ask()
	no := errors.New("too dear")
	var seen []Bill
	ask.Approve = func(ctx context.Context, b Bill) error {
		seen = append(seen, b)
		_, found, err := p.Cost(ctx, b.Lane, b.Seq)
		require.NoError(t, err)
		require.False(t, found, "nothing is signed yet")
		return no
	}
	a, err := p.Ask(t.Context(), ask)
	require.Nil(t, a)
	require.Equal(t, no, err)
	require.Len(t, seen[0].Passages, 3)
	seen[0].Passages = nil
	require.Equal(t, []Bill{{Lane: laneRef(0), Seq: 1, Denom: denom, Firm: amount(2700), Most: amount(most), Tokens: 40 * 4}}, seen)
	spent, err := p.Spent(t.Context())
	require.NoError(t, err)
	require.Empty(t, spent.Ever)
	_, found, err := p.Cost(t.Context(), laneRef(0), 1)
	require.NoError(t, err)
	require.False(t, found)

	no = nil
	a, err = p.Ask(t.Context(), ask)
	require.NoError(t, err)
	require.Equal(t, a.Seq, seen[1].Seq)
	c, found, err := p.Cost(t.Context(), a.Lane, a.Seq)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, Cost{Denom: denom, Amount: a.Total, Final: true}, c)
	require.Empty(t, w.gate.faults)
}

// What a question of a killed process has cost is known as soon as nobody holds
// its lane, and is what the lane's next voucher says, too.
func TestCostOfAKilledQuestion(t *testing.T) {
	signed := 0
	for n := 1; ; n++ {
		w := newWorld(t)
		path := filepath.Join(t.TempDir(), "purse.db")
		db := openShared(t, path)
		p, other := w.purse(db, 1), w.purse(openShared(t, path), 1)
		var soon Cost
		image := filepath.Join(t.TempDir(), "image.db")
		ctx, kill := context.WithCancel(t.Context())
		defer kill()
		var mu sync.Mutex
		seen := 0
		w.gate.beforeEach(func(string) bool {
			mu.Lock()
			defer mu.Unlock()
			if seen++; seen < n {
				return false
			}
			if seen == n {
				if _, err := db.Exec(`VACUUM INTO ?`, image); err != nil {
					t.Error(err)
				}
				var err error
				if soon, _, err = other.Cost(t.Context(), laneRef(0), 1); err != nil {
					t.Error(err)
				}
				kill()
			}
			return true
		})
		if _, err := p.Ask(ctx, w.ask()); err == nil {
			require.Greater(t, n, 10)
			require.Greater(t, signed, 8)
			return
		}
		p.Close() // the dead say nothing more
		w.gate.beforeEach(nil)
		reopened, err := keep.OpenShared(image)
		require.NoError(t, err)
		heir := w.purse(reopened, 1)
		c, found, err := heir.Cost(t.Context(), laneRef(0), 1)
		require.NoError(t, err)
		if found {
			signed++
			require.Equal(t, Cost{Denom: denom, Amount: amount(most)}, soon, "the lane may still be used: it counts with the most")
			require.True(t, c.Final)
			require.LessOrEqual(t, c.Amount.Cmp(soon.Amount), 0)
			w.gate.onQuote = longer
			_, err = heir.Ask(t.Context(), w.ask())
			require.NoError(t, err)
			after, _, err := heir.Cost(t.Context(), laneRef(0), 1)
			require.NoError(t, err)
			require.Equal(t, c, after, fmt.Sprint("message ", n))
		}
		require.NoError(t, reopened.Close())
	}
}

func TestCostOfADamagedRow(t *testing.T) {
	w := newWorld(t)
	db := openDB(t)
	p := w.purse(db, 1)
	a, err := p.Ask(t.Context(), w.ask())
	require.NoError(t, err)
	_, err = db.Exec(`UPDATE purse_queries SET cost = 'x'`)
	require.NoError(t, err)
	_, _, err = p.Cost(t.Context(), a.Lane, a.Seq)
	require.ErrorIs(t, err, types.ErrAmount)
}
