package vault_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/wire"
)

func TestOfferAndRelease(t *testing.T) {
	w := newWorld(t)
	w.add()
	o := w.offer(lane(0), 1, "Which apples are red?")
	require.Equal(t, me, o.Asset)
	require.EqualValues(t, 1, o.Version)
	require.Equal(t, w.vault.Root(), o.Root)
	require.Equal(t, denom, o.Denom)
	require.Equal(t, w.clock().Add(vault.DefaultOfferTime).Unix(), o.Expires)
	require.LessOrEqual(t, len(o.ID), 200)
	require.Len(t, o.Items, 2)
	require.EqualValues(t, 9, o.Items[0].Band)
	require.Less(t, o.Items[1].Band, uint8(9))
	text, err := json.Marshal(o)
	require.NoError(t, err)
	require.NotContains(t, strings.ToLower(string(text)), "apple", "an offer shows no content and no names")

	req := w.buy(lane(0), 1, o, 0)
	r, refusal := w.release(req)
	require.Nil(t, refusal)
	w.verify(req, r)
	require.Equal(t, "Apples\n\nApples are red. An apple a day.", r.Passages[0].Text)
	require.Equal(t, "apples.md", r.Passages[0].Source)
	require.Equal(t, "Apples", r.Passages[0].Heading)
	require.EqualValues(t, len(r.Passages[0].Text), o.Items[0].Bytes)
	_, unsettled, err := w.vault.Book().Earned(t.Context())
	require.NoError(t, err)
	require.Equal(t, n(5), unsettled)
}

func TestIDsOfTwoOffersCannotBeCompared(t *testing.T) {
	w := newWorld(t)
	w.add()
	seen := map[types.Hash]bool{}
	for range 3 {
		for _, item := range w.offer(lane(0), 1, "apples").Items {
			require.False(t, seen[item.ID])
			seen[item.ID] = true
		}
	}
}

func TestNoMatchIsAnOfferOfNothing(t *testing.T) {
	w := newWorld(t)
	w.add()
	require.Empty(t, w.offer(lane(0), 1, "wifi password").Items)
	require.Empty(t, w.offer(lane(0), 1, "the of and").Items)
}

func TestOffersRefused(t *testing.T) {
	good := wire.OfferRequest{Lane: lane(0), Seq: 1, Gateway: gateway, Question: "apples"}
	for _, c := range []struct {
		name   string
		status int
		code   string
		change func(*world, *wire.OfferRequest)
	}{
		{"no question", 400, "no_question", func(_ *world, r *wire.OfferRequest) { r.Question = "" }},
		{"long question", 400, "question_too_long", func(_ *world, r *wire.OfferRequest) { r.Question = strings.Repeat("x", 33<<10) }},
		{"no seq", 400, "bad_seq", func(_ *world, r *wire.OfferRequest) { r.Seq = 0 }},
		{"too many", 400, "bad_limit", func(_ *world, r *wire.OfferRequest) { r.Limit = 33 }},
		{"negative limit", 400, "bad_limit", func(_ *world, r *wire.OfferRequest) { r.Limit = -1 }},
		{"no such lane", 403, earn.CodeNotYourLane, func(_ *world, r *wire.OfferRequest) { r.Lane = lane(9) }},
		{"another gateway's lane", 403, earn.CodeNotYourLane, func(_ *world, r *wire.OfferRequest) { r.Gateway = 8 }},
		{"closing lane", 410, earn.CodeLaneClosing, func(w *world, _ *wire.OfferRequest) {
			l := w.lanes[lane(0)]
			l.State = types.LaneClosing
			w.lanes[lane(0)] = l
		}},
		{"chain down", 503, earn.CodeChainDown, func(w *world, _ *wire.OfferRequest) { w.down = errors.New("no route") }},
		{"no price", 402, earn.CodeWrongDenom, func(w *world, _ *wire.OfferRequest) { w.asset.Prices = nil }},
		{"root of another vault", 503, vault.CodeNotPublished, func(w *world, _ *wire.OfferRequest) { w.asset.Root = types.Hash{1} }},
		{"not registered", 503, "not_registered", func(w *world, _ *wire.OfferRequest) {
			_ = w.vault.SetAsset(w.t.Context(), 0)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.add()
			req := good
			c.change(w, &req)
			var o wire.Offer
			err := post(t, w.vault.Handler(), wire.PathOffers, req, &o)
			require.NotNil(t, err)
			require.Equal(t, c.status, err.Status, err.Message)
			require.Equal(t, c.code, err.Code, err.Message)
		})
	}
}

