package ledger

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/weal-network/weal/types"
	tabtypes "github.com/weal-network/weal/x/tab/types"
)

// Tab is a tab as the chain has it.
type Tab struct {
	ID         types.TabID     `json:"id"`
	Payer      string          `json:"payer"` // EIP-55 hex address
	Denom      string          `json:"denom"`
	Deposit    types.Amount    `json:"deposit"`
	Bond       types.Amount    `json:"bond"`
	FeeReserve types.Amount    `json:"fee_reserve"`
	Epoch      uint32          `json:"epoch"`
	State      types.LaneState `json:"state"`
	Free       types.Amount    `json:"free"`           // what of the deposit is no lane's
	Lanes      []types.Lane    `json:"lanes"`          // of the epoch
	Past       []types.Lane    `json:"past,omitempty"` // of epochs that checkpoints ended
}

// knows reports whether the chain has lanes of an epoch. It forgets those of an
// epoch that has ended, and of a closed tab, when they hold nothing.
func (t Tab) knows(epoch uint32) bool {
	if epoch == t.Epoch {
		return t.State != types.LaneClosed
	}
	return epoch > t.Epoch || slices.ContainsFunc(t.Past, func(l types.Lane) bool { return l.Ref.Epoch == epoch })
}

// Lane returns a lane, at most a second old. One whose key was revoked, or whose
// epoch has ended, is closing, and closed when its window has ended and the tab
// was funded since: then it pays what it holds, and no more.
func (l *Ledger) Lane(ctx context.Context, ref types.LaneRef) (types.Lane, error) {
	l.mu.Lock()
	lane, ok := l.lanes[ref]
	l.mu.Unlock()
	if age := time.Since(lane.read); ok && age < freshFor {
		l.ahead(age, ref.Tab, func(ctx context.Context) { _, _ = l.readLane(ctx, ref) }) // a failure is for who waits for an answer
		return lane.value, nil
	}
	return l.readLane(ctx, ref)
}

// readLane asks the chain for a lane's tab, and remembers all its lanes.
func (l *Ledger) readLane(ctx context.Context, ref types.LaneRef) (types.Lane, error) {
	read := time.Now()
	t, err := l.Tab(ctx, ref.Tab)
	if err != nil {
		return types.Lane{}, fmt.Errorf("read lane %s: %w", ref, err)
	}
	all := slices.Concat(t.Lanes, t.Past)
	l.mu.Lock()
	if read.After(l.forgottenTabs[ref.Tab]) {
		for _, lane := range all {
			l.lanes[lane.Ref] = aged[types.Lane]{lane, read}
		}
	}
	l.mu.Unlock()
	if i := slices.IndexFunc(all, func(lane types.Lane) bool { return lane.Ref == ref }); i >= 0 {
		return all[i], nil
	}
	if ref.Lane == tabtypes.Whole || t.knows(ref.Epoch) {
		return types.Lane{}, fmt.Errorf("read lane %s: %w: the tab has no such lane", ref, types.ErrNotFound)
	}
	return types.Lane{Ref: ref, Payer: t.Payer, Denom: t.Denom, State: types.LaneClosed}, nil
}

// Tab returns a tab with its lanes.
func (l *Ledger) Tab(ctx context.Context, id types.TabID) (Tab, error) {
	res, err := l.tabs.Tab(ctx, &tabtypes.QueryTabRequest{Id: uint64(id)})
	if err != nil {
		return Tab{}, failed(fmt.Sprintf("read tab %d", id), err)
	}
	return tabOf(res.Tab)
}

// Credited returns what settlements have credited to an asset from a lane.
func (l *Ledger) Credited(ctx context.Context, ref types.LaneRef, asset types.AssetID) (types.Amount, error) {
	res, err := l.tabs.Credited(ctx, &tabtypes.QueryCreditedRequest{
		Tab: uint64(ref.Tab), Epoch: ref.Epoch, Lane: ref.Lane, Asset: uint64(asset),
	})
	if err != nil {
		return types.Amount{}, failed(fmt.Sprintf("read what lane %s credited to asset %d", ref, asset), err)
	}
	return types.ParseAmount(res.Amount)
}

// TabsOf lists the tabs of a payer.
func (l *Ledger) TabsOf(ctx context.Context, payer string) ([]Tab, error) {
	a, err := ParseAddress(payer)
	if err != nil {
		return nil, err
	}
	var all []Tab
	page := &query.PageRequest{Limit: pageSize}
	for {
		res, err := l.tabs.TabsOf(ctx, &tabtypes.QueryTabsOfRequest{Payer: Bech32(a), Pagination: page})
		if err != nil {
			return nil, failed("list tabs of "+payer, err)
		}
		for _, m := range res.Tabs {
			t, err := tabOf(m)
			if err != nil {
				return nil, err
			}
			all = append(all, t)
		}
		if len(res.Pagination.GetNextKey()) == 0 {
			return all, nil
		}
		page = &query.PageRequest{Limit: pageSize, Key: res.Pagination.NextKey}
	}
}

// tabOf maps the chain's message.
func tabOf(m tabtypes.Tab) (t Tab, err error) {
	t = Tab{ID: types.TabID(m.Id), Payer: hexForm(m.Payer), Denom: m.Denom, Epoch: m.Epoch, State: stateOf(m.State), Lanes: []types.Lane{}}
	for _, f := range []struct {
		to   *types.Amount
		from string
	}{{&t.Deposit, m.Deposit}, {&t.Bond, m.Bond}, {&t.FeeReserve, m.FeeReserve}, {&t.Free, m.Free}} {
		if *f.to, err = types.ParseAmount(f.from); err != nil {
			return t, fmt.Errorf("read tab %d: %w", m.Id, err)
		}
	}
	for _, ml := range m.Lanes {
		lane, err := t.lane(m.Epoch, ml)
		if err != nil {
			return t, err
		}
		t.Lanes = append(t.Lanes, lane)
	}
	for _, e := range m.Past {
		for _, ml := range e.Lanes {
			if ml.Id == tabtypes.Whole {
				continue // the checkpoint's row is no lane
			}
			lane, err := t.lane(e.Epoch, ml)
			if err != nil {
				return t, err
			}
			t.Past = append(t.Past, lane)
		}
	}
	return t, nil
}

// lane maps the chain's message of a lane of the tab.
func (t Tab) lane(epoch uint32, m tabtypes.Lane) (lane types.Lane, err error) {
	lane = types.Lane{
		Ref:   types.LaneRef{Tab: t.ID, Epoch: epoch, Lane: m.Id},
		Payer: t.Payer, Denom: t.Denom, Gateway: types.AssetID(m.Gateway), State: t.State,
	}
	switch {
	case m.Released:
		lane.State = types.LaneClosed
	case t.State == types.LaneOpen && (m.Revoked || epoch < t.Epoch):
		lane.State = types.LaneClosing
	}
	if lane.Key, err = types.HashFromBytes(m.Key); err == nil {
		lane.Cap, err = types.ParseAmount(m.Cap)
	}
	if err == nil {
		lane.Credited, err = types.ParseAmount(m.Credited)
	}
	if err != nil {
		return lane, fmt.Errorf("read lane %s: %w", lane.Ref, err)
	}
	return lane, nil
}

func stateOf(s tabtypes.TabState) types.LaneState {
	switch s {
	case tabtypes.TAB_STATE_OPEN:
		return types.LaneOpen
	case tabtypes.TAB_STATE_CLOSING:
		return types.LaneClosing
	}
	return types.LaneClosed
}
