package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"

	"github.com/weal-network/weal/x/job/types"
)

// InitGenesis loads a state, after those of the bank and of the assets.
func (k Keeper) InitGenesis(ctx context.Context, gs *types.GenesisState) error {
	if err := gs.Validate(); err != nil {
		return err
	}
	if err := k.params.Set(ctx, gs.Params); err != nil {
		return err
	}
	if err := k.asked.Set(ctx, gs.Asked); err != nil {
		return err
	}
	for _, r := range gs.Requests {
		if err := k.index(ctx, r); err != nil {
			return err
		}
	}
	for _, o := range gs.Operators {
		if err := k.putOperator(ctx, o); err != nil {
			return err
		}
	}
	return k.initBookings(ctx, gs)
}

// initBookings loads what is booked, in the order in which it is due in each block.
func (k Keeper) initBookings(ctx context.Context, gs *types.GenesisState) error {
	if err := k.booked.Set(ctx, gs.Booked); err != nil {
		return err
	}
	for _, b := range gs.Bookings {
		if err := k.due.Set(ctx, collections.Join3(b.Due, uint64(b.Round), b.Id)); err != nil {
			return err
		}
		turn := collections.Join(b.Due, sdk.AccAddress(common.HexToAddress(b.Owner).Bytes()))
		if err := add(ctx, k.turns, turn, 1); err != nil {
			return err
		}
		if err := k.addBooking(ctx, b); err != nil {
			return err
		}
	}
	for _, r := range gs.Records {
		if err := k.addRecord(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// ExportGenesis returns the whole state.
func (k Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	gs := &types.GenesisState{}
	var err error
	if gs.Params, err = k.params.Get(ctx); err != nil {
		return nil, err
	}
	if gs.Asked, err = k.asked.Peek(ctx); err != nil {
		return nil, err
	}
	if gs.Requests, err = values(ctx, k.requests); err != nil {
		return nil, err
	}
	if gs.Operators, err = values(ctx, k.operators); err != nil {
		return nil, err
	}
	if gs.Booked, err = k.booked.Peek(ctx); err != nil {
		return nil, err
	}
	if gs.Bookings, err = values(ctx, k.bookings); err != nil {
		return nil, err
	}
	gs.Records, err = values(ctx, k.records)
	return gs, err
}

// values returns all rows, in the order of their keys.
func values[K, V any](ctx context.Context, m collections.Map[K, V]) (all []V, err error) {
	err = m.Walk(ctx, nil, func(_ K, v V) (bool, error) {
		all = append(all, v)
		return false, nil
	})
	return all, err
}
