package gateway_test

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	ethcrypto "github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
	"github.com/weal-network/weal/x402"
)

const (
	exactPrice = 50_000
	token      = "0x0000000000000000000000000000000000009325"
	exactPayTo = "0x7cB61D4117AE31a12E393a1Cfa3BaC666481D02E"
)

// evm plays the chain's EVM: a token, Permit2, and x402's contract.
type evm struct {
	mu       sync.Mutex
	missing  bool // the contract
	balance  int64
	allowed  int64
	took     int64
	nonces   map[string]bool
	sent     int
	fail     error // instead of sending
	failLate error // after it was sent
	then     func()
}

func word(data []byte, n int) []byte { return data[4+32*n : 4+32*(n+1)] }

func (e *evm) CallEVM(_ context.Context, to string, data []byte) ([]byte, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	number := func(n *big.Int) ([]byte, error) { return common.LeftPadBytes(n.Bytes(), 32), nil }
	switch {
	case to == x402.ProxyAddress && !e.missing:
		return common.LeftPadBytes(common.HexToAddress(x402.Permit2Address).Bytes(), 32), nil
	case to == x402.ProxyAddress:
		return nil, nil
	case to == token && len(data) == 36:
		return number(big.NewInt(e.balance))
	case to == token:
		return number(big.NewInt(e.allowed))
	case to == x402.Permit2Address:
		bits := new(big.Int)
		for i := range 256 {
			nonce := new(big.Int).Lsh(new(big.Int).SetBytes(word(data, 1)), 8)
			if e.nonces[nonce.Add(nonce, big.NewInt(int64(i))).String()] {
				bits.SetBit(bits, i, 1)
			}
		}
		return number(bits)
	}
	return nil, fmt.Errorf("there is nothing at %s", to)
}

func (e *evm) SendEVM(_ context.Context, to string, data []byte) (string, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.fail != nil {
		return "", e.fail
	}
	amount, nonce := new(big.Int).SetBytes(word(data, 1)).Int64(), new(big.Int).SetBytes(word(data, 2)).String()
	if to != x402.ProxyAddress || e.nonces[nonce] || amount > e.balance || amount > e.allowed {
		return "", fmt.Errorf("%w: it reverts", gateway.ErrNotSent)
	}
	e.sent++
	e.nonces[nonce] = true
	e.balance, e.allowed, e.took = e.balance-amount, e.allowed-amount, e.took+amount
	if e.then != nil {
		e.then()
	}
	if e.failLate != nil {
		return "", e.failLate
	}
	return "0x" + strings.Repeat("ab", 32), nil
}

// shop is a gateway that sells by the scheme exact, and a client with an account.
type shop struct {
	*world
	purse *handPurse
	evm   *evm
	key   *ecdsa.PrivateKey
	nonce int64
}

func newShop(t *testing.T) *shop {
	t.Helper()
	w, p := newKeyed(t)
	s := &shop{world: w, purse: p, nonce: 1 << 20, evm: &evm{balance: 1_000_000, allowed: 1_000_000, nonces: map[string]bool{}}}
	var err error
	s.key, err = ethcrypto.ToECDSA(ethcrypto.Keccak256([]byte("x402 client")))
	require.NoError(t, err)
	w.exact = &gateway.Exact{
		Chain: s.evm, Token: token, Denom: types.BaseDenom, Name: "Weal", PayTo: exactPayTo, Price: types.NewAmount(exactPrice),
	}
	w.start()
	return s
}

// offer asks for the price.
func (s *shop) offer(body string) x402.Offer {
	s.t.Helper()
	for _, o := range s.required(s.do(s.t.Context(), body), "no_payment").Accepts {
		if o.Scheme == x402.SchemeExact {
			return o
		}
	}
	require.Fail(s.t, "no exact offer")
	return x402.Offer{}
}

