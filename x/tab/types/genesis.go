package types

import (
	"math/big"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/pay"
	weal "github.com/weal-network/weal/types"
)

// DefaultGenesis returns the state of a new chain: no tabs.
func DefaultGenesis() *GenesisState {
	return &GenesisState{Params: DefaultParams(), NextTab: 1}
}

// Validate returns ErrGenesis, with the reason, if the state contradicts itself:
// it checks what holds of a running chain. Payers' addresses are checked when
// the state is imported.
func (gs GenesisState) Validate() error {
	if err := gs.Params.Validate(); err != nil {
		return err
	}
	if gs.NextTab == 0 {
		return ErrGenesis.Wrap("next_tab must be at least 1")
	}
	credited := make(map[weal.LaneRef]*big.Int) // only looked up, never ranged over
	var last uint64
	for _, t := range gs.Tabs {
		if t.Id <= last || t.Id >= gs.NextTab {
			return ErrGenesis.Wrapf("tab %d: ids must ascend from 1 and be below next_tab", t.Id)
		}
		last = t.Id
		if err := t.validate(credited); err != nil {
			return ErrGenesis.Wrapf("tab %d: %s", t.Id, err)
		}
	}
	if err := gs.sumCredited(credited); err != nil {
		return err
	}
	for _, t := range gs.Tabs {
		for _, l := range t.Lanes {
			ref := weal.LaneRef{Tab: weal.TabID(t.Id), Epoch: t.Epoch, Lane: l.Id}
			if credited[ref].String() != l.Credited {
				return ErrGenesis.Wrapf("lane %s: its rows sum to %s, it has %s", ref, credited[ref], l.Credited)
			}
		}
	}
	return nil
}

// sumCredited adds the rows to the sums of their lanes.
func (gs GenesisState) sumCredited(credited map[weal.LaneRef]*big.Int) error {
	type row struct {
		lane  weal.LaneRef
		asset uint64
	}
	seen := make(map[row]bool, len(gs.Credited))
	for _, c := range gs.Credited {
		ref := weal.LaneRef{Tab: weal.TabID(c.Tab), Epoch: c.Epoch, Lane: c.Lane}
		amount, err := weal.ParseAmount(c.Amount)
		if err != nil {
			return ErrGenesis.Wrapf("credited row of lane %s, asset %d: %s", ref, c.Asset, err)
		}
		total, ok := credited[ref]
		if r := (row{ref, c.Asset}); !ok || seen[r] || c.Asset == 0 {
			return ErrGenesis.Wrapf("credited row of lane %s, asset %d: it has no lane, no asset, or comes twice", ref, c.Asset)
		} else {
			seen[r] = true
		}
		total.Add(total, amount.Big())
	}
	return nil
}

// validate checks a tab by itself and enters its lanes with a sum of zero.
func (t Tab) validate(credited map[weal.LaneRef]*big.Int) error {
	if err := sdk.ValidateDenom(t.Denom); err != nil {
		return err
	}
	deposit, err := weal.ParseAmount(t.Deposit)
	if err != nil {
		return err
	}
	bond, err := weal.ParseAmount(t.Bond)
	if err != nil {
		return err
	}
	reserve, err := weal.ParseAmount(t.FeeReserve)
	if err != nil {
		return err
	}
	closed := t.State == TAB_STATE_CLOSED
	switch {
	case t.State < TAB_STATE_OPEN || t.State > TAB_STATE_CLOSED:
		return ErrGenesis.Wrapf("state %d", t.State)
	case t.CloseHeight < 0 || (t.State == TAB_STATE_OPEN) && t.CloseHeight != 0:
		return ErrGenesis.Wrapf("close_height %d", t.CloseHeight)
	case closed && !(deposit.IsZero() && bond.IsZero() && reserve.IsZero()):
		return ErrGenesis.Wrap("it is closed and has a deposit, a bond or a fee reserve")
	}
	caps := new(big.Int)
	for i, l := range t.Lanes {
		limit, err := l.validate()
		if err != nil {
			return err
		}
		if i > 0 && l.Id <= t.Lanes[i-1].Id {
			return ErrGenesis.Wrapf("lane %d: ids must ascend", l.Id)
		}
		caps.Add(caps, limit.Big())
		credited[weal.LaneRef{Tab: weal.TabID(t.Id), Epoch: t.Epoch, Lane: l.Id}] = new(big.Int)
	}
	if !closed && caps.Cmp(deposit.Big()) > 0 {
		return ErrGenesis.Wrapf("caps of %s exceed the deposit of %s", caps, deposit)
	}
	return nil
}

// validate returns the lane's cap.
func (l Lane) validate() (weal.Amount, error) {
	key, err := weal.HashFromBytes(l.Key)
	if err != nil {
		return weal.Amount{}, err
	}
	if err := pay.CheckKey(key); err != nil {
		return weal.Amount{}, err
	}
	limit, err := weal.ParseAmount(l.Cap)
	if err != nil {
		return weal.Amount{}, err
	}
	credited, err := weal.ParseAmount(l.Credited)
	if err != nil {
		return weal.Amount{}, err
	}
	if _, err := weal.ParseAmount(l.Shown); err != nil {
		return weal.Amount{}, err
	}
	if credited.Cmp(limit) > 0 {
		return weal.Amount{}, ErrGenesis.Wrapf("lane %d: credited %s of a cap of %s", l.Id, credited, limit)
	}
	return limit, nil
}
