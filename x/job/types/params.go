package types

import (
	"math/big"

	weal "github.com/weal-network/weal/types"
)

// DefaultParams returns the parameters of a new chain.
func DefaultParams() Params {
	return Params{
		MaxDataBytes:     4 << 10,
		MaxUriBytes:      512,
		LeastSeconds:     30,
		MostSeconds:      30 * 24 * 3600,
		Seconds:          3600,
		LifeBlocks:       20,
		MaxCallbackGas:   2_000_000,
		GasPricePercent:  200,
		MaxOpenAsset:     100_000,
		MaxOpenRequester: 1_000,
		LeastBond:        "1000000000000000000", // 1 WEAL
		UnbondSeconds:    3 * 24 * 3600,
		UnbondBlocks:     1000,
		KeepSeconds:      30 * 24 * 3600,
		MaxTries:         10,
		ScheduleGas:      weal.BlockGas / 10,
		MaxBookings:      10_000,
		MaxTimes:         1_000_000,
		MaxAhead:         365 * 24 * 3600,
		KeepBlocks:       100_000,
		MaxLogBytes:      8 << 10,
	}
}

// The greatest values of parameters: what one message or block reads has a bound
// whatever governance decides.
const (
	mostDataBytes   = 64 << 10
	mostCallbackGas = weal.BlockGas / 2
	mostSeconds     = 10 * 365 * 24 * 3600
	mostBlocks      = 1 << 32
)

// Validate returns ErrParams, with the reason, if p breaks a rule.
func (p Params) Validate() error {
	if _, err := weal.ParseAmount(p.LeastBond); err != nil {
		return ErrParams.Wrapf("least_bond: %s", err)
	}
	switch {
	case p.MaxDataBytes == 0 || p.MaxDataBytes > mostDataBytes || p.MaxUriBytes > mostDataBytes:
		return ErrParams.Wrapf("max_data_bytes must be from 1 to %d, and max_uri_bytes no more", mostDataBytes)
	case p.LeastSeconds == 0 || p.LeastSeconds > p.Seconds || p.Seconds > p.MostSeconds || p.MostSeconds > mostSeconds:
		return ErrParams.Wrapf("least_seconds, seconds and most_seconds must ascend from 1 to %d", mostSeconds)
	case p.LifeBlocks == 0 || p.LifeBlocks > mostBlocks || p.UnbondBlocks > mostBlocks:
		return ErrParams.Wrapf("life_blocks must be from 1 to %d, and unbond_blocks no more", uint64(mostBlocks))
	case p.UnbondSeconds > mostSeconds || p.KeepSeconds > mostSeconds:
		return ErrParams.Wrapf("unbond_seconds and keep_seconds must be at most %d", mostSeconds)
	case p.MaxCallbackGas > mostCallbackGas:
		return ErrParams.Wrapf("max_callback_gas must be at most %d", mostCallbackGas)
	case p.GasPricePercent == 0 || p.GasPricePercent > 10_000:
		return ErrParams.Wrap("gas_price_percent must be from 1 to 10000")
	case p.ScheduleGas < CallGas || p.ScheduleGas > weal.BlockGas:
		return ErrParams.Wrapf("schedule_gas must be from %d to %d", CallGas, weal.BlockGas)
	case p.MaxTimes == 0 || p.MaxTimes > mostBlocks || p.MaxAhead == 0 || p.MaxAhead > mostBlocks || p.KeepBlocks > mostBlocks:
		return ErrParams.Wrapf("max_times and max_ahead must be from 1 to %d, and keep_blocks no more", uint64(mostBlocks))
	case p.MaxBookings == 0 || p.MaxLogBytes > mostDataBytes:
		return ErrParams.Wrapf("max_bookings must be at least 1, and max_log_bytes at most %d", mostDataBytes)
	case p.MaxOpenAsset == 0 || p.MaxOpenRequester == 0:
		return ErrParams.Wrap("max_open_asset and max_open_requester must be at least 1")
	}
	return nil
}

// Least returns LeastBond. p must be valid.
func (p Params) Least() weal.Amount {
	a, _ := weal.ParseAmount(p.LeastBond) // it is what was validated
	return a
}

// Price returns what a unit of gas costs ahead, with a base fee of so much: a part
// of it, rounded up, and at least 1.
func (p Params) Price(baseFee *big.Int) (weal.Amount, error) {
	n := new(big.Int).Mul(baseFee, big.NewInt(int64(p.GasPricePercent)))
	n.Add(n, big.NewInt(99)).Div(n, big.NewInt(100))
	if n.Sign() <= 0 {
		n.SetUint64(1)
	}
	return weal.AmountFromBig(n)
}
