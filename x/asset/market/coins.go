package market

import (
	"context"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// BankKeeper moves coins of other denominations than the chain's own.
type BankKeeper interface {
	GetBalance(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
	HasSupply(ctx context.Context, denom string) bool
	// IsSendEnabledDenom tells whether accounts may send a denomination.
	IsSendEnabledDenom(ctx context.Context, denom string) bool
	BlockedAddr(addr sdk.AccAddress) bool
	SendCoins(ctx context.Context, from, to sdk.AccAddress, coins sdk.Coins) error
}

// Payout is what the contract owes of the chain's coin, out of its EVM balance.
type Payout struct {
	To     common.Address
	Amount weal.Amount
}

// pay moves amount from one account to another: natively, or as a payout if it is
// the chain's coin.
func (k Keeper) pay(ctx context.Context, owed *[]Payout, from, to common.Address, denom string, amount weal.Amount) error {
	if amount.IsZero() {
		return nil
	}
	if denom == weal.BaseDenom {
		*owed = append(*owed, Payout{to, amount})
		return nil
	}
	coins := sdk.Coins{{Denom: denom, Amount: math.NewIntFromBigInt(amount.Big())}}
	if err := k.bank.SendCoins(ctx, from.Bytes(), to.Bytes(), coins); err != nil {
		return types.ErrMarket.Wrapf("pay %s%s: %s", amount, denom, err)
	}
	return nil
}

// payPrice divides a price between the seller and the asset's maker. A maker that
// sells gets no royalty from itself, and one that the chain pays nothing to, as
// after an upgrade, keeps nobody from selling.
func (k Keeper) payPrice(ctx context.Context, s *Sale, from common.Address) error {
	if err := k.sendable(ctx, s.Denom); err != nil {
		return err
	}
	asset, err := k.assets.GetAsset(ctx, s.Asset)
	if err != nil {
		return err
	}
	maker, err := sdk.GetFromBech32(asset.Maker, weal.Bech32Prefix)
	if err != nil {
		return types.ErrBroken.Wrapf("the maker of asset %d: %s", s.Asset, err)
	}
	s.Maker, s.Received = common.BytesToAddress(maker), s.Price
	if s.Maker != s.Seller && !k.Blocked(s.Maker) {
		if s.Royalty, s.Received, err = types.DivideSale(s.Price, asset.Resale); err != nil {
			return err
		}
	}
	if err := k.pay(ctx, &s.Owed, from, s.Seller, s.Denom, s.Received); err != nil {
		return err
	}
	return k.pay(ctx, &s.Owed, from, s.Maker, s.Denom, s.Royalty)
}

// sendable returns types.ErrMarket unless people may send a denomination.
func (k Keeper) sendable(ctx context.Context, denom string) error {
	if denom == weal.BaseDenom || k.bank.IsSendEnabledDenom(ctx, denom) {
		return nil
	}
	return types.ErrMarket.Wrapf("the chain lets nobody send %s now", denom)
}

// checkPrice returns types.ErrMarket if a price cannot be paid.
func (k Keeper) checkPrice(ctx context.Context, denom string, price weal.Amount) error {
	if price.IsZero() {
		return types.ErrMarket.Wrap("the price is at least 1; to give units away, transfer them")
	}
	if denom == weal.BaseDenom {
		return nil
	}
	if err := sdk.ValidateDenom(denom); err != nil {
		return types.ErrMarket.Wrap(err.Error())
	}
	if !k.bank.HasSupply(ctx, denom) {
		return types.ErrMarket.Wrapf("there are no coins of %s; the chain's own are %s", denom, weal.BaseDenom)
	}
	return k.sendable(ctx, denom)
}
