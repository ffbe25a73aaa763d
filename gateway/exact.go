package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/weal-network/weal/gateway/keys"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
	"github.com/weal-network/weal/x402"
)

// EVM is the chain as payments by x402's scheme exact need it.
type EVM interface {
	// CallEVM calls a contract without a transaction.
	CallEVM(ctx context.Context, to string, data []byte) ([]byte, error)
	// SendEVM calls a contract in a transaction of the gateway's owner, and returns
	// its hash once a block has it. An error that wraps ErrNotSent moved nothing and
	// never will.
	SendEVM(ctx context.Context, to string, data []byte) (hash string, err error)
}

// ErrNotSent says that a transaction was not sent, or was and reverted.
var ErrNotSent = errors.New("the transaction was refused")

// Exact is how a gateway is paid by clients that have an account and no tab: they
// permit one transfer of tokens for one answer, and the gateway pays for it from
// its own tab.
type Exact struct {
	Chain EVM
	// Token is the contract of an ERC-20 token, Denom the denomination that it is
	// worth one to one, and that the gateway's tab pays in.
	Token string
	Denom string
	// Name is the token's name.
	Name string
	// PayTo is the account that is paid.
	PayTo string
	// Price is what any answer costs. If it is zero, an answer costs the most that it
	// can come to, and Fee.
	Price types.Amount
	// Fee is for the transaction that takes the payment.
	Fee types.Amount
}

// exactSeconds is how long a price can be paid, and leastTime what must be left of
// it when it comes: a transaction has to get into a block.
const (
	exactSeconds = 120
	leastTime    = 10 * time.Second
)

// Codes of what is wrong with a payment by the scheme exact.
const (
	CodeNotExact    = "invalid_exact_permit2"      // 402: not for this offer
	CodeSignature   = "invalid_signature"          // 402
	CodeExpired     = "permit_expired"             // 402: or not good yet
	CodeUsed        = "permit_used"                // 402: its nonce was used
	CodeAllowance   = "PERMIT2_ALLOWANCE_REQUIRED" // 412
	CodeFunds       = "insufficient_funds"         // 402
	CodeTransaction = "invalid_transaction_state"  // 402: the chain refused it
)

// exactPrice returns what an answer to req costs by the scheme exact, and false if
// it is not sold so.
func (g *Gateway) exactPrice(ctx context.Context, req *request) (types.Amount, bool) {
	x := g.cfg.Exact
	if x == nil || g.cfg.Keyed == nil || !g.exact.ready(ctx) {
		return types.Amount{}, false
	}
	if !x.Price.IsZero() {
		return x.Price, true
	}
	most, ok := g.most(ctx, req, x.Denom)
	if !ok {
		return most, false
	}
	return most.Add(x.Fee)
}

// exactOffer is the offer to sell an answer for price.
func (x *Exact) offer(price types.Amount) (x402.Offer, error) {
	extra, err := json.Marshal(map[string]string{"assetTransferMethod": x402.MethodPermit2, "name": x.Name, "version": "1"})
	if err != nil {
		return x402.Offer{}, fmt.Errorf("encode offer: %w", err)
	}
	return x402.Offer{
		Scheme: x402.SchemeExact, Network: x402.EVMNetwork(), Amount: price.String(), Asset: x.Token, PayTo: x.PayTo,
		MaxTimeoutSeconds: exactSeconds, Extra: extra,
	}, nil
}

