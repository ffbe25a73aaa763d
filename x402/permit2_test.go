package x402_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/x402"
)

// permitVector is a payment that the public client signed.
type permitVector struct {
	Payload json.RawMessage `json:"payload"`
	Digest  hexutil.Bytes   `json:"digest"`
	Settle  hexutil.Bytes   `json:"settle"`
}

func readPermit(t testing.TB) (v permitVector) {
	t.Helper()
	b, err := os.ReadFile("testdata/permit.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &v))
	return v
}

// TestPublicPermit: what the public client signs is what is hashed here, and the
// call that settles it is the one that its interface encodes.
func TestPublicPermit(t *testing.T) {
	v := readPermit(t)
	p, err := x402.ParsePermit(v.Payload)
	require.NoError(t, err)
	digest := p.Digest()
	require.Equal(t, []byte(v.Digest), digest[:])
	require.True(t, p.Signed())
	require.Equal(t, []byte(v.Settle), p.Settle())
	again, err := json.Marshal(p)
	require.NoError(t, err)
	require.JSONEq(t, strings.ToLower(string(v.Payload)), strings.ToLower(string(again)))

	id := p.ID()
	for name, change := range map[string]func(*x402.Permit){
		"amount":   func(p *x402.Permit) { p.Permit2.Permitted.Amount.SetInt64(1) },
		"token":    func(p *x402.Permit) { p.Permit2.Permitted.Token[3]++ },
		"spender":  func(p *x402.Permit) { p.Permit2.Spender[3]++ },
		"from":     func(p *x402.Permit) { p.Permit2.From[3]++ },
		"nonce":    func(p *x402.Permit) { p.Permit2.Nonce.SetInt64(1) },
		"deadline": func(p *x402.Permit) { p.Permit2.Deadline.SetInt64(1) },
		"to":       func(p *x402.Permit) { p.Permit2.Witness.To[3]++ },
		"after":    func(p *x402.Permit) { p.Permit2.Witness.ValidAfter.SetInt64(1) },
		"r":        func(p *x402.Permit) { p.Signature[3]++ },
		"v":        func(p *x402.Permit) { p.Signature[64] -= 27 },
	} {
		p, err := x402.ParsePermit(v.Payload)
		require.NoError(t, err)
		change(&p)
		require.False(t, p.Signed(), name)
		require.Equal(t, name == "nonce" || name == "from", p.ID() != id, "a payer and a nonce are one payment: %s", name)
	}
}

func TestPermitStrict(t *testing.T) {
	v := string(readPermit(t).Payload)
	for name, c := range map[string]struct{ old, new string }{
		"number":        {`"20000000000000000"`, `20000000000000000`},
		"negative":      {`"20000000000000000"`, `"-2"`},
		"hex":           {`"20000000000000000"`, `"0x2"`},
		"too large":     {`"20000000000000000"`, `"` + strings.Repeat("9", 78) + `"`},
		"unknown field": {`"witness"`, `"more":1,"witness"`},
		"short address": {`0000009325"`, `9325"`},
		"signature":     {`"signature": "0x`, `"signature": "0xab`},
		"more after it": {"", ""},
	} {
		s := strings.Replace(v, c.old, c.new, 1)
		if c.old == "" {
			s += "{}"
		}
		require.NotEqual(t, v, s, name)
		_, err := x402.ParsePermit(json.RawMessage(s))
		require.Error(t, err, name)
	}
}

// FuzzPayloads: what is taken as a payload is taken again as it is written.
func FuzzPayloads(f *testing.F) {
	f.Add([]byte(readPermit(f).Payload))
	f.Add([]byte(`{"type":"lane","lane":{"tab":7,"epoch":0,"lane":3},"seq":1}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if p, err := x402.ParsePermit(raw); err == nil {
			b, err := json.Marshal(p)
			require.NoError(t, err)
			again, err := x402.ParsePermit(b)
			require.NoError(t, err)
			require.Equal(t, p.Settle(), again.Settle())
			require.Equal(t, p.Digest(), again.Digest())
			_, _ = p.Signed(), p.Used(nil)
		}
		if v, err := x402.ParseVoucher(raw); err == nil {
			b, err := json.Marshal(v)
			require.NoError(t, err)
			_, err = x402.ParseVoucher(b)
			require.NoError(t, err)
		}
	})
}
