package conformance

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
)

// token is one token as the logs tell it.
type token struct {
	owner, approved common.Address
	slot            common.Hash
	value           *big.Int
	allowances      map[common.Address]*big.Int
}

// model is a token contract as its logs tell it. Lists are in the order of the
// contract's enumerations.
type model struct {
	tokens map[common.Hash]*token
	burned []common.Hash
	all    []common.Hash
	slots  []common.Hash
	inSlot map[common.Hash][]common.Hash
	owned  map[common.Address][]common.Hash
	// operators move all tokens of an owner, or, with a slot, those in it.
	operators map[approval]bool
}

// approval names an owner, an operator and, if it is for one, a slot.
type approval struct {
	owner, operator common.Address
	slot            common.Hash
	all             bool
}

func newModel() *model {
	return &model{
		tokens: map[common.Hash]*token{}, inSlot: map[common.Hash][]common.Hash{},
		owned: map[common.Address][]common.Hash{}, operators: map[approval]bool{},
	}
}

// drop removes an element from a list: the last one takes its place.
func drop(list []common.Hash, id common.Hash) []common.Hash {
	i := slices.Index(list, id)
	list[i] = list[len(list)-1]
	return list[:len(list)-1]
}

// apply changes the model as an event says, or says why it cannot be.
func (m *model) apply(e event) error {
	switch e.name {
	case "Transfer":
		return m.transferred(e.address(0), e.address(1), e.words[2])
	case "SlotChanged":
		return m.slotChanged(e.words[0], e.words[1], e.words[2])
	case "TransferValue":
		return m.valueMoved(e.words[0], e.words[1], e.number(2))
	case "Approval":
		t := m.tokens[e.words[2]]
		if t == nil || t.owner != e.address(0) {
			return fmt.Errorf("%s: not of an owner's token", e)
		}
		t.approved = e.address(1)
	case "ApprovalValue":
		t := m.tokens[e.words[0]]
		if t == nil {
			return fmt.Errorf("%s: no such token", e)
		}
		t.allowances[e.address(1)] = e.number(2)
	case "ApprovalForAll":
		m.operators[approval{owner: e.address(0), operator: e.address(1), all: true}] = e.number(2).Sign() > 0
	case "ApprovalForSlot":
		m.operators[approval{owner: e.address(0), slot: e.words[1], operator: e.address(2)}] = e.number(3).Sign() > 0
	default:
		return fmt.Errorf("%s: unknown", e)
	}
	return nil
}

func (m *model) transferred(from, to common.Address, id common.Hash) error {
	t := m.tokens[id]
	if from == zero {
		if t != nil || to == zero {
			return fmt.Errorf("token %s made twice, or for nobody", short(id))
		}
		m.tokens[id] = &token{owner: to, value: new(big.Int), allowances: map[common.Address]*big.Int{}}
		m.all = append(m.all, id)
		m.owned[to] = append(m.owned[to], id)
		return nil
	}
	if t == nil || t.owner != from {
		return fmt.Errorf("token %s moved from who does not own it", short(id))
	}
	t.approved = zero
	for operator := range t.allowances {
		t.allowances[operator] = new(big.Int)
	}
	m.owned[from] = drop(m.owned[from], id)
	if to == zero {
		if t.value.Sign() != 0 || t.slot != (common.Hash{}) {
			return fmt.Errorf("token %s ended with its value or its slot", short(id))
		}
		m.all = drop(m.all, id)
		delete(m.tokens, id)
		m.burned = append(m.burned, id)
		return nil
	}
	t.owner = to
	m.owned[to] = append(m.owned[to], id)
	return nil
}

func (m *model) slotChanged(id, from, to common.Hash) error {
	t := m.tokens[id]
	if t == nil || t.slot != from {
		return fmt.Errorf("token %s left a slot it was not in", short(id))
	}
	if m.holds(from, id) {
		if to != (common.Hash{}) {
			return fmt.Errorf("token %s changed its slot", short(id))
		}
		m.inSlot[from] = drop(m.inSlot[from], id)
		t.slot = common.Hash{}
		return nil
	}
	if !slices.Contains(m.slots, to) {
		m.slots = append(m.slots, to)
	}
	t.slot = to
	m.inSlot[to] = append(m.inSlot[to], id)
	return nil
}

