package types

import (
	"encoding/hex"
	"fmt"
)

// Hash is 32 bytes: a SHA-256 digest, a root or an Ed25519 public key.
type Hash [32]byte

// ParseHash reads 64 hex digits.
func ParseHash(s string) (h Hash, err error) {
	err = h.UnmarshalText([]byte(s))
	return h, err
}

// HashFromBytes copies b, which must be 32 bytes long.
func HashFromBytes(b []byte) (h Hash, err error) {
	if len(b) != len(h) {
		return h, fmt.Errorf("hash: want 32 bytes, got %d", len(b))
	}
	copy(h[:], b)
	return h, nil
}

// IsZero reports whether all bytes of h are zero, which stands for "none".
func (h Hash) IsZero() bool { return h == Hash{} }

// String returns 64 lower-case hex digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// AppendText implements encoding.TextAppender.
func (h Hash) AppendText(b []byte) ([]byte, error) { return hex.AppendEncode(b, h[:]), nil }

// MarshalText implements encoding.TextMarshaler.
func (h Hash) MarshalText() ([]byte, error) { return h.AppendText(nil) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *Hash) UnmarshalText(b []byte) error {
	if len(b) != 2*len(h) {
		return fmt.Errorf("hash: want 64 hex digits, got %d characters", len(b))
	}
	var v Hash
	if _, err := hex.Decode(v[:], b); err != nil {
		return fmt.Errorf("hash: want 64 hex digits: %w", err)
	}
	*h = v
	return nil
}
