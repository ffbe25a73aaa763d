package local

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/types"
)

func TestMergeable(t *testing.T) {
	require.Empty(t, Mergeable(nil))
	require.Equal(t, [][]types.ShareID{{2, 9}, {3, 4, 8}}, Mergeable([]ledger.Share{
		{ID: 9, Asset: 1, Owner: "0xA", Value: 1}, {ID: 1, Asset: 1, Owner: "0xA"}, {ID: 2, Asset: 1, Owner: "0xA", Value: 5},
		{ID: 8, Asset: 1, Owner: "0xB", Value: 1}, {ID: 3, Asset: 1, Owner: "0xB", Value: 1}, {ID: 4, Asset: 1, Owner: "0xB", Value: 1},
		{ID: 5, Asset: 2, Owner: "0xA", Value: 1}, {ID: 6, Asset: 2, Owner: "0xB", Value: 1},
	}), "neither empty ones, nor of two assets, nor of two owners")
}
