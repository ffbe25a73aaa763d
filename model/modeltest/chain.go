package modeltest

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"database/sql"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// The chain id and denomination of all tests.
const (
	ChainID = "weal-test-1"
	Denom   = types.BaseDenom
)

// Chain knows lanes and assets, and takes settlements without looking at them.
type Chain struct {
	mu      sync.Mutex
	lanes   map[types.LaneRef]types.Lane
	assets  map[types.AssetID]types.Asset
	permits map[types.AssetID]map[string]types.Permit
	Settled []pay.Settlement
}

var (
	_ earn.Chain   = (*Chain)(nil)
	_ earn.Settler = (*Chain)(nil)
)

// NewChain returns a chain with nothing on it.
func NewChain() *Chain {
	return &Chain{lanes: map[types.LaneRef]types.Lane{}, assets: map[types.AssetID]types.Asset{}, permits: map[types.AssetID]map[string]types.Permit{}}
}

// Permit implements earn.Chain: nobody may use what he was not permitted to.
func (c *Chain) Permit(_ context.Context, asset types.AssetID, holder string) (types.Permit, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, ok := c.permits[asset][holder]
	if !ok {
		p.Reason = "none was granted"
	}
	return p, nil
}

// Close closes an asset to all but those who are permitted.
func (c *Chain) Close(id types.AssetID) {
	c.Change(id, func(a *types.Asset) { a.Licence = types.Licence{Kind: types.LicenceCredential, Closed: true} })
}

// SetPermit says whether holder may use an asset.
func (c *Chain) SetPermit(asset types.AssetID, holder string, p types.Permit) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.permits[asset] == nil {
		c.permits[asset] = map[string]types.Permit{}
	}
	c.permits[asset][holder] = p
}

// Lane implements earn.Chain.
func (c *Chain) Lane(_ context.Context, ref types.LaneRef) (types.Lane, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l, ok := c.lanes[ref]
	if !ok {
		return l, types.ErrNotFound
	}
	return l, nil
}

// Asset implements earn.Chain.
func (c *Chain) Asset(_ context.Context, id types.AssetID) (types.Asset, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, ok := c.assets[id]
	if !ok {
		return a, types.ErrNotFound
	}
	return a, nil
}

// Settle implements earn.Settler.
func (c *Chain) Settle(_ context.Context, s []pay.Settlement) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Settled = append(c.Settled, s...)
	return nil
}

// SetLane puts a lane on the chain.
func (c *Chain) SetLane(l types.Lane) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lanes[l.Ref] = l
}

// Register puts an asset on the chain, with one price, and returns the key that
// signs its receipts.
func (c *Chain) Register(id types.AssetID, kind types.Kind, price types.Price) ed25519.PrivateKey {
	key := Key("asset", uint64(id))
	price.Denom = Denom
	c.mu.Lock()
	defer c.mu.Unlock()
	c.assets[id] = types.Asset{
		ID: id, Kind: kind, Version: 1, Key: types.Hash(key.Public().(ed25519.PublicKey)), //nolint:errcheck // that is what it is
		Prices: []types.Price{price}, Denoms: []string{Denom},
	}
	return key
}

// Change changes an asset.
func (c *Chain) Change(id types.AssetID, f func(*types.Asset)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := c.assets[id]
	f(&a)
	c.assets[id] = a
}

// Key returns the same key for the same name and number.
func Key(name string, n uint64) ed25519.PrivateKey {
	seed := sha256.Sum256(append([]byte(name), types.NewAmount(n).String()...))
	return ed25519.NewKeyFromSeed(seed[:])
}

// DB opens a database of the test.
func DB(t testing.TB) *sql.DB {
	t.Helper()
	db, err := keep.Open(filepath.Join(t.TempDir(), "role.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}
