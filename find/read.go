package find

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire/outside"
)

const (
	// maxManifest bounds a manifest, in bytes.
	maxManifest = 256 << 10
	// maxName, maxDescription and maxPolicies bound what is remembered of one.
	maxName, maxDescription, maxPolicies = 200, 4000, 16
	// workers is how many hosts are asked at once, perHost how many requests one of them
	// gets at a time, giveUp how many of them may fail until it is left alone.
	workers, perHost, giveUp = 16, 2, 4
	// retryAfter is how long a manifest that did not come is not asked for; it doubles
	// up to retryMost.
	retryAfter, retryMost = time.Minute, time.Hour
)

// manifest is what is remembered of one, with its words counted.
type manifest struct {
	Name, Description, Endpoint string
	Policies                    []string
	words                       map[string]float64
	length                      float64
}

// source is a manifest and where it is said to be.
type source struct {
	hash types.Hash
	uri  string
}

// fault is why a manifest did not come.
type fault struct {
	why   string
	tries int
	again time.Time
}

// Refresh reads all assets, and the manifests that are not known yet. Hosts that do not
// answer are no error: Find tells of them.
func (f *Finder) Refresh(ctx context.Context) error {
	assets, err := f.chain.Assets(ctx)
	if err != nil {
		return fmt.Errorf("find assets: %w", err)
	}
	missing := f.missing(assets)
	hosts := newHosts()
	err = each(ctx, len(missing), func(ctx context.Context, i int) error {
		f.read(ctx, hosts, missing[i])
		return nil
	})
	if err != nil && ctx.Err() == nil {
		return err
	}
	return nil // what there was no time for is read the next time
}

// missing takes the assets in, and returns the manifests that are to be read. What no
// asset has any more is forgotten.
func (f *Finder) missing(assets []types.Asset) (all []source) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.assets, f.children = assets, map[types.AssetID]int{}
	known, faults, listed := map[types.Hash]*manifest{}, map[source]fault{}, map[source]bool{}
	now := f.now()
	for _, a := range assets {
		for _, p := range a.Parents {
			f.children[p.Asset]++
		}
		s := source{a.Manifest, a.ManifestURI}
		if m := f.manifests[a.Manifest]; m != nil {
			known[a.Manifest] = m
			continue
		}
		failed, tried := f.faults[s]
		if tried {
			faults[s] = failed
		}
		if !listed[s] && !now.Before(failed.again) {
			listed[s] = true
			all = append(all, s)
		}
	}
	f.manifests, f.faults = known, faults
	return all
}

// read reads one manifest.
func (f *Finder) read(ctx context.Context, hosts *hosts, s source) {
	m, err := f.fetch(ctx, hosts, s)
	if ctx.Err() != nil && err != nil {
		return // it says nothing of the host
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		f.manifests[s.hash] = m
		delete(f.faults, s)
		return
	}
	tries := f.faults[s].tries
	f.faults[s] = fault{why: err.Error(), tries: tries + 1, again: f.now().Add(min(retryAfter<<min(tries, 10), retryMost))}
}

func (f *Finder) fetch(ctx context.Context, hosts *hosts, s source) (*manifest, error) {
	u, err := outside.Check(s.uri)
	if err != nil {
		return nil, fmt.Errorf("the address of its manifest: %w", err)
	}
	done, err := hosts.enter(ctx, u.Host)
	if err != nil {
		return nil, err
	}
	b, err := f.client.Get(ctx, s.uri, maxManifest)
	done(err == nil)
	if err != nil {
		return nil, fmt.Errorf("its manifest does not come: %w", err)
	}
	return readManifest(b, s.hash)
}

// readManifest reads what a host says is the manifest with a hash.
func readManifest(b []byte, hash types.Hash) (*manifest, error) {
	if types.ManifestHash(b) != hash {
		return nil, errors.New("what is served as its manifest is not the one that the chain knows")
	}
	said, err := types.ParseManifest(b)
	if err != nil {
		return nil, fmt.Errorf("its manifest: %w", err)
	}
	m := &manifest{Name: clip(said.Name, maxName), Description: clip(said.Description, maxDescription), Endpoint: said.Endpoint, Policies: []string{}}
	for _, p := range said.Policies[:min(len(said.Policies), maxPolicies)] {
		m.Policies = append(m.Policies, clip(p, maxName))
	}
	if _, err := outside.Check(m.Endpoint); err != nil {
		m.Endpoint = ""
	}
	m.words, m.length = weights(m.Name, m.Description), float64(len(Terms(m.Name))+len(Terms(m.Description)))
	return m, nil
}

// clip cuts s to most bytes, between code points.
func clip(s string, most int) string {
	s = strings.ToValidUTF8(s, "�")
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

// each runs do for 0 to n-1, workers at a time, and returns the first error.
func each(ctx context.Context, n int, do func(context.Context, int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(workers, n) {
		wg.Go(func() {
			for i := range next {
				if err := do(ctx, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	for i := 0; i < n && ctx.Err() == nil; i++ {
		select {
		case next <- i:
		case <-ctx.Done():
		}
	}
	close(next)
	wg.Wait()
	return context.Cause(ctx)
}

// hosts keeps requests to one host few, and leaves one alone that fails.
type hosts struct {
	mu     sync.Mutex
	places map[string]chan struct{}
	failed map[string]int
}

func newHosts() *hosts { return &hosts{places: map[string]chan struct{}{}, failed: map[string]int{}} }

// enter waits for a place at a host. Who has it says by done how it went.
func (h *hosts) enter(ctx context.Context, host string) (done func(fine bool), err error) {
	h.mu.Lock()
	place := h.places[host]
	if place == nil {
		place = make(chan struct{}, perHost)
		h.places[host] = place
	}
	h.mu.Unlock()
	select {
	case place <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.failed[host] >= giveUp {
		<-place
		return nil, errors.New("its host fails again and again, and was not asked")
	}
	return func(fine bool) {
		h.mu.Lock()
		defer h.mu.Unlock()
		if fine {
			h.failed[host] = 0
		} else {
			h.failed[host]++
		}
		<-place
	}, nil
}
