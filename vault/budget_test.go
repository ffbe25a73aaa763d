package vault_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/keep/keeptest"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/wire"
)

// asks puts one question from a lane and returns the offer, or why there is none.
func (w *world) asks(ref types.LaneRef, question, filter string) (o wire.Offer, err *wire.Error) {
	w.t.Helper()
	err = post(w.t, w.vault.Handler(), wire.PathOffers,
		wire.OfferRequest{Lane: ref, Seq: 1, Gateway: gateway, Question: question, Filter: filter, Limit: 2}, &o)
	return o, err
}

// budgeted is a vault of one passage on each of many things, with budgets.
func budgeted(t *testing.T, things, passages, probes int) *world {
	w := newWorld(t)
	for i := range things {
		w.write(fmt.Sprintf("thing%d.md", i), fmt.Sprintf("# Thing%d\n\nThe thing%d is number%d of all.", i, i, i))
	}
	require.NoError(t, w.vault.Close())
	w.open(func(c *vault.Config) { c.Budget, c.Probes = passages, probes })
	w.add()
	return w
}

// restart closes the vault and opens it again; crash does so from what is on the
// disk of one that was killed.
func (w *world) restart(crash bool) {
	w.t.Helper()
	if crash {
		killed := w.t.TempDir()
		for _, name := range []string{library.FileName, vault.MoneyFile} {
			keeptest.Killed(w.t, filepath.Join(w.dir, name), killed)
		}
		w.dir = killed
	} else {
		require.NoError(w.t, w.vault.Close())
	}
	w.open(func(c *vault.Config) { c.Budget, c.Probes = 20, 10 })
}

// TestEnumerationEnds: who asks for everything, one thing after the other, from all
// its lanes and tabs, while the vault is stopped and killed and its clock goes back,
// is told of as much as its budget.
func TestEnumerationEnds(t *testing.T) {
	w := budgeted(t, 100, 20, 10)
	other := types.LaneRef{Tab: 2}
	l := w.lanes[lane(0)]
	l.Ref, l.Payer = other, "0x"+strings.ToUpper(l.Payer[2:]) // the same account, written otherwise
	w.lanes[other] = l
	stranger := types.LaneRef{Tab: 3}
	l.Ref, l.Payer = stranger, "0x00000000000000000000000000000000000000bB"
	w.lanes[stranger] = l

	told := 0
	for i := range 100 {
		switch i {
		case 5:
			w.restart(false)
		case 10:
			w.restart(true)
		case 15:
			w.pass(-48 * time.Hour)
		case 17:
			w.restart(true)
		}
		ref := lane(uint32(i % 4))
		if i%5 == 0 {
			ref = other
		}
		o, err := w.asks(ref, fmt.Sprintf("thing%d", i), "")
		if err == nil {
			told += len(o.Items)
			continue
		}
		require.Equal(t, 429, err.Status)
		require.Equal(t, vault.CodeBudget, err.Code)
	}
	require.Equal(t, 20, told)
	_, err := w.asks(lane(0), "thing3", "")
	require.Nil(t, err, "what was offered before costs nothing")
	_, err = w.asks(stranger, "thing99", "")
	require.Nil(t, err, "another payer has a budget of its own")
	s, statusErr := w.vault.Status(t.Context())
	require.NoError(t, statusErr)
	require.Len(t, s.Budgets, 2)
	require.Equal(t, 20, s.Budgets[0].Offered)
	require.Equal(t, 20, s.Budgets[0].Limit)
	require.LessOrEqual(t, s.Budgets[0].Until, w.clock().Add(time.Hour).Unix(), "an hour lasts no longer, whatever the clock did")
	w.pass(time.Hour)
	_, err = w.asks(lane(0), "thing77", "")
	require.Nil(t, err)
}

// rows counts what is in a table of a vault that is closed.
func (w *world) rows(table string) (n int) {
	w.t.Helper()
	db, err := keep.Open(filepath.Join(w.dir, vault.MoneyFile))
	require.NoError(w.t, err)
	require.NoError(w.t, db.QueryRowContext(w.t.Context(), "SELECT count(*) FROM "+table).Scan(&n))
	require.NoError(w.t, db.Close())
	return n
}

// TestHoursThatAreOverAreNotKept: the database does not grow with those who asked.
func TestHoursThatAreOverAreNotKept(t *testing.T) {
	w := budgeted(t, 30, 100, 10)
	for i := range 30 {
		if i%10 == 0 {
			w.pass(time.Hour)
		}
		_, err := w.asks(lane(0), fmt.Sprintf("thing%d", i), "")
		require.Nil(t, err)
	}
	require.NoError(t, w.vault.Close())
	require.Equal(t, 1, w.rows("vault_budgets"))
	require.Equal(t, 10, w.rows("vault_offered"))
}

// probe is a question that is nearly the same as all others of it.
func probe(i int) string {
	return fmt.Sprintf("List every contract of the harbour that mentions word%d", i)
}

// TestProbesEnd: a question asked again and again with another word in it draws a map
// by what comes of it. It ends after so many, also if the vault is killed; all else
// goes on.
func TestProbesEnd(t *testing.T) {
	w := budgeted(t, 1, 20, 10)
	for i := range 11 { // the first is none
		_, err := w.asks(lane(uint32(i%4)), probe(i), "")
		require.Nil(t, err, i)
	}
	for i, crash := range []bool{false, true} {
		_, err := w.asks(lane(0), probe(100+i), "")
		require.NotNil(t, err)
		require.Equal(t, 429, err.Status)
		require.Equal(t, vault.CodeProbes, err.Code)
		_, err = w.asks(lane(0), probe(3), "source=a.md")
		require.NotNil(t, err, "another filter is another question")
		_, err = w.asks(lane(0), probe(3), "")
		require.Nil(t, err, "the same question tells nothing new")
		_, err = w.asks(lane(0), "Which apples are red?", "")
		require.Nil(t, err, "nor is another a probe")
		w.restart(crash)
		// What was asked is not kept; how much was, is.
		_, err = w.asks(lane(0), probe(3), "")
		require.Nil(t, err)
	}
	s, err := w.vault.Status(t.Context())
	require.NoError(t, err)
	require.Equal(t, 10, s.Budgets[0].Probes)
	require.Equal(t, 10, s.Budgets[0].ProbeLimit)
	w.pass(time.Hour)
	_, refusal := w.asks(lane(0), probe(200), "")
	require.Nil(t, refusal)
}

// TestWhoBuysIsNoProber: questions that are nearly the same may be asked without end
// by who buys one time in four.
func TestWhoBuysIsNoProber(t *testing.T) {
	w := budgeted(t, 1, 20, 10)
	for i := range 200 {
		seq := uint64(i + 1)
		var o wire.Offer
		err := post(t, w.vault.Handler(), wire.PathOffers,
			wire.OfferRequest{Lane: lane(0), Seq: seq, Gateway: gateway, Question: fmt.Sprintf("Which apples of the orchard are red and number%d?", i)}, &o)
		require.Nil(t, err, "%d", i)
		if i%4 == 0 {
			_, err := w.release(w.buy(lane(0), seq, o, 0))
			require.Nil(t, err)
		}
	}
	s, err := w.vault.Status(t.Context())
	require.NoError(t, err)
	require.Equal(t, 50, s.Budgets[0].Bought)
	require.Equal(t, 10+4*50, s.Budgets[0].ProbeLimit)
}
