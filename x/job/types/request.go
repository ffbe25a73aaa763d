package types

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"

	"github.com/weal-network/weal/pay"
	weal "github.com/weal-network/weal/types"
)

// orderTag begins what is hashed of a request, so that it is no hash of anything else.
const orderTag = "weal/job/request/1"

// Order returns what a receipt for the request names as its order: all of the
// request that the asset's key answers for.
func (r Request) Order(chain weal.Hash) (weal.Hash, error) {
	price, err := weal.ParseAmount(r.Price)
	if err != nil {
		return weal.Hash{}, err
	}
	amount := price.Bytes()
	b := append([]byte(orderTag), chain[:]...)
	b = binary.BigEndian.AppendUint64(b, r.Id)
	b = binary.BigEndian.AppendUint64(b, r.Asset)
	b = append(b, common.HexToAddress(r.Requester).Bytes()...)
	b = binary.BigEndian.AppendUint32(b, r.Version)
	b = append(b, r.Input.Hash...)
	b = append(b, amount[:]...)
	b = append(b, byte(r.Policy))
	return sha256.Sum256(b), nil
}

// Expired reports whether the request may not be delivered in this block any more.
func (r Request) Expired(ctx sdk.Context) bool {
	return ctx.BlockHeight() > r.ExpiresHeight && ctx.BlockTime().Unix() > r.Expires
}

// Locked returns what the contract holds for the request.
func (r Request) Locked() (weal.Amount, error) {
	if r.State != REQUEST_STATE_OPEN {
		return weal.Amount{}, nil
	}
	return Sum(r.Price, r.GasPay)
}

// Check returns ErrEvidence unless s is a receipt of the asset's key, of one of the
// versions from the request's to newest, for an answer with that hash.
func (r Request) Check(s pay.SignedReceipt, chain, key, answer weal.Hash, newest uint32) error {
	order, err := r.Order(chain)
	if err != nil {
		return ErrBroken.Wrapf("request %d: %s", r.Id, err)
	}
	price, err := weal.ParseAmount(r.Price)
	if err != nil {
		return ErrBroken.Wrapf("request %d: %s", r.Id, err)
	}
	switch {
	case s.Chain != chain:
		return ErrEvidence.Wrap("the receipt is of another chain")
	case uint64(s.Asset) != r.Asset:
		return ErrEvidence.Wrapf("the receipt is of asset %d, the request to asset %d", s.Asset, r.Asset)
	case s.Lane != weal.LaneRef{} || s.Seq != r.Id:
		return ErrEvidence.Wrapf("the receipt names lane %s and seq %d; it must name lane 0/0/0 and the request, %d", s.Lane, s.Seq, r.Id)
	case s.Order != order:
		return ErrEvidence.Wrapf("the receipt's order is %s, the request's %s", s.Order, order)
	case s.Input != weal.Hash(r.Input.Hash):
		return ErrEvidence.Wrap("the receipt's input is not the request's")
	case s.Output != answer:
		return ErrEvidence.Wrap("the receipt's output is not the answer")
	case s.Amount != price:
		return ErrEvidence.Wrapf("the receipt says %s, the price is %s", s.Amount, price)
	case uint32(s.Policy) != r.Policy:
		return ErrEvidence.Wrapf("the receipt is under %s, the request under %s", s.Policy, pay.Policy(r.Policy))
	case s.Version < r.Version || s.Version > newest:
		return ErrEvidence.Wrapf("the receipt names version %d; it must be from %d to %d", s.Version, r.Version, newest)
	}
	if err := s.Verify(key); err != nil {
		return ErrEvidence.Wrap(err.Error())
	}
	return nil
}

// Sum adds amounts, or fails if one is none or they do not fit 128 bits.
func Sum(amounts ...string) (sum weal.Amount, err error) {
	for _, s := range amounts {
		a, err := weal.ParseAmount(s)
		if err != nil {
			return sum, err
		}
		var ok bool
		if sum, ok = sum.Add(a); !ok {
			return sum, ErrFee.Wrap("the sum does not fit 128 bits")
		}
	}
	return sum, nil
}

// validate checks a request by itself.
func (r Request) validate(p Params) error {
	if _, err := Sum(r.Price, r.GasPay); err != nil {
		return err
	}
	if err := r.Input.validate(p); err != nil {
		return err
	}
	answered := r.State == REQUEST_STATE_ANSWERED
	switch {
	case r.Id == 0 || r.Asset == 0:
		return errors.New("it has no number or no asset")
	case !isAddress(r.Requester) || r.Callback != "" && !isAddress(r.Callback):
		return errors.New("its requester or its call-back is no EIP-55 address")
	case r.Policy != uint32(pay.PolicyAudit):
		return fmt.Errorf("policy %d", r.Policy)
	case r.State < REQUEST_STATE_OPEN || r.State > REQUEST_STATE_EXPIRED:
		return fmt.Errorf("state %d", r.State)
	case (r.Callback == "") != (r.CallbackState == CALLBACK_STATE_NONE):
		return errors.New("it has a call-back without a state, or a state without one")
	case r.Callback == "" && (r.Gas != 0 || r.GasPay != "0"):
		return errors.New("it pays gas for no call-back")
	case r.CallbackState == CALLBACK_STATE_RUNNING:
		return errors.New("its call-back runs")
	case r.Callback != "" && answered == (r.CallbackState == CALLBACK_STATE_WAITING):
		return fmt.Errorf("its call-back is in state %d", r.CallbackState)
	case answered != (r.Operator != "") || answered && !isAddress(r.Operator):
		return errors.New("it is answered by nobody, or not answered by somebody")
	case (r.State == REQUEST_STATE_OPEN) != (r.Ended == 0):
		return errors.New("it is open and has ended, or neither")
	}
	if answered {
		return r.Answer.validate(p)
	}
	return nil
}

// isAddress reports whether s is an address in EIP-55 hex, and not zero.
func isAddress(s string) bool {
	a := common.HexToAddress(s)
	return a.Hex() == s && a != (common.Address{})
}
