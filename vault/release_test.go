package vault_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/keep/keeptest"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/wire"
)

// TestNothingIsReleasedUnpaid plays every way to get passages without paying.
func TestNothingIsReleasedUnpaid(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		code   string
		cheat  func(w *world, o wire.Offer) wire.ReleaseRequest
	}{
		{"leaf below the price", 402, earn.CodeTooLittle, func(w *world, o wire.Offer) wire.ReleaseRequest {
			return w.sign(lane(0), o, w.buy(lane(0), 1, o, 0).Paid.Order, []types.Hash{o.Items[0].ID}, 4)
		}},
		{"signed by another key", 403, earn.CodeNotYourLane, func(w *world, o wire.Offer) wire.ReleaseRequest {
			r := w.buy(lane(0), 1, o, 0)
			r.Voucher = pay.Sign(r.Voucher.Voucher, key(9))
			return r
		}},
		{"no signature", 403, earn.CodeNotYourLane, func(w *world, o wire.Offer) wire.ReleaseRequest {
			r := w.buy(lane(0), 1, o, 0)
			r.Voucher.Signature = pay.Signature{}
			return r
		}},
		{"a lower price in the order", 402, earn.CodeBadPayment, func(w *world, o wire.Offer) wire.ReleaseRequest {
			order := w.buy(lane(0), 1, o, 0).Paid.Order
			order.Price = n(1)
			return w.sign(lane(0), o, order, []types.Hash{o.Items[0].ID}, 1)
		}},
		{"two passages for the price of one", 402, vault.CodeWrongItems, func(w *world, o wire.Offer) wire.ReleaseRequest {
			r := w.buy(lane(0), 1, o, 0)
			r.IDs = append(r.IDs, o.Items[1].ID)
			return r
		}},
		{"other ids than ordered", 402, vault.CodeWrongItems, func(w *world, o wire.Offer) wire.ReleaseRequest {
			r := w.buy(lane(0), 1, o, 0)
			r.IDs = []types.Hash{o.Items[1].ID}
			return r
		}},
		{"no ids", 402, vault.CodeWrongItems, func(w *world, o wire.Offer) wire.ReleaseRequest {
			return w.buy(lane(0), 1, o)
		}},
		{"an id that was not offered", 402, vault.CodeWrongItems, func(w *world, o wire.Offer) wire.ReleaseRequest {
			o.Items = append(slices.Clone(o.Items), wire.OfferedPassage{ID: types.Hash{1}})
			return w.buy(lane(0), 1, o, 2)
		}},
		{"an id of another offer", 402, vault.CodeWrongItems, func(w *world, o wire.Offer) wire.ReleaseRequest {
			o.Items = w.offer(lane(0), 1, "apples").Items
			return w.buy(lane(0), 1, o, 0)
		}},
		{"the same id twice", 402, vault.CodeWrongItems, func(w *world, o wire.Offer) wire.ReleaseRequest {
			return w.buy(lane(0), 1, o, 0, 0)
		}},
		{"an offer made up", 402, vault.CodeBadOffer, func(w *world, o wire.Offer) wire.ReleaseRequest {
			o.ID = "AAAA"
			return w.buy(lane(0), 1, o, 0)
		}},
		{"another lane's offer", 402, vault.CodeBadOffer, func(w *world, o wire.Offer) wire.ReleaseRequest {
			return w.buy(lane(1), 1, o, 0)
		}},
		{"another seq's offer", 402, vault.CodeBadOffer, func(w *world, o wire.Offer) wire.ReleaseRequest {
			return w.buy(lane(0), 2, o, 0)
		}},
		{"another version", 402, vault.CodeBadOffer, func(w *world, o wire.Offer) wire.ReleaseRequest {
			o.Version++
			return w.buy(lane(0), 1, o, 0)
		}},
		{"expired", 402, vault.CodeExpired, func(w *world, o wire.Offer) wire.ReleaseRequest {
			w.pass(3 * time.Minute)
			return w.buy(lane(0), 1, o, 0)
		}},
		{"nothing at all", 402, vault.CodeBadOffer, func(*world, wire.Offer) wire.ReleaseRequest { return wire.ReleaseRequest{} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.add()
			req := c.cheat(w, w.offer(lane(0), 1, "apples"))
			r, err := w.release(req)
			require.NotNil(t, err)
			require.Equal(t, c.status, err.Status, err.Message)
			require.Equal(t, c.code, err.Code, err.Message)
			require.Empty(t, r.Passages)
			_, unsettled, bookErr := w.vault.Book().Earned(t.Context())
			require.NoError(t, bookErr)
			require.True(t, unsettled.IsZero(), "what was refused is not owed")
		})
	}
}

