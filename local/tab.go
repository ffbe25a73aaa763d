package local

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
)

// ensureTab finds the payer's open tab with lanes of the home's keys, or opens one,
// and hands its lanes to the purse.
func ensureTab(ctx context.Context, l *ledger.Ledger, payer *ledger.Sender, keys []ed25519.PrivateKey,
	app types.AssetID, p *purse.Purse,
) (types.TabID, error) {
	tabs, err := l.TabsOf(ctx, payer.Address())
	if err != nil {
		return 0, err
	}
	tab, lanes := findTab(tabs, keys)
	if tab == 0 {
		t := ledger.NewTab{Denom: types.BaseDenom, Bond: tabBond, FeeReserve: feeReserve}
		for _, key := range keys {
			t.Lanes = append(t.Lanes, ledger.NewLane{Key: pay.PublicKey(key), Cap: laneCap, Gateway: app})
			t.Deposit, _ = t.Deposit.Add(laneCap) // a few caps of 10 WEAL fit
		}
		if tab, err = payer.OpenTab(ctx, t); err != nil {
			return 0, err
		}
		for i, key := range keys {
			lanes = append(lanes, keyedLane{types.LaneRef{Tab: tab, Lane: uint32(i)}, key})
		}
	}
	for _, lane := range lanes {
		if err := p.AddLane(ctx, lane.ref, lane.key); err != nil {
			return 0, err
		}
	}
	return tab, nil
}

// keyedLane is a lane whose key is in the home.
type keyedLane struct {
	ref types.LaneRef
	key ed25519.PrivateKey
}

// findTab returns the first tab that has open lanes of our keys, and those lanes.
func findTab(tabs []ledger.Tab, keys []ed25519.PrivateKey) (types.TabID, []keyedLane) {
	ours := map[types.Hash]ed25519.PrivateKey{}
	for _, key := range keys {
		ours[pay.PublicKey(key)] = key
	}
	for _, t := range tabs {
		var lanes []keyedLane
		for _, l := range t.Lanes {
			if key, ok := ours[l.Key]; ok && l.State == types.LaneOpen {
				lanes = append(lanes, keyedLane{l.Ref, key})
			}
		}
		if len(lanes) > 0 {
			return t.ID, lanes
		}
	}
	return 0, nil
}

// Tabs lists the tabs of the home's payer that the chain still has.
func (c *Client) Tabs(ctx context.Context) ([]ledger.Tab, error) {
	payer, err := c.sender()
	if err != nil {
		return nil, err
	}
	return c.Ledger.TabsOf(ctx, payer.Address())
}

// CloseTab begins the closing of a tab of the home's payer.
func (c *Client) CloseTab(ctx context.Context, tab types.TabID) error {
	payer, t, err := c.payerTab(ctx, tab)
	if err != nil {
		return err
	}
	return payer.CloseTab(ctx, t.ID)
}

// Withdraw ends a tab whose closing window is over, and returns what its payer got.
func (c *Client) Withdraw(ctx context.Context, tab types.TabID) (types.Amount, string, error) {
	payer, err := c.sender()
	if err != nil {
		return types.Amount{}, "", err
	}
	t, err := c.Ledger.Tab(ctx, tab)
	if err != nil {
		return types.Amount{}, "", err
	}
	refund, err := payer.Withdraw(ctx, tab)
	return refund, t.Denom, err
}

// payerTab returns a tab of the home's payer, the home's own if id is zero.
func (c *Client) payerTab(ctx context.Context, id types.TabID) (*ledger.Sender, ledger.Tab, error) {
	payer, err := c.sender()
	if err != nil {
		return nil, ledger.Tab{}, err
	}
	if id == 0 {
		id = c.Running.Tab
	}
	t, err := c.Ledger.Tab(ctx, id)
	if err == nil && t.State != types.LaneOpen {
		err = fmt.Errorf("tab %d is %s; open another: weal tab open", id, t.State)
	}
	return payer, t, err
}

