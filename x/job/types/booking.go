package types

import (
	"errors"

	weal "github.com/weal-network/weal/types"
)

// CallGas is the least gas that a call uses.
const CallGas = 21_000

// Reserve returns what one call costs at most: its gas, and what it brings.
func (b Booking) Reserve() (weal.Amount, error) {
	price, err := weal.ParseAmount(b.GasPrice)
	if err != nil {
		return price, err
	}
	gas, ok := price.Mul(b.Gas)
	if !ok {
		return gas, ErrFee.Wrap("its gas costs more than fits 128 bits")
	}
	return Sum(gas.String(), b.Value)
}

// Cost returns what so many calls cost at most.
func (b Booking) Cost(times uint64) (weal.Amount, error) {
	each, err := b.Reserve()
	if err != nil {
		return each, err
	}
	all, ok := each.Mul(times)
	if !ok {
		return all, ErrFee.Wrapf("%d calls cost more than fits 128 bits", times)
	}
	return all, nil
}

// Next returns the first block after now that the booking is made in again, in step
// with when it was due.
func (b Booking) Next(now uint64) uint64 {
	if b.Every == 0 {
		return now + 1
	}
	late := (now - min(b.Due, now)) / b.Every
	return b.Due + (late+1)*b.Every
}

func (b Booking) validate() error {
	funds, err := weal.ParseAmount(b.Funds)
	if err != nil {
		return err
	}
	cost, err := b.Cost(b.Times)
	switch {
	case err != nil:
		return err
	case !isAddress(b.Owner) || !isAddress(b.Target):
		return errors.New("its owner or its target is no EIP-55 address")
	case b.Times == 0 || b.Due == 0 || b.Gas < CallGas || b.Times > 1 && b.Every == 0:
		return errors.New("it has no calls, no block, too little gas, or no blocks between calls")
	case funds.Cmp(cost) < 0:
		return errors.New("what is prepaid is less than its calls cost")
	case len(b.Data) > mostDataBytes:
		return errors.New("its data are too long")
	}
	return nil
}
