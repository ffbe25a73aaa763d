package vault_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn/points"
	"github.com/weal-network/weal/keep/keeptest"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/vault/tally"
	"github.com/weal-network/weal/wire"
)

// report makes the app's report of an answer with a text from all of a release's
// passages; change may alter the app's receipt before it is signed.
func (w *world) report(req wire.ReleaseRequest, r wire.Release, text string, change func(*pay.Receipt)) wire.AttributionReport {
	w.t.Helper()
	var passages []attribution.Passage
	for i, p := range r.Passages {
		passages = append(passages, attribution.Passage{N: uint32(i + 1), Asset: me, Version: r.Version, Chunk: p.Chunk().Hash(), Band: uint8(9 - 5*i)})
	}
	passages = append(passages, attribution.Passage{N: 9, Asset: 99, Chunk: types.Hash{1}, Band: 3}) // of another vault
	record, err := attribution.Make(passages, text)
	require.NoError(w.t, err)
	o := req.Paid.Order
	receipt := pay.Receipt{
		Chain: pay.ChainHash(types.LocalChainID), Lane: o.Lane, Seq: o.Seq, Asset: gateway, Version: 1, Policy: pay.PolicyAudit, Detail: record.Detail(),
	}
	if change != nil {
		change(&receipt)
	}
	signed, err := pay.SignGroup([]pay.Receipt{receipt}, key(9))
	require.NoError(w.t, err)
	return wire.AttributionReport{Order: o.Hash(), Part: record.Part(me), Receipt: signed[0]}
}

// tell sends reports and returns how many were taken.
func (w *world) tell(reports ...wire.AttributionReport) int {
	w.t.Helper()
	var reply wire.AttributionReply
	require.Nil(w.t, post(w.t, w.vault.Handler(), wire.PathAttribution, wire.AttributionRequest{Reports: reports}, &reply))
	return reply.Taken
}

// sell sells passages of an offer for a question.
func (w *world) sell(ref types.LaneRef, seq uint64, question string, items ...int) (wire.ReleaseRequest, wire.Release) {
	w.t.Helper()
	req := w.buy(ref, seq, w.offer(ref, seq, question), items...)
	r, err := w.release(req)
	require.Nil(w.t, err)
	return req, r
}

func (w *world) points() []points.Points {
	w.t.Helper()
	c, err := w.vault.Contributors(w.t.Context(), struct{}{})
	require.NoError(w.t, err)
	all := []points.Points{}
	for _, c := range c.Contributions {
		all = append(all, c.Points...)
	}
	return all
}

func (w *world) stats(req vault.StatsRequest) vault.Stats {
	w.t.Helper()
	s, err := w.vault.Stats(w.t.Context(), req)
	require.NoError(w.t, err)
	return s
}