// openLanes returns the open lanes of a tab that ids name, all if there are none.
func openLanes(t ledger.Tab, ids []uint32) (lanes []types.Lane, err error) {
	byID := map[uint32]types.Lane{}
	for _, l := range t.Lanes {
		byID[l.Ref.Lane] = l
		if len(ids) == 0 && l.State == types.LaneOpen {
			lanes = append(lanes, l)
		}
	}
	for _, id := range ids {
		l, ok := byID[id]
		switch {
		case !ok:
			return nil, fmt.Errorf("tab %d has no lane %d in epoch %d; see: weal tab show", t.ID, id, t.Epoch)
		case l.State != types.LaneOpen:
			return nil, fmt.Errorf("lane %s was revoked; see: weal tab show", l.Ref)
		}
		lanes = append(lanes, l)
	}
	if len(lanes) == 0 {
		return nil, fmt.Errorf("tab %d has no open lane; open another tab: weal tab open", t.ID)
	}
	return lanes, nil
}

// RevokeLanes ends the use of lanes of a tab, the home's own if tab is zero, and
// returns them. Before, it sets their keys aside in the home, so that none is ever
// used for a new lane.
func (c *Client) RevokeLanes(ctx context.Context, tab types.TabID, ids []uint32) ([]types.LaneRef, error) {
	payer, t, err := c.payerTab(ctx, tab)
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, errors.New("revoke: no lane is named")
	}
	lanes, err := openLanes(t, ids)
	if err != nil {
		return nil, err
	}
	var refs []types.LaneRef
	for _, l := range lanes {
		if err := c.setAside(l); err != nil {
			return nil, err
		}
		refs = append(refs, l.Ref)
	}
	return refs, payer.RevokeLanes(ctx, t.ID, ids...)
}

// setAside renames the file of a lane's key, if it is in the home. The purse has
// the key of its own, and goes on with the lane while it is open.
func (c *Client) setAside(l types.Lane) error {
	names := []string{appLaneKey(l.Gateway)}
	for i := range laneCount {
		names = append(names, homeLaneKey(i))
	}
	for _, name := range names {
		path := c.Home.Path("keys", name)
		// Asking for a key makes it: only those that are there count.
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		key, err := c.Home.Ed25519(name)
		if err != nil {
			return err
		}
		if pay.PublicKey(key) != l.Key {
			continue
		}
		if err := os.Rename(path, fmt.Sprintf("%s.revoked-%d-%d-%d", path, l.Ref.Tab, l.Ref.Epoch, l.Ref.Lane)); err != nil {
			return fmt.Errorf("set key %s aside: %w", name, err)
		}
	}
	return nil
}

// TopUp adds amount to the deposit of a tab, the home's own if tab is zero, and to
// the caps of its lanes that ids name, of all that are open if there are none, in
// equal parts. It returns the lanes with their new caps.
func (c *Client) TopUp(ctx context.Context, tab types.TabID, ids []uint32, amount types.Amount) ([]types.Lane, error) {
	payer, t, err := c.payerTab(ctx, tab)
	if err != nil {
		return nil, err
	}
	lanes, err := openLanes(t, ids)
	if err != nil {
		return nil, err
	}
	var raises []ledger.Raise
	for i, part := range parts(amount, len(lanes)) {
		if part.IsZero() {
			continue
		}
		raises = append(raises, ledger.Raise{Lane: lanes[i].Ref.Lane, More: part})
		lanes[i].Cap, _ = lanes[i].Cap.Add(part) // the chain refuses what does not fit
	}
	_, err = payer.Fund(ctx, t.ID, amount, types.Amount{}, nil, raises...)
	return lanes, err
}

// parts splits an amount into n parts that differ by at most one, the greater first.
func parts(a types.Amount, n int) []types.Amount {
	each, rest := new(big.Int).QuoRem(a.Big(), big.NewInt(int64(n)), new(big.Int))
	all := make([]types.Amount, n)
	for i := range all {
		all[i], _ = types.AmountFromBig(each) // at most a
		if rest.Cmp(big.NewInt(int64(i))) > 0 {
			all[i], _ = all[i].Add(types.NewAmount(1))
		}
	}
	return all
}
