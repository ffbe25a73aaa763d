package token

import (
	"context"
	"fmt"
	"math/big"

	"cosmossdk.io/collections"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/weal-network/weal/x/asset/types"
)

// Load stores a state. Watchers hear nothing of it. Check tells whether it was
// consistent.
func (b Book) Load(ctx context.Context, g types.TokenState) error {
	for i, row := range g.Collections {
		at, err := address(row.Address)
		if err != nil {
			return types.ErrGenesis.Wrapf("collection %d: %s", row.Number, err)
		}
		n, err := b.Open(ctx, at, row)
		if err != nil {
			return types.ErrGenesis.Wrap(err.Error())
		}
		if n != row.Number {
			return types.ErrGenesis.Wrapf("collection %d is the %d-th", row.Number, i+1)
		}
	}
	for _, s := range g.States {
		if s.Number > uint64(len(g.Collections)) {
			return types.ErrGenesis.Wrapf("there is no collection %d", s.Number)
		}
		if err := b.load(ctx, s); err != nil {
			return types.ErrGenesis.Wrapf("collection %d: %s", s.Number, err)
		}
	}
	return nil
}

// load stores one collection. What the lists say of places is stored at the end.
func (b Book) load(ctx context.Context, g types.CollectionState) error {
	at := map[uint256.Int]*places{}
	for i, t := range g.Tokens {
		id, r, err := b.loadToken(ctx, g.Number, t)
		if err != nil {
			return fmt.Errorf("token %s: %w", t.Id, err)
		}
		if at[id] != nil {
			return fmt.Errorf("token %s is there twice", t.Id)
		}
		at[id] = &places{inAll: uint64(i)}
		if err := b.setRow(ctx, g.Number, id, r); err != nil {
			return err
		}
		if err := b.revalued(ctx, g.Number, Change{ID: id, Slot: r.slot, After: r.value, To: r.owner}); err != nil {
			return err
		}
		if err := b.all.Set(ctx, collections.Join(g.Number, uint64(i)), id); err != nil {
			return err
		}
	}
	if err := setOrRemove(ctx, b.supply, g.Number, uint64(len(g.Tokens))); err != nil {
		return err
	}
	next, err := parse(g.Next)
	if err != nil {
		return fmt.Errorf("next: %w", err)
	}
	if err := b.next.Set(ctx, g.Number, next); err != nil {
		return err
	}
	if err := b.loadSlots(ctx, g, at); err != nil {
		return err
	}
	if err := b.loadOwners(ctx, g, at); err != nil {
		return err
	}
	for _, t := range g.Tokens {
		id, err := parse(t.Id)
		if err != nil {
			return err
		}
		if err := b.places.Set(ctx, collections.Join(g.Number, id), *at[id]); err != nil {
			return err
		}
	}
	return b.loadOperators(ctx, g)
}

func (b Book) loadToken(ctx context.Context, c uint64, t types.Token) (id uint256.Int, r row, err error) {
	if id, err = parse(t.Id); err != nil {
		return id, r, err
	}
	if r.slot, err = parse(t.Slot); err != nil {
		return id, r, fmt.Errorf("slot: %w", err)
	}
	if r.value, err = parse(t.Value); err != nil {
		return id, r, fmt.Errorf("value: %w", err)
	}
	if r.owner, err = address(t.Owner); err != nil {
		return id, r, fmt.Errorf("owner: %w", err)
	}
	if t.Approved != "" {
		if r.approved, err = address(t.Approved); err != nil {
			return id, r, fmt.Errorf("approved: %w", err)
		}
	}
	for _, a := range t.Allowances {
		operator, err := address(a.Operator)
		if err != nil {
			return id, r, fmt.Errorf("allowance: %w", err)
		}
		v, err := parse(a.Value)
		if err != nil {
			return id, r, fmt.Errorf("allowance: %w", err)
		}
		if err := b.setAllowance(ctx, c, id, &r, operator, v); err != nil {
			return id, r, err
		}
	}
	return id, r, nil
}

