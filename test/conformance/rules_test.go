package conformance

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/common"
)

// The functions that change something, but for minting.
const (
	fnApprove      = "approve(address,uint256)"
	fnApproveAll   = "setApprovalForAll(address,bool)"
	fnTransfer     = "transferFrom(address,address,uint256)"
	fnSafe         = "safeTransferFrom(address,address,uint256)"
	fnSafeData     = "safeTransferFrom(address,address,uint256,bytes)"
	fnApproveValue = "approve(uint256,address,uint256)"
	fnMove         = "transferFrom(uint256,uint256,uint256)"
	fnSplit        = "transferFrom(uint256,address,uint256)"
	fnApproveSlot  = "setApprovalForSlot(address,uint256,address,bool)"
	fnBurn         = "burn(uint256)"
	fnBurnValue    = "burnValue(uint256,uint256)"
	fnMint         = "mint(address,uint256,uint256,uint256)"
	fnMintValue    = "mintValue(uint256,uint256)"
	notTheMaker    = "Ownable: caller is not the owner"
)

// request is a call of a subject by somebody.
type request struct {
	caller    common.Address
	signature string
	args      []any
}

// String implements fmt.Stringer.
func (r request) String() string {
	parts := []string{r.caller.Hex(), r.signature}
	for _, a := range r.args {
		if b, ok := a.([]byte); ok {
			parts = append(parts, fmt.Sprintf("%x", b))
		} else {
			parts = append(parts, short(word(a)))
		}
	}
	return strings.Join(parts, " ")
}

func (r request) data() []byte { return pack(r.signature, r.args...) }

func (r request) address(i int) common.Address { return common.BytesToAddress(word(r.args[i]).Bytes()) }

func (r request) word(i int) common.Hash { return word(r.args[i]) }

func (r request) number(i int) *big.Int { return word(r.args[i]).Big() }

// outcome is what the standards say must come of a request.
type outcome struct {
	reason string
	events []event
	// asked is the call that the receiver gets, if it is a contract that is asked.
	receiver common.Address
	asked    []byte
}

func refused(reason string) outcome { return outcome{reason: reason} }

// rules are the standards over a model.
type rules struct {
	*model
	kind
	maker common.Address
}

// run returns what must come of a request. Made is the id of the token that
// comes of a split, which the contract chooses.
func (r rules) run(q request, made common.Hash) outcome {
	switch q.signature {
	case fnApprove:
		return r.approve(q)
	case fnApproveAll:
		if q.caller == q.address(0) {
			return refused("ERC721: approve to caller")
		}
		return outcome{events: []event{ev("ApprovalForAll", q.caller, q.args[0], q.args[1])}}
	case fnTransfer, fnSafe, fnSafeData:
		return r.transfer(q)
	case fnApproveValue:
		return r.approveValue(q)
	case fnMove:
		return r.moveValue(q)
	case fnSplit:
		return r.split(q, made)
	case fnApproveSlot:
		return r.approveSlot(q)
	case fnBurn, fnBurnValue:
		return r.burn(q)
	case fnMint, fnMintValue:
		return r.mint(q)
	}
	panic("no rule for " + q.signature)
}

// manages tells whether somebody owns a token or is an operator for it.
func (r rules) manages(who common.Address, t *token) bool {
	return who == t.owner || r.operators[approval{owner: t.owner, operator: who, all: true}] ||
		r.operators[approval{owner: t.owner, operator: who, slot: t.slot}]
}

// mayMove tells whether somebody manages a token or is approved for it.
func (r rules) mayMove(who common.Address, t *token) bool {
	return r.manages(who, t) || t.approved == who
}

func (r rules) approve(q request) outcome {
	t := r.tokens[q.word(1)]
	switch {
	case t == nil:
		return refused("ERC721: invalid token ID")
	case q.address(0) == t.owner:
		return refused("ERC721: approval to current owner")
	case !r.manages(q.caller, t):
		return refused("ERC721: approve caller is not token owner or approved for all")
	}
	return outcome{events: []event{ev("Approval", t.owner, q.args[0], q.args[1])}}
}

func (r rules) transfer(q request) outcome {
	t := r.tokens[q.word(2)]
	switch {
	case t == nil:
		return refused("ERC721: invalid token ID")
	case !r.mayMove(q.caller, t):
		return refused("ERC721: caller is not token owner or approved")
	case t.owner != q.address(0):
		return refused("ERC721: transfer from incorrect owner")
	case q.address(1) == zero:
		return refused("ERC721: transfer to the zero address")
	}
	o := outcome{events: []event{ev("Transfer", q.args[0], q.args[1], q.args[2])}}
	if q.signature != fnTransfer {
		data := []byte{}
		if q.signature == fnSafeData {
			data = q.args[3].([]byte)
		}
		o.receiver, o.asked = q.address(1), pack(on721, q.caller, q.address(0), q.number(2), data)
	}
	return o
}