// permit is what a public client signs for o, after change.
func (s *shop) permit(o x402.Offer, change func(*x402.Permit)) *x402.Permit {
	s.t.Helper()
	p := &x402.Permit{}
	a := &p.Permit2
	a.From, a.Spender = ethcrypto.PubkeyToAddress(s.key.PublicKey), common.HexToAddress(x402.ProxyAddress)
	a.Permitted.Token, a.Witness.To = common.HexToAddress(o.Asset), common.HexToAddress(o.PayTo)
	a.Permitted.Amount.SetString(o.Amount, 10)
	s.nonce++
	a.Nonce.SetInt64(s.nonce)
	a.Deadline.SetInt64(time.Now().Unix() + int64(o.MaxTimeoutSeconds))
	if change != nil {
		change(p)
	}
	digest := p.Digest()
	sig, err := ethcrypto.Sign(digest[:], s.key)
	require.NoError(s.t, err)
	sig[64] += 27
	p.Signature = sig
	return p
}

func (s *shop) pay(body string, o x402.Offer, p *x402.Permit) *http.Response {
	s.t.Helper()
	payload, err := json.Marshal(p)
	require.NoError(s.t, err)
	h, err := x402.Payment{X402Version: 2, Payload: payload, Accepted: o}.Header()
	require.NoError(s.t, err)
	return s.do(s.t.Context(), body, x402.HeaderPayment, h)
}

func (s *shop) settlement(resp *http.Response) x402.Settlement {
	s.t.Helper()
	out, err := x402.ParseSettlement(resp.Header.Get(x402.HeaderResponse))
	require.NoError(s.t, err)
	return out
}

func TestExactAnswer(t *testing.T) {
	s := newShop(t)
	o := s.offer(wholeBody)
	require.Equal(t, "eip155:9325", o.Network)
	require.Equal(t, "50000", o.Amount)
	require.JSONEq(t, `{"assetTransferMethod":"permit2","name":"Weal","version":"1"}`, string(o.Extra))
	resp := s.pay(wholeBody, o, s.permit(o, nil))
	c := readWhole(t, resp)
	require.Contains(t, c.Choices[0].Message.Content, "“A voucher is signed once by its payer.” [1]")
	require.Len(t, c.Weal.Receipts, 4, "the contributors are paid from the gateway's tab")
	said := s.settlement(resp)
	require.True(t, said.Success)
	require.Equal(t, "0x"+strings.Repeat("ab", 32), said.Transaction)
	require.Equal(t, "50000", said.Amount)
	require.Equal(t, ethcrypto.PubkeyToAddress(s.key.PublicKey).Hex(), said.Payer)
	require.EqualValues(t, exactPrice, s.evm.took)

	stream := s.pay(body, o, s.permit(o, nil))
	require.Equal(t, "text/event-stream", stream.Header.Get("Content-Type"))
	require.NotEmpty(t, s.read(stream, nil).text)
	require.EqualValues(t, 2*exactPrice, s.evm.took)
}

// TestExactServedOnce: one permit is taken once and answered once, however often
// and however many at a time it comes.
func TestExactServedOnce(t *testing.T) {
	s := newShop(t)
	o := s.offer(wholeBody)
	p := s.permit(o, nil)
	first := readWhole(t, s.pay(wholeBody, o, p))
	s.start() // also after a restart
	bodies := make([]wire.Completion, 4)
	var wg sync.WaitGroup
	for i := range bodies {
		wg.Go(func() { bodies[i] = readWhole(t, s.pay(wholeBody, o, p)) })
	}
	wg.Wait()
	for _, again := range bodies {
		require.Equal(t, first, again)
	}
	require.Len(t, s.prompts, 1)
	require.Equal(t, 1, s.evm.sent)

	// Another signature over the same nonce pays nothing.
	s.nonce--
	other := s.permit(o, func(p *x402.Permit) { p.Permit2.Deadline.SetInt64(time.Now().Unix() + 60) })
	require.Equal(t, first, readWhole(t, s.pay(wholeBody, o, other)), "it is the same payment")
	s.required(s.pay(strings.Replace(wholeBody, "Who", "What", 1), o, p), "wrong_body")
	require.Len(t, s.prompts, 1)
	require.Equal(t, 1, s.evm.sent)
}

