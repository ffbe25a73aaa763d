package sealed

import (
	"bytes"
	"crypto/ecdh"
	"crypto/hpke"
	"errors"
	"fmt"

	"github.com/weal-network/weal/types"
)

// info is the context of all keys that are made here.
const info = "weal/release/sealed/1"

const (
	// encSize is the length of the encapsulated key that goes ahead, tagSize that of
	// the tag behind.
	encSize, tagSize = 32, 16
	// block is what a text is filled up to a multiple of: its length tells no more
	// of names and headings than that.
	block = 1024
)

// Overhead is how many bytes longer what is sealed is than its text, at the most.
const Overhead = encSize + tagSize + block - 1

// ErrKey is returned for what is no key to seal to.
var ErrKey = errors.New("not a key to seal to")

// ErrOpen is returned for what was not sealed to this key, for this order.
var ErrOpen = errors.New("it does not open")

func suite() (hpke.KEM, hpke.KDF, hpke.AEAD) {
	return hpke.DHKEM(ecdh.X25519()), hpke.HKDFSHA256(), hpke.AES128GCM()
}

// Private is the key of who buys.
type Private struct {
	key hpke.PrivateKey
	pub types.Hash
}

// NewPrivate makes a key.
func NewPrivate() (*Private, error) {
	kem, _, _ := suite()
	k, err := kem.GenerateKey()
	if err != nil {
		return nil, fmt.Errorf("make a key to seal to: %w", err)
	}
	return private(k)
}

// PrivateFrom reads a key of 32 bytes.
func PrivateFrom(secret []byte) (*Private, error) {
	kem, _, _ := suite()
	k, err := kem.NewPrivateKey(secret)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return private(k)
}

func private(k hpke.PrivateKey) (*Private, error) {
	pub, err := types.HashFromBytes(k.PublicKey().Bytes())
	if err != nil {
		return nil, err
	}
	return &Private{key: k, pub: pub}, nil
}

// Key returns the public half: an X25519 key as RFC 7748 writes it.
func (p *Private) Key() types.Hash { return p.pub }

// Open returns what was sealed to p for the order whose hash is order, with the
// spaces that it was filled up with.
func (p *Private) Open(order types.Hash, box []byte) ([]byte, error) {
	if len(box) < encSize+tagSize {
		return nil, fmt.Errorf("%w: it has %d bytes, fewer than a key and a tag", ErrOpen, len(box))
	}
	_, kdf, aead := suite()
	r, err := hpke.NewRecipient(box[:encSize], p.key, kdf, aead, []byte(info))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOpen, err)
	}
	text, err := r.Open(order[:], box[encSize:])
	if err != nil {
		return nil, fmt.Errorf("%w: it was changed, or sealed to another key or for another order", ErrOpen)
	}
	return text, nil
}

// Sender seals one text to a key.
type Sender struct {
	enc    []byte
	sender *hpke.Sender
}

// To returns the Sender to a key. The error wraps ErrKey if nothing can be sealed to
// it: if it is zero, or of low order, so that anyone could open what is sealed to it.
func To(key types.Hash) (*Sender, error) {
	kem, kdf, aead := suite()
	pub, err := kem.NewPublicKey(key[:])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	enc, s, err := hpke.NewSender(pub, kdf, aead, []byte(info))
	if err != nil {
		return nil, fmt.Errorf("%w: %s is no X25519 key that keeps a secret (it is of low order); make a new one", ErrKey, key)
	}
	return &Sender{enc: enc, sender: s}, nil
}

// Check reports as To does whether something can be sealed to key.
func Check(key types.Hash) error {
	_, err := To(key)
	return err
}

// Seal fills text, which ends in JSON, up with spaces and seals it for the order
// whose hash is order. A Sender seals once.
func (s *Sender) Seal(order types.Hash, text []byte) ([]byte, error) {
	if s.sender == nil {
		return nil, errors.New("seal: this sender has sealed already")
	}
	fill := (block - len(text)%block) % block
	text = append(bytes.Clone(text), bytes.Repeat([]byte{' '}, fill)...)
	box, err := s.sender.Seal(order[:], text)
	s.sender = nil
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return append(s.enc, box...), nil
}
