// Package stored reads rows of a store's collections, where what is stored leaves
// out what is zero, and where what is read is then written to.
//
// What always holds: nothing here writes, and no iterator stays open.
package stored

import (
	"errors"

	"cosmossdk.io/collections"
)

// OrZero makes a row that does not exist a zero value.
func OrZero[T any](v T, err error) (T, error) {
	if errors.Is(err, collections.ErrNotFound) {
		var zero T
		return zero, nil
	}
	return v, err
}

// Keys is what the iterators of sets and of maps have in common.
type Keys[K any] interface {
	Valid() bool
	Key() (K, error)
	Next()
	Close() error
}

// First reads at most limit keys and closes the iterator, so that nothing is
// written to the store while it is being read.
func First[K any](it Keys[K], limit int) (out []K, err error) {
	defer func() { err = errors.Join(err, it.Close()) }()
	for ; it.Valid() && len(out) < limit; it.Next() {
		key, err := it.Key()
		if err != nil {
			return nil, err
		}
		out = append(out, key)
	}
	return out, nil
}
