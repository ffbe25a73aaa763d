package find

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// maxHealth bounds what an asset says of its health, in bytes.
const maxHealth = 4 << 10

// Health is how an asset answered.
type Health struct {
	Up bool `json:"up"`
	// Millis is how long it took, with the connection.
	Millis float64 `json:"ms"`
	// Fault is why it is taken to be down.
	Fault string `json:"fault,omitempty"`
}

// probeSome asks those that are found for their health, and no more of them than it
// takes to fill the limit.
func (f *Finder) probeSome(ctx context.Context, found []Found, q Query) ([]Found, error) {
	var out []Found
	for len(found) > 0 && len(out) < q.Limit {
		some := found[:min(len(found), max(q.Limit, workers))]
		found = found[len(some):]
		err := each(ctx, len(some), func(ctx context.Context, i int) error {
			some[i].Health = f.probe(ctx, some[i])
			return nil
		})
		if err != nil {
			return nil, err
		}
		for _, s := range some {
			if s.Health.Up || !q.Healthy {
				out = append(out, s)
			}
		}
	}
	return out, nil
}

// probe asks one asset for its health.
func (f *Finder) probe(ctx context.Context, one Found) *Health {
	if one.Endpoint == "" {
		return &Health{Fault: "it is served nowhere"}
	}
	began := time.Now()
	b, err := f.client.Get(ctx, strings.TrimRight(one.Endpoint, "/")+wire.PathHealth, maxHealth)
	h := &Health{Millis: float64(time.Since(began).Microseconds()) / 1000}
	if err == nil {
		err = readHealth(b, one.Asset)
	}
	if h.Up = err == nil; err != nil {
		h.Fault = err.Error()
	}
	return h
}

// readHealth reads what the role of an asset says of its health.
func readHealth(b []byte, id types.AssetID) error {
	var said struct {
		Status string        `json:"status"`
		Asset  types.AssetID `json:"asset"`
	}
	switch err := json.Unmarshal(b, &said); {
	case err != nil:
		return errors.New("what it says of its health is no JSON")
	case said.Asset != id:
		return fmt.Errorf("asset %d is served there", said.Asset)
	case said.Status != "ok":
		return fmt.Errorf("it says that it is %.40q", said.Status)
	}
	return nil
}