func TestEmptyVaultSaysSo(t *testing.T) {
	w := newWorld(t)
	var o wire.Offer
	req := wire.OfferRequest{Lane: lane(0), Seq: 1, Gateway: gateway, Question: "apples"}
	err := post(t, w.vault.Handler(), wire.PathOffers, req, &o)
	require.NotNil(t, err)
	require.Equal(t, vault.CodeEmpty, err.Code)
	require.Contains(t, err.Message, "weal vault add")
	_, searchErr := w.vault.Search(t.Context(), "apples", 3)
	require.Error(t, searchErr)
	require.True(t, w.vault.Root().IsZero())
}

func TestNewDocumentsAreServedOnceTheChainKnowsThem(t *testing.T) {
	w := newWorld(t)
	w.add()
	first := w.vault.Root()
	old := w.offer(lane(0), 1, "apples")

	w.hold = true
	w.write("apples.md", "# Apples\n\nApples are golden now.")
	r := w.add()
	require.True(t, r.Published)
	require.NotEqual(t, first, w.vault.Root())
	during := w.offer(lane(1), 1, "apples")
	require.Equal(t, first, during.Root, "what is staged is not offered")

	w.know(w.vault.Root())
	after := w.offer(lane(2), 1, "apples")
	require.Equal(t, w.vault.Root(), after.Root)
	require.EqualValues(t, 2, after.Version)

	req := w.buy(lane(0), 1, old, 0)
	released, refusal := w.release(req)
	require.Nil(t, refusal, "an offer made on the old version is kept")
	w.verify(req, released)
	require.Contains(t, released.Passages[0].Text, "red")
	req = w.buy(lane(2), 1, after, 0)
	released, refusal = w.release(req)
	require.Nil(t, refusal)
	w.verify(req, released)
	require.Contains(t, released.Passages[0].Text, "golden")
}

func TestPublishIsTriedAgain(t *testing.T) {
	w := newWorld(t)
	w.add()
	w.add()
	require.Equal(t, 1, w.calls, "what has not changed is not published again")
	w.down = errors.New("no route")
	w.write("more.md", "More apples.")
	r, err := w.vault.Add(t.Context(), []string{w.docs}, nil)
	require.ErrorContains(t, err, "no route")
	require.False(t, r.Published)
	require.Equal(t, 1, r.Added, "the documents are kept")
	w.down = nil
	require.True(t, w.add().Published)
	require.Equal(t, w.vault.Root(), w.asset.Root)
}

func TestBudgetOfOffers(t *testing.T) {
	w := newWorld(t)
	w.add()
	require.NoError(t, w.vault.Close())
	w.open(func(c *vault.Config) { c.Budget = 2 })
	ask := func(question string) *wire.Error {
		var o wire.Offer
		return post(t, w.vault.Handler(), wire.PathOffers,
			wire.OfferRequest{Lane: lane(0), Seq: 1, Gateway: gateway, Question: question}, &o)
	}
	require.Nil(t, ask("apples"))
	require.Nil(t, ask("apples and pears"), "what was offered before costs nothing")
	err := ask("plums")
	require.NotNil(t, err)
	require.Equal(t, 429, err.Status)
	require.Equal(t, vault.CodeBudget, err.Code)
	s, statusErr := w.vault.Status(t.Context())
	require.NoError(t, statusErr)
	require.Len(t, s.Budgets, 1)
	require.Equal(t, 2, s.Budgets[0].Offered)
	w.pass(time.Hour)
	require.Nil(t, ask("plums"))
}

func TestSearchIsTheOwnersPreview(t *testing.T) {
	w := newWorld(t)
	w.add()
	found, err := w.vault.Search(t.Context(), "blue plums", 3)
	require.NoError(t, err)
	require.Equal(t, "Plums are blue.", found[0].Text)
	require.EqualValues(t, 9, found[0].Band)
}
