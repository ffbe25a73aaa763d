package gateway_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn/points"
	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/keep/keeptest"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

func (w *world) shares() gateway.Contributors {
	w.t.Helper()
	all, err := w.gateway.Contributors(w.t.Context(), struct{}{})
	require.NoError(w.t, err)
	return all
}

func (w *world) set(vault types.AssetID, contribution uint64) {
	w.t.Helper()
	_, err := w.gateway.SetContributor(w.t.Context(), gateway.ContributorRequest{Vault: vault, Contribution: contribution})
	require.NoError(w.t, err)
}

// admin asks the gateway as its owner.
func (w *world) admin(path string, req, into any) *wire.Error {
	w.t.Helper()
	mux := http.NewServeMux()
	w.gateway.Admin(mux)
	b, err := json.Marshal(req)
	require.NoError(w.t, err)
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, httptest.NewRequest(http.MethodPost, path, bytes.NewReader(b)))
	if rec.Code != http.StatusOK {
		return wire.ReadError(rec.Code, rec.Body.Bytes())
	}
	require.NoError(w.t, json.Unmarshal(rec.Body.Bytes(), into))
	return nil
}

func of(vault types.AssetID, uses, equal, score, citation uint64) points.Points {
	return points.Points{
		Of: uint64(vault), Denom: types.BaseDenom, Uses: uses,
		Equal: types.NewAmount(equal), Score: types.NewAmount(score), Citation: types.NewAmount(citation),
	}
}

// TestVaultsShareWhatTheAppIsPaid divides the price of answers, which is 500, among two
// vaults. Who sends a payment again moves nothing, and a restart forgets nothing.
func TestVaultsShareWhatTheAppIsPaid(t *testing.T) {
	w := newWorld(t)
	w.says("A payer signs [1], once [1]; lanes wait [2].")
	_, p, g := w.ask(body)
	require.Nil(t, g.err)
	// Bands 9 and 7: 10 and 8 of 18; citations 2 and 1 of 3.
	want := []gateway.Contributor{
		{Vault: vaultA, Points: []points.Points{of(vaultA, 1, 250, 278, 333)}},
		{Vault: vaultB, Points: []points.Points{of(vaultB, 1, 250, 222, 167)}},
	}
	require.Equal(t, want, w.shares().Vaults)
	again := w.read(w.pay(t.Context(), p, body), nil)
	require.Nil(t, again.err)
	require.Equal(t, want, w.shares().Vaults, "a payment that comes again")

	w.set(vaultB, 4)
	want[1].Contribution = 4
	w.ask(body)
	w.start()
	all := w.shares()
	require.Equal(t, appID, all.Asset)
	require.Equal(t, []points.Points{of(vaultA, 2, 500, 556, 666)}, all.Vaults[0].Points)
	require.EqualValues(t, 4, all.Vaults[1].Contribution)

	_, err := w.gateway.SetContributor(t.Context(), gateway.ContributorRequest{Vault: modelID, Contribution: 4})
	require.ErrorContains(t, err, "asset 11 is no vault of this app; its vaults are [10 13]")
	w.app.Vaults = []types.AssetID{vaultB}
	w.start()
	require.Equal(t, all.Vaults, w.shares().Vaults, "a vault that is gone keeps its points")
	w.set(vaultA, 5)
}

// count starts the gateway with the counts at path.
func (w *world) count(path string) {
	w.t.Helper()
	db, err := keep.Open(path)
	require.NoError(w.t, err)
	w.t.Cleanup(func() { _ = db.Close() })
	w.counts = db
	w.start()
}

// TestSharesOutliveAKill opens what a kill leaves of the gateway's counts, of an app of
// which a vault is a contribution.
func TestSharesOutliveAKill(t *testing.T) {
	w := newWorld(t)
	path := filepath.Join(t.TempDir(), "counts.db")
	w.count(path)
	w.set(vaultB, 4)
	w.count(path) // which knows it from the table
	w.says("A payer signs [1], once [1]; lanes wait [2].")
	w.ask(body)
	want := []points.Points{of(vaultA, 1, 250, 278, 333)}
	left := keeptest.Killed(t, path, t.TempDir()) // before anything was divided
	require.Equal(t, want, w.shares().Vaults[0].Points)
	w.count(left)
	for range 2 {
		require.Equal(t, want, w.shares().Vaults[0].Points)
		left = keeptest.Killed(t, left, t.TempDir())
		w.count(left)
	}
}