// raw posts a release and returns the answer's bytes.
func (w *world) raw(req wire.ReleaseRequest) string {
	w.t.Helper()
	var b json.RawMessage
	require.Nil(w.t, post(w.t, w.vault.Handler(), wire.PathRelease, req, &b))
	return string(b)
}

func TestRetryGetsTheSameBytes(t *testing.T) {
	w := newWorld(t)
	w.add()
	req := w.buy(lane(0), 1, w.offer(lane(0), 1, "apples"), 1, 0)
	first := w.raw(req)
	w.pass(5 * time.Minute)
	require.Equal(t, first, w.raw(req), "also after the offer has expired")
	require.NoError(t, w.vault.Close())
	w.open(nil)
	require.Equal(t, first, w.raw(req), "also after a restart")
	_, unsettled, err := w.vault.Book().Earned(t.Context())
	require.NoError(t, err)
	require.Equal(t, n(10), unsettled, "and is paid once")
}

func TestConcurrentRetriesAreServedOnce(t *testing.T) {
	w := newWorld(t)
	w.add()
	req := w.buy(lane(0), 1, w.offer(lane(0), 1, "apples"), 0)
	answers := make([]string, 8)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() {
			b, err := w.vault.Release(t.Context(), req)
			if err == nil {
				answers[i] = string(b)
			}
		})
	}
	wg.Wait()
	require.NotEmpty(t, answers[0])
	require.Len(t, slices.Compact(answers), 1)
}

func TestOffersOutliveARestart(t *testing.T) {
	w := newWorld(t)
	w.add()
	o := w.offer(lane(0), 1, "apples")
	require.NoError(t, w.vault.Close())
	w.open(nil)
	req := w.buy(lane(0), 1, o, 1)
	r, err := w.release(req)
	require.Nil(t, err)
	w.verify(req, r)
}

// TestPaidBeforeACrashIsServedAfterIt stops the vault between taking the payment
// and answering, by way of a copy of its files.
func TestPaidBeforeACrashIsServedAfterIt(t *testing.T) {
	w := newWorld(t)
	w.add()
	req := w.buy(lane(0), 1, w.offer(lane(0), 1, "apples"), 0)
	require.NoError(t, w.vault.Book().AcceptLeaf(t.Context(), req.Voucher, req.Paid, n(5)))

	crashed := t.TempDir()
	for _, name := range []string{library.FileName, vault.MoneyFile} {
		keeptest.Killed(t, filepath.Join(w.dir, name), crashed)
	}
	w.dir = crashed
	w.open(nil)
	w.pass(time.Hour) // the offer has long expired, but it was paid in time
	r, err := w.release(req)
	require.Nil(t, err)
	w.verify(req, r)
}

func TestClientThatGoesAwayIsServedOnItsRetry(t *testing.T) {
	w := newWorld(t)
	w.add()
	req := w.buy(lane(0), 1, w.offer(lane(0), 1, "apples"), 0)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := w.vault.Release(ctx, req)
	require.Error(t, err)
	r, refusal := w.release(req)
	require.Nil(t, refusal)
	w.verify(req, r)
}

func TestWhatWasEarnedIsSettled(t *testing.T) {
	w := newWorld(t)
	w.add()
	for seq := range uint64(3) {
		req := w.buy(lane(0), seq+1, w.offer(lane(0), seq+1, "apples"), 0)
		_, err := w.release(req)
		require.Nil(t, err)
	}
	count, err := w.vault.Book().Settle(t.Context(), w)
	require.NoError(t, err)
	require.Equal(t, 1, count)
	_, value, err := w.settled[0].Claims[0].Value(w.settled[0].Voucher.Voucher)
	require.NoError(t, err)
	require.Equal(t, n(15), value)
}

// TestVaultThatLostItsDocuments: it does not begin anew in the folder of another.
func TestVaultThatLostItsDocuments(t *testing.T) {
	w := newWorld(t)
	w.add()
	require.NoError(t, w.vault.Close())
	path := filepath.Join(w.dir, library.FileName)
	require.NoError(t, os.Rename(path, path+".old"))
	cfg := vault.Config{Dir: w.dir, ChainID: types.LocalChainID, Key: key(1), Exposure: n(500), Chain: w}
	for range 2 {
		_, err := vault.Open(t.Context(), cfg)
		require.ErrorIs(t, err, vault.ErrDocumentsGone)
		require.ErrorContains(t, err, "restore it from a backup")
		require.NoError(t, os.WriteFile(path, nil, 0o600)) // an empty one is no better
	}
	require.NoError(t, os.Rename(path+".old", path))
	w.open(nil)
}