// takeExact answers a request that pays by the scheme exact. A payment is taken
// before the answer is made; what was taken and not answered is answered when the
// same payment comes again, and what was answered gets the same answer.
func (g *Gateway) takeExact(w http.ResponseWriter, r *http.Request, p x402.Payment, body []byte) error {
	ctx, x := r.Context(), g.cfg.Exact
	req, err := parseRequest(g.app, body)
	if err != nil {
		return err
	}
	if x == nil || g.cfg.Keyed == nil {
		return notExact()
	}
	permit, err := x.read(p)
	if err != nil {
		return err
	}
	done, err := g.exact.hold(ctx, permit.ID())
	if err != nil {
		return err
	}
	defer done()
	kept, err := g.exact.get(ctx, permit.ID())
	switch {
	case err != nil:
		return err
	case kept != nil && kept.request != req.hash:
		return wrongPayment("wrong_body", "this was paid for another body; send the same bytes")
	case kept != nil && kept.answer != nil:
		g.exact.tell(w, permit, kept.tx)
		return kept.write(w)
	}
	u, err := g.admitExact(ctx, permit, req, kept != nil)
	if err != nil {
		return err
	}
	if kept == nil || kept.tx == "" {
		if kept, err = g.collect(ctx, w, permit, req.hash, kept != nil); err != nil {
			u.End(ctx)
			return err
		}
	}
	g.exact.tell(w, permit, kept.tx)
	return g.serveExact(w, r, permit, kept, u, body)
}

func notExact() error {
	return wrongPayment(x402.CodeScheme, "scheme %s is not taken here", x402.SchemeExact)
}

// admitExact lets a payment in if the answer can be made for it: nothing is taken
// for one that cannot. What was begun is answered whatever it costs by now.
func (g *Gateway) admitExact(ctx context.Context, p *x402.Permit, req *request, begun bool) (*keys.Use, error) {
	pays, err := types.AmountFromBig(&p.Permit2.Permitted.Amount.Int)
	if err != nil {
		return nil, wrongPayment(CodeNotExact, "the amount does not fit 128 bits")
	}
	if !begun {
		price, ok := g.exactPrice(ctx, req)
		if !ok {
			return nil, notExact()
		}
		if err := g.payable(ctx, p, price); err != nil {
			return nil, err
		}
	}
	bill, err := g.cfg.Keyed.Price(ctx, req.body)
	switch {
	case err != nil:
		return nil, err
	case begun && bill.Most.Cmp(pays) > 0:
		pays = bill.Most
	case bill.Most.Cmp(pays) > 0:
		return nil, wrongPayment(x402.CodeAmount, "this answer can cost %s, which is more than is paid; ask for less, with a lower max_tokens", bill.Most)
	}
	return g.cfg.Keyed.AdmitFor(ctx, "x402", pays, g.cfg.Exact.Denom)
}

// read reads and checks all of a payment that needs no chain.
func (x *Exact) read(p x402.Payment) (*x402.Permit, error) {
	a := p.Accepted
	switch {
	case a.Network != x402.EVMNetwork():
		return nil, wrongPayment(x402.CodeNetwork, "the payment is for network %.60q, this is %s", a.Network, x402.EVMNetwork())
	case !strings.EqualFold(a.Asset, x.Token) || !strings.EqualFold(a.PayTo, x.PayTo):
		return nil, wrongPayment(x402.CodeOffer, "the offer that was taken is of token %.60q to %.60q, this takes %s to %s", a.Asset, a.PayTo, x.Token, x.PayTo)
	}
	permit, err := x402.ParsePermit(p.Payload)
	if err != nil {
		return nil, badRequest("bad_header", "%s: %v", x402.HeaderPayment, err)
	}
	d := &permit.Permit2
	switch {
	case !strings.EqualFold(d.Permitted.Token.Hex(), x.Token) || !strings.EqualFold(d.Witness.To.Hex(), x.PayTo) ||
		!strings.EqualFold(d.Spender.Hex(), x402.ProxyAddress):
		return nil, wrongPayment(CodeNotExact, "the permit is of token %s to %s through %s; want %s to %s through %s",
			d.Permitted.Token, d.Witness.To, d.Spender, x.Token, x.PayTo, x402.ProxyAddress)
	case d.Permitted.Amount.String() != a.Amount:
		return nil, wrongPayment(CodeNotExact, "the permit is of %s, the offer that was taken of %s", &d.Permitted.Amount, a.Amount)
	case d.From == d.Witness.To:
		return nil, wrongPayment(CodeNotExact, "the payer is the payee")
	case !permit.Signed():
		return nil, wrongPayment(CodeSignature, "the permit is not signed by %s for chain %s", d.From, x402.EVMNetwork())
	}
	return &permit, nil
}