// TestExactRefused: what is not exactly what was offered, or cannot be taken, costs
// nobody anything: no transaction is sent and no contributor paid.
func TestExactRefused(t *testing.T) {
	for name, c := range map[string]struct {
		offer  func(*x402.Offer)
		permit func(*x402.Permit)
		after  func(*shop, *x402.Permit)
		status int
		code   string
	}{
		"network":           {offer: func(o *x402.Offer) { o.Network = "eip155:1" }, code: x402.CodeNetwork},
		"token":             {offer: func(o *x402.Offer) { o.Asset = exactPayTo }, code: x402.CodeOffer},
		"payee":             {offer: func(o *x402.Offer) { o.PayTo = token }, code: x402.CodeOffer},
		"less":              {offer: func(o *x402.Offer) { o.Amount = "49999" }, code: x402.CodeAmount},
		"less than agreed":  {permit: func(p *x402.Permit) { p.Permit2.Permitted.Amount.SetInt64(1) }, code: gateway.CodeNotExact},
		"another token":     {permit: func(p *x402.Permit) { p.Permit2.Permitted.Token[0]++ }, code: gateway.CodeNotExact},
		"another payee":     {permit: func(p *x402.Permit) { p.Permit2.Witness.To[0]++ }, code: gateway.CodeNotExact},
		"another spender":   {permit: func(p *x402.Permit) { p.Permit2.Spender[0]++ }, code: gateway.CodeNotExact},
		"another account":   {permit: func(p *x402.Permit) { p.Permit2.From[0]++ }, code: gateway.CodeSignature},
		"changed signature": {after: func(_ *shop, p *x402.Permit) { p.Signature[5]++ }, code: gateway.CodeSignature},
		"changed deadline":  {after: func(_ *shop, p *x402.Permit) { p.Permit2.Deadline.SetInt64(1 << 40) }, code: gateway.CodeSignature},
		"short signature": {
			after: func(_ *shop, p *x402.Permit) { p.Signature = p.Signature[1:] }, status: http.StatusBadRequest, code: "bad_header",
		},
		"expired":    {permit: func(p *x402.Permit) { p.Permit2.Deadline.SetInt64(time.Now().Unix() + 1) }, code: gateway.CodeExpired},
		"too early":  {permit: func(p *x402.Permit) { p.Permit2.Witness.ValidAfter.SetInt64(time.Now().Unix() + 60) }, code: gateway.CodeExpired},
		"nonce used": {after: func(s *shop, p *x402.Permit) { s.evm.nonces[p.Permit2.Nonce.String()] = true }, code: gateway.CodeUsed},
		"no coins":   {after: func(s *shop, _ *x402.Permit) { s.evm.balance = exactPrice - 1 }, code: gateway.CodeFunds},
		"no approval": {
			after: func(s *shop, _ *x402.Permit) { s.evm.allowed = exactPrice - 1 }, status: http.StatusPreconditionFailed, code: gateway.CodeAllowance,
		},
		"reverts": {
			after: func(s *shop, _ *x402.Permit) { s.evm.fail = fmt.Errorf("%w: TRANSFER_FROM_FAILED", gateway.ErrNotSent) }, code: gateway.CodeTransaction,
		},
		"costs more than it pays": {offer: func(*x402.Offer) {}, after: func(s *shop, _ *x402.Permit) {
			s.exact.Price = types.NewAmount(exactPrice + 1)
		}, code: x402.CodeAmount},
		"no tab of its own": {after: func(s *shop, _ *x402.Permit) {
			s.keyed = nil
			s.start()
		}, code: x402.CodeScheme},
		"no contract": {after: func(s *shop, _ *x402.Permit) {
			s.evm.missing = true
			s.start()
		}, code: x402.CodeScheme},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			o := s.offer(wholeBody)
			if c.offer != nil {
				c.offer(&o)
			}
			p := s.permit(o, c.permit)
			if c.after != nil {
				c.after(s, p)
			}
			resp := s.pay(wholeBody, o, p)
			if c.status == 0 {
				c.status = http.StatusPaymentRequired
				s.required(resp, c.code)
			}
			s.refused(resp, c.status, c.code)
			require.Zero(t, s.evm.sent)
			require.Zero(t, s.evm.took)
			require.Empty(t, s.prompts)
			if c.code == gateway.CodeTransaction {
				require.False(t, s.settlement(resp).Success)
				s.evm.fail = nil
				readWhole(t, s.pay(wholeBody, o, p)) // nothing was paid, so that it still can be
			}
		})
	}
}

