package pay

import (
	"crypto/ed25519"
	"errors"
	"fmt"

	"filippo.io/edwards25519"
	voi "github.com/oasisprotocol/curve25519-voi/primitives/ed25519"

	"github.com/weal-network/weal/types"
)

// ErrKey is returned for a key that must not be a lane's or an asset's.
var ErrKey = errors.New("not a key that can sign")

// Signature is an Ed25519 signature; its text form is base64url without padding.
type Signature [ed25519.SignatureSize]byte

// AppendText implements encoding.TextAppender.
func (s Signature) AppendText(b []byte) ([]byte, error) { return appendText(b, s[:]), nil }

// MarshalText implements encoding.TextMarshaler.
func (s Signature) MarshalText() ([]byte, error) { return s.AppendText(nil) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Signature) UnmarshalText(text []byte) error {
	b, err := decodeText("signature", text)
	if err != nil {
		return err
	}
	if err := wantSize("signature", b, len(s)); err != nil {
		return err
	}
	*s = Signature(b)
	return nil
}

// verify is the one Ed25519 verification of the chain and the roles, by ZIP-215:
// points may be encoded non-canonically, the scalar may not, and the equation is
// multiplied by the cofactor. Every implementation of these rules gives the same
// answer, alone and in batches, which RFC 8032 leaves open.
func verify(key types.Hash, message []byte, s Signature) bool {
	return voi.VerifyWithOptions(key[:], message, s[:], zip215)
}

// zip215 are the rules above as the library names them.
var zip215 = &voi.Options{Verify: voi.VerifyOptionsZIP_215}

// sign is Ed25519's signature of message, which the key and the message determine.
func sign(key ed25519.PrivateKey, message []byte) Signature {
	return Signature(voi.Sign(voi.PrivateKey(key), message))
}

// PublicKey returns the public half of key as the chain keeps it.
func PublicKey(key ed25519.PrivateKey) types.Hash {
	return types.Hash(key.Public().(ed25519.PublicKey))
}

// CheckKey returns ErrKey unless key is the canonical encoding of a point that is
// not of small order. Under ZIP-215 anyone can sign for a small-order key, and a
// second encoding of a key would be a second key with the same owner; so neither
// may be registered.
func CheckKey(key types.Hash) error {
	p, err := new(edwards25519.Point).SetBytes(key[:])
	if err != nil {
		return fmt.Errorf("key %s: %w: not a point of the curve", key, ErrKey)
	}
	if types.Hash(p.Bytes()) != key {
		return fmt.Errorf("key %s: %w: not the canonical encoding of its point", key, ErrKey)
	}
	if new(edwards25519.Point).MultByCofactor(p).Equal(edwards25519.NewIdentityPoint()) == 1 {
		return fmt.Errorf("key %s: %w: its point is of small order, so anyone could sign for it", key, ErrKey)
	}
	return nil
}
