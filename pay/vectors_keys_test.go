package pay_test

import (
	"crypto/ed25519"
	"crypto/sha512"
	"testing"

	"filippo.io/edwards25519"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// smallOrder are all 14 encodings of the 8 points of small order that ZIP-215
// accepts: the 8 canonical ones first.
var smallOrder = []string{
	"0100000000000000000000000000000000000000000000000000000000000000",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0000000000000000000000000000000000000000000000000000000000000080",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
	"0100000000000000000000000000000000000000000000000000000000000080",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
}

// rfc8032 are tests 1 to 3 of RFC 8032, section 7.1: key, message, signature.
var rfc8032 = [][3]string{
	{
		"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
		"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
	},
	{
		"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
		"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
	},
	{
		"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
		"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
	},
}

type keyCase struct {
	verdict
	Key types.Hash `json:"key"`
}

func (c keyCase) check(t *testing.T) { c.require(t, pay.CheckKey(c.Key)) }

func makeKeys(t *testing.T) vectorFile[keyCase] {
	f := vectorFile[keyCase]{About: "Keys that a lane or an asset may have: canonical encodings of points that are not of small order."}
	add := func(v verdict, key []byte) { f.Cases = append(f.Cases, keyCase{v, types.Hash(key)}) }
	for i, s := range smallOrder {
		name := "small order, canonical"
		if i >= 8 {
			name = "small order, not canonical"
		}
		add(bad(name, "key"), unhex(t, s))
	}
	for _, s := range []string{"f0", "f1", "f2", "f3", "f6", "f7", "fb", "fc", "fd", "ff"} {
		key := unhex(t, s+"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")
		add(bad("y of p or more, not canonical", "key"), key)
		key[31] |= 0x80
		add(bad("y of p or more, not canonical, sign set", "key"), key)
	}
	add(bad("not on the curve", "key"), unhex(t, "0200000000000000000000000000000000000000000000000000000000000000"))
	for _, v := range rfc8032 {
		add(good("RFC 8032"), unhex(t, v[0]))
	}
	key, _ := mixedKey(t)
	add(good("large order with a part of small order"), key)
	return f
}

type signatureCase struct {
	verdict
	Key       types.Hash    `json:"key"`
	Message   hexBytes      `json:"message"`
	Signature pay.Signature `json:"signature"`
}

func (c signatureCase) check(t *testing.T) {
	var err error
	if !pay.VerifyMessage(c.Key, c.Message, c.Signature) {
		err = pay.ErrSignature
	}
	c.require(t, err)
}

func makeSignatures(t *testing.T) vectorFile[signatureCase] {
	f := vectorFile[signatureCase]{About: "Ed25519 by the rules of ZIP-215. Besides these: with any of the 14 small-order keys of keys.json as key, " +
		"any of them as R and a scalar of zero, a signature holds for every message. Signatures are base64url."}
	add := func(v verdict, key, message, sig []byte) {
		f.Cases = append(f.Cases, signatureCase{v, types.Hash(key), message, pay.Signature(sig)})
	}
	for _, v := range rfc8032 {
		key, message, sig := unhex(t, v[0]), unhex(t, v[1]), unhex(t, v[2])
		add(good("RFC 8032"), key, message, sig)
		add(bad("RFC 8032, another message", "signature"), key, append(message, 1), sig)
		add(bad("RFC 8032, R changed", "signature"), key, message, changed(sig, 0))
		add(bad("RFC 8032, scalar raised by the group's order", "signature"), key, message, raised(sig))
	}
	zero := make([]byte, 32)
	for i, a := range smallOrder {
		r := smallOrder[(i*5+3)%len(smallOrder)]
		add(good("small order"), unhex(t, a), []byte("any message"), append(unhex(t, r), zero...))
	}
	add(bad("small order, scalar of one", "signature"), unhex(t, smallOrder[0]), []byte("any message"), append(unhex(t, smallOrder[0]), append([]byte{1}, zero[1:]...)...))
	add(bad("key not on the curve", "signature"), append([]byte{2}, zero[1:]...), []byte("any message"), append(unhex(t, smallOrder[0]), zero...))
	add(bad("R not on the curve", "signature"), unhex(t, smallOrder[0]), []byte("any message"), append(append([]byte{2}, zero[1:]...), zero...))
	key, sign := mixedKey(t)
	message := []byte("holds only if the equation is multiplied by the cofactor")
	add(good("holds only with the cofactor"), key, message, sign(message))
	add(bad("holds only with the cofactor, another message", "signature"), key, append(message, '!'), sign(message))
	add(bad("holds only with the cofactor, R changed", "signature"), key, message, changed(sign(message), 31))
	add(bad("holds only with the cofactor, scalar raised", "signature"), key, message, raised(sign(message)))
	// The key without its part of small order is another key: the signature's hash
	// is over the key's bytes.
	add(bad("the key without its part of small order", "signature"), plainKey(t), message, sign(message))
	return f
}

// raised returns sig with its scalar raised by the order of the group: the same
// scalar in another encoding.
func raised(sig []byte) []byte {
	order := []byte{
		0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
	}
	out, carry := append([]byte{}, sig...), 0
	for i, b := range order {
		sum := int(sig[32+i]) + int(b) + carry
		out[32+i], carry = byte(sum), sum>>8
	}
	return out
}

// mixedKey returns a key whose point has a part of order 8, and a signer for it
// whose signatures hold only in the equation multiplied by the cofactor.
func mixedKey(t *testing.T) (key []byte, sign func(message []byte) []byte) {
	t.Helper()
	scalar := func(name string) *edwards25519.Scalar {
		wide := sha512.Sum512([]byte("weal vector: " + name))
		s, err := edwards25519.NewScalar().SetUniformBytes(wide[:])
		require.NoError(t, err)
		return s
	}
	torsion, err := new(edwards25519.Point).SetBytes(unhex(t, smallOrder[4]))
	require.NoError(t, err)
	a := scalar("mixed key")
	point := new(edwards25519.Point).ScalarBaseMult(a)
	key = point.Add(point, torsion).Bytes()
	return key, func(message []byte) []byte {
		nonce := scalar("mixed nonce")
		r := new(edwards25519.Point).ScalarBaseMult(nonce).Bytes()
		h := sha512.New()
		h.Write(r)
		h.Write(key)
		h.Write(message)
		k, err := edwards25519.NewScalar().SetUniformBytes(h.Sum(nil))
		require.NoError(t, err)
		return append(r, edwards25519.NewScalar().MultiplyAdd(k, a, nonce).Bytes()...)
	}
}

// plainKey is the key of mixedKey without its part of order 8.
func plainKey(t *testing.T) []byte {
	t.Helper()
	wide := sha512.Sum512([]byte("weal vector: mixed key"))
	s, err := edwards25519.NewScalar().SetUniformBytes(wide[:])
	require.NoError(t, err)
	return new(edwards25519.Point).ScalarBaseMult(s).Bytes()
}

// TestZIP215 plays all pairs of small-order encodings, over vouchers: what makes
// CheckKey necessary when a lane is opened.
func TestZIP215(t *testing.T) {
	for _, a := range smallOrder {
		for _, r := range smallOrder {
			s := pay.SignedVoucher{Voucher: pay.Voucher{Seq: 1, Total: types.NewAmount(1)}}
			copy(s.Signature[:], unhex(t, r))
			require.NoError(t, s.Verify(types.Hash(unhex(t, a))), "key %s, R %s", a, r)
		}
	}
}

// TestZIP215IsNotRFC8032 shows that the cofactor case tells the two rules apart.
func TestZIP215IsNotRFC8032(t *testing.T) {
	key, sign := mixedKey(t)
	message := []byte("holds only if the equation is multiplied by the cofactor")
	require.False(t, ed25519.Verify(key, message, sign(message)))
	require.True(t, pay.VerifyMessage(types.Hash(key), message, pay.Signature(sign(message))))
}
