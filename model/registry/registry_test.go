package registry_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/model/registry"
	"github.com/weal-network/weal/types"
)

type chain struct {
	version uint32
	asked   int
	err     error
}

func (c *chain) Asset(_ context.Context, id types.AssetID) (types.Asset, error) {
	c.asked++
	return types.Asset{ID: id, Version: c.version}, c.err
}

func TestRegistry(t *testing.T) {
	c := &chain{version: 1}
	now := time.Unix(1_700_000_000, 0)
	r := registry.New(c, func() time.Time { return now })
	ask := func() (uint32, error) {
		a, err := r.Asset(t.Context(), 7)
		return a.Version, err
	}
	expect := func(version uint32, asked int) {
		t.Helper()
		v, err := ask()
		require.NoError(t, err)
		require.Equal(t, version, v)
		require.Equal(t, asked, c.asked)
	}
	expect(1, 1)
	c.version = 2
	expect(1, 1)
	now = now.Add(registry.Fresh)
	expect(2, 2)
	c.err = errors.New("down")
	now = now.Add(registry.Fresh)
	expect(2, 3)
	now = now.Add(registry.Stale)
	_, err := ask()
	require.ErrorIs(t, err, c.err)
	_, err = r.Asset(t.Context(), 8)
	require.ErrorIs(t, err, c.err)
}
