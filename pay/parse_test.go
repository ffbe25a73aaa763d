package pay_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// fuzzParser gives parse whatever comes. What it takes must encode to the same
// bytes: a structure has one encoding.
func fuzzParser[T interface{ Bytes() []byte }](f *testing.F, parse func([]byte) (T, error), seeds ...[]byte) {
	for _, s := range seeds {
		f.Add(s)
		f.Add(s[:len(s)-1])
		f.Add(append(s[:len(s):len(s)], 0))
	}
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := parse(b)
		if err == nil {
			require.Equal(t, append([]byte{}, b...), append([]byte{}, v.Bytes()...))
		} else {
			require.NotEmpty(t, err.Error())
		}
	})
}

func FuzzParseSignedVoucher(f *testing.F) {
	fuzzParser(f, pay.ParseSignedVoucher, pay.Sign(pay.Voucher{Seq: 1, Total: types.NewAmount(5)}, seededKey("lane key")).Bytes())
}

func FuzzParseVoucher(f *testing.F) {
	fuzzParser(f, pay.ParseVoucher, pay.Voucher{Seq: 1, Total: types.NewAmount(5)}.Bytes())
}

func FuzzParseLeaf(f *testing.F) {
	fuzzParser(f, pay.ParseLeaf, someLeaves(1)[0].Bytes())
}

func FuzzParseTickLeaf(f *testing.F) {
	fuzzParser(f, pay.ParseTickLeaf,
		pay.TickLeaf{Asset: 1, Price: types.NewAmount(3), Most: 1}.Bytes(),
		pay.TickLeaf{Asset: 1, Price: types.NewAmount(3), Prompt: 4, Most: pay.MaxTicks}.Bytes())
}

func FuzzParsePath(f *testing.F) {
	tree, err := pay.NewSplit(someLeaves(5))
	require.NoError(f, err)
	fuzzParser(f, pay.ParsePath, tree.Path(0).Bytes(), tree.Path(4).Bytes())
}

func FuzzParseProof(f *testing.F) {
	tree := pay.NewTree(someHashes(5))
	fuzzParser(f, pay.ParseProof, tree.Proof(0).Bytes(), tree.Proof(4).Bytes())
}

func FuzzParseReceipt(f *testing.F) {
	detailed := someReceipts(1)[0]
	detailed.Detail = seeded("detail")
	fuzzParser(f, pay.ParseReceipt, someReceipts(1)[0].Bytes(), detailed.Bytes())
}

func FuzzParseSignedReceipt(f *testing.F) {
	receipts := someReceipts(3)
	receipts[2].Detail = seeded("detail")
	signed, err := pay.SignGroup(receipts, seededKey("asset key"))
	require.NoError(f, err)
	fuzzParser(f, pay.ParseSignedReceipt, signed[0].Bytes(), signed[2].Bytes())
}

func FuzzMountain(f *testing.F) {
	var m pay.Mountain
	for _, h := range someHashes(5) {
		m.Append(h)
	}
	b, err := m.MarshalBinary()
	require.NoError(f, err)
	f.Add(b)
	f.Add(b[:8])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		var m pay.Mountain
		if m.UnmarshalBinary(b) != nil {
			return
		}
		back, err := m.MarshalBinary()
		require.NoError(t, err)
		require.Equal(t, b, back)
		m.Root()
	})
}

// text is what has a text form.
type text interface {
	UnmarshalText([]byte) error
	MarshalText() ([]byte, error)
}

// FuzzText: what a text form takes, it gives back letter by letter.
func FuzzText(f *testing.F) {
	signed := pay.Sign(pay.Voucher{Seq: 1}, seededKey("lane key"))
	tree, err := pay.NewSplit(someLeaves(3))
	require.NoError(f, err)
	proof := pay.MerkleProof(someHashes(3), 1)
	for _, v := range []interface{ MarshalText() ([]byte, error) }{signed, signed.Signature, tree.Path(1), proof, pay.PolicyAudit} {
		b, err := v.MarshalText()
		require.NoError(f, err)
		f.Add(string(b))
		f.Add(string(b) + "=")
		f.Add(string(b) + "\n")
	}
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		for _, v := range []text{new(pay.SignedVoucher), new(pay.Signature), new(pay.Path), new(pay.Proof), new(pay.Policy)} {
			if v.UnmarshalText([]byte(s)) != nil {
				continue
			}
			b, err := v.MarshalText()
			require.NoError(t, err)
			require.Equal(t, s, string(b), "%T", v)
		}
	})
}

func TestTextsThatAreNotCanonical(t *testing.T) {
	b, err := pay.Sign(pay.Voucher{Seq: 1}, seededKey("lane key")).MarshalText()
	require.NoError(t, err)
	var s pay.SignedVoucher
	require.NoError(t, s.UnmarshalText(b))
	for name, wrong := range map[string]string{
		"padded":        string(b) + "=",
		"broken":        string(b[:9]) + "\n" + string(b[9:]),
		"short":         string(b[:len(b)-4]),
		"plain base64":  "+" + string(b[1:]),
		"stray bits":    strings.TrimSuffix(string(b), string(b[len(b)-1])) + "_",
		"not base64":    "%" + string(b[1:]),
		"empty":         "",
		"one too short": string(b[:len(b)-1]),
	} {
		require.ErrorIs(t, s.UnmarshalText([]byte(wrong)), pay.ErrEncoding, name)
	}
}

func TestJSONRoundTrips(t *testing.T) {
	signed, err := pay.SignGroup(someReceipts(3), seededKey("asset key"))
	require.NoError(t, err)
	b, err := json.Marshal(signed[1])
	require.NoError(t, err)
	var back pay.SignedReceipt
	require.NoError(t, json.Unmarshal(b, &back))
	require.Equal(t, signed[1], back)

	leaf := someLeaves(1)[0]
	settlement := pay.Settlement{
		Voucher: pay.Sign(pay.Voucher{Seq: 1}, seededKey("lane key")),
		Claims:  []pay.Claim{{Leaf: &leaf}, {Tick: &someTicks(t, 1)[0], K: 1}},
	}
	b, err = json.Marshal(settlement)
	require.NoError(t, err)
	var got pay.Settlement
	require.NoError(t, json.Unmarshal(b, &got))
	require.Equal(t, settlement, got)
}

func TestPolicyNames(t *testing.T) {
	require.Equal(t, "audit", pay.PolicyAudit.String())
	require.Equal(t, "policy(9)", pay.Policy(9).String())
	_, err := pay.Policy(9).MarshalText()
	require.ErrorIs(t, err, pay.ErrEncoding)
}
