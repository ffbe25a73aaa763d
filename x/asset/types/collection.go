package types

import (
	"math"
	"unicode/utf8"
)

// MaxNameBytes is the longest name or symbol of a collection.
const MaxNameBytes = 64

// Validate returns ErrCollection, with the reason, if c breaks a rule that can
// be seen without the store.
func (c Collection) Validate() error {
	for _, text := range []string{c.Name, c.Symbol} {
		if len(text) > MaxNameBytes || !utf8.ValidString(text) {
			return ErrCollection.Wrapf("name and symbol have at most %d bytes of UTF-8, got %.80q", MaxNameBytes, text)
		}
	}
	if c.Decimals > math.MaxUint8 {
		return ErrCollection.Wrapf("decimals: at most %d, got %d", math.MaxUint8, c.Decimals)
	}
	return nil
}