// TestSharesAreKeptFromTheFirstContributionOn puts nothing while no vault is a
// contribution. What was noted until the first is one outlives a kill from then on, and
// all that follows.
func TestSharesAreKeptFromTheFirstContributionOn(t *testing.T) {
	w := newWorld(t)
	path := filepath.Join(t.TempDir(), "counts.db")
	w.count(path)
	w.says("A payer signs [1], once [1]; lanes wait [2].")
	w.ask(body)
	require.Empty(t, keeptest.Journal(t, path))
	w.set(vaultB, 4)
	path = keeptest.Killed(t, path, t.TempDir())
	w.count(path)
	w.ask(body)
	kept := keeptest.Journal(t, path)
	require.NotEmpty(t, kept)
	path = keeptest.Killed(t, path, t.TempDir())
	w.count(path)
	require.Equal(t, []points.Points{of(vaultB, 2, 500, 444, 334)}, w.shares().Vaults[1].Points)

	w.set(vaultB, 0)
	w.ask(body)
	require.Empty(t, keeptest.Journal(t, path), "no vault is one any more")
	require.Equal(t, []points.Points{of(vaultB, 3, 750, 666, 501)}, w.shares().Vaults[1].Points)
}

// TestNothingIsSharedOfWhatIsNotPaid has a payer that never reveals the app's tick.
func TestNothingIsSharedOfWhatIsNotPaid(t *testing.T) {
	w := newWorld(t)
	long := bytes.Repeat([]byte("A payer signs [1]. "), 40)
	w.says(string(long[:300]), string(long[300:]))
	q := w.quote(body)
	g := w.read(w.pay(t.Context(), w.payment(q), body), nil)
	require.NotNil(t, g.err)
	for _, v := range w.shares().Vaults {
		require.Empty(t, v.Points)
	}
}

// TestSearchIsSharedByEquals has vaults seal what the app cannot read.
func TestSearchIsSharedByEquals(t *testing.T) {
	s := newStreet(t)
	_, err := s.search()
	require.NoError(t, err)
	_, err = s.purse.Ask(t.Context(), purse.Ask{Gateway: s.near.server.URL, Body: []byte(`{"messages":[{"role":"user","content":"Who sleeps?"}]}`)})
	require.NoError(t, err)
	all := s.shares().Vaults
	require.Len(t, all, 2)
	sum := points.Points{}
	for _, v := range all {
		require.Len(t, v.Points, 1)
		p := v.Points[0]
		require.EqualValues(t, 2, p.Uses)
		require.Equal(t, types.NewAmount(usePrice), p.Equal)
		require.GreaterOrEqual(t, p.Score.Cmp(types.NewAmount(usePrice/2)), 0, "half of the search, and some of the answer")
		sum.Score, _ = sum.Score.Add(p.Score)
		sum.Citation, _ = sum.Citation.Add(p.Citation)
	}
	require.Equal(t, types.NewAmount(2*usePrice), sum.Score)
	require.Equal(t, types.NewAmount(2*usePrice), sum.Citation)
}

// TestAppIsDistributedOnce plays an app's owner who is killed between sending and
// noting: the same distribution comes again, until it is done.
func TestAppIsDistributedOnce(t *testing.T) {
	w := newWorld(t)
	w.says("A payer signs [1], once [1]; lanes wait [2].")
	w.ask(body)
	req := points.DistributionRequest{Denom: types.BaseDenom, Rule: attribution.ByCitation, Contributions: []uint64{4, 5}}
	var d, again points.Distribution
	require.Equal(t, points.CodeNoPoints, w.admin(points.PathDistribution, req, &d).Code, "no vault is a contribution yet")
	w.set(vaultA, 4)
	w.set(vaultB, 6)
	require.Nil(t, w.admin(points.PathDistribution, req, &d))
	require.Equal(t, []points.Part{{Contribution: 4, Points: 333, Earned: types.NewAmount(333)}}, d.Parts, "6 is not accepted")
	require.Equal(t, appID, d.Asset)
	require.Equal(t, d.Root, d.Evidence())

	w.ask(body)
	w.set(vaultA, 5)
	w.set(vaultB, 4)
	w.start()
	req.Rule = attribution.Equal
	require.Nil(t, w.admin(points.PathDistribution, req, &again))
	require.Equal(t, d, again, "what was begun is brought to its end first, whatever is set since")
	var done points.DistributedRequest
	require.Equal(t, "no_distribution", w.admin(points.PathDistributed, points.DistributedRequest{ID: d.ID + 1}, &done).Code)
	for range 2 {
		require.Nil(t, w.admin(points.PathDistributed, points.DistributedRequest{ID: d.ID}, &done))
	}
	require.Nil(t, w.admin(points.PathDistribution, req, &again))
	require.Equal(t, []points.Part{
		{Contribution: 4, Points: 500, Earned: types.NewAmount(500)}, // vault B, of both answers
		{Contribution: 5, Points: 250, Earned: types.NewAmount(250)},
	}, again.Parts)
	require.NotEqual(t, d.Root, again.Root)
	require.Nil(t, w.admin(points.PathDistributed, points.DistributedRequest{ID: again.ID}, &done))
	require.Equal(t, points.CodeNoPoints, w.admin(points.PathDistribution, req, &again).Code)
	all := w.shares()
	require.Len(t, all.Distributions, 2)
	for _, v := range all.Vaults {
		require.Empty(t, v.Points)
	}
	require.Equal(t, "bad_rule", w.admin(points.PathDistribution, points.DistributionRequest{Rule: "merit"}, &again).Code)
}