func TestWhatIsSoldIsCounted(t *testing.T) {
	w := newWorld(t)
	w.add()
	req, r := w.sell(lane(0), 1, "apples pears", 0, 1)
	w.offer(lane(1), 1, "apples")
	var nothing wire.Offer
	require.Nil(t, post(t, w.vault.Handler(), wire.PathOffers, wire.OfferRequest{Lane: lane(2), Seq: 1, Gateway: gateway, Question: "zebras"}, &nothing))
	require.Empty(t, nothing.Items)
	_, again := w.release(req)
	require.Nil(t, again, "a retry is served, and not sold again")
	require.Equal(t, 1, w.tell(w.report(req, r, "Red [1], [1] and green [2].", nil)))

	s := w.stats(vault.StatsRequest{})
	require.EqualValues(t, 3, s.Total.Asked)
	require.EqualValues(t, 1, s.Total.Unanswered)
	require.EqualValues(t, 1, s.Total.Sales)
	require.EqualValues(t, 2, s.Total.Sold)
	require.EqualValues(t, 3, s.Total.Cited)
	require.Equal(t, tally.Sums{denom: n(10)}, s.Total.Earned)
	require.Len(t, s.Documents, 1, "plums were never offered")
	d := s.Documents[0]
	require.Equal(t, "apples.md", d.Source)
	require.EqualValues(t, 2, d.Sold)
	require.EqualValues(t, 3, d.Cited)
	require.Equal(t, tally.Sums{denom: n(10)}, d.Earned)
	require.Len(t, d.Headings, 2)
	require.EqualValues(t, 2, d.Headings[0].Cited)
	require.Equal(t, r.Passages[0].Heading, d.Headings[0].Heading)
	require.Equal(t, 3, s.Idle.Of)
	require.Equal(t, 1, s.Idle.Passages)
	require.Equal(t, "plums.txt", s.Idle.Some[0].Source)
	require.Len(t, s.Payers, 1)
	require.EqualValues(t, 3, s.Payers[0].Asked)
	require.Equal(t, tally.Sums{denom: n(10)}, s.Payers[0].Paid)
	require.Empty(t, s.Questions)

	// After a while nothing was offered lately, and days are put together.
	w.pass(40 * 24 * time.Hour)
	w.offer(lane(1), 2, "plums")
	s = w.stats(vault.StatsRequest{Days: true})
	require.Equal(t, 2, s.Idle.Passages)
	require.NotZero(t, s.Idle.Some[0].Offered)
	require.Len(t, s.Hours, 2)
	require.Zero(t, s.Hours[1].At%(24*3600))
	s = w.stats(vault.StatsRequest{Since: w.clock().Unix() - 3600})
	require.Len(t, s.Hours, 1)
	require.EqualValues(t, 1, s.Total.Asked)
}

// TestCountsOutlive closes a vault and opens it again: also a sale that still waits
// for its report.
func TestCountsOutlive(t *testing.T) {
	w := newWorld(t)
	w.add()
	req, r := w.sell(lane(0), 1, "apples pears", 0, 1)
	require.NoError(t, w.vault.Close())
	w.open(nil)
	require.EqualValues(t, 1, w.stats(vault.StatsRequest{}).Total.Sales)
	require.Empty(t, w.points(), "it waits for its report")
	report := w.report(req, r, "[1]", nil)
	require.Equal(t, 1, w.tell(report))
	require.Equal(t, []points.Points{{Denom: denom, Uses: 2, Equal: n(10), Score: n(10), Citation: n(10)}}, w.points())
	require.NoError(t, w.vault.Close())
	w.open(nil)
	require.Zero(t, w.tell(report), "it is known")
	require.Equal(t, n(10), w.points()[0].Equal)
	require.EqualValues(t, 1, w.stats(vault.StatsRequest{}).Total.Sales)
}

// TestContributorsShare sells one passage of each of two contributors at once.
func TestContributorsShare(t *testing.T) {
	w := newWorld(t)
	hers := filepath.Join(t.TempDir(), "pears.md")
	require.NoError(t, os.WriteFile(hers, []byte("# More\n\nPears are sweet, apples are not."), 0o600))
	w.add()
	seven := uint64(7)
	_, err := w.vault.AddTo(t.Context(), []string{hers}, &seven, nil)
	require.NoError(t, err)
	o := w.offer(lane(0), 1, "are pears sweet")
	req := w.buy(lane(0), 1, o, 0, 1)
	r, refused := w.release(req)
	require.Nil(t, refused)
	require.Equal(t, "pears.md", r.Passages[0].Source)
	require.Equal(t, 1, w.tell(w.report(req, r, "Sweet [1], [1], [1]; green [2].", nil)))
	// Of 10: 5 and 5; 10 and 5 of 15 by score, rounded to the larger remainder; 3 and
	// 1 of 4, of equal remainders to the first.
	require.Equal(t, []points.Points{
		{Of: 0, Denom: denom, Uses: 1, Equal: n(5), Score: n(3), Citation: n(2)},
		{Of: 7, Denom: denom, Uses: 1, Equal: n(5), Score: n(7), Citation: n(8)},
	}, w.points())
	c, err := w.vault.Contributors(t.Context(), struct{}{})
	require.NoError(t, err)
	require.Equal(t, 2, c.Contributions[0].Documents)
	require.Equal(t, 1, c.Contributions[1].Documents)

	// One that nobody reports of counts equally, once, and a report is too late.
	req, r = w.sell(lane(1), 1, "are pears sweet", 0, 1)
	require.Equal(t, n(5), w.points()[1].Equal)
	w.pass(tally.ReportTime)
	require.Equal(t, n(10), w.points()[1].Equal)
	require.Equal(t, n(13), w.points()[1].Citation)
	require.Zero(t, w.tell(w.report(req, r, "[2]", nil)))
	require.Equal(t, n(13), w.points()[1].Citation)
}

