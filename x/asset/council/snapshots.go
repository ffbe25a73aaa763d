package council

import (
	"context"
	"errors"
	"fmt"
	"math"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/stored"
	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

// The keys that have more than one part. A snapshot has the number of the
// proposal that it was taken for.
type (
	openKey     = collections.Pair[uint64, uint64]           // asset, snapshot
	snapshotKey = collections.Triple[uint64, uint64, uint64] // asset, share, snapshot
	orderKey    = collections.Triple[uint64, uint64, uint64] // asset, snapshot, share
)

// Snapshots keeps what shares were. Taking a snapshot writes one row; after it,
// the first change of each share writes down what the share was before, under
// the newest snapshot. So what a share was at a snapshot is in its first row
// under that snapshot or a later one, or else what it is now.
type Snapshots struct {
	standings collections.Map[uint64, standing]
	open      collections.KeySet[openKey]
	rows      collections.Map[snapshotKey, held]
	order     collections.KeySet[orderKey]
	sweep     collections.KeySet[uint64]
}

var _ token.Watcher = Snapshots{}

// NewSnapshots returns the snapshots in the store of types.StoreKey.
func NewSnapshots(_ codec.BinaryCodec, stores store.KVStoreService) Snapshots {
	var (
		sb     = collections.NewSchemaBuilder(stores)
		u64    = collections.Uint64Key
		triple = collections.TripleKeyCodec(u64, u64, u64)
	)
	s := Snapshots{
		standings: collections.NewMap(sb, types.CouncilStandingKey, "council_standings", u64, standingValue),
		open:      collections.NewKeySet(sb, types.OpenKey, "council_open", collections.PairKeyCodec(u64, u64)),
		rows:      collections.NewMap(sb, types.SnapshotsKey, "council_snapshots", triple, heldValue),
		order:     collections.NewKeySet(sb, types.SnapshotOrderKey, "council_snapshot_order", triple),
		sweep:     collections.NewKeySet(sb, types.SweepSnapshotsKey, "council_sweep_snapshots", u64),
	}
	if _, err := sb.Build(); err != nil {
		panic(fmt.Errorf("council: build schema: %w", err))
	}
	return s
}

// Changing implements token.Watcher. All changes of one call are in one slot.
func (s Snapshots) Changing(ctx context.Context, collection uint64, changes []token.Change) error {
	if collection != token.Shares || len(changes) == 0 {
		return nil
	}
	asset := changes[0].Slot.Uint64()
	st, err := stored.OrZero(s.standings.Get(ctx, asset))
	if err != nil {
		return err
	}
	own := common.Address(weal.AssetAccount(weal.AssetID(asset)))
	treasury := st.treasury
	for _, c := range changes {
		if st.newest > 0 {
			if err := s.keep(ctx, asset, st.newest, c); err != nil {
				return err
			}
		}
		if c.From == own {
			treasury -= c.Before.Uint64()
		}
		if c.To == own {
			treasury += c.After.Uint64()
		}
	}
	if treasury == st.treasury {
		return nil
	}
	st.treasury = treasury
	return s.stand(ctx, asset, st)
}

// keep writes down what a share was, if this is its first change after the
// newest snapshot.
func (s Snapshots) keep(ctx context.Context, asset, newest uint64, c token.Change) error {
	key := collections.Join3(asset, c.ID.Uint64(), newest)
	if has, err := s.rows.Has(ctx, key); err != nil || has {
		return err
	}
	if err := s.rows.Set(ctx, key, held{c.From, c.Before.Uint64()}); err != nil {
		return err
	}
	return s.order.Set(ctx, collections.Join3(asset, newest, c.ID.Uint64()))
}

// stand stores a standing, and no row for nothing.
func (s Snapshots) stand(ctx context.Context, asset uint64, st standing) error {
	if st == (standing{}) {
		return s.standings.Remove(ctx, asset)
	}
	return s.standings.Set(ctx, asset, st)
}

// treasury returns how many units an asset's own account holds.
func (s Snapshots) treasury(ctx context.Context, asset uint64) (uint64, error) {
	st, err := stored.OrZero(s.standings.Get(ctx, asset))
	return st.treasury, err
}

// take takes snapshot n of an asset's shares. Snapshots are taken in the order
// of their numbers.
func (s Snapshots) take(ctx context.Context, asset, n uint64) error {
	st, err := stored.OrZero(s.standings.Get(ctx, asset))
	if err != nil {
		return err
	}
	st.newest = n
	if err := s.stand(ctx, asset, st); err != nil {
		return err
	}
	return s.open.Set(ctx, collections.Join(asset, n))
}

// release says that snapshot n is not needed any more. Until the last is
// released, changes are written down under the newest that was taken, released
// or not: a row under an older one would be of a later time than a row under the
// newest.
func (s Snapshots) release(ctx context.Context, asset, n uint64) error {
	if err := s.open.Remove(ctx, collections.Join(asset, n)); err != nil {
		return err
	}
	if err := s.sweep.Set(ctx, asset); err != nil {
		return err
	}
	_, any, err := s.oldest(ctx, asset)
	if err != nil || any {
		return err
	}
	st, err := stored.OrZero(s.standings.Get(ctx, asset))
	if err != nil {
		return err
	}
	st.newest = 0
	return s.stand(ctx, asset, st)
}

// oldest returns the first snapshot of an asset that is needed, if one is.
func (s Snapshots) oldest(ctx context.Context, asset uint64) (n uint64, any bool, err error) {
	it, err := s.open.Iterate(ctx, collections.NewPrefixedPairRange[uint64, uint64](asset))
	if err != nil {
		return 0, false, err
	}
	keys, err := stored.First(it, 1)
	if err != nil || len(keys) == 0 {
		return 0, false, err
	}
	return keys[0].K2(), true, nil
}

// at returns what a share was at snapshot n, if it has changed since. A share
// that did not exist then had no owner and no value.
func (s Snapshots) at(ctx context.Context, asset, share, n uint64) (h held, changed bool, err error) {
	it, err := s.rows.Iterate(ctx, new(collections.Range[snapshotKey]).
		StartInclusive(collections.Join3(asset, share, n)).
		EndInclusive(collections.Join3(asset, share, uint64(math.MaxUint64))))
	if err != nil {
		return h, false, err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	if !it.Valid() {
		return h, false, nil
	}
	h, err = it.Value()
	return h, err == nil, err
}

// clean deletes at most limit rows that no snapshot needs, and returns how many
// more it could have deleted.
func (s Snapshots) clean(ctx context.Context, limit int) (left int, err error) {
	it, err := s.sweep.Iterate(ctx, nil)
	if err != nil {
		return limit, err
	}
	assets, err := stored.First(it, limit)
	if err != nil {
		return limit, err
	}
	for _, asset := range assets {
		if limit, err = s.cleanOf(ctx, asset, limit); err != nil || limit == 0 {
			return limit, err
		}
		if err := s.sweep.Remove(ctx, asset); err != nil {
			return limit, err
		}
		limit--
	}
	return limit, nil
}

// cleanOf deletes at most limit rows of an asset under snapshots before the
// oldest that is needed.
func (s Snapshots) cleanOf(ctx context.Context, asset uint64, limit int) (left int, err error) {
	until, any, err := s.oldest(ctx, asset)
	if err != nil {
		return limit, err
	}
	if !any {
		until = math.MaxUint64
	}
	it, err := s.order.Iterate(ctx, new(collections.Range[orderKey]).
		StartInclusive(collections.Join3(asset, uint64(0), uint64(0))).
		EndExclusive(collections.Join3(asset, until, uint64(0))))
	if err != nil {
		return limit, err
	}
	keys, err := stored.First(it, limit)
	if err != nil {
		return limit, err
	}
	for _, key := range keys {
		if err := s.rows.Remove(ctx, collections.Join3(asset, key.K3(), key.K2())); err != nil {
			return limit, err
		}
		if err := s.order.Remove(ctx, key); err != nil {
			return limit, err
		}
	}
	return limit - len(keys), nil
}
