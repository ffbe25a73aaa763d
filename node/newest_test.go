package node

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhenIndexed(t *testing.T) {
	behindErr := errors.New("failed to get receipts from comet block: tx not found: hash=0x01, error=…")
	other := errors.New("height is pruned")
	t.Run("waits", func(t *testing.T) {
		reads := 0
		got, err := whenIndexed(t.Context(), func() (int, error) {
			if reads++; reads < 4 {
				return 0, behindErr
			}
			return 7, nil
		})
		require.NoError(t, err)
		require.Equal(t, 7, got)
	})
	t.Run("other errors are errors at once", func(t *testing.T) {
		reads := 0
		_, err := whenIndexed(t.Context(), func() (int, error) { reads++; return 0, other })
		require.ErrorIs(t, err, other)
		require.Equal(t, 1, reads)
	})
	t.Run("a caller that is gone", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := whenIndexed(ctx, func() (int, error) { cancel(); return 0, behindErr })
		require.ErrorIs(t, err, context.Canceled)
	})
	t.Run("an index that never comes", func(t *testing.T) {
		_, err := whenIndexed(t.Context(), func() (int, error) { return 0, behindErr })
		require.ErrorIs(t, err, behindErr)
	})
}
