package vault

import (
	"sync"
	"time"

	"github.com/weal-network/weal/types"
)

// maxOffers bounds the cache: some tens of megabytes at most.
const maxOffers = 50_000

// offerCache remembers which passage an offered id stands for. It only saves
// time: what it forgot is found by trying all passages of the generation.
type offerCache struct {
	now func() time.Time

	mu     sync.Mutex
	offers map[string]cachedOffer // by the offer's id
}

type cachedOffer struct {
	expires int64                // Unix seconds
	numbers map[types.Hash]int32 // passages of the generation, by offered id
}

func newOfferCache(now func() time.Time) *offerCache {
	return &offerCache{now: now, offers: map[string]cachedOffer{}}
}

func (c *offerCache) put(id string, o cachedOffer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.offers) >= maxOffers {
		now := c.now().Unix()
		for id, o := range c.offers {
			if o.expires < now {
				delete(c.offers, id)
			}
		}
	}
	if len(c.offers) >= maxOffers {
		clear(c.offers)
	}
	c.offers[id] = o
}

// get returns what the ids of an offer stand for, as far as known.
func (c *offerCache) get(id string) map[types.Hash]int32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offers[id].numbers
}
