package types

// Bounds of the parameters: what is stored with an asset is read at every sale
// of its shares, so it may not grow at will.
const (
	maxPrices   = 64
	maxURIBytes = 2048
)

// DefaultParams returns the parameters of a new chain.
func DefaultParams() Params { return Params{MaxPrices: 16, MaxUriBytes: 512} }

// Validate returns ErrParams, with the reason, if p breaks a rule.
func (p Params) Validate() error {
	switch {
	case p.MaxPrices == 0 || p.MaxPrices > maxPrices:
		return ErrParams.Wrapf("max_prices must be from 1 to %d, got %d", maxPrices, p.MaxPrices)
	case p.MaxUriBytes == 0 || p.MaxUriBytes > maxURIBytes:
		return ErrParams.Wrapf("max_uri_bytes must be from 1 to %d, got %d", maxURIBytes, p.MaxUriBytes)
	}
	return nil
}
