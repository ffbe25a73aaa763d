package pay_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha512"
	"encoding/hex"
	"testing"

	"filippo.io/edwards25519"
	"github.com/hdevalence/ed25519consensus"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// TestVerifyAgreesWithAnother shows what the rules of ZIP-215 are about, keys and
// points of small order in all their encodings, to the implementation of their
// author as well: whatever one takes, so does the other.
func TestVerifyAgreesWithAnother(t *testing.T) {
	v := pay.Voucher{Chain: pay.ChainHash("weal-1"), Lane: types.LaneRef{Tab: 7}, Seq: 1, Total: types.NewAmount(5)}
	message := append([]byte("weal/voucher/1"), v.Bytes()...)
	again := pay.NewVerifier(4)
	agree := func(key types.Hash, sig pay.Signature) bool {
		t.Helper()
		ours := pay.SignedVoucher{Voucher: v, Signature: sig}.Verify(key) == nil
		require.Equal(t, ed25519consensus.Verify(key[:], message, sig[:]), ours, "key %s, signature %x", key, sig)
		require.Equal(t, ours, again.Voucher(pay.SignedVoucher{Voucher: v, Signature: sig}, key) == nil)
		return ours
	}
	points := smallOrderPoints(t)
	for _, a := range points {
		for _, r := range points {
			require.True(t, agree(a, pay.Signature(append(r[:], make([]byte, 32)...))))
		}
	}

	seed := sha512.Sum512_256([]byte("agree"))
	key := ed25519.NewKeyFromSeed(seed[:])
	good := pay.Sign(v, key)
	require.Equal(t, ed25519.Sign(key, message), good.Signature[:], "the signature is the one that Ed25519 determines")
	require.True(t, agree(pay.PublicKey(key), good.Signature))
	for i := range good.Signature {
		for _, bit := range []byte{1, 0x80} {
			bad := good.Signature
			bad[i] ^= bit
			require.False(t, agree(pay.PublicKey(key), bad))
		}
		public := pay.PublicKey(key)
		public[i%32] ^= 1 << (i / 8)
		require.False(t, agree(public, good.Signature))
	}
	// A scalar of the order and more is another encoding of a smaller one.
	high := good.Signature
	order, err := hex.DecodeString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
	require.NoError(t, err)
	carry := 0
	for i := range order {
		carry += int(high[32+i]) + int(order[i])
		high[32+i], carry = byte(carry), carry>>8
	}
	require.False(t, agree(pay.PublicKey(key), high))
	// A signature with a part of small order holds, by the cofactor.
	for _, torsion := range points[:8] {
		p, err := new(edwards25519.Point).SetBytes(torsion[:])
		require.NoError(t, err)
		public, err := new(edwards25519.Point).SetBytes(key.Public().(ed25519.PublicKey))
		require.NoError(t, err)
		agree(types.Hash(new(edwards25519.Point).Add(public, p).Bytes()), good.Signature)
	}
}

// smallOrderPoints are all encodings of points of small order, the canonical ones
// first.
func smallOrderPoints(t *testing.T) (all []types.Hash) {
	for _, s := range smallOrder {
		b, err := hex.DecodeString(s)
		require.NoError(t, err)
		all = append(all, types.Hash(b))
	}
	require.Len(t, all, 14)
	return all
}

// TestVerifierOfGroups: that a group's signature was found to hold helps its own
// receipts and no other.
func TestVerifierOfGroups(t *testing.T) {
	key := ed25519.NewKeyFromSeed(make([]byte, 32))
	public, verifier := pay.PublicKey(key), pay.NewVerifier(4)
	receipts := make([]pay.Receipt, 3)
	for i := range receipts {
		receipts[i] = pay.Receipt{Seq: uint64(i + 1), Asset: 5, Policy: pay.PolicyAudit}
	}
	signed, err := pay.SignGroup(receipts, key)
	require.NoError(t, err)
	other := pay.PublicKey(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32)))
	for range 2 {
		for _, s := range signed {
			require.NoError(t, verifier.Receipt(s, public))
			require.ErrorIs(t, verifier.Receipt(s, other), pay.ErrSignature)
			forged := s
			forged.Amount = types.NewAmount(1)
			require.ErrorIs(t, verifier.Receipt(forged, public), pay.ErrSignature)
			forged = s
			forged.Signature[9] ^= 1
			require.ErrorIs(t, verifier.Receipt(forged, public), pay.ErrSignature)
			forged = s
			forged.Path.Count++
			require.Error(t, verifier.Receipt(forged, public))
		}
		// Beyond what is remembered, it is verified anew.
		for i := range uint64(600) {
			pair, err := pay.SignGroup([]pay.Receipt{{Seq: i, Policy: pay.PolicyAudit}, {Seq: i + 1, Policy: pay.PolicyAudit}}, key)
			require.NoError(t, err)
			require.NoError(t, verifier.Receipt(pair[0], public))
			require.NoError(t, verifier.Receipt(pair[1], public))
		}
	}
}
