package gateway

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/seal"
	"github.com/weal-network/weal/wire"
	"github.com/weal-network/weal/x402"
)

// exactLife is how long a payment that was answered is kept to be answered again,
// and exactCheck how long it is believed that the chain has x402's contract.
const (
	exactLife  = 24 * time.Hour
	exactCheck = time.Minute
)

// atRest is before the kind of an answer that is kept sealed. Without it an earlier
// version has kept it in plain.
const atRest = "sealed "

// unknownTx stands for a transaction whose hash a crash has lost.
const unknownTx = "unknown"

// exactPaid is a payment that was begun. tx is empty until it is known that the
// tokens were moved, answer nil until there is one.
type exactPaid struct {
	request types.Hash
	tx      string
	answer  []byte
	kind    string // of answer
}

// write answers with the answer that was given before.
func (p *exactPaid) write(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", p.kind)
	_, _ = w.Write(p.answer) // who does not listen has nothing to be told
	return nil
}

// exacts keeps what was paid by the scheme exact, so that each payment is taken
// and answered once.
type exacts struct {
	x   *Exact
	db  *sql.DB
	now func() time.Time
	// answers seals what is kept to be answered again.
	answers seal.Table

	mu      sync.Mutex
	held    map[types.Hash]chan struct{}
	checked time.Time // when it was looked whether the contract is there
	there   bool
}

func openExacts(ctx context.Context, db *sql.DB, x *Exact, key ed25519.PrivateKey, now func() time.Time) (*exacts, error) {
	err := keep.Schema(ctx, db, "gateway exact", 1, `CREATE TABLE gateway_exact (
		id BLOB PRIMARY KEY, request BLOB NOT NULL, tx TEXT NOT NULL, kind TEXT NOT NULL, answer BLOB, at INTEGER NOT NULL) WITHOUT ROWID`,
		`CREATE INDEX gateway_exact_at ON gateway_exact (at)`)
	if err != nil {
		return nil, err
	}
	answers, err := seal.Answers("gateway", key.Seed())
	if err != nil {
		return nil, err
	}
	return &exacts{x: x, db: db, now: now, answers: answers, held: map[types.Hash]chan struct{}{}}, nil
}

// hold lets one request at a time serve a payment.
func (e *exacts) hold(ctx context.Context, id types.Hash) (done func(), err error) {
	for {
		e.mu.Lock()
		other := e.held[id]
		if other == nil {
			mine := make(chan struct{})
			e.held[id] = mine
			e.mu.Unlock()
			return func() {
				e.mu.Lock()
				delete(e.held, id)
				e.mu.Unlock()
				close(mine)
			}, nil
		}
		e.mu.Unlock()
		select {
		case <-other:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for the payment's other request: %w", context.Cause(ctx))
		}
	}
}

// get returns a payment that was begun, or nil.
func (e *exacts) get(ctx context.Context, id types.Hash) (*exactPaid, error) {
	var p exactPaid
	var request []byte
	err := e.db.QueryRowContext(ctx, `SELECT request, tx, kind, answer FROM gateway_exact WHERE id = ?`, id[:]).
		Scan(&request, &p.tx, &p.kind, &p.answer)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read kept payment: %w", err)
	case len(request) != len(p.request):
		return nil, errors.New("read kept payment: its request is no hash")
	}
	p.request = types.Hash(request)
	if kind, sealed := strings.CutPrefix(p.kind, atRest); sealed {
		p.kind = kind
		if p.answer, err = e.answers.Open(p.answer, id[:]); err != nil {
			return nil, fmt.Errorf("read kept payment: its answer does not open with the gateway's key: %w", err)
		}
	}
	return &p, nil
}

