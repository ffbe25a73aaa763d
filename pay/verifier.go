package pay

import (
	"fmt"

	"github.com/oasisprotocol/curve25519-voi/primitives/ed25519/extra/cache"

	"github.com/weal-network/weal/types"
)

// Verifier checks signatures of keys that come again: it remembers what it has
// computed of the keys that it has seen last, and nothing else. Its answers are
// those of SignedVoucher.Verify and SignedReceipt.Verify. It is safe for
// concurrent use.
type Verifier struct{ keys *cache.Verifier }

// NewVerifier returns a verifier that remembers up to n keys, some 2 KiB each.
func NewVerifier(n int) *Verifier { return &Verifier{cache.NewVerifier(cache.NewLRUCache(n))} }

// Voucher is s.Verify(key).
func (v *Verifier) Voucher(s SignedVoucher, key types.Hash) error {
	if !v.verify(key, s.message(), s.Signature) {
		return fmt.Errorf("voucher: %w", ErrSignature)
	}
	return nil
}

// Receipt is s.Verify(key).
func (v *Verifier) Receipt(s SignedReceipt, key types.Hash) error {
	root, err := s.Path.climb(s.Hash())
	if err != nil {
		return fmt.Errorf("receipt: %w", err)
	}
	if !v.verify(key, groupMessage(s.Path.Count, root), s.Signature) {
		return fmt.Errorf("receipt: %w", ErrSignature)
	}
	return nil
}

func (v *Verifier) verify(key types.Hash, message []byte, s Signature) bool {
	return v.keys.VerifyWithOptions(key[:], message, s[:], zip215)
}
