package runner

import (
	"github.com/cosmos/cosmos-sdk/store/v2/cachekv"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
)

// branch is a multi-store whose changes stay in it until Write. It makes a cache
// of those stores alone that are touched; and it looks up where below leads when
// it reads or writes, so that a layer may be put on below between the two.
type branch struct {
	below   storetypes.MultiStore
	stores  map[storetypes.StoreKey]storetypes.CacheWrap
	touched []storetypes.CacheWrap
}

var _ storetypes.CacheMultiStore = (*branch)(nil)

func newBranch(below storetypes.MultiStore) *branch {
	return &branch{below: below, stores: map[storetypes.StoreKey]storetypes.CacheWrap{}}
}

func (b *branch) store(key storetypes.StoreKey, make func() storetypes.CacheWrap) storetypes.CacheWrap {
	s, ok := b.stores[key]
	if !ok {
		s = make()
		b.stores[key], b.touched = s, append(b.touched, s)
	}
	return s
}

// GetKVStore implements storetypes.MultiStore.
func (b *branch) GetKVStore(key storetypes.StoreKey) storetypes.KVStore {
	return b.store(key, func() storetypes.CacheWrap {
		return cachekv.NewStore(lower[[]byte]{func() storetypes.GKVStore[[]byte] { return b.below.GetKVStore(key) }})
	}).(storetypes.KVStore)
}

// GetObjKVStore implements storetypes.MultiStore.
func (b *branch) GetObjKVStore(key storetypes.StoreKey) storetypes.ObjKVStore {
	return b.store(key, func() storetypes.CacheWrap {
		return cachekv.NewGStore(
			lower[any]{func() storetypes.GKVStore[any] { return b.below.GetObjKVStore(key) }},
			func(v any) bool { return v == nil },
			func(any) int { return 1 },
		)
	}).(storetypes.ObjKVStore)
}

// GetStore implements storetypes.MultiStore.
func (b *branch) GetStore(key storetypes.StoreKey) storetypes.Store { return b.GetKVStore(key) }

// GetStoreType implements storetypes.Store.
func (b *branch) GetStoreType() storetypes.StoreType { return storetypes.StoreTypeMulti }

// CacheWrap implements storetypes.Store.
func (b *branch) CacheWrap() storetypes.CacheWrap { return newBranch(b) }

// CacheMultiStore implements storetypes.MultiStore.
func (b *branch) CacheMultiStore() storetypes.CacheMultiStore { return newBranch(b) }

// CacheMultiStoreWithVersion implements storetypes.MultiStore: there are no
// versions within a transaction.
func (b *branch) CacheMultiStoreWithVersion(int64) (storetypes.CacheMultiStore, error) {
	return newBranch(b), nil
}

// LatestVersion implements storetypes.MultiStore.
func (b *branch) LatestVersion() int64 { return b.below.LatestVersion() }

// Write writes what was changed to what is below by now.
func (b *branch) Write() {
	for _, s := range b.touched {
		s.Write()
	}
}

// lower is the store that is below by now.
type lower[V any] struct{ now func() storetypes.GKVStore[V] }

func (l lower[V]) GetStoreType() storetypes.StoreType { return l.now().GetStoreType() }
func (l lower[V]) CacheWrap() storetypes.CacheWrap    { return l.now().CacheWrap() }
func (l lower[V]) Get(key []byte) V                   { return l.now().Get(key) }
func (l lower[V]) Has(key []byte) bool                { return l.now().Has(key) }
func (l lower[V]) Set(key []byte, value V)            { l.now().Set(key, value) }
func (l lower[V]) Delete(key []byte)                  { l.now().Delete(key) }
func (l lower[V]) Iterator(start, end []byte) storetypes.GIterator[V] {
	return l.now().Iterator(start, end)
}

func (l lower[V]) ReverseIterator(start, end []byte) storetypes.GIterator[V] {
	return l.now().ReverseIterator(start, end)
}
