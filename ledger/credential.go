package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/weal-network/weal/types"
	assettypes "github.com/weal-network/weal/x/asset/types"
)

// Permit tells whether an account, named in either form, may use an asset now. It
// is as the chain's last block has it.
func (l *Ledger) Permit(ctx context.Context, asset types.AssetID, holder string) (types.Permit, error) {
	a, err := ParseAddress(holder)
	if err != nil {
		return types.Permit{}, err
	}
	res, err := l.assets.Credential(ctx, &assettypes.QueryCredentialRequest{Asset: uint64(asset), Holder: Bech32(a)})
	if err != nil {
		return types.Permit{}, failed(fmt.Sprintf("read credential of %s for asset %d", holder, asset), err)
	}
	p := types.Permit{Allowed: res.Allowed, Reason: res.Reason, Open: res.Open, Counted: res.Counted}
	if res.Credential != nil {
		c := credentialOf(*res.Credential)
		p.Credential = &c
	}
	return p, nil
}

// Credentials lists what was granted for an asset, revoked ones too.
func (l *Ledger) Credentials(ctx context.Context, asset types.AssetID) ([]types.Credential, error) {
	var all []types.Credential
	page := &query.PageRequest{Limit: pageSize}
	for {
		res, err := l.assets.Credentials(ctx, &assettypes.QueryCredentialsRequest{Asset: uint64(asset), Pagination: page})
		if err != nil {
			return nil, failed(fmt.Sprintf("list credentials of asset %d", asset), err)
		}
		for _, c := range res.Credentials {
			all = append(all, credentialOf(c))
		}
		if len(res.Pagination.GetNextKey()) == 0 {
			return all, nil
		}
		page = &query.PageRequest{Limit: pageSize, Key: res.Pagination.NextKey}
	}
}

func credentialOf(m assettypes.Credential) types.Credential {
	return types.Credential{
		Asset: types.AssetID(m.Asset), Holder: hexForm(m.Holder), Granter: hexForm(m.Granter),
		Uses: m.Uses, Used: m.Used, Until: m.Until, Revoked: m.Revoked, Height: m.Height,
	}
}

// Grant gives an account a credential for an asset that the sender controls, or
// replaces the one it has. Zero uses are without limit; a zero time is for ever.
func (s *Sender) Grant(ctx context.Context, asset types.AssetID, holder string, uses uint64, until time.Time) error {
	a, err := ParseAddress(holder)
	if err != nil {
		return err
	}
	msg := &assettypes.MsgGrant{Sender: Bech32(s.address), Asset: uint64(asset), Holder: Bech32(a), Uses: uses}
	if !until.IsZero() {
		msg.Until = until.Unix()
	}
	if err := s.sendMsgs(ctx, nil, msg); err != nil {
		return fmt.Errorf("grant a credential for asset %d: %w", asset, s.explainControl(ctx, asset, err))
	}
	return nil
}

// Revoke ends an account's credential for an asset that the sender controls.
func (s *Sender) Revoke(ctx context.Context, asset types.AssetID, holder string) error {
	a, err := ParseAddress(holder)
	if err != nil {
		return err
	}
	if err := s.sendMsgs(ctx, nil, &assettypes.MsgRevoke{Sender: Bech32(s.address), Asset: uint64(asset), Holder: Bech32(a)}); err != nil {
		return fmt.Errorf("revoke the credential of %s for asset %d: %w", holder, asset, s.explainControl(ctx, asset, err))
	}
	return nil
}

// SetController hands control over an asset to another account.
func (s *Sender) SetController(ctx context.Context, asset types.AssetID, controller string) error {
	a, err := ParseAddress(controller)
	if err != nil {
		return err
	}
	msg := &assettypes.MsgSetController{Sender: Bech32(s.address), Asset: uint64(asset), Controller: Bech32(a)}
	if err := s.sendMsgs(ctx, nil, msg); err != nil {
		return fmt.Errorf("set the controller of asset %d: %w", asset, s.explainControl(ctx, asset, err))
	}
	s.l.forget(asset)
	return nil
}