func (b Book) loadSlots(ctx context.Context, g types.CollectionState, at map[uint256.Int]*places) error {
	for i, s := range g.Slots {
		slot, err := parse(s.Slot)
		if err != nil {
			return fmt.Errorf("slot: %w", err)
		}
		if err := b.slots.Set(ctx, collections.Join(g.Number, uint64(i)), slot); err != nil {
			return err
		}
		row := slotRow{place: uint64(i), count: uint64(len(s.Tokens))}
		if err := b.slotRows.Set(ctx, collections.Join(g.Number, slot), row); err != nil {
			return err
		}
		for j, text := range s.Tokens {
			id, p, err := placed(at, text)
			if err != nil {
				return fmt.Errorf("slot %s: %w", s.Slot, err)
			}
			p[inSlot] = uint64(j)
			if err := b.inSlot.Set(ctx, collections.Join3(g.Number, slot, uint64(j)), id); err != nil {
				return err
			}
		}
	}
	return setOrRemove(ctx, b.slotCount, g.Number, uint64(len(g.Slots)))
}

func (b Book) loadOwners(ctx context.Context, g types.CollectionState, at map[uint256.Int]*places) error {
	for _, o := range g.Owners {
		owner, err := address(o.Owner)
		if err != nil {
			return fmt.Errorf("owner: %w", err)
		}
		if err := setOrRemove(ctx, b.count, collections.Join(g.Number, owner), uint64(len(o.Tokens))); err != nil {
			return err
		}
		for j, text := range o.Tokens {
			id, p, err := placed(at, text)
			if err != nil {
				return fmt.Errorf("owner %s: %w", o.Owner, err)
			}
			p[inOwned] = uint64(j)
			if err := b.owned.Set(ctx, collections.Join3(g.Number, owner, uint64(j)), id); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b Book) loadOperators(ctx context.Context, g types.CollectionState) error {
	for _, o := range g.Operators {
		owner, err := address(o.Owner)
		if err != nil {
			return fmt.Errorf("operator: %w", err)
		}
		operator, err := address(o.Operator)
		if err != nil {
			return fmt.Errorf("operator: %w", err)
		}
		if o.Slot == "" {
			err = b.SetOperator(ctx, g.Number, owner, operator, true)
		} else {
			var slot uint256.Int
			if slot, err = parse(o.Slot); err != nil {
				return fmt.Errorf("operator: %w", err)
			}
			err = b.SetSlotOperator(ctx, g.Number, owner, owner, slot, operator, true)
		}
		if err != nil {
			return fmt.Errorf("operator: %w", err)
		}
	}
	return nil
}

// Export returns the whole state.
func (b Book) Export(ctx context.Context) (g types.TokenState, err error) {
	err = b.registry.Walk(ctx, nil, func(_ uint64, row types.Collection) (bool, error) {
		g.Collections = append(g.Collections, row)
		return false, nil
	})
	if err != nil {
		return g, err
	}
	for c := range uint64(len(g.Collections)) + 1 {
		s, err := b.export(ctx, c)
		if err != nil {
			return g, err
		}
		g.States = append(g.States, s)
	}
	return g, nil
}

func (b Book) export(ctx context.Context, c uint64) (types.CollectionState, error) {
	s := types.CollectionState{Number: c}
	next, err := b.peekID(ctx, c)
	if err != nil {
		return s, err
	}
	s.Next = next.Dec()
	for _, export := range []func(context.Context, *types.CollectionState) error{
		b.exportTokens, b.exportSlots, b.exportOwners, b.exportOperators,
	} {
		if err := export(ctx, &s); err != nil {
			return s, err
		}
	}
	return s, nil
}

func (b Book) exportTokens(ctx context.Context, s *types.CollectionState) error {
	r := collections.NewPrefixedPairRange[uint64, uint64](s.Number)
	return b.all.Walk(ctx, r, func(_ placeKey, id uint256.Int) (bool, error) {
		r, err := b.row(ctx, s.Number, id)
		if err != nil {
			return true, err
		}
		t := types.Token{Id: id.Dec(), Slot: r.slot.Dec(), Value: r.value.Dec(), Owner: r.owner.Hex()}
		if r.approved != (common.Address{}) {
			t.Approved = r.approved.Hex()
		}
		of := collections.NewSuperPrefixedTripleRange[uint64, uint256.Int, common.Address](s.Number, id)
		err = b.allowances.Walk(ctx, of, func(key allowanceKey, v uint256.Int) (bool, error) {
			t.Allowances = append(t.Allowances, types.Allowance{Operator: key.K3().Hex(), Value: v.Dec()})
			return false, nil
		})
		s.Tokens = append(s.Tokens, t)
		return err != nil, err
	})
}

func (b Book) exportSlots(ctx context.Context, s *types.CollectionState) error {
	r := collections.NewPrefixedPairRange[uint64, uint64](s.Number)
	return b.slots.Walk(ctx, r, func(_ placeKey, slot uint256.Int) (bool, error) {
		row := types.SlotTokens{Slot: slot.Dec()}
		in := collections.NewSuperPrefixedTripleRange[uint64, uint256.Int, uint64](s.Number, slot)
		err := b.inSlot.Walk(ctx, in, func(_ inSlotKey, id uint256.Int) (bool, error) {
			row.Tokens = append(row.Tokens, id.Dec())
			return false, nil
		})
		s.Slots = append(s.Slots, row)
		return err != nil, err
	})
}

func (b Book) exportOwners(ctx context.Context, s *types.CollectionState) error {
	r := collections.NewPrefixedTripleRange[uint64, common.Address, uint64](s.Number)
	return b.owned.Walk(ctx, r, func(key ownedKey, id uint256.Int) (bool, error) {
		owner := key.K2().Hex()
		if n := len(s.Owners); n == 0 || s.Owners[n-1].Owner != owner {
			s.Owners = append(s.Owners, types.OwnerTokens{Owner: owner})
		}
		last := &s.Owners[len(s.Owners)-1]
		last.Tokens = append(last.Tokens, id.Dec())
		return false, nil
	})
}

func (b Book) exportOperators(ctx context.Context, s *types.CollectionState) error {
	r := collections.NewPrefixedTripleRange[uint64, common.Address, common.Address](s.Number)
	err := b.operators.Walk(ctx, r, func(key operatorKey) (bool, error) {
		s.Operators = append(s.Operators, types.Operator{Owner: key.K2().Hex(), Operator: key.K3().Hex()})
		return false, nil
	})
	if err != nil {
		return err
	}
	of := collections.NewPrefixedQuadRange[uint64, common.Address, uint256.Int, common.Address](s.Number)
	return b.slotOpers.Walk(ctx, of, func(key slotOperKey) (bool, error) {
		slot := key.K3()
		s.Operators = append(s.Operators, types.Operator{Owner: key.K2().Hex(), Operator: key.K4().Hex(), Slot: slot.Dec()})
		return false, nil
	})
}

// placed reads an id that a list names.
func placed(at map[uint256.Int]*places, text string) (uint256.Int, *places, error) {
	id, err := parse(text)
	if err != nil {
		return id, nil, err
	}
	p := at[id]
	if p == nil {
		return id, nil, fmt.Errorf("there is no token %s", text)
	}
	return id, p, nil
}

// parse reads a decimal number of at most 256 bits, without sign or leading
// zeros.
func parse(text string) (uint256.Int, error) {
	n, ok := new(big.Int).SetString(text, 10)
	if !ok || n.Sign() < 0 || n.BitLen() > 256 || n.String() != text {
		return uint256.Int{}, fmt.Errorf("want a whole number below 2^256, got %.80q", text)
	}
	return *uint256.MustFromBig(n), nil
}

// address reads an address in hex.
func address(text string) (common.Address, error) {
	if !common.IsHexAddress(text) {
		return common.Address{}, fmt.Errorf("want an address of 20 bytes in hex, got %.80q", text)
	}
	return common.HexToAddress(text), nil
}
