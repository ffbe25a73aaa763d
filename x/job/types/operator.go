package types

import (
	"errors"
	"fmt"
	"math/big"

	sdk "github.com/cosmos/cosmos-sdk/types"

	weal "github.com/weal-network/weal/types"
)

// BasisPoints is the whole of a price.
const BasisPoints = 10_000

// Empty reports whether nothing is left to be kept of the operator.
func (o Operator) Empty() bool { return !o.Authorised && o.Bond == "0" }

// Free reports whether the bond may be withdrawn in this block.
func (o Operator) Free(ctx sdk.Context) bool {
	return o.Unbonding && ctx.BlockHeight() > o.UntilHeight && ctx.BlockTime().Unix() > o.Until
}

// May returns ErrOperator, with the reason, unless the operator may deliver.
func (o Operator) May(p Params) error {
	bond, err := weal.ParseAmount(o.Bond)
	if err != nil {
		return ErrBroken.Wrapf("operator %s of asset %d: %s", o.Operator, o.Asset, err)
	}
	switch {
	case !o.Authorised:
		return ErrOperator.Wrapf("the controller of asset %d has not authorised %s", o.Asset, o.Operator)
	case o.Unbonding:
		return ErrOperator.Wrapf("%s is leaving asset %d; bond again first", o.Operator, o.Asset)
	case bond.Cmp(p.Least()) < 0:
		return ErrOperator.Wrapf("the bond of %s for asset %d is %s, less than %s", o.Operator, o.Asset, bond, p.LeastBond)
	}
	return nil
}

// Divide splits a price into the operator's part, rounded down, and the asset's.
func (o Operator) Divide(price weal.Amount) (operator, asset weal.Amount, err error) {
	n := new(big.Int).Mul(price.Big(), new(big.Int).SetUint64(uint64(o.BasisPoints)))
	if operator, err = weal.AmountFromBig(n.Div(n, big.NewInt(BasisPoints))); err != nil {
		return operator, asset, err
	}
	asset, ok := price.Sub(operator)
	if !ok {
		return operator, asset, ErrBroken.Wrapf("operator %s has %d basis points", o.Operator, o.BasisPoints)
	}
	return operator, asset, nil
}

func (o Operator) validate() error {
	bond, err := weal.ParseAmount(o.Bond)
	switch {
	case err != nil:
		return err
	case o.Asset == 0 || !isAddress(o.Operator):
		return errors.New("it has no asset, or no EIP-55 address")
	case o.BasisPoints > BasisPoints || !o.Authorised && o.BasisPoints != 0:
		return fmt.Errorf("it has %d basis points", o.BasisPoints)
	case o.Empty() || o.Unbonding && bond.IsZero():
		return errors.New("nothing is left of it, or it takes back nothing")
	}
	return nil
}
