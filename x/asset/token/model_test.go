package token_test

import (
	"slices"
	"testing"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

type tester interface {
	require.TestingT
	Helper()
}

// newBook returns an empty book with one collection, number 1.
func newBook(t tester, watchers ...token.Watcher) (token.Book, sdk.Context) {
	t.Helper()
	key := storetypes.NewKVStoreKey(types.StoreKey)
	ctx := testutil.DefaultContext(key, storetypes.NewTransientStoreKey("transient"))
	sb := collections.NewSchemaBuilder(runtime.NewKVStoreService(key))
	cdc := codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	b := token.New(sb, cdc, watchers...)
	_, err := sb.Build()
	require.NoError(t, err)
	n, err := b.Open(ctx, common.Address{0xc0}, types.Collection{Maker: alice.Hex(), Name: "Tickets"})
	require.NoError(t, err)
	require.Equal(t, uint64(1), n)
	return b, ctx
}

var (
	alice  = common.Address{0xa}
	bob    = common.Address{0xb}
	carol  = common.Address{0xc}
	nobody common.Address
	people = []common.Address{alice, bob, carol}
	most   = *new(uint256.Int).SetAllOne()
)

func num(n uint64) uint256.Int { return *uint256.NewInt(n) }

// model is the standards as the text of the EIPs and the order of the reference
// implementation's lists have them, on slices.
type model struct {
	tokens  map[uint256.Int]*modelToken
	all     []uint256.Int
	owned   map[common.Address][]uint256.Int
	slots   []uint256.Int
	inSlot  map[uint256.Int][]uint256.Int
	minted  map[uint256.Int]*uint256.Int // slot → minted less burned, mod 2^256
	allowed map[[2]common.Address]bool
}

type modelToken struct {
	slot, value     uint256.Int
	owner, approved common.Address
	allowances      map[common.Address]uint256.Int
}

func swapPop(list []uint256.Int, id uint256.Int) []uint256.Int {
	i, last := slices.Index(list, id), len(list)-1
	list[i] = list[last]
	return list[:last]
}

func (m *model) add(id uint256.Int, t *modelToken) {
	m.tokens[id] = t
	m.all = append(m.all, id)
	m.owned[t.owner] = append(m.owned[t.owner], id)
	if !slices.Contains(m.slots, t.slot) {
		m.slots = append(m.slots, t.slot)
	}
	m.inSlot[t.slot] = append(m.inSlot[t.slot], id)
}

// mayMove is ERC-721's and ERC-3525's: owner, approved or operator.
func (m *model) mayMove(who common.Address, t *modelToken) bool {
	return who == t.owner || who == t.approved || m.allowed[[2]common.Address{t.owner, who}]
}

// machine plays random steps, by anybody, on the book and on the model.
type machine struct {
	b   token.Book
	ctx sdk.Context
	m   model
}

func (x *machine) try(f func(sdk.Context) error) error {
	ctx, write := x.ctx.CacheContext()
	err := f(ctx)
	if err == nil {
		write()
	}
	return err
}

func (x *machine) id(t *rapid.T) uint256.Int {
	if len(x.m.all) > 0 && rapid.IntRange(0, 9).Draw(t, "known") > 0 {
		return rapid.SampledFrom(x.m.all).Draw(t, "id")
	}
	return rapid.SampledFrom([]uint256.Int{num(0), num(1), num(2), num(77), most, *new(uint256.Int).Lsh(uint256.NewInt(1), 128)}).Draw(t, "new id")
}

func (x *machine) who(t *rapid.T, name string) common.Address {
	return rapid.SampledFrom(people).Draw(t, name)
}

func (x *machine) amount(t *rapid.T) uint256.Int {
	return rapid.SampledFrom([]uint256.Int{num(0), num(1), num(5), num(100), most}).Draw(t, "value")
}

func (x *machine) Mint(t *rapid.T) {
	id, to, value := x.id(t), x.who(t, "to"), x.amount(t)
	slot := rapid.SampledFrom([]uint256.Int{num(0), num(1), most}).Draw(t, "slot")
	err := x.try(func(ctx sdk.Context) error { return x.b.Mint(ctx, 1, to, id, slot, value) })
	switch {
	case id.IsZero():
		require.Equal(t, types.Err3525MintID, err)
	case x.m.tokens[id] != nil:
		require.Equal(t, types.Err3525Minted, err)
	default:
		require.NoError(t, err)
		x.m.add(id, &modelToken{slot: slot, value: value, owner: to, allowances: map[common.Address]uint256.Int{}})
		x.m.minted[slot] = new(uint256.Int).Add(x.sum(slot), &value)
	}
}

func (x *machine) sum(slot uint256.Int) *uint256.Int {
	if x.m.minted[slot] == nil {
		return new(uint256.Int)
	}
	return x.m.minted[slot]
}

func (x *machine) MintValue(t *rapid.T) {
	id, value := x.id(t), x.amount(t)
	err := x.try(func(ctx sdk.Context) error { return x.b.MintValue(ctx, 1, id, value) })
	tok := x.m.tokens[id]
	if tok == nil {
		require.Equal(t, types.Err3525Token, err)
		return
	}
	more, overflow := new(uint256.Int).AddOverflow(&tok.value, &value)
	if overflow {
		require.Equal(t, types.ErrOverflow, err)
		return
	}
	require.NoError(t, err)
	tok.value = *more
	x.m.minted[tok.slot] = new(uint256.Int).Add(x.sum(tok.slot), &value)
}

func (x *machine) Burn(t *rapid.T) {
	id, who := x.id(t), x.who(t, "caller")
	err := x.try(func(ctx sdk.Context) error {
		_, err := x.b.Burn(ctx, 1, who, id)
		return err
	})
	tok := x.m.tokens[id]
	switch {
	case tok == nil:
		require.Equal(t, types.Err3525Token, err)
	case !x.m.mayMove(who, tok):
		require.Equal(t, types.Err3525Caller, err)
	default:
		require.NoError(t, err)
		delete(x.m.tokens, id)
		x.m.owned[tok.owner] = swapPop(x.m.owned[tok.owner], id)
		x.m.all = swapPop(x.m.all, id)
		x.m.inSlot[tok.slot] = swapPop(x.m.inSlot[tok.slot], id)
		x.m.minted[tok.slot] = new(uint256.Int).Sub(x.sum(tok.slot), &tok.value)
	}
}

func (x *machine) BurnValue(t *rapid.T) {
	id, who, value := x.id(t), x.who(t, "caller"), x.amount(t)
	err := x.try(func(ctx sdk.Context) error { return x.b.BurnValue(ctx, 1, who, id, value) })
	tok := x.m.tokens[id]
	switch {
	case tok == nil:
		require.Equal(t, types.Err3525Token, err)
	case !x.m.mayMove(who, tok):
		require.Equal(t, types.Err3525Caller, err)
	case tok.value.Lt(&value):
		require.Equal(t, types.Err3525BurnBalance, err)
	default:
		require.NoError(t, err)
		tok.value.Sub(&tok.value, &value)
		x.m.minted[tok.slot] = new(uint256.Int).Sub(x.sum(tok.slot), &value)
	}
}

func (x *machine) Transfer(t *rapid.T) {
	id, who, from, to := x.id(t), x.who(t, "caller"), x.who(t, "from"), x.who(t, "to")
	err := x.try(func(ctx sdk.Context) error { return x.b.Transfer(ctx, 1, who, from, to, id) })
	tok := x.m.tokens[id]
	switch {
	case tok == nil:
		require.Equal(t, types.Err721Token, err)
	case !x.m.mayMove(who, tok):
		require.Equal(t, types.Err721Caller, err)
	case tok.owner != from:
		require.Equal(t, types.Err721From, err)
	default:
		require.NoError(t, err)
		x.m.owned[from] = swapPop(x.m.owned[from], id)
		x.m.owned[to] = append(x.m.owned[to], id)
		tok.owner, tok.approved = to, nobody
		clear(tok.allowances)
	}
}

// spend is what the reference's _spendAllowance does.
func (x *machine) spend(who common.Address, tok *modelToken, value uint256.Int) error {
	if x.m.mayMove(who, tok) || tok.allowances[who] == most {
		return nil
	}
	left := tok.allowances[who]
	if left.Lt(&value) {
		return types.Err3525Allowance
	}
	tok.allowances[who] = *new(uint256.Int).Sub(&left, &value)
	return nil
}

func (x *machine) MoveValue(t *rapid.T) {
	from, to, who, value := x.id(t), x.id(t), x.who(t, "caller"), x.amount(t)
	var spent token.Spent
	err := x.try(func(ctx sdk.Context) (err error) {
		spent, err = x.b.MoveValue(ctx, 1, who, from, to, value)
		return err
	})
	a, b := x.m.tokens[from], x.m.tokens[to]
	if a == nil {
		require.Equal(t, types.Err3525Token, err)
		return
	}
	before := a.allowances[who]
	want := x.spend(who, a, value)
	undo := func() { a.allowances[who] = before }
	switch {
	case want != nil:
	case b == nil:
		want = types.Err3525ToToken
	case a.value.Lt(&value):
		want = types.Err3525Balance
	case a.slot != b.slot:
		want = types.Err3525Slot
	default:
		if _, overflow := new(uint256.Int).AddOverflow(&b.value, &value); overflow && from != to && !value.IsZero() {
			want = types.ErrOverflow
		}
	}
	if want != nil {
		require.Equal(t, want, err)
		undo()
		return
	}
	require.NoError(t, err)
	require.Equal(t, spent.Used, !x.m.mayMove(who, a) && before != most)
	if spent.Used {
		require.Equal(t, a.allowances[who], spent.Left)
	}
	a.value.Sub(&a.value, &value)
	b.value.Add(&b.value, &value)
}

func (x *machine) SplitValue(t *rapid.T) {
	from, who, to, value := x.id(t), x.who(t, "caller"), x.who(t, "to"), x.amount(t)
	var id uint256.Int
	err := x.try(func(ctx sdk.Context) (err error) {
		id, _, err = x.b.SplitValue(ctx, 1, who, from, to, value)
		return err
	})
	tok := x.m.tokens[from]
	if tok == nil {
		require.Equal(t, types.Err3525Token, err)
		return
	}
	before := tok.allowances[who]
	want := x.spend(who, tok, value)
	if want == nil && tok.value.Lt(&value) {
		want = types.Err3525Balance
	}
	if want != nil {
		require.Equal(t, want, err)
		tok.allowances[who] = before
		return
	}
	require.NoError(t, err)
	require.Nil(t, x.m.tokens[id], "the id is new")
	tok.value.Sub(&tok.value, &value)
	x.m.add(id, &modelToken{slot: tok.slot, value: value, owner: to, allowances: map[common.Address]uint256.Int{}})
}

func (x *machine) Approve(t *rapid.T) {
	id, who, to := x.id(t), x.who(t, "caller"), rapid.SampledFrom(append(people, nobody)).Draw(t, "to")
	err := x.try(func(ctx sdk.Context) error {
		_, err := x.b.Approve(ctx, 1, who, to, id)
		return err
	})
	tok := x.m.tokens[id]
	switch {
	case tok == nil:
		require.Equal(t, types.Err721Token, err)
	case to == tok.owner:
		require.Equal(t, types.Err721ApproveOwner, err)
	case who != tok.owner && !x.m.allowed[[2]common.Address{tok.owner, who}]:
		require.Equal(t, types.Err721Approve, err)
	default:
		require.NoError(t, err)
		tok.approved = to
	}
}

func (x *machine) ApproveValue(t *rapid.T) {
	id, who, to, value := x.id(t), x.who(t, "caller"), x.who(t, "to"), x.amount(t)
	err := x.try(func(ctx sdk.Context) error { return x.b.ApproveValue(ctx, 1, who, to, id, value) })
	tok := x.m.tokens[id]
	switch {
	case tok == nil:
		require.Equal(t, types.Err3525Token, err)
	case to == tok.owner:
		require.Equal(t, types.Err3525ApproveOwner, err)
	case !x.m.mayMove(who, tok):
		require.Equal(t, types.Err3525Approve, err)
	default:
		require.NoError(t, err)
		tok.allowances[to] = value
	}
}

func (x *machine) SetOperator(t *rapid.T) {
	owner, operator, may := x.who(t, "owner"), x.who(t, "operator"), rapid.Bool().Draw(t, "may")
	err := x.b.SetOperator(x.ctx, 1, owner, operator, may)
	if owner == operator {
		require.Equal(t, types.Err721ApproveSelf, err)
		return
	}
	require.NoError(t, err)
	x.m.allowed[[2]common.Address{owner, operator}] = may
}

// Check compares everything that can be read.
func (x *machine) Check(t *rapid.T) {
	require.NoError(t, x.b.Check(x.ctx))
	require.True(t, slices.Equal(x.m.all, readList(t, x.b.Supply, x.b.ByIndex, x.ctx)))
	for _, p := range people {
		n, err := x.b.CountOf(x.ctx, 1, p)
		require.NoError(t, err)
		var got []uint256.Int
		for i := range n {
			id, err := x.b.OfOwner(x.ctx, 1, p, i)
			require.NoError(t, err)
			got = append(got, id)
		}
		require.True(t, slices.Equal(x.m.owned[p], got))
		_, err = x.b.OfOwner(x.ctx, 1, p, n)
		require.Equal(t, types.Err721OwnerIndex, err)
	}
	require.True(t, slices.Equal(x.m.slots, readList(t, x.b.SlotCount, x.b.SlotByIndex, x.ctx)))
	for _, slot := range x.m.slots {
		sum := new(uint256.Int)
		var got []uint256.Int
		require.NoError(t, x.b.EachInSlot(x.ctx, 1, slot, func(tok token.Token) error {
			require.Equal(t, slot, tok.Slot)
			sum.Add(sum, &tok.Value)
			got = append(got, tok.ID)
			return nil
		}))
		require.True(t, slices.Equal(x.m.inSlot[slot], got))
		require.Equal(t, x.sum(slot), sum, "minted less burned")
	}
	for id, want := range x.m.tokens {
		got, err := x.b.Get(x.ctx, 1, id)
		require.NoError(t, err)
		require.Equal(t, token.Token{ID: id, Slot: want.slot, Value: want.value, Owner: want.owner, Approved: want.approved}, got)
		for _, p := range people {
			v, err := x.b.Allowance(x.ctx, 1, id, p)
			require.NoError(t, err)
			require.Equal(t, want.allowances[p], v)
		}
	}
}

func readList(t *rapid.T, size func(ctx ctx, c uint64) (uint64, error), at func(ctx ctx, c, i uint64) (uint256.Int, error), c sdk.Context) (out []uint256.Int) {
	n, err := size(c, 1)
	require.NoError(t, err)
	for i := range n {
		id, err := at(c, 1, i)
		require.NoError(t, err)
		out = append(out, id)
	}
	_, err = at(c, 1, n)
	require.Error(t, err)
	return out
}

func TestModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, ctx := newBook(t)
		x := &machine{b: b, ctx: ctx, m: model{
			tokens: map[uint256.Int]*modelToken{}, owned: map[common.Address][]uint256.Int{},
			inSlot: map[uint256.Int][]uint256.Int{}, minted: map[uint256.Int]*uint256.Int{},
			allowed: map[[2]common.Address]bool{},
		}}
		t.Repeat(rapid.StateMachineActions(x))
		// The same can be read from a book that loads what this one exports.
		state, err := b.Export(ctx)
		require.NoError(t, err)
		next, nextCtx := emptyBook(t)
		require.NoError(t, next.Load(nextCtx, state))
		again, err := next.Export(nextCtx)
		require.NoError(t, err)
		require.Equal(t, state, again)
		y := &machine{b: next, ctx: nextCtx, m: x.m}
		y.Check(t)
	})
}
