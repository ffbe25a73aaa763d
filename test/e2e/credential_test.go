package e2e

import (
	"encoding/json"
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// askAgain asks once; a quote that did not hold, as for a moment after a new
// version, is asked for anew. It returns the code of a refusal.
func (w *town) askAgain() (code string) {
	w.t.Helper()
	body, err := json.Marshal(wire.ChatRequest{Model: "weal", Messages: []wire.ChatMessage{wire.TextMessage("user", "What is a voucher?")}})
	require.NoError(w.t, err)
	for {
		_, err := w.purse.Ask(w.t.Context(), purse.Ask{Gateway: w.gateway, Body: body})
		var refusal *wire.Error
		switch {
		case err == nil:
			return ""
		case errors.Is(err, purse.ErrQuote):
			continue
		case !errors.As(err, &refusal):
			require.NoError(w.t, err)
		case refusal.Code == earn.CodeCredential || refusal.Code == earn.CodeUsedUp:
			require.Equal(w.t, 403, refusal.Status)
			require.Contains(w.t, refusal.Message, w.payer.EVM().Hex())
		}
		return refusal.Code
	}
}

// becomes waits until a question ends with code, no longer than the spec says that
// a change of a licence or a credential may take.
func (w *town) becomes(code, why string) {
	w.t.Helper()
	began := time.Now()
	for w.askAgain() != code {
		require.Less(w.t, time.Since(began), 5*time.Second, "%s: want %q", why, code)
	}
}

// promised is what the vault's book was promised in all.
func (w *town) promised() types.Amount {
	w.t.Helper()
	settled, unsettled, err := w.vault.Book().Earned(w.t.Context())
	require.NoError(w.t, err)
	sum, ok := settled.Add(unsettled)
	require.True(w.t, ok)
	return sum
}

// license puts an asset under a licence, as a new version.
func (w *town) license(owner apptest.Account, id types.AssetID, l types.Licence) {
	w.t.Helper()
	a, err := w.ledger.AssetNow(w.t.Context(), id)
	require.NoError(w.t, err)
	_, err = w.sender(owner).Update(w.t.Context(), ledger.Update{
		Asset: id, Manifest: a.Manifest, ManifestURI: a.ManifestURI, Root: a.Root, Prices: a.Prices, Licence: &l,
	})
	require.NoError(w.t, err)
}

// TestCredentialsOnARealChain: a vault is closed, refuses, serves who was granted a
// credential, counts its uses, and refuses who was revoked.
func TestCredentialsOnARealChain(t *testing.T) {
	w := newTown(t)
	ctx, payer, owner := t.Context(), w.payer.EVM().Hex(), w.sender(w.data)
	require.Empty(t, w.askAgain(), "the vault is open")

	closed := types.Licence{Kind: types.LicenceCredential, Closed: true}
	w.license(w.data, w.dataAsset, closed)
	w.becomes(earn.CodeCredential, "closed")
	before := w.promised()
	require.Equal(t, earn.CodeCredential, w.askAgain())
	require.Equal(t, before, w.promised(), "what is refused is not charged")

	require.NoError(t, owner.Grant(ctx, w.dataAsset, payer, 2, time.Time{}))
	w.becomes("", "granted")
	require.Empty(t, w.askAgain(), "the second use")
	require.Equal(t, earn.CodeUsedUp, w.askAgain())

	require.NoError(t, owner.Grant(ctx, w.dataAsset, payer, 0, time.Time{}))
	w.becomes("", "a new grant, without limit")
	for range 3 {
		require.Empty(t, w.askAgain())
	}
	require.NoError(t, owner.Revoke(ctx, w.dataAsset, payer))
	w.becomes(earn.CodeCredential, "revoked")

	err := w.sender(w.payer).Grant(ctx, w.dataAsset, payer, 0, time.Time{})
	require.ErrorIs(t, err, ledger.ErrChain, "nobody grants himself a credential")
	all, err := w.ledger.Credentials(ctx, w.dataAsset)
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.True(t, all[0].Revoked)

	w.license(w.data, w.dataAsset, types.Licence{Kind: types.LicenceOpen})
	w.becomes("", "open again")
}

// TestLicenceTokensAreCredentials: who holds a token of the licence's collection,
// in its slot, is served for as long as that is so.
func TestLicenceTokensAreCredentials(t *testing.T) {
	w := newTown(t)
	ctx, payer, owner := t.Context(), w.payer.EVM().Hex(), w.sender(w.data)
	at, err := owner.CreateCollection(ctx, ledger.Collection{Name: "Readers", Symbol: "READ"})
	require.NoError(t, err)
	w.license(w.data, w.dataAsset, types.Licence{Kind: types.LicenceCredential, Closed: true, Collection: at, Slot: "7"})
	w.becomes(earn.CodeCredential, "closed")

	_, err = owner.Mint(ctx, at, payer, nil, big.NewInt(8), big.NewInt(1))
	require.NoError(t, err)
	p, err := w.ledger.Permit(ctx, w.dataAsset, payer)
	require.NoError(t, err)
	require.False(t, p.Allowed, "the token is of another slot")

	id, err := owner.Mint(ctx, at, payer, nil, big.NewInt(7), big.NewInt(1))
	require.NoError(t, err)
	require.Equal(t, big.NewInt(2), id)
	w.becomes("", "a token of the slot")
	p, err = w.ledger.Permit(ctx, w.dataAsset, payer)
	require.NoError(t, err)
	require.False(t, p.Counted, "uses of a token are not counted")
	tokens, all, err := w.ledger.Tokens(ctx, at, 1)
	require.NoError(t, err)
	require.EqualValues(t, 2, all)
	require.Equal(t, []ledger.Token{{ID: "1", Slot: "8", Value: "1", Owner: payer}}, tokens)
}

// TestClosedModelAndAppOnARealChain: whoever of the way of a question is closed, the
// payer of the tab is who needs the credential, and pays nobody without it.
func TestClosedModelAndAppOnARealChain(t *testing.T) {
	w := newTown(t)
	payer := w.payer.EVM().Hex()
	for _, c := range []struct {
		name  string
		owner apptest.Account
		asset types.AssetID
	}{{"model", w.model, w.modelAsset}, {"app", w.app, w.appAsset}} {
		w.license(c.owner, c.asset, types.Licence{Kind: types.LicenceAttribution, Closed: true})
		w.becomes(earn.CodeCredential, c.name+" closed")
		before := w.promised()
		require.Equal(t, earn.CodeCredential, w.askAgain(), c.name)
		require.Equal(t, before, w.promised(), "the vault is not paid for an answer that does not come")
		require.NoError(t, w.sender(c.owner).Grant(t.Context(), c.asset, payer, 1, w.net.Context().BlockTime().Add(time.Hour)))
		w.becomes("", c.name+" granted")
		require.Equal(t, earn.CodeUsedUp, w.askAgain(), c.name)
		require.NoError(t, w.sender(c.owner).Grant(t.Context(), c.asset, payer, 0, time.Time{}))
		w.becomes("", c.name+" granted without limit")
	}
}