func (r rules) approveValue(q request) outcome {
	t := r.tokens[q.word(0)]
	switch {
	case t == nil:
		return refused("ERC3525: invalid token ID")
	case q.address(1) == t.owner:
		return refused("ERC3525: approval to current owner")
	case !r.mayMove(q.caller, t):
		return refused("ERC3525: approve caller is not owner nor approved")
	case q.address(1) == zero:
		return refused("ERC3525: approve value to the zero address")
	}
	return outcome{events: []event{ev("ApprovalValue", q.args...)}}
}

// spend says why somebody may not move so much value of a token, or what is
// logged because an allowance is used up.
func (r rules) spend(q request) (string, []event) {
	t := r.tokens[q.word(0)]
	if t == nil {
		return "ERC3525: invalid token ID", nil
	}
	allowed := t.allowances[q.caller]
	if allowed == nil {
		allowed = new(big.Int)
	}
	switch {
	case r.mayMove(q.caller, t), allowed.Cmp(most) == 0:
		return "", nil
	case allowed.Cmp(q.number(2)) < 0:
		return "ERC3525: insufficient allowance", nil
	}
	return "", []event{ev("ApprovalValue", q.args[0], q.caller, new(big.Int).Sub(allowed, q.number(2)))}
}

func (r rules) moveValue(q request) outcome {
	reason, events := r.spend(q)
	from, to := r.tokens[q.word(0)], r.tokens[q.word(1)]
	switch {
	case reason != "":
		return refused(reason)
	case to == nil:
		return refused("ERC3525: transfer to invalid token ID")
	case from.value.Cmp(q.number(2)) < 0:
		return refused("ERC3525: insufficient balance for transfer")
	case from.slot != to.slot:
		return refused("ERC3525: transfer to token with different slot")
	case from != to && new(big.Int).Add(to.value, q.number(2)).Cmp(most) > 0:
		return refused(overflow)
	}
	return outcome{
		events:   append(events, ev("TransferValue", q.args...)),
		receiver: to.owner, asked: pack(on3525, q.caller, q.number(0), q.number(1), q.number(2), []byte{}),
	}
}

func (r rules) split(q request, made common.Hash) outcome {
	reason, events := r.spend(q)
	from := r.tokens[q.word(0)]
	switch {
	case reason != "":
		return refused(reason)
	case q.address(1) == zero:
		return refused("ERC3525: mint to the zero address")
	case from.value.Cmp(q.number(2)) < 0:
		return refused("ERC3525: insufficient balance for transfer")
	}
	return outcome{
		events: append(events, ev("Transfer", zero, q.args[1], made), ev("SlotChanged", made, 0, from.slot),
			ev("TransferValue", 0, made, 0), ev("TransferValue", q.args[0], made, q.args[2])),
		receiver: q.address(1), asked: pack(on3525, q.caller, q.number(0), made.Big(), q.number(2), []byte{}),
	}
}

func (r rules) approveSlot(q request) outcome {
	owner := q.address(0)
	switch {
	case q.caller != owner && !r.operators[approval{owner: owner, operator: q.caller, all: true}]:
		return refused("ERC3525SlotApprovable: caller is not owner nor approved for all")
	case owner == q.address(2):
		return refused("ERC3525SlotApprovable: approve to owner")
	}
	return outcome{events: []event{ev("ApprovalForSlot", q.args...)}}
}

func (r rules) burn(q request) outcome {
	t := r.tokens[q.word(0)]
	switch {
	case t == nil:
		return refused("ERC3525: invalid token ID")
	case !r.mayMove(q.caller, t):
		return refused("ERC3525: caller is not token owner nor approved")
	case q.signature == fnBurn:
		return outcome{events: []event{
			ev("TransferValue", q.args[0], 0, t.value), ev("SlotChanged", q.args[0], t.slot, 0), ev("Transfer", t.owner, zero, q.args[0]),
		}}
	case t.value.Cmp(q.number(1)) < 0:
		return refused("ERC3525: burn value exceeds balance")
	}
	return outcome{events: []event{ev("TransferValue", q.args[0], 0, q.args[1])}}
}

func (r rules) mint(q request) outcome {
	if q.caller != r.maker {
		return refused(notTheMaker)
	}
	if q.signature == fnMintValue {
		t := r.tokens[q.word(0)]
		switch {
		case t == nil:
			return refused("ERC3525: invalid token ID")
		case new(big.Int).Add(t.value, q.number(1)).Cmp(most) > 0:
			return refused(overflow)
		}
		return outcome{events: []event{ev("TransferValue", 0, q.args[0], q.args[1])}}
	}
	switch {
	case q.address(0) == zero:
		return refused("ERC3525: mint to the zero address")
	case q.word(1) == (common.Hash{}):
		return refused("ERC3525: cannot mint zero tokenId")
	case r.tokens[q.word(1)] != nil:
		return refused("ERC3525: token already minted")
	}
	return outcome{events: []event{
		ev("Transfer", zero, q.args[0], q.args[1]), ev("SlotChanged", q.args[1], 0, q.args[2]), ev("TransferValue", 0, q.args[1], q.args[3]),
	}}
}