// collect takes a payment: it has the chain move the tokens. Nothing is sent that
// the chain would refuse. begun says that it was tried before, and it is not known
// what came of it.
func (g *Gateway) collect(ctx context.Context, w http.ResponseWriter, p *x402.Permit, request types.Hash, begun bool) (*exactPaid, error) {
	// What was begun is brought to its end, also if the client does not wait.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	x := g.cfg.Exact
	paid := &exactPaid{request: request}
	if begun {
		used, err := g.exact.used(ctx, p)
		if err != nil {
			return nil, err
		}
		if used {
			paid.tx = unknownTx
			return paid, g.exact.put(ctx, p.ID(), paid)
		}
	}
	if err := g.exact.put(ctx, p.ID(), paid); err != nil {
		return nil, err
	}
	var err error
	if paid.tx, err = x.Chain.SendEVM(ctx, x402.ProxyAddress, p.Settle()); err != nil {
		e := wrongPayment(CodeTransaction, "the payment could not be taken: %v; nothing was paid", err)
		if errors.Is(err, ErrNotSent) {
			err = g.exact.drop(ctx, p.ID())
		} else {
			e.Message = fmt.Sprintf("whether the payment was taken is not known yet: %v; send the same payment again", err)
		}
		g.exact.fail(w, p, e.Code)
		return nil, errors.Join(err, e)
	}
	return paid, g.exact.put(ctx, p.ID(), paid)
}

// payable checks that the chain would move the tokens now.
func (g *Gateway) payable(ctx context.Context, p *x402.Permit, price types.Amount) error {
	a, now := &p.Permit2, g.cfg.Now()
	switch {
	case a.Permitted.Amount.Cmp(price.Big()) < 0:
		return wrongPayment(x402.CodeAmount, "agreed was to %s, this costs %s; take a new offer", &a.Permitted.Amount, price)
	case a.Deadline.IsInt64() && a.Deadline.Int64() < now.Add(leastTime).Unix():
		return wrongPayment(CodeExpired, "the permit has expired, or will before it is in a block; sign a new one")
	case !a.Witness.ValidAfter.IsInt64() || a.Witness.ValidAfter.Int64() > now.Unix():
		return wrongPayment(CodeExpired, "the permit is not good yet")
	}
	used, err := g.exact.used(ctx, p)
	if err != nil {
		return err
	}
	if used {
		return wrongPayment(CodeUsed, "nonce %s of %s was used already; sign a new permit", &a.Nonce, a.From)
	}
	allowed, err := g.exact.number(ctx, p.AllowanceCall())
	if err != nil {
		return err
	}
	if allowed.Cmp(&a.Permitted.Amount.Int) < 0 {
		return wire.NewError(http.StatusPreconditionFailed, wire.TypePaymentRequired, CodeAllowance,
			"%s lets Permit2 (%s) move %s of token %s, this costs %s; approve Permit2 once, in a transaction of your own",
			a.From, x402.Permit2Address, allowed, a.Permitted.Token, &a.Permitted.Amount)
	}
	has, err := g.exact.number(ctx, p.BalanceCall())
	if err != nil {
		return err
	}
	if has.Cmp(&a.Permitted.Amount.Int) < 0 {
		return wrongPayment(CodeFunds, "%s has %s of token %s, this costs %s", a.From, has, a.Permitted.Token, &a.Permitted.Amount)
	}
	return nil
}

// serveExact answers what was paid, from the gateway's own tab and for at most what
// was paid.
func (g *Gateway) serveExact(w http.ResponseWriter, r *http.Request, p *x402.Permit, paid *exactPaid, u *keys.Use, body []byte) error {
	c := &copied{ResponseWriter: w}
	if err := g.serveUse(c, r, u, body); err != nil {
		return err
	}
	if c.status >= 400 {
		return nil // it was answered with what went wrong, and can be sent again
	}
	paid.answer, paid.kind = c.body, w.Header().Get("Content-Type")
	if err := g.exact.put(context.WithoutCancel(r.Context()), p.ID(), paid); err != nil {
		g.cfg.Log.Error("answer not kept", "tx", paid.tx, "err", err)
	}
	return nil
}
