package token

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/weal-network/weal/x/asset/types"
)

// Shares is the number of the collection that holds the shares of all assets.
const Shares uint64 = 0

// The keys that have more than one part. The first is always the collection.
type (
	tokenKey     = collections.Pair[uint64, uint256.Int]
	placeKey     = collections.Pair[uint64, uint64]
	ownerKey     = collections.Pair[uint64, common.Address]
	ownedKey     = collections.Triple[uint64, common.Address, uint64]
	inSlotKey    = collections.Triple[uint64, uint256.Int, uint64]
	allowanceKey = collections.Triple[uint64, uint256.Int, common.Address]
	operatorKey  = collections.Triple[uint64, common.Address, common.Address]
	slotOperKey  = collections.Quad[uint64, common.Address, uint256.Int, common.Address]
	worthKey     = collections.Quad[uint64, common.Address, uint256.Int, uint256.Int]
)

// Token is one token of a collection.
type Token struct {
	ID, Slot, Value uint256.Int
	Owner           common.Address
	// Approved may transfer the token (ERC-721 approve); zero for none.
	Approved common.Address
}

// Change is what happens to one token. A token that is made has no From and no
// Before, one that is burned no To and no After.
type Change struct {
	ID, Slot      uint256.Int
	Before, After uint256.Int // values
	From, To      common.Address
}

// Watcher hears of changes of value or owner before they are written, those of
// one call together.
type Watcher interface {
	Changing(ctx context.Context, collection uint64, changes []Change) error
}

// Book is all collections. It holds no state of its own.
type Book struct {
	watchers []Watcher

	next       collections.Map[uint64, uint256.Int]
	tokens     collections.Map[tokenKey, row]
	places     collections.Map[tokenKey, places]
	supply     collections.Map[uint64, uint64]
	all        collections.Map[placeKey, uint256.Int]
	count      collections.Map[ownerKey, uint64]
	owned      collections.Map[ownedKey, uint256.Int]
	slotCount  collections.Map[uint64, uint64]
	slots      collections.Map[placeKey, uint256.Int]
	slotRows   collections.Map[tokenKey, slotRow]
	inSlot     collections.Map[inSlotKey, uint256.Int]
	allowances collections.Map[allowanceKey, uint256.Int]
	operators  collections.KeySet[operatorKey]
	slotOpers  collections.KeySet[slotOperKey]
	worth      collections.KeySet[worthKey]

	registry collections.Map[uint64, types.Collection]
	numbers  collections.Map[common.Address, uint64]
	counter  collections.Sequence
}

// New returns the book over the part of a store that types.TokenPrefixes names.
func New(sb *collections.SchemaBuilder, cdc codec.BinaryCodec, watchers ...Watcher) Book {
	var (
		token = collections.PairKeyCodec(countKey, numberKey)
		place = collections.PairKeyCodec(countKey, countKey)
	)
	return Book{
		watchers: watchers,

		next:       collections.NewMap(sb, types.TokenNextKey, "token_next", countKey, numberValue),
		tokens:     collections.NewMap(sb, types.TokensKey, "tokens", token, rowValue),
		places:     collections.NewMap(sb, types.TokenPlacesKey, "token_places", token, placesValue),
		supply:     collections.NewMap(sb, types.TokenSupplyKey, "token_supply", countKey, countValue),
		all:        collections.NewMap(sb, types.TokenAllKey, "token_all", place, numberValue),
		count:      collections.NewMap(sb, types.TokenCountKey, "token_count", collections.PairKeyCodec(countKey, addressKey), countValue),
		owned:      collections.NewMap(sb, types.TokenOwnedKey, "token_owned", collections.TripleKeyCodec(countKey, addressKey, countKey), numberValue),
		slotCount:  collections.NewMap(sb, types.TokenSlotCountKey, "token_slot_count", countKey, countValue),
		slots:      collections.NewMap(sb, types.TokenSlotsKey, "token_slots", place, numberValue),
		slotRows:   collections.NewMap(sb, types.TokenSlotRowsKey, "token_slot_rows", token, slotRowValue),
		inSlot:     collections.NewMap(sb, types.TokenInSlotKey, "token_in_slot", collections.TripleKeyCodec(countKey, numberKey, countKey), numberValue),
		allowances: collections.NewMap(sb, types.TokenAllowancesKey, "token_allowances", collections.TripleKeyCodec(countKey, numberKey, addressKey), numberValue),
		operators:  collections.NewKeySet(sb, types.TokenOperatorsKey, "token_operators", collections.TripleKeyCodec(countKey, addressKey, addressKey)),
		slotOpers:  collections.NewKeySet(sb, types.TokenSlotOperatorsKey, "token_slot_operators", collections.QuadKeyCodec(countKey, addressKey, numberKey, addressKey)),
		worth:      collections.NewKeySet(sb, types.TokenWorthKey, "token_worth", collections.QuadKeyCodec(countKey, addressKey, numberKey, numberKey)),

		registry: collections.NewMap(sb, types.CollectionsKey, "collections", countKey, codec.CollValue[types.Collection](cdc)),
		numbers:  collections.NewMap(sb, types.CollectionNumbersKey, "collection_numbers", addressKey, countValue),
		counter:  collections.NewSequence(sb, types.NextCollectionKey, "next_collection"),
	}
}

// tell has the watchers hear of changes, and then the index of worth.
func (b Book) tell(ctx context.Context, collection uint64, changes ...Change) error {
	for _, w := range b.watchers {
		if err := w.Changing(ctx, collection, changes); err != nil {
			return err
		}
	}
	for _, c := range changes {
		if err := b.revalued(ctx, collection, c); err != nil {
			return err
		}
	}
	return nil
}