func (m *model) holds(slot, id common.Hash) bool { return slices.Contains(m.inSlot[slot], id) }

func (m *model) valueMoved(from, to common.Hash, value *big.Int) error {
	if from != (common.Hash{}) {
		t := m.tokens[from]
		if t == nil || t.value.Cmp(value) < 0 {
			return fmt.Errorf("value %d moved out of token %s, which has less", value, short(from))
		}
		t.value = new(big.Int).Sub(t.value, value)
	}
	if to != (common.Hash{}) {
		t := m.tokens[to]
		if t == nil {
			return fmt.Errorf("value moved into token %s, which is not there", short(to))
		}
		t.value = new(big.Int).Add(t.value, value)
		if t.value.Cmp(most) > 0 {
			return fmt.Errorf("token %s has more than fits", short(to))
		}
	}
	return nil
}

// sum returns the value of all tokens in a slot.
func (m *model) sum(slot common.Hash) *big.Int {
	sum := new(big.Int)
	for _, id := range m.inSlot[slot] {
		sum.Add(sum, m.tokens[id].value)
	}
	return sum
}

// sumOf returns the value of all tokens of an owner.
func (m *model) sumOf(owner common.Address) *big.Int {
	sum := new(big.Int)
	for _, id := range m.owned[owner] {
		sum.Add(sum, m.tokens[id].value)
	}
	return sum
}

// queries returns everything that can be looked up about the tokens, with what
// must be found.
func (m *model) queries(k kind) []query {
	var q []query
	is := func(want any, signature string, args ...any) { q = append(q, query{signature, args, want, false}) }
	fails := func(want, signature string, args ...any) { q = append(q, query{signature, args, want, true}) }
	for id, t := range m.tokens {
		is(t.owner, "ownerOf(uint256)", id.Big())
		is(t.value, "balanceOf(uint256)", id.Big())
		is(t.slot, "slotOf(uint256)", id.Big())
		is(t.approved, "getApproved(uint256)", id.Big())
		for operator, value := range t.allowances {
			is(value, "allowance(uint256,address)", id.Big(), operator)
		}
	}
	for _, id := range m.burned {
		if m.tokens[id] == nil {
			fails("ERC721: invalid token ID", "ownerOf(uint256)", id.Big())
			fails("ERC3525: invalid token ID", "balanceOf(uint256)", id.Big())
		}
	}
	for owner, ids := range m.owned {
		is(len(ids), "balanceOf(address)", owner)
		for i, id := range ids {
			is(id, "tokenOfOwnerByIndex(address,uint256)", owner, i)
		}
		fails("ERC721Enumerable: owner index out of bounds", "tokenOfOwnerByIndex(address,uint256)", owner, len(ids))
	}
	for _, slot := range m.slots {
		is(len(m.inSlot[slot]), "tokenSupplyInSlot(uint256)", slot.Big())
		for i, id := range m.inSlot[slot] {
			is(id, "tokenInSlotByIndex(uint256,uint256)", slot.Big(), i)
		}
		fails("ERC3525SlotEnumerable: slot token index out of bounds", "tokenInSlotByIndex(uint256,uint256)", slot.Big(), len(m.inSlot[slot]))
	}
	for a, may := range m.operators {
		if a.all {
			is(may, "isApprovedForAll(address,address)", a.owner, a.operator)
		} else if k.slotApprovable {
			is(may, "isApprovedForSlot(address,uint256,address)", a.owner, a.slot.Big(), a.operator)
		}
	}
	if !k.native {
		q = append(q, m.whole()...)
	}
	return q
}

// whole returns what can be looked up about a contract that nobody else uses.
func (m *model) whole() []query {
	q := []query{
		{"totalSupply()", nil, len(m.all), false},
		{"tokenByIndex(uint256)", []any{len(m.all)}, "ERC721Enumerable: global index out of bounds", true},
		{"slotCount()", nil, len(m.slots), false},
		{"slotByIndex(uint256)", []any{len(m.slots)}, "ERC3525SlotEnumerable: slot index out of bounds", true},
	}
	for i, id := range m.all {
		q = append(q, query{"tokenByIndex(uint256)", []any{i}, id, false})
	}
	for i, slot := range m.slots {
		q = append(q, query{"slotByIndex(uint256)", []any{i}, slot, false})
	}
	return q
}
