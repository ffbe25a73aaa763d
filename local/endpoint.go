package local

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/types"
)

// maxManifest bounds a manifest that somebody else serves, in bytes.
const maxManifest = 256 << 10

// manifestTime bounds how long it may take to come.
const manifestTime = 5 * time.Second

// endpoints finds out where assets are served: by the manifest, whose hash is on
// the chain.
type endpoints struct {
	ledger *ledger.Ledger
	client *http.Client

	mu    sync.Mutex
	known map[types.Hash]string // by manifest
}

func newEndpoints(l *ledger.Ledger) *endpoints {
	return &endpoints{ledger: l, client: &http.Client{}, known: map[types.Hash]string{}}
}

// of returns the base URL of the role that serves an asset.
func (e *endpoints) of(ctx context.Context, id types.AssetID) (string, error) {
	a, err := e.ledger.Asset(ctx, id)
	if err != nil {
		return "", err
	}
	e.mu.Lock()
	url, ok := e.known[a.Manifest]
	e.mu.Unlock()
	if ok {
		return url, nil
	}
	m, err := e.fetch(ctx, a)
	if err != nil {
		return "", fmt.Errorf("find asset %d: %w", id, err)
	}
	e.mu.Lock()
	e.known[a.Manifest] = m.Endpoint
	e.mu.Unlock()
	return m.Endpoint, nil
}

// fetch reads an asset's manifest and checks it against the chain.
func (e *endpoints) fetch(ctx context.Context, a types.Asset) (types.Manifest, error) {
	ctx, cancel := context.WithTimeout(ctx, manifestTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.ManifestURI, http.NoBody)
	if err != nil {
		return types.Manifest{}, fmt.Errorf("fetch manifest: %w", err)
	}
	res, err := e.client.Do(req)
	if err != nil {
		return types.Manifest{}, fmt.Errorf("fetch manifest: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxManifest))
	if err != nil {
		return types.Manifest{}, fmt.Errorf("fetch manifest: %w", err)
	}
	if res.StatusCode != http.StatusOK || types.ManifestHash(b) != a.Manifest {
		return types.Manifest{}, fmt.Errorf("fetch manifest: %s answers %d and not the manifest that the chain knows", a.ManifestURI, res.StatusCode)
	}
	return types.ParseManifest(b)
}
