package ledger

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
)

// The contract's functions that a sender calls, by canonical signature.
const (
	sigTransferTo    = "transferFrom(uint256,address,uint256)"
	sigTransferInto  = "transferFrom(uint256,uint256,uint256)"
	sigTransferShare = "transferFrom(address,address,uint256)"
	sigApproveShare  = "approve(address,uint256)"
	sigApproveValue  = "approve(uint256,address,uint256)"
	sigApproveAll    = "setApprovalForAll(address,bool)"
	sigBurn          = "burn(uint256)"
	sigBurnValue     = "burnValue(uint256,uint256)"
)

// TransferValue moves value of a share to a new share of an owner (ERC-3525).
func (s *Sender) TransferValue(ctx context.Context, from types.ShareID, to string, value uint64) (types.ShareID, error) {
	a, err := ParseAddress(to)
	if err != nil {
		return 0, err
	}
	out, err := s.callShare(ctx, act{share: from, other: to}, sigTransferTo, number(uint64(from)), a, number(value))
	if err != nil {
		return 0, fmt.Errorf("transfer value of share %d: %w", from, err)
	}
	return types.ShareID(numberOf(out[0])), nil
}

// TransferInto moves value from one share to another of the same asset (ERC-3525).
func (s *Sender) TransferInto(ctx context.Context, from, to types.ShareID, value uint64) error {
	if _, err := s.callShare(ctx, act{share: from, into: to}, sigTransferInto, number(uint64(from)), number(uint64(to)), number(value)); err != nil {
		return fmt.Errorf("transfer value of share %d: %w", from, err)
	}
	return nil
}

// TransferShare gives a whole share of the sender's to another owner (ERC-721).
func (s *Sender) TransferShare(ctx context.Context, share types.ShareID, to string) error {
	a, err := ParseAddress(to)
	if err != nil {
		return err
	}
	if _, err := s.callShare(ctx, act{share: share, other: to}, sigTransferShare, s.address, a, number(uint64(share))); err != nil {
		return fmt.Errorf("transfer share %d: %w", share, err)
	}
	return nil
}

// ApproveShare lets an account transfer one share, whole; the zero address ends
// it (ERC-721).
func (s *Sender) ApproveShare(ctx context.Context, share types.ShareID, operator string) error {
	a, err := ParseAddress(operator)
	if err != nil {
		return err
	}
	if _, err := s.callShare(ctx, act{share: share, other: operator}, sigApproveShare, a, number(uint64(share))); err != nil {
		return fmt.Errorf("approve share %d: %w", share, err)
	}
	return nil
}

// ApproveValue lets an account move so many units of a share; 0 ends it
// (ERC-3525).
func (s *Sender) ApproveValue(ctx context.Context, share types.ShareID, operator string, value uint64) error {
	a, err := ParseAddress(operator)
	if err != nil {
		return err
	}
	if _, err := s.callShare(ctx, act{share: share, other: operator}, sigApproveValue, number(uint64(share)), a, number(value)); err != nil {
		return fmt.Errorf("approve value of share %d: %w", share, err)
	}
	return nil
}

// ApproveAll lets an account move all shares of the sender, or no longer
// (ERC-721).
func (s *Sender) ApproveAll(ctx context.Context, operator string, approved bool) error {
	a, err := ParseAddress(operator)
	if err != nil {
		return err
	}
	if _, err := s.callShare(ctx, act{other: operator}, sigApproveAll, a, approved); err != nil {
		return fmt.Errorf("approve %s for all shares: %w", operator, err)
	}
	return nil
}

// Burn burns a share for ever. What it has earned is paid to its owner first.
func (s *Sender) Burn(ctx context.Context, share types.ShareID) error {
	if _, err := s.callShare(ctx, act{share: share}, sigBurn, number(uint64(share))); err != nil {
		return fmt.Errorf("burn share %d: %w", share, err)
	}
	return nil
}

// BurnValue burns so many units of a share for ever.
func (s *Sender) BurnValue(ctx context.Context, share types.ShareID, value uint64) error {
	if _, err := s.callShare(ctx, act{share: share}, sigBurnValue, number(uint64(share)), number(value)); err != nil {
		return fmt.Errorf("burn value of share %d: %w", share, err)
	}
	return nil
}

// SharesOfAsset lists at most limit shares of an asset, in the order of the
// contract's enumeration, and tells how many there are in all.
func (l *Ledger) SharesOfAsset(ctx context.Context, asset types.AssetID, limit uint64) (shares []Share, all uint64, err error) {
	failed := func(err error) ([]Share, uint64, error) {
		return nil, 0, fmt.Errorf("list shares of asset %d: %w", asset, err)
	}
	out, err := l.view(ctx, assets, solidity.Assets, "tokenSupplyInSlot(uint256)", number(uint64(asset)))
	if err != nil {
		return failed(err)
	}
	all = numberOf(out[0])
	ids, err := l.listed(ctx, assets, solidity.Assets, min(all, limit), "tokenInSlotByIndex(uint256,uint256)", number(uint64(asset)))
	if err != nil {
		return failed(err)
	}
	ids, said, err := l.ofEach(ctx, assets, solidity.Assets, ids, "ownerOf(uint256)", "balanceOf(uint256)", "getApproved(uint256)")
	if err != nil {
		return failed(err)
	}
	for i, id := range ids {
		s := Share{ID: types.ShareID(numberOf(id)), Asset: asset, Owner: fmt.Sprint(said[i][0]), Value: numberOf(said[i][1])}
		if approved, ok := said[i][2].(common.Address); ok && approved != (common.Address{}) {
			s.Approved = approved.Hex()
		}
		shares = append(shares, s)
	}
	return shares, all, nil
}
