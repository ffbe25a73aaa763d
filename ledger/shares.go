package ledger

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"github.com/weal-network/weal/precompile/asset/solidity"
	"github.com/weal-network/weal/types"
)

// The contract's functions that a sender calls, by canonical signature.
const (
	sigTransferTo    = "transferFrom(uint256,address,uint256)"
	sigTransferInto  = "transferFrom(uint256,uint256,uint256)"
	sigTransferShare = "transferFrom(address,address,uint256)"
)

// contract is the address of the asset contract.
var contract = common.HexToAddress(types.AssetContract)

// Registration describes an asset to register. Denoms are those it earns in, one
// to four, for ever; zero Units means types.DefaultUnits.
type Registration struct {
	Kind        types.Kind
	Manifest    types.Hash
	ManifestURI string
	Root        types.Hash
	Key         types.Hash
	Units       uint64
	Prices      []types.Price
	Denoms      []string
	Parents     []types.Royalty
}

// Register registers an asset of the sender's, and returns it with the share
// that holds all its units.
func (s *Sender) Register(ctx context.Context, r Registration) (types.AssetID, types.ShareID, error) {
	arg := solidity.Registration{
		Kind: uint8(r.Kind), Manifest: r.Manifest, Uri: r.ManifestURI, Root: r.Root, Key: r.Key, Units: r.Units,
		Prices: []solidity.Price{}, Denoms: r.Denoms, Parents: []solidity.Royalty{},
	}
	for _, p := range r.Prices {
		arg.Prices = append(arg.Prices, solidity.Price{Unit: string(p.Unit), Denom: p.Denom, Amount: p.Amount.Big(), Tokens: p.Tokens})
	}
	for _, p := range r.Parents {
		arg.Parents = append(arg.Parents, solidity.Royalty{Asset: number(uint64(p.Asset)), BasisPoints: p.BasisPoints})
	}
	out, err := s.callContract(ctx, solidity.RegisterSignature, arg)
	if err != nil {
		return 0, 0, fmt.Errorf("register asset: %w", err)
	}
	return types.AssetID(out[0].(*big.Int).Uint64()), types.ShareID(out[1].(*big.Int).Uint64()), nil
}

// TransferValue moves value of a share to a new share of an owner (ERC-3525).
func (s *Sender) TransferValue(ctx context.Context, from types.ShareID, to string, value uint64) (types.ShareID, error) {
	a, err := ParseAddress(to)
	if err != nil {
		return 0, err
	}
	out, err := s.callContract(ctx, sigTransferTo, number(uint64(from)), a, number(value))
	if err != nil {
		return 0, fmt.Errorf("transfer value of share %d: %w", from, err)
	}
	return types.ShareID(out[0].(*big.Int).Uint64()), nil
}

// TransferInto moves value from one share to another of the same asset (ERC-3525).
func (s *Sender) TransferInto(ctx context.Context, from, to types.ShareID, value uint64) error {
	if _, err := s.callContract(ctx, sigTransferInto, number(uint64(from)), number(uint64(to)), number(value)); err != nil {
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
	if _, err := s.callContract(ctx, sigTransferShare, s.address, a, number(uint64(share))); err != nil {
		return fmt.Errorf("transfer share %d: %w", share, err)
	}
	return nil
}

// callContract sends a transaction to the asset contract and decodes what the
// function returns.
func (s *Sender) callContract(ctx context.Context, signature string, args ...any) ([]any, error) {
	data, err := solidity.Pack(signature, args...)
	if err != nil {
		return nil, err
	}
	res, err := s.sendEVM(ctx, contract, data)
	if err != nil {
		return nil, err
	}
	return solidity.Unpack(signature, res.Ret)
}

func number(n uint64) *big.Int { return new(big.Int).SetUint64(n) }
