package gateway_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/find"
	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// register is the chain of a street as package find sees it; each asset has a manifest.
type register struct {
	s         *street
	assets    []types.AssetID
	manifests map[types.AssetID][]byte
}

// Assets implements find.Chain.
func (r *register) Assets(ctx context.Context) (all []types.Asset, err error) {
	for _, id := range r.assets {
		a, err := r.s.chain.Asset(ctx, id)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// Version implements find.Chain.
func (*register) Version(context.Context, types.AssetID, uint32) (types.Version, error) {
	return types.Version{}, nil
}

// Earned implements find.Chain.
func (*register) Earned(context.Context, types.AssetID) ([]find.Earned, error) { return nil, nil }

// describe gives assets manifests that are served, and returns a finder that has read
// them.
func (s *street) describe(about map[types.AssetID]string) *find.Finder {
	r := &register{s: s, manifests: map[types.AssetID][]byte{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		var id types.AssetID
		_, _ = fmt.Sscanf(req.URL.Path, "/%d", &id)
		_, _ = w.Write(r.manifests[id])
	}))
	s.t.Cleanup(server.Close)
	for _, id := range []types.AssetID{vaultA, modelID, appID, vaultB, penA, penB} {
		text, ok := about[id]
		if !ok {
			continue
		}
		s.chain.Change(id, func(a *types.Asset) {
			b, err := types.Manifest{Name: text, Kind: a.Kind, Endpoint: server.URL, Policies: []string{"audit"}}.Bytes()
			require.NoError(s.t, err)
			r.manifests[id], r.assets = b, append(r.assets, id)
			a.Manifest, a.ManifestURI = types.ManifestHash(b), fmt.Sprintf("%s/%d", server.URL, id)
		})
	}
	f, err := find.New(find.Config{Chain: r, Private: true})
	require.NoError(s.t, err)
	s.t.Cleanup(f.Close)
	require.NoError(s.t, f.Refresh(s.t.Context()))
	return f
}

// sellers are the vaults of a quote for a question.
func (s *street) sellers(question string) (ids []types.AssetID, reply wire.QuoteReply) {
	s.t.Helper()
	body, err := json.Marshal(wire.ChatRequest{Messages: []wire.ChatMessage{wire.TextMessage("user", question)}})
	require.NoError(s.t, err)
	resp := s.do(s.t.Context(), string(body), wire.HeaderLane, wire.FormatLane(s.payer.Lane.Ref, 1))
	require.NoError(s.t, json.NewDecoder(resp.Body).Decode(&reply))
	for _, o := range reply.Quote.Vaults {
		ids = append(ids, o.Asset)
	}
	return ids, reply
}

func TestVaultsAreChosen(t *testing.T) {
	s := newStreet(t)
	s.finder = s.describe(map[types.AssetID]string{vaultA: "Marsupials of Australia", vaultB: "Night animals", modelID: "Marsupial reader"})
	choose := func(choices ...gateway.Choice) {
		s.app.Vaults, s.app.Choices = []types.AssetID{}, choices
		s.start()
	}
	choose(gateway.Choice{Topic: "marsupials"})
	ids, _ := s.sellers("Who sleeps?")
	require.Equal(t, []types.AssetID{vaultA}, ids)

	// By the words of each question, several at once, and merged.
	choose(gateway.Choice{Question: true})
	ids, _ = s.sellers("Which animals sleep at night?")
	require.Equal(t, []types.AssetID{vaultB}, ids)
	ids, _ = s.sellers("Which marsupials are animals that sleep?")
	require.ElementsMatch(t, []types.AssetID{vaultA, vaultB}, ids)
	_, reply := s.sellers("What is exposure?")
	require.Equal(t, "no_match", reply.Error.Code, "a question that fits no vault is told to one")

	// By price, by policy, and beside those that are named; each once.
	coin := func(n uint64) types.Coin { return types.Coin{Amount: types.NewAmount(n), Denom: types.BaseDenom} }
	choose(gateway.Choice{MaxPrice: coin(passagePrice - 1)})
	_, reply = s.sellers("Who sleeps?")
	require.Equal(t, "no_match", reply.Error.Code)
	choose(gateway.Choice{MaxPrice: coin(passagePrice), Policy: "audit"}, gateway.Choice{Topic: "marsupials"}, gateway.Choice{Asset: vaultB, MaxPrice: coin(passagePrice)})
	ids, _ = s.sellers("Who sleeps?")
	require.Equal(t, []types.AssetID{vaultA, vaultB}, ids)
	choose(gateway.Choice{MaxPrice: coin(passagePrice), Most: 1})
	ids, _ = s.sellers("Who sleeps?")
	require.Len(t, ids, 1)

	// What needs a credential is not chosen: it would refuse who asks.
	s.chain.Close(vaultA)
	require.NoError(t, s.finder.Refresh(t.Context()))
	choose(gateway.Choice{Topic: "marsupials"})
	_, reply = s.sellers("Who sleeps?")
	require.Equal(t, "no_match", reply.Error.Code)
}

// TestVaultThatFailsIsNotChosenAgain for a while; another one takes its place.
func TestVaultThatFailsIsNotChosenAgain(t *testing.T) {
	s := newStreet(t)
	s.finder = s.describe(map[types.AssetID]string{vaultA: "Sleep", vaultB: "Animals of the night that sleep"})
	var asked atomic.Int32
	s.far[vaultA].change(nil, func(path, line string) string {
		asked.Add(1)
		return "nonsense"
	})
	s.app.Vaults, s.app.Choices = []types.AssetID{}, []gateway.Choice{{Topic: "sleep", Most: 1}}
	s.start()
	_, reply := s.sellers("Who sleeps?")
	require.Equal(t, "vaults_down", reply.Error.Code)
	before := asked.Load()
	require.Positive(t, before)
	ids, _ := s.sellers("Who sleeps?")
	require.Equal(t, []types.AssetID{vaultB}, ids)
	require.Equal(t, before, asked.Load())
}

func TestBudget(t *testing.T) {
	s := newStreet(t)
	bought := func(budget uint64, denom string) (n int, code string) {
		s.app.Budget = types.Coin{Amount: types.NewAmount(budget), Denom: denom}
		s.start()
		_, reply := s.sellers("Who sleeps?")
		for _, v := range reply.Quote.Vaults {
			n += len(v.Items)
		}
		return n, reply.Error.Code
	}
	for budget, want := range map[uint64]int{3 * passagePrice: 3, 3*passagePrice - 1: 2, passagePrice: 1} {
		n, _ := bought(budget, types.BaseDenom)
		require.Equal(t, want, n, budget)
	}
	_, code := bought(passagePrice-1, types.BaseDenom)
	require.Equal(t, "no_match", code)
	_, code = bought(9*passagePrice, "uusd")
	require.Equal(t, "wrong_denomination", code)
}

func TestModelsAreChosen(t *testing.T) {
	d := newDesk(t, gateway.RouteFirst, nil)
	d.finder = d.describe(map[types.AssetID]string{penA: "Legal writer", penB: "Medical writer"})
	d.app.Models = []gateway.Choice{{Topic: "medical"}}
	d.start()
	a, err := d.ask()
	require.NoError(t, err)
	require.Equal(t, written, a.Text)
	require.NotEqual(t, "0", share(a, penB))
	require.Equal(t, "none", share(a, penA))
	d.app.Models = []gateway.Choice{{Topic: "cooking"}}
	d.start()
	d.refused(d.do(t.Context(), question, wire.HeaderLane, wire.FormatLane(d.payer.Lane.Ref, 9)), http.StatusServiceUnavailable, "no_model")
}
