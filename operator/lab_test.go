package operator_test

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/operator"
	"github.com/weal-network/weal/operator/link"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/precompile/contracttest"
	"github.com/weal-network/weal/types"
)

// price is what a use costs: far more than the gas of a delivery.
var price = types.NewAmount(1_000_000_000_000_000)

// patience is how long a condition may take: far longer than it does.
const patience = 60 * time.Second

var key = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))

// lab is a chain with an asset that is asked, its owner, and who asks it.
type lab struct {
	*contracttest.Chain
	ledger        *ledger.Ledger
	owner, asker  *ledger.Sender
	worker, other *ledger.Sender
	asset         types.AssetID
	db            *sql.DB
	skew          time.Duration
	config        operator.Config
	answering     atomic.Pointer[func(context.Context, operator.Question) (string, error)]
	asked         atomic.Int32
	stop          func()
	running       *operator.Operator
	stopped       sync.WaitGroup
}

// Answer implements operator.Worker.
func (l *lab) Answer(ctx context.Context, q operator.Question) (string, error) {
	l.asked.Add(1)
	return (*l.answering.Load())(ctx, q)
}

// answers sets what the asset's worker says from now on.
func (l *lab) answers(f func(context.Context, operator.Question) (string, error)) {
	l.answering.Store(&f)
}

func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{Chain: contracttest.New(t)}
	var err error
	l.ledger, err = ledger.New(l.Conn(), types.LocalChainID)
	require.NoError(t, err)
	for i, s := range []**ledger.Sender{&l.owner, &l.asker, &l.worker, &l.other} {
		*s, err = l.ledger.Sender([32]byte(l.Accounts[i].Key.Key))
		require.NoError(t, err)
	}
	l.asset, _, err = l.owner.Register(t.Context(), ledger.Registration{
		Kind: types.KindModel, Manifest: types.Hash{1}, ManifestURI: "https://example.org/m", Key: pay.PublicKey(key),
		Denoms: []string{types.BaseDenom}, Prices: []types.Price{{Unit: types.PerUse, Denom: types.BaseDenom, Amount: price}},
	})
	require.NoError(t, err)
	bond, err := types.ParseAmount("1000000000000000000")
	require.NoError(t, err)
	for i, s := range map[int]*ledger.Sender{2: l.worker, 3: l.other} {
		require.NoError(t, l.owner.Authorise(t.Context(), l.asset, l.Accounts[i].EVM(), 1000))
		require.NoError(t, s.Bond(t.Context(), l.asset, bond))
	}
	l.db, err = keep.Open(filepath.Join(t.TempDir(), "operator.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.db.Close()) })
	l.skew = time.Until(l.Now())
	l.answers(func(_ context.Context, q operator.Question) (string, error) {
		return fmt.Sprintf("answer %d", q.Request), nil
	})
	l.config = operator.Config{
		ChainID: types.LocalChainID, Chain: link.Chain{Ledger: l.ledger}, Account: link.Account{Ledger: l.ledger, Sender: l.worker},
		Assets: []operator.Asset{{ID: l.asset, Key: key, Worker: l}}, DB: l.db, Poll: 5 * time.Millisecond, Drain: patience,
		Fetch: operator.NewFetcher(true), Now: func() time.Time { return time.Now().Add(l.skew) },
	}
	return l
}

// run starts the operator.
func (l *lab) run() {
	l.T.Helper()
	o, err := operator.Open(l.T.Context(), l.config)
	require.NoError(l.T, err)
	ctx, cancel := context.WithCancel(context.Background())
	l.running, l.stop = o, cancel
	l.stopped.Go(func() {
		if err := o.Run(ctx); err != nil {
			l.T.Errorf("run: %v", err)
		}
	})
	l.T.Cleanup(l.end)
}

// end stops the operator, and waits for it.
func (l *lab) end() {
	if l.stop != nil {
		l.stop()
	}
	l.stopped.Wait()
}

// ask makes a request, changed by change, and returns its number.
func (l *lab) ask(change func(*ledger.Ask)) uint64 {
	l.T.Helper()
	a := ledger.Ask{Asset: l.asset, Input: []byte("why?"), MaxFee: price}
	if change != nil {
		change(&a)
	}
	pays, gasPay, err := l.ledger.RequestQuote(l.T.Context(), l.asset, a.Gas)
	require.NoError(l.T, err)
	value, ok := pays.Add(gasPay)
	require.True(l.T, ok)
	value, _ = value.Add(gasPay)
	id, err := l.asker.Ask(l.T.Context(), a, value)
	require.NoError(l.T, err)
	return id
}

// told asks with a call-back.
func told(to common.Address) func(*ledger.Ask) {
	return func(a *ledger.Ask) { a.Callback, a.Gas = to, 200_000 }
}

// await waits until a request stands at a stage here, and returns how it stands.
func (l *lab) await(id uint64, stage string) operator.Standing {
	l.T.Helper()
	var last operator.Standing
	l.until(fmt.Sprintf("request %d to be %s", id, stage), func() bool {
		s, err := operator.ReadStatus(l.T.Context(), l.db)
		require.NoError(l.T, err)
		for _, r := range s.Last {
			if r.Request == id {
				last = r
			}
		}
		return last.Stage == stage
	})
	return last
}

func (l *lab) until(what string, ok func() bool) {
	l.T.Helper()
	deadline := time.Now().Add(patience)
	for !ok() {
		if time.Now().After(deadline) {
			s, _ := operator.ReadStatus(l.T.Context(), l.db)
			require.Fail(l.T, "waited in vain", "%s; the operator: %+v", what, s)
		}
		time.Sleep(2 * time.Millisecond) // between two looks
	}
}

// onChain returns a request.
func (l *lab) onChain(id uint64) ledger.Request {
	l.T.Helper()
	r, err := l.ledger.Request(l.T.Context(), id)
	require.NoError(l.T, err)
	return r
}

// answered checks that a request was answered by the operator with a text and the
// asset's receipt.
func (l *lab) answered(id uint64, text string) {
	l.T.Helper()
	r := l.onChain(id)
	require.Equal(l.T, "answered", r.State)
	require.Equal(l.T, l.worker.Address(), r.Operator)
	require.Equal(l.T, text, string(r.Answer.Data))
	signed, err := pay.ParseSignedReceipt(r.Evidence)
	require.NoError(l.T, err)
	require.NoError(l.T, signed.Verify(pay.PublicKey(key)))
	require.Equal(l.T, types.Hash(sha256.Sum256([]byte(text))), signed.Output)
}

// nonce is how many transactions of the operator the chain has counted.
func (l *lab) nonce() uint64 {
	l.T.Helper()
	n, err := l.worker.Nonce(l.T.Context())
	require.NoError(l.T, err)
	return n
}

// deliverOther has the other operator deliver.
func (l *lab) deliverOther(id uint64, text string) {
	l.T.Helper()
	r := l.onChain(id)
	signed, err := pay.SignGroup([]pay.Receipt{{
		Chain: pay.ChainHash(types.LocalChainID), Seq: id, Asset: r.Asset, Version: r.Version, Order: r.Order,
		Input: r.Input.Hash, Output: sha256.Sum256([]byte(text)), Amount: r.Price, Policy: r.Policy,
	}}, key)
	require.NoError(l.T, err)
	l.Advance(1, time.Second)
	require.NoError(l.T, l.other.Answer(l.T.Context(), id, []byte(text), signed[0]))
}