// put keeps a payment, and forgets those that were answered long ago. What was
// paid and not answered is kept for ever.
func (e *exacts) put(ctx context.Context, id types.Hash, p *exactPaid) error {
	now := e.now()
	kind, answer := p.kind, p.answer
	if answer != nil {
		kind, answer = atRest+kind, e.answers.Seal(answer, id[:])
	}
	_, err := e.db.ExecContext(ctx, `INSERT INTO gateway_exact (id, request, tx, kind, answer, at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET tx = excluded.tx, kind = excluded.kind, answer = excluded.answer, at = excluded.at`,
		id[:], p.request[:], p.tx, kind, answer, now.Unix())
	if err == nil {
		_, err = e.db.ExecContext(ctx, `DELETE FROM gateway_exact WHERE at < ? AND answer IS NOT NULL`, now.Add(-exactLife).Unix())
	}
	if err != nil {
		return fmt.Errorf("keep payment: %w", err)
	}
	return nil
}

// drop forgets a payment that moved nothing.
func (e *exacts) drop(ctx context.Context, id types.Hash) error {
	_, err := e.db.ExecContext(ctx, `DELETE FROM gateway_exact WHERE id = ? AND tx = ''`, id[:])
	if err != nil {
		return fmt.Errorf("forget payment: %w", err)
	}
	return nil
}

// ready reports whether the chain has the contract that payments go through.
func (e *exacts) ready(ctx context.Context) bool {
	e.mu.Lock()
	checked, there := e.checked, e.there
	e.mu.Unlock()
	if e.now().Before(checked.Add(exactCheck)) {
		return there
	}
	said, err := e.x.Chain.CallEVM(ctx, x402.ProxyAddress, x402.SelectorPermit2[:])
	if err != nil {
		return false // it is not known, and looked up again
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.checked, e.there = e.now(), x402.IsPermit2(said)
	return e.there
}

// number asks the token for one.
func (e *exacts) number(ctx context.Context, call []byte) (*big.Int, error) {
	said, err := e.x.Chain.CallEVM(ctx, e.x.Token, call)
	if err == nil && len(said) != 32 {
		err = fmt.Errorf("token %s answered with %d bytes", e.x.Token, len(said))
	}
	if err != nil {
		return nil, exactDown(err)
	}
	return new(big.Int).SetBytes(said), nil
}

// used asks Permit2 whether a permit's nonce was used.
func (e *exacts) used(ctx context.Context, p *x402.Permit) (bool, error) {
	said, err := e.x.Chain.CallEVM(ctx, x402.Permit2Address, p.NonceCall())
	if err == nil && len(said) != 32 {
		err = fmt.Errorf("Permit2 answered with %d bytes", len(said)) //nolint:staticcheck // it is a name
	}
	if err != nil {
		return false, exactDown(err)
	}
	return p.Used(said), nil
}

func exactDown(err error) error {
	return wire.NewError(http.StatusServiceUnavailable, wire.TypeServer, earn.CodeChainDown,
		"the chain cannot be asked now: %v; retry in a few seconds", err)
}

// tell says ahead of the answer that the payment was taken.
func (e *exacts) tell(w http.ResponseWriter, p *x402.Permit, tx string) {
	e.say(w, p, x402.Settlement{Success: true, Transaction: tx, Amount: p.Permit2.Permitted.Amount.String()})
}

// fail says that it was not.
func (e *exacts) fail(w http.ResponseWriter, p *x402.Permit, code string) {
	e.say(w, p, x402.Settlement{ErrorReason: code})
}

func (e *exacts) say(w http.ResponseWriter, p *x402.Permit, s x402.Settlement) {
	s.Network, s.Payer = x402.EVMNetwork(), p.Permit2.From.Hex()
	if h, err := s.Header(); err == nil {
		w.Header().Set(x402.HeaderResponse, h)
	}
}

// copied is a ResponseWriter that remembers what went through.
type copied struct {
	http.ResponseWriter
	status int
	body   []byte
}

// WriteHeader implements http.ResponseWriter.
func (c *copied) WriteHeader(status int) {
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter. A client that has gone does not hinder
// what is kept for it.
func (c *copied) Write(b []byte) (int, error) {
	c.body = append(c.body, b...)
	_, _ = c.ResponseWriter.Write(b)
	return len(b), nil
}

// Unwrap lets http.ResponseController reach what is under it.
func (c *copied) Unwrap() http.ResponseWriter { return c.ResponseWriter }
