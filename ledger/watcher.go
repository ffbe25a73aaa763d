package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/weal-network/weal/types"
	tabtypes "github.com/weal-network/weal/x/tab/types"
)

// Watcher is who settles for an asset while it is away. Account is empty if the
// asset names nobody.
type Watcher struct {
	Asset       types.AssetID `json:"asset"`
	Account     string        `json:"watcher"`      // EIP-55 hex address
	BasisPoints uint32        `json:"basis_points"` // its part of what it settles
}

func watcherOf(m tabtypes.Watcher) Watcher {
	w := Watcher{Asset: types.AssetID(m.Asset), BasisPoints: m.BasisPoints}
	if m.Watcher != "" {
		w.Account = hexForm(m.Watcher)
	}
	return w
}

// Watcher returns the watcher that an asset names.
func (l *Ledger) Watcher(ctx context.Context, asset types.AssetID) (Watcher, error) {
	res, err := l.tabs.Watcher(ctx, &tabtypes.QueryWatcherRequest{Asset: uint64(asset)})
	if err != nil {
		return Watcher{}, failed(fmt.Sprintf("read watcher of asset %d", asset), err)
	}
	return watcherOf(res.Watcher), nil
}

// Watched returns the assets that name an account as their watcher, with its part
// of what it settles in basis points.
func (l *Ledger) Watched(ctx context.Context, account string) (map[types.AssetID]uint32, error) {
	a, err := ParseAddress(account)
	if err != nil {
		return nil, err
	}
	all := map[types.AssetID]uint32{}
	page := &query.PageRequest{Limit: pageSize}
	for {
		res, err := l.tabs.Watched(ctx, &tabtypes.QueryWatchedRequest{Watcher: Bech32(a), Pagination: page})
		if err != nil {
			return nil, failed("list assets that name "+account+" as their watcher", err)
		}
		for _, m := range res.Assets {
			all[types.AssetID(m.Asset)] = m.BasisPoints
		}
		if len(res.Pagination.GetNextKey()) == 0 {
			return all, nil
		}
		page = &query.PageRequest{Limit: pageSize, Key: res.Pagination.NextKey}
	}
}

// SetWatcher names the watcher of an asset that the sender controls, and its part
// of what it settles. An empty account is nobody.
func (s *Sender) SetWatcher(ctx context.Context, asset types.AssetID, account string, basisPoints uint32) error {
	msg := &tabtypes.MsgSetWatcher{Sender: Bech32(s.address), Asset: uint64(asset), BasisPoints: basisPoints}
	if account != "" {
		a, err := ParseAddress(account)
		if err != nil {
			return err
		}
		msg.Watcher = Bech32(a)
	}
	if err := s.sendMsgs(ctx, nil, msg); err != nil {
		return fmt.Errorf("name the watcher of asset %d: %w", asset, err)
	}
	return nil
}

// Window is how long at least what is closed, revoked or ended can be settled.
func (l *Ledger) Window(ctx context.Context) (time.Duration, error) {
	p, err := l.tabParams(ctx)
	return time.Duration(p.CloseSeconds) * time.Second, err
}

// Reserve returns what is left of a tab's fee reserve, what that pays back for an
// asset's first credit of a lane, and from what amount on a credit is worth
// bringing without.
func (l *Ledger) Reserve(ctx context.Context, id types.TabID) (left, refund, worth types.Amount, err error) {
	t, err := l.Tab(ctx, id)
	if err != nil {
		return left, refund, worth, err
	}
	p, err := l.tabParams(ctx)
	if err != nil {
		return left, refund, worth, err
	}
	if refund, err = types.ParseAmount(p.RefundPerAsset); err != nil {
		return left, refund, worth, fmt.Errorf("read parameters of tabs: %w", err)
	}
	worth, fits := refund.Mul(uint64(p.RefundRatio))
	if !fits {
		return left, refund, worth, errors.New("read parameters of tabs: refund_ratio is too great")
	}
	return t.FeeReserve, refund, worth, nil
}

func (l *Ledger) tabParams(ctx context.Context) (tabtypes.Params, error) {
	res, err := l.tabs.Params(ctx, &tabtypes.QueryParamsRequest{})
	if err != nil {
		return tabtypes.Params{}, failed("read parameters of tabs", err)
	}
	return res.Params, nil
}
