package ledger

import (
	"context"
	"fmt"
	"math/big"

	"github.com/cosmos/cosmos-sdk/types/query"
	"github.com/ethereum/go-ethereum/common"

	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
	assettypes "github.com/weal-network/weal/x/asset/types"
)

// Collection is a maker's own contract of ERC-3525 tokens.
type Collection struct {
	// Address is where its contract is. Maker opened it, and may mint. Both are
	// EIP-55 hex addresses.
	Address        string `json:"address"`
	Maker          string `json:"maker"`
	Name           string `json:"name"`
	Symbol         string `json:"symbol"`
	Decimals       uint8  `json:"decimals"`
	SlotApprovable bool   `json:"slot_approvable"`
}

// Token is one token of a collection. Its numbers are of up to 256 bits, so that
// they are decimal texts.
type Token struct {
	ID    string `json:"id"`
	Slot  string `json:"slot"`
	Value string `json:"value"`
	Owner string `json:"owner"` // EIP-55 hex address
}

// factory is the address of the contract that opens collections.
var factory = common.HexToAddress(types.CollectionsContract)

// CreateCollection opens a collection of the sender's, and returns its address.
func (s *Sender) CreateCollection(ctx context.Context, c Collection) (string, error) {
	out, err := s.call(ctx, factory, nil, solidity.Collections, "create(string,string,uint8,bool)", c.Name, c.Symbol, c.Decimals, c.SlotApprovable)
	if err != nil {
		return "", fmt.Errorf("create collection: %w", err)
	}
	at, ok := out[0].(common.Address)
	if !ok {
		return "", fmt.Errorf("create collection: the contract returned %T", out[0])
	}
	return at.Hex(), nil
}

// Mint makes a token in a collection of the sender's, and returns its id: the one
// named, or without one the first that is free from the number of tokens on.
func (s *Sender) Mint(ctx context.Context, collection, to string, id, slot, value *big.Int) (*big.Int, error) {
	at, err := ParseAddress(collection)
	if err != nil {
		return nil, err
	}
	owner, err := ParseAddress(to)
	if err != nil {
		return nil, err
	}
	if id == nil {
		if id, err = s.l.freeID(ctx, at); err != nil {
			return nil, fmt.Errorf("mint: %w", err)
		}
	}
	if _, err := s.call(ctx, at, nil, solidity.Collection, "mint(address,uint256,uint256,uint256)", owner, id, slot, value); err != nil {
		return nil, fmt.Errorf("mint token %s: %w", id, explain(err, s.mintSays(ctx, at, id)))
	}
	return id, nil
}

// MintValue adds value to a token in a collection of the sender's.
func (s *Sender) MintValue(ctx context.Context, collection string, id, value *big.Int) error {
	at, err := ParseAddress(collection)
	if err != nil {
		return err
	}
	if _, err := s.call(ctx, at, nil, solidity.Collection, "mintValue(uint256,uint256)", id, value); err != nil {
		return fmt.Errorf("mint value of token %s: %w", id, explain(err, s.mintSays(ctx, at, id)))
	}
	return nil
}

// freeID returns an id that no token of a collection has.
func (l *Ledger) freeID(ctx context.Context, at common.Address) (*big.Int, error) {
	out, err := l.view(ctx, at, solidity.Collection, "totalSupply()")
	if err != nil {
		return nil, err
	}
	id, ok := out[0].(*big.Int)
	if !ok {
		return nil, fmt.Errorf("the contract returned %T", out[0])
	}
	for {
		id = new(big.Int).Add(id, big.NewInt(1))
		// A contract says only by reverting that there is no such token.
		if _, err := l.view(ctx, at, solidity.Collection, "ownerOf(uint256)", id); err != nil {
			return id, ctx.Err()
		}
	}
}

// Collections lists all collections, in the order in which they were opened.
func (l *Ledger) Collections(ctx context.Context) ([]Collection, error) {
	var all []Collection
	page := &query.PageRequest{Limit: pageSize}
	for {
		res, err := l.assets.Collections(ctx, &assettypes.QueryCollectionsRequest{Pagination: page})
		if err != nil {
			return nil, failed("list collections", err)
		}
		for _, c := range res.Collections {
			all = append(all, collectionOf(c))
		}
		if len(res.Pagination.GetNextKey()) == 0 {
			return all, nil
		}
		page = &query.PageRequest{Limit: pageSize, Key: res.Pagination.NextKey}
	}
}

// Collection returns the collection at an address.
func (l *Ledger) Collection(ctx context.Context, address string) (Collection, error) {
	a, err := ParseAddress(address)
	if err != nil {
		return Collection{}, err
	}
	res, err := l.assets.Collection(ctx, &assettypes.QueryCollectionRequest{Address: Bech32(a)})
	if err != nil {
		return Collection{}, failed("read collection "+address, err)
	}
	return collectionOf(res.Collection), nil
}

func collectionOf(c assettypes.Collection) Collection {
	return Collection{
		Address: hexForm(c.Address), Maker: hexForm(c.Maker), Name: c.Name, Symbol: c.Symbol,
		Decimals: uint8(c.Decimals), SlotApprovable: c.SlotApprovable,
	}
}

// Tokens lists at most limit tokens of a collection, in the order of the
// contract's enumeration, and tells how many there are in all.
func (l *Ledger) Tokens(ctx context.Context, collection string, limit uint64) (tokens []Token, all uint64, err error) {
	at, err := ParseAddress(collection)
	if err != nil {
		return nil, 0, err
	}
	out, err := l.view(ctx, at, solidity.Collection, "totalSupply()")
	if err != nil {
		return nil, 0, fmt.Errorf("list tokens: %w", err)
	}
	all = numberOf(out[0])
	ids, err := l.listed(ctx, at, solidity.Collection, min(all, limit), "tokenByIndex(uint256)")
	if err != nil {
		return nil, 0, fmt.Errorf("list tokens: %w", err)
	}
	ids, said, err := l.ofEach(ctx, at, solidity.Collection, ids, "slotOf(uint256)", "balanceOf(uint256)", "ownerOf(uint256)")
	if err != nil {
		return nil, 0, fmt.Errorf("list tokens: %w", err)
	}
	for i, id := range ids {
		tokens = append(tokens, Token{
			ID: fmt.Sprint(id), Slot: fmt.Sprint(said[i][0]), Value: fmt.Sprint(said[i][1]), Owner: fmt.Sprint(said[i][2]),
		})
	}
	return tokens, all, nil
}
