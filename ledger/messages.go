package ledger

import (
	"context"
	"fmt"

	"cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	assettypes "github.com/weal-network/weal/x/asset/types"
	tabtypes "github.com/weal-network/weal/x/tab/types"
)

// Credit is what a settlement added to one asset.
type Credit struct {
	Asset  types.AssetID
	Denom  string
	Amount types.Amount
}

// SettleNow brings settlements to the chain and returns what they credited.
func (s *Sender) SettleNow(ctx context.Context, settlements []pay.Settlement) ([]Credit, error) {
	msg := &tabtypes.MsgSettle{Sender: Bech32(s.address)}
	for _, st := range settlements {
		msg.Settlements = append(msg.Settlements, settlementOf(st))
	}
	var res tabtypes.MsgSettleResponse
	if err := s.sendMsgs(ctx, &res, msg); err != nil {
		return nil, fmt.Errorf("settle: %w", err)
	}
	var credits []Credit
	for _, c := range res.Credits {
		amount, err := types.ParseAmount(c.Amount)
		if err != nil {
			return nil, fmt.Errorf("settle: %w", err)
		}
		credits = append(credits, Credit{Asset: types.AssetID(c.Asset), Denom: c.Denom, Amount: amount})
	}
	return credits, nil
}

// Settle brings settlements to the chain; it is what a contributor's book needs.
func (s *Sender) Settle(ctx context.Context, settlements []pay.Settlement) error {
	_, err := s.SettleNow(ctx, settlements)
	return err
}

// Update describes a new version of an asset.
type Update struct {
	Asset       types.AssetID
	Manifest    types.Hash
	ManifestURI string
	Root        types.Hash
	Prices      []types.Price
	// Licence stays as it is if it is nil.
	Licence *types.Licence
}

// Update makes a new version of an asset that the sender controls.
func (s *Sender) Update(ctx context.Context, u Update) (uint32, error) {
	var res assettypes.MsgUpdateResponse
	msg := &assettypes.MsgUpdate{
		Sender: Bech32(s.address), Asset: uint64(u.Asset), Manifest: u.Manifest[:], ManifestUri: u.ManifestURI,
		Root: u.Root[:], Prices: pricesOf(u.Prices),
	}
	if u.Licence != nil {
		msg.Licence = licenceMsg(*u.Licence)
	}
	if err := s.sendMsgs(ctx, &res, msg); err != nil {
		return 0, fmt.Errorf("update asset %d: %w", u.Asset, s.explainControl(ctx, u.Asset, err))
	}
	s.l.forget(u.Asset)
	return res.Version, nil
}

// Claim pays out what shares of the sender have earned, to their owner.
func (s *Sender) Claim(ctx context.Context, shares []types.ShareID) ([]Coins, error) {
	return s.ClaimTo(ctx, shares, "")
}

// ClaimTo pays out what shares have earned to one account, which owns them or is
// an operator of their owner's; the sender is, too. An empty address is the owner.
func (s *Sender) ClaimTo(ctx context.Context, shares []types.ShareID, to string) ([]Coins, error) {
	msg := &assettypes.MsgClaim{Sender: Bech32(s.address)}
	if to != "" {
		a, err := ParseAddress(to)
		if err != nil {
			return nil, err
		}
		msg.To = Bech32(a)
	}
	for _, id := range shares {
		msg.Shares = append(msg.Shares, uint64(id))
	}
	var res assettypes.MsgClaimResponse
	if err := s.sendMsgs(ctx, &res, msg); err != nil {
		return nil, fmt.Errorf("claim: %w", err)
	}
	return coinsOf(res.Paid)
}

// PullRoyalty brings an ancestor what an asset owes it.
func (s *Sender) PullRoyalty(ctx context.Context, asset, ancestor types.AssetID, denom string) (types.Amount, error) {
	var res assettypes.MsgPullRoyaltyResponse
	err := s.sendMsgs(ctx, &res, &assettypes.MsgPullRoyalty{
		Sender: Bech32(s.address), Asset: uint64(asset), Ancestor: uint64(ancestor), Denom: denom,
	})
	if err != nil {
		return types.Amount{}, fmt.Errorf("pull royalty: %w", err)
	}
	return types.ParseAmount(res.Amount)
}

// SendCoins sends coins to an address in either form.
func (s *Sender) SendCoins(ctx context.Context, to, denom string, amount types.Amount) error {
	a, err := ParseAddress(to)
	if err != nil {
		return err
	}
	coins := sdk.NewCoins(sdk.NewCoin(denom, math.NewIntFromBigInt(amount.Big())))
	msg := &banktypes.MsgSend{FromAddress: Bech32(s.address), ToAddress: Bech32(a), Amount: coins}
	if err := s.sendMsgs(ctx, nil, msg); err != nil {
		return fmt.Errorf("send coins: %w", err)
	}
	return nil
}