// TestExactAfterAFailure: what was taken is answered when the same payment comes
// again, and is not taken again.
func TestExactAfterAFailure(t *testing.T) {
	s := newShop(t)
	o := s.offer(wholeBody)
	p := s.permit(o, nil)
	s.evm.then = func() {
		s.purse.err = wire.NewError(http.StatusServiceUnavailable, wire.TypeUpstream, "vaults_down", "all are down")
	}
	resp := s.pay(wholeBody, o, p)
	s.refused(resp, http.StatusServiceUnavailable, "vaults_down")
	require.True(t, s.settlement(resp).Success, "it was taken")
	s.purse.err = nil
	s.start()
	require.NotEmpty(t, readWhole(t, s.pay(wholeBody, o, p)).Choices[0].Message.Content)
	require.Equal(t, 1, s.evm.sent)
}

// TestExactUnclear: the chain took the payment, and the gateway did not learn it.
func TestExactUnclear(t *testing.T) {
	s := newShop(t)
	o := s.offer(wholeBody)
	p := s.permit(o, nil)
	s.evm.failLate = errors.New("connection reset")
	resp := s.pay(wholeBody, o, p)
	require.Contains(t, s.refused(resp, http.StatusPaymentRequired, gateway.CodeTransaction).Message, "not known")
	require.Empty(t, s.prompts)
	s.start()
	readWhole(t, s.pay(wholeBody, o, p))
	require.Equal(t, 1, s.evm.sent, "it is not sent twice")
}

// TestExactSpendsNoMoreThanItTook: the gateway's own tab never pays more for an
// answer than the client did.
func TestExactSpendsNoMoreThanItTook(t *testing.T) {
	s := newShop(t)
	s.exact.Price = types.NewAmount(1000) // less than the answer costs
	s.start()
	o := s.offer(wholeBody)
	resp := s.pay(wholeBody, o, s.permit(o, nil))
	s.refused(resp, http.StatusPaymentRequired, x402.CodeAmount)
	require.Zero(t, s.evm.sent, "nothing is taken for an answer that cannot be made for it")
	require.Empty(t, s.prompts)

	p := s.permit(o, nil)
	s.purse.err = wire.NewError(http.StatusNotFound, wire.TypeInvalidRequest, "no_match", "nothing speaks of it")
	s.refused(s.pay(wholeBody, o, p), http.StatusNotFound, "no_match")
	require.Zero(t, s.evm.sent)
}

func TestExactPriceIsTheMost(t *testing.T) {
	s := newShop(t)
	s.exact.Price, s.exact.Fee = types.Amount{}, types.NewAmount(7)
	s.start()
	r := s.required(s.do(t.Context(), wholeBody), "no_payment")
	require.Len(t, r.Accepts, 2)
	most, err := types.ParseAmount(r.Accepts[0].Amount)
	require.NoError(t, err)
	most, _ = most.Add(types.NewAmount(7))
	require.Equal(t, most.String(), r.Accepts[1].Amount)
	readWhole(t, s.pay(wholeBody, r.Accepts[1], s.permit(r.Accepts[1], nil)))
}
