package types

import (
	"math/big"
	"slices"

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
	var asset uint64
	for _, w := range gs.Watchers {
		if w.Asset <= asset || w.Watcher == "" || w.BasisPoints > MaxWatcherBasisPoints {
			return ErrGenesis.Wrapf("watcher of asset %d: assets must ascend from 1, with an account and at most %d basis points",
				w.Asset, MaxWatcherBasisPoints)
		}
		asset = w.Asset
	}
	for _, t := range gs.Tabs {
		for _, e := range t.epochs() {
			for _, l := range e.Lanes {
				ref := weal.LaneRef{Tab: weal.TabID(t.Id), Epoch: e.Epoch, Lane: l.Id}
				if credited[ref].String() != l.Credited {
					return ErrGenesis.Wrapf("lane %s: its rows sum to %s, it has %s", ref, credited[ref], l.Credited)
				}
			}
		}
	}
	return nil
}

// epochs returns the tab's past epochs and its own.
func (t Tab) epochs() []Epoch {
	return append(slices.Clone(t.Past), Epoch{Epoch: t.Epoch, Lanes: t.Lanes})
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
	var amounts [4]weal.Amount
	for i, s := range []string{t.Deposit, t.Free, t.Bond, t.FeeReserve} {
		var err error
		if amounts[i], err = weal.ParseAmount(s); err != nil {
			return err
		}
	}
	closed := t.State == TAB_STATE_CLOSED
	switch {
	case t.State < TAB_STATE_OPEN || t.State > TAB_STATE_CLOSED:
		return ErrGenesis.Wrapf("state %d", t.State)
	case t.CloseHeight < 0 || (t.State == TAB_STATE_OPEN) && t.CloseHeight != 0:
		return ErrGenesis.Wrapf("close_height %d", t.CloseHeight)
	case closed && amounts != [4]weal.Amount{}:
		return ErrGenesis.Wrap("it is closed and has a deposit, a bond or a fee reserve")
	case t.Epoch == Whole:
		return ErrGenesis.Wrapf("epoch %d", t.Epoch)
	}
	caps, epochs := amounts[1].Big(), t.epochs()
	for i, e := range epochs {
		if i > 0 && e.Epoch <= epochs[i-1].Epoch || e.CloseHeight < 0 {
			return ErrGenesis.Wrapf("epoch %d: epochs must ascend", e.Epoch)
		}
		if err := e.validate(t, caps, credited); err != nil {
			return err
		}
	}
	if !closed && caps.Cmp(amounts[0].Big()) != 0 {
		return ErrGenesis.Wrapf("caps and what is free are %s, the deposit is %s", caps, t.Deposit)
	}
	return nil
}

// validate checks the lanes of an epoch of t, enters them, and adds the caps of
// those that are not released to caps.
func (e Epoch) validate(t Tab, caps *big.Int, credited map[weal.LaneRef]*big.Int) error {
	for i, l := range e.Lanes {
		limit, err := l.validate()
		if err != nil {
			return err
		}
		switch {
		case i > 0 && l.Id <= e.Lanes[i-1].Id:
			return ErrGenesis.Wrapf("lane %d: ids must ascend", l.Id)
		case l.Id == Whole && (e.Epoch == t.Epoch || l.Revoked || l.Proven):
			return ErrGenesis.Wrapf("epoch %d has a checkpoint and is not past, or it is marked as a lane", e.Epoch)
		case l.Released && !l.Revoked && e.Epoch == t.Epoch:
			return ErrGenesis.Wrapf("lane %d: it is released and in use", l.Id)
		case l.CloseHeight < 0 || l.CloseHeight > 0 && (!l.Revoked || l.Released || l.CloseTime == nil):
			return ErrGenesis.Wrapf("lane %d: close_height %d", l.Id, l.CloseHeight)
		}
		if !l.Released {
			caps.Add(caps, limit.Big())
		}
		credited[weal.LaneRef{Tab: weal.TabID(t.Id), Epoch: e.Epoch, Lane: l.Id}] = new(big.Int)
	}
	return nil
}

// validate returns the lane's cap.
func (l Lane) validate() (weal.Amount, error) {
	key, err := weal.HashFromBytes(l.Key)
	if err != nil {
		return weal.Amount{}, err
	}
	if l.Id != Whole { // a checkpoint's is a root
		if err := pay.CheckKey(key); err != nil {
			return weal.Amount{}, err
		}
	}
	limit, err := weal.ParseAmount(l.Cap)
	if err != nil {
		return weal.Amount{}, err
	}
	credited, err := weal.ParseAmount(l.Credited)
	if err != nil {
		return weal.Amount{}, err
	}
	shown, err := weal.ParseAmount(l.Shown)
	if err != nil {
		return weal.Amount{}, err
	}
	if credited.Cmp(limit) > 0 || l.Id == Whole && shown.Cmp(credited) < 0 {
		return weal.Amount{}, ErrGenesis.Wrapf("lane %d: credited %s of a cap of %s", l.Id, credited, limit)
	}
	return limit, nil
}
