package vault_test

import (
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/wire"
)

const (
	holder   = "0x00000000000000000000000000000000000000Aa" // pays for the world's lanes
	stranger = "0x00000000000000000000000000000000000000bB"
)

// closeVault closes the vault to all but those who are permitted.
func (w *world) closeVault() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asset.Controller = "0xController"
	w.asset.Licence = types.Licence{Kind: types.LicenceCredential, Closed: true}
	w.now = w.now.Add(time.Second)
}

func (w *world) permit(p types.Permit) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.permits[holder] = p
	w.now = w.now.Add(time.Second)
}

func (w *world) ask(ref types.LaneRef, seq uint64) (wire.Offer, *wire.Error) {
	w.t.Helper()
	var o wire.Offer
	err := post(w.t, w.vault.Handler(), wire.PathOffers,
		wire.OfferRequest{Lane: ref, Seq: seq, Gateway: gateway, Question: "apples", Limit: 4}, &o)
	return o, err
}

func (w *world) unsettled() types.Amount {
	w.t.Helper()
	_, unsettled, err := w.vault.Book().Earned(w.t.Context())
	require.NoError(w.t, err)
	return unsettled
}

func TestClosedVaultServesOnlyHolders(t *testing.T) {
	w := newWorld(t)
	w.add()
	require.NoError(t, w.vault.Close())
	w.open(func(c *vault.Config) { c.About.Contact = "https://example.org/ask" })
	w.closeVault()
	_, err := w.ask(lane(0), 1)
	require.NotNil(t, err)
	require.Equal(t, 403, err.Status)
	require.Equal(t, earn.CodeCredential, err.Code)
	require.Equal(t, wire.TypePermission, err.Type)
	for _, says := range []string{"asset 10", holder, "0xController", "https://example.org/ask"} {
		require.Contains(t, err.Message, says)
	}
	s, statusErr := w.vault.Status(t.Context())
	require.NoError(t, statusErr)
	require.Empty(t, s.Budgets, "what is refused takes nothing of the budget")

	w.permit(types.Permit{Allowed: true})
	o, err := w.ask(lane(0), 1)
	require.Nil(t, err)
	req := w.buy(lane(0), 1, o, 0)
	r, err := w.release(req)
	require.Nil(t, err)
	w.verify(req, r)
}

// TestRevokedBeforeTheRelease plays a payer who signs an order and is revoked
// before it is served.
func TestRevokedBeforeTheRelease(t *testing.T) {
	w := newWorld(t)
	w.add()
	w.closeVault()
	w.permit(types.Permit{Allowed: true})
	served, err := w.ask(lane(0), 1)
	require.Nil(t, err)
	late, err := w.ask(lane(1), 1)
	require.Nil(t, err)
	paid := w.buy(lane(0), 1, served, 0)
	first, err := w.release(paid)
	require.Nil(t, err)

	unpaid := w.buy(lane(1), 1, late, 0)
	w.permit(types.Permit{Reason: "it was revoked"})
	_, err = w.release(unpaid)
	require.NotNil(t, err)
	require.Equal(t, 403, err.Status)
	require.Equal(t, earn.CodeCredential, err.Code)
	require.Equal(t, n(5), w.unsettled(), "nothing is charged for what was refused")

	again, err := w.release(paid)
	require.Nil(t, err, "what was served before the revocation is given again")
	require.Equal(t, first, again)
}

// TestGatewayPassesOffAnotherPayer plays a gateway that has a holder's lane as
// well as a stranger's, and asks for the one what the other signs.
func TestGatewayPassesOffAnotherPayer(t *testing.T) {
	w := newWorld(t)
	w.add()
	w.closeVault()
	w.permit(types.Permit{Allowed: true})
	theirs := types.LaneRef{Tab: 2, Lane: 1}
	w.lanes[theirs] = types.Lane{
		Ref: theirs, Payer: stranger, Denom: denom, Key: pay.PublicKey(key(101)), Cap: n(1000), Gateway: gateway, State: types.LaneOpen,
	}
	_, err := w.ask(theirs, 1)
	require.NotNil(t, err)
	require.Equal(t, earn.CodeCredential, err.Code)

	offer, err := w.ask(lane(0), 1) // of the holder's lane: offers are not signed
	require.Nil(t, err)
	for name, c := range map[string]struct {
		ref  types.LaneRef
		code string
		req  func() wire.ReleaseRequest
	}{
		"the stranger's voucher for the holder's offer": {
			theirs, vault.CodeBadOffer, func() wire.ReleaseRequest { return w.buy(theirs, 1, offer, 0) },
		},
		"the stranger's signature under the holder's lane": {
			lane(0), earn.CodeNotYourLane, func() wire.ReleaseRequest {
				req := w.buy(lane(0), 1, offer, 0)
				req.Voucher = pay.Sign(req.Voucher.Voucher, key(101))
				return req
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := w.release(c.req())
			require.NotNil(t, err)
			require.Equal(t, c.code, err.Code)
			require.Empty(t, r.Passages)
		})
	}
	require.True(t, w.unsettled().IsZero())
}

// TestLimitedUsesRaced sends many releases at once for few uses.
func TestLimitedUsesRaced(t *testing.T) {
	const uses = 2
	w := newWorld(t)
	w.add()
	w.closeVault()
	credential := &types.Credential{Uses: uses, Height: 4}
	w.permit(types.Permit{Allowed: true, Counted: true, Credential: credential})
	var all []wire.ReleaseRequest
	for i := range uint32(4) {
		o, err := w.ask(lane(i), 1)
		require.Nil(t, err)
		all = append(all, w.buy(lane(i), 1, o, 0))
	}
	refusals := make([]*wire.Error, 2*len(all))
	var wg sync.WaitGroup
	for i := range refusals { // each order twice: a retry takes no other use
		wg.Go(func() {
			var r wire.Release
			refusals[i] = post(t, w.vault.Handler(), wire.PathRelease, all[i%len(all)], &r)
		})
	}
	wg.Wait()
	served := 0
	for i := range all {
		if refusals[i] == nil && refusals[i+len(all)] == nil {
			served++
			continue
		}
		for _, err := range []*wire.Error{refusals[i], refusals[i+len(all)]} {
			require.NotNil(t, err, "both requests of an order end alike")
			require.Equal(t, 403, err.Status)
			require.Equal(t, earn.CodeUsedUp, err.Code)
		}
	}
	require.Equal(t, uses, served)
	require.Equal(t, n(5*uses), w.unsettled())

	require.NoError(t, w.vault.Close())
	w.open(nil)
	_, err := w.ask(lane(0), 2)
	require.NotNil(t, err)
	require.Equal(t, earn.CodeUsedUp, err.Code, "the count is kept")
	b, jsonErr := json.Marshal(err)
	require.NoError(t, jsonErr)
	require.Contains(t, string(b), `"code":"credential_used_up"`)
	w.permit(types.Permit{Allowed: true, Counted: true, Credential: &types.Credential{Uses: 1, Height: 5}})
	_, err = w.ask(lane(0), 2)
	require.Nil(t, err, "a new grant is counted anew")
}