// TestOnlyContributorsSalesAreKept sells, with the library that tells whose passages are,
// the owner's own without a write of its own, and a contribution's with one from the
// first on.
func TestOnlyContributorsSalesAreKept(t *testing.T) {
	w := newWorld(t)
	w.add()
	seq := uint64(0)
	// put returns how much a sale of the best passage and its report put.
	put := func() int {
		t.Helper()
		path := filepath.Join(w.dir, vault.CountsFile)
		before := len(keeptest.Journal(t, path))
		seq++
		req, r := w.sell(lane(0), seq, "pears", 0)
		require.Equal(t, 1, w.tell(w.report(req, r, "[1]", nil)))
		return len(keeptest.Journal(t, path)) - before
	}
	put()
	w.points() // whose passages are is in memory from here on
	require.Zero(t, put())

	hers := filepath.Join(t.TempDir(), "hers.md")
	require.NoError(t, os.WriteFile(hers, []byte("# Pears\n\nPears, pears and pears."), 0o600))
	seven := uint64(7)
	_, err := w.vault.AddTo(t.Context(), []string{hers}, &seven, nil)
	require.NoError(t, err)
	require.Positive(t, put())
	require.Equal(t, n(5), w.points()[1].Equal)
	require.Positive(t, put())
}

// TestReportsThatDoNotHold plays a gateway that tells of passages what is not so, or
// speaks for another.
func TestReportsThatDoNotHold(t *testing.T) {
	w := newWorld(t)
	w.add()
	req, r := w.sell(lane(0), 1, "apples pears", 0, 1)
	other, otherRelease := w.sell(lane(1), 1, "apples pears", 0)
	good := w.report(req, r, "[1] [2]", nil)
	tests := map[string]func() wire.AttributionReport{
		"unsigned":    func() wire.AttributionReport { b := good; b.Receipt.Signature[0]++; return b },
		"another app": func() wire.AttributionReport { return w.report(req, r, "[1]", func(p *pay.Receipt) { p.Asset = 8 }) },
		"another lane": func() wire.AttributionReport {
			return w.report(req, r, "[1]", func(p *pay.Receipt) { p.Lane = lane(1) })
		},
		"another seq":   func() wire.AttributionReport { return w.report(req, r, "[1]", func(p *pay.Receipt) { p.Seq++ }) },
		"another chain": func() wire.AttributionReport { return w.report(req, r, "[1]", func(p *pay.Receipt) { p.Chain[0]++ }) },
		"no detail": func() wire.AttributionReport {
			return w.report(req, r, "[1]", func(p *pay.Receipt) { p.Detail = types.Hash{} })
		},
		"another order": func() wire.AttributionReport { b := good; b.Order = other.Paid.Order.Hash(); return b },
		"unknown order": func() wire.AttributionReport { b := good; b.Order[0]++; return b },
		"other passages": func() wire.AttributionReport {
			b := w.report(req, otherRelease, "[1]", nil)
			return b
		},
		"a passage left out": func() wire.AttributionReport {
			b := good
			b.Part.Entries = b.Part.Entries[:1]
			return b
		},
		"another vault's": func() wire.AttributionReport {
			b := good
			b.Part.Entries = append(b.Part.Entries[:2:2], b.Part.Entries[1])
			b.Part.Entries[2].Asset = 99
			return b
		},
		"more citations": func() wire.AttributionReport {
			b := good
			b.Part.Entries = append(b.Part.Entries[:0:0], b.Part.Entries...)
			b.Part.Entries[0].Cites++
			return b
		},
	}
	for name, bad := range tests {
		require.Zero(t, w.tell(bad()), name)
	}
	require.Equal(t, 1, w.tell(good, good), "once")
	require.Zero(t, w.tell(good))

	var reply wire.AttributionReply
	for name, reports := range map[string][]wire.AttributionReport{"none": {}, "too many": slices.Repeat([]wire.AttributionReport{good}, wire.MaxReports+1)} {
		refused := post(t, w.vault.Handler(), wire.PathAttribution, wire.AttributionRequest{Reports: reports}, &reply)
		require.NotNil(t, refused, name)
		require.Equal(t, "bad_reports", refused.Code)
	}
}

