package types

import (
	"fmt"
	"slices"
	"strings"
)

// Kind says what an asset is. The numbers are consensus: they are never reused.
type Kind uint8

// The kinds of assets.
const (
	KindData Kind = 1 + iota
	KindModel
	KindApp
	KindAgent
	KindMachine
	KindStore
	KindWork
)

var kindNames = []string{"data", "model", "app", "agent", "machine", "store", "work"}

// ParseKind reads the name of a kind.
func ParseKind(s string) (Kind, error) {
	if i := slices.Index(kindNames, s); i >= 0 {
		return Kind(i + 1), nil
	}
	return 0, fmt.Errorf("kind: want one of %s, got %q", strings.Join(kindNames, ", "), clip(s))
}

// Valid reports whether k is one of the kinds.
func (k Kind) Valid() bool { return k >= 1 && int(k) <= len(kindNames) }

// String returns the name of k.
func (k Kind) String() string {
	if !k.Valid() {
		return fmt.Sprintf("kind(%d)", uint8(k))
	}
	return kindNames[k-1]
}

// MarshalText implements encoding.TextMarshaler.
func (k Kind) MarshalText() ([]byte, error) {
	if !k.Valid() {
		return nil, fmt.Errorf("kind: %d is not a kind", uint8(k))
	}
	return []byte(k.String()), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (k *Kind) UnmarshalText(b []byte) error {
	v, err := ParseKind(string(b))
	if err != nil {
		return err
	}
	*k = v
	return nil
}
