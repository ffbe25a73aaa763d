package local

import (
	"context"
	"crypto/ed25519"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
)

// ensureTab finds the payer's open tab with the home's lane keys, or opens one,
// and hands its lanes to the purse.
func ensureTab(ctx context.Context, l *ledger.Ledger, payer *ledger.Sender, lanes []ed25519.PrivateKey,
	app types.AssetID, p *purse.Purse,
) (types.TabID, error) {
	tab, err := findTab(ctx, l, payer.Address(), lanes)
	if err != nil {
		return 0, err
	}
	if tab == 0 {
		t := ledger.NewTab{Denom: types.BaseDenom, Bond: tabBond, FeeReserve: feeReserve}
		for _, key := range lanes {
			t.Lanes = append(t.Lanes, ledger.NewLane{Key: pay.PublicKey(key), Cap: laneCap, Gateway: app})
			t.Deposit, _ = t.Deposit.Add(laneCap) // a few caps of 10 WEAL fit
		}
		if tab, err = payer.OpenTab(ctx, t); err != nil {
			return 0, err
		}
	}
	for i, key := range lanes {
		if err := p.AddLane(ctx, types.LaneRef{Tab: tab, Lane: uint32(i)}, key); err != nil {
			return 0, err
		}
	}
	return tab, nil
}

// findTab returns the payer's open tab whose first lane has our first key.
func findTab(ctx context.Context, l *ledger.Ledger, payer string, lanes []ed25519.PrivateKey) (types.TabID, error) {
	tabs, err := l.TabsOf(ctx, payer)
	if err != nil {
		return 0, err
	}
	for _, t := range tabs {
		if t.State == types.LaneOpen && len(t.Lanes) > 0 && t.Lanes[0].Key == pay.PublicKey(lanes[0]) {
			return t.ID, nil
		}
	}
	return 0, nil
}
