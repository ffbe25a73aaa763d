package vault_test

import (
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/wire"
)

func ptr[T any](v T) *T { return &v }

// TestNothingIsShownUnlessTheOwnerWants: and then so much, cut between characters.
func TestNothingIsShownUnlessTheOwnerWants(t *testing.T) {
	w := newWorld(t)
	w.write("long.md", "# Zürich\n\n"+strings.Repeat("Zürich ist groß. ", 60))
	w.add()
	item := w.offer(lane(0), 1, "Zürich").Items[0]
	require.Empty(t, item.Preview)
	require.Empty(t, item.Heading)

	s, err := w.vault.SetSelling(t.Context(), vault.SellingRequest{Preview: ptr(280)})
	require.NoError(t, err)
	require.Equal(t, vault.Selling{Preview: 280, Budget: vault.DefaultBudget, Probes: vault.DefaultProbes}, s)
	o := w.offer(lane(0), 1, "Zürich")
	require.Equal(t, 280, utf8.RuneCountInString(o.Items[0].Preview))
	require.Empty(t, o.Items[0].Heading)
	r, refusal := w.release(w.buy(lane(0), 1, o, 0))
	require.Nil(t, refusal)
	require.True(t, strings.HasPrefix(r.Passages[0].Text, o.Items[0].Preview))
	_, unsettled, err := w.vault.Book().Earned(t.Context())
	require.NoError(t, err)
	require.Equal(t, n(5), unsettled, "showing is no sale")

	_, err = w.vault.SetSelling(t.Context(), vault.SellingRequest{Preview: ptr(0), PreviewHeading: ptr(true)})
	require.NoError(t, err)
	require.NoError(t, w.vault.Close())
	w.open(nil) // it is kept
	item = w.offer(lane(0), 2, "Zürich").Items[0]
	require.Empty(t, item.Preview)
	require.Equal(t, "Zürich", item.Heading)
	short := w.offer(lane(0), 2, "plums").Items[0]
	require.Empty(t, short.Heading, "a text without headings")
	_, err = w.vault.SetSelling(t.Context(), vault.SellingRequest{Preview: ptr(100)})
	require.NoError(t, err)
	require.Equal(t, "Plums are blue.", w.offer(lane(0), 2, "plums").Items[0].Preview, "all of it")
}

func TestSellingOverHTTP(t *testing.T) {
	w := newWorld(t)
	w.add()
	h := w.vault.Admin("secret")
	call := func(req vault.SellingRequest, into any) *wire.Error {
		return post(t, authorised{h}, vault.PathAdminSelling, req, into)
	}
	var s vault.Selling
	require.Nil(t, call(vault.SellingRequest{Budget: ptr(2), Probes: ptr(1), Preview: ptr(10)}, &s))
	require.Equal(t, vault.Selling{Preview: 10, Budget: 2, Probes: 1}, s)
	for _, bad := range []vault.SellingRequest{
		{Preview: ptr(281)}, {Preview: ptr(-1)}, {Budget: ptr(-1)}, {Budget: ptr(1_000_001)}, {Probes: ptr(-1)}, {Probes: ptr(1_000_001)},
	} {
		err := call(bad, &s)
		require.NotNil(t, err)
		require.Equal(t, http.StatusUnprocessableEntity, err.Status)
		require.Equal(t, "selling_settings", err.Code)
	}
	require.Nil(t, call(vault.SellingRequest{}, &s))
	require.Equal(t, vault.Selling{Preview: 10, Budget: 2, Probes: 1}, s, "what was refused changes nothing")
	_, err := w.asks(lane(0), "apples", "")
	require.Nil(t, err)
	_, err = w.asks(lane(0), "plums", "")
	require.NotNil(t, err, "a budget holds at once")
	require.Nil(t, call(vault.SellingRequest{Budget: ptr(0), Probes: ptr(0)}, &s))
	require.Equal(t, vault.Selling{Preview: 10, Budget: vault.DefaultBudget, Probes: vault.DefaultProbes}, s)
	_, err = w.asks(lane(0), "plums", "")
	require.Nil(t, err)
}

// authorised shows the owner's token.
type authorised struct{ h http.Handler }

func (a authorised) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Header.Set("Authorization", "Bearer secret")
	a.h.ServeHTTP(w, r)
}
