package pay

import (
	"fmt"
	"sync"

	"github.com/oasisprotocol/curve25519-voi/primitives/ed25519/extra/cache"

	"github.com/weal-network/weal/types"
)

// Verifier checks signatures of keys that come again: it remembers what it has
// computed of the keys that it has seen last, and the signatures of groups of
// receipts that it has found to hold. Its answers are those of
// SignedVoucher.Verify and SignedReceipt.Verify. It is safe for concurrent use.
type Verifier struct {
	keys *cache.Verifier

	mu     sync.Mutex
	groups map[groupSeal]bool
	oldest []groupSeal // those of groups, in a ring
	next   int         // in oldest
}

// groupSeal is all that a group's signature depends on, and the signature.
type groupSeal struct {
	key, root types.Hash
	count     uint64
	signature Signature
}

// rememberedGroups is how many groups' signatures are remembered.
const rememberedGroups = 256

// NewVerifier returns a verifier that remembers up to n keys, some 2 KiB each.
func NewVerifier(n int) *Verifier {
	return &Verifier{keys: cache.NewVerifier(cache.NewLRUCache(n)), groups: map[groupSeal]bool{}}
}

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
	seal := groupSeal{key, root, s.Path.Count, s.Signature}
	if seal.count > 1 && v.known(seal) {
		return nil
	}
	if !v.verify(key, groupMessage(s.Path.Count, root), s.Signature) {
		return fmt.Errorf("receipt: %w", ErrSignature)
	}
	if seal.count > 1 {
		v.remember(seal)
	}
	return nil
}

// known reports whether a group's signature was found to hold not long ago.
func (v *Verifier) known(s groupSeal) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.groups[s]
}

// remember keeps a group's signature that holds, in the place of the oldest.
func (v *Verifier) remember(s groupSeal) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case v.groups[s]:
		return
	case len(v.oldest) < rememberedGroups:
		v.oldest = append(v.oldest, s)
	default:
		delete(v.groups, v.oldest[v.next])
		v.oldest[v.next] = s
		v.next = (v.next + 1) % rememberedGroups
	}
	v.groups[s] = true
}

func (v *Verifier) verify(key types.Hash, message []byte, s Signature) bool {
	return v.keys.VerifyWithOptions(key[:], message, s[:], zip215)
}