// TestQuestionsAreKeptOnlyIfSaid and only for as long, sealed, and payers are told.
func TestQuestionsAreKeptOnlyIfSaid(t *testing.T) {
	w := newWorld(t)
	w.add()
	const secret = "apples unmistakably"
	require.Zero(t, w.offer(lane(0), 1, secret).KeepsQuestions)
	require.Empty(t, w.stats(vault.StatsRequest{}).Questions)
	days := 10
	set, err := w.vault.SetSharing(t.Context(), vault.SharingRequest{KeepQuestions: &days})
	require.NoError(t, err)
	require.Equal(t, vault.Sharing{KeepQuestions: 10}, set)
	require.Equal(t, 10, w.offer(lane(0), 2, secret).KeepsQuestions)
	s := w.stats(vault.StatsRequest{})
	require.Len(t, s.Questions, 1)
	require.Equal(t, secret, s.Questions[0].Question)
	require.Equal(t, w.lanes[lane(0)].Payer, s.Questions[0].Payer)
	require.NoError(t, w.vault.Close())
	files, err := filepath.Glob(filepath.Join(w.dir, "*"))
	require.NoError(t, err)
	for _, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		require.False(t, bytes.Contains(b, []byte("unmistakably")), f)
		require.False(t, bytes.Contains(b, []byte("apples.md")), f)
		if filepath.Base(f) == vault.CountsFile {
			require.False(t, bytes.Contains(b, []byte(w.lanes[lane(0)].Payer)), f)
		}
	}
	w.open(nil)
	require.Equal(t, 10, w.offer(lane(0), 3, "apples").KeepsQuestions, "it is kept with the settings")
	w.pass(9 * 24 * time.Hour)
	require.Len(t, w.stats(vault.StatsRequest{}).Questions, 2)
	w.pass(25 * time.Hour)
	require.Empty(t, w.stats(vault.StatsRequest{}).Questions)
	w.offer(lane(0), 4, "apples")
	none, tooMany := 0, vault.MaxQuestionDays+1
	_, err = w.vault.SetSharing(t.Context(), vault.SharingRequest{KeepQuestions: &none})
	require.NoError(t, err)
	require.Empty(t, w.stats(vault.StatsRequest{}).Questions, "they go at once")
	_, err = w.vault.SetSharing(t.Context(), vault.SharingRequest{KeepQuestions: &tooMany})
	require.ErrorContains(t, err, "0 to 3650 days")
}

// TestRemovedIsForgotten removes a document of which something was counted.
func TestRemovedIsForgotten(t *testing.T) {
	w := newWorld(t)
	w.add()
	w.sell(lane(0), 1, "apples", 0)
	require.Len(t, w.stats(vault.StatsRequest{}).Documents, 1)
	_, err := w.vault.Remove(t.Context(), w.docs, []string{"apples.md"})
	require.NoError(t, err)
	s := w.stats(vault.StatsRequest{})
	require.Empty(t, s.Documents)
	require.EqualValues(t, 1, s.Total.Sales, "sums stay")
}
