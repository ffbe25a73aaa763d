package types

// DefaultGenesis returns the state of a new chain: no requests, no operators.
func DefaultGenesis() *GenesisState { return &GenesisState{Params: DefaultParams()} }

// Validate returns ErrGenesis, with the reason, if the state contradicts itself.
func (gs GenesisState) Validate() error {
	if err := gs.Params.Validate(); err != nil {
		return err
	}
	var last uint64
	for _, r := range gs.Requests {
		if r.Id <= last || r.Id > gs.Asked {
			return ErrGenesis.Wrapf("request %d: numbers must ascend from 1 to asked", r.Id)
		}
		last = r.Id
		if err := r.validate(kept()); err != nil {
			return ErrGenesis.Wrapf("request %d: %s", r.Id, err)
		}
	}
	if err := gs.validateBookings(); err != nil {
		return err
	}
	seen := map[operatorKey]bool{} // only looked up, never ranged over
	for _, o := range gs.Operators {
		if err := o.validate(); err != nil {
			return ErrGenesis.Wrapf("operator %s of asset %d: %s", o.Operator, o.Asset, err)
		}
		key := operatorKey{o.Asset, o.Operator}
		if seen[key] {
			return ErrGenesis.Wrapf("operator %s of asset %d is there twice", o.Operator, o.Asset)
		}
		seen[key] = true
	}
	return nil
}

// validateBookings checks the bookings, and the records of calls.
func (gs GenesisState) validateBookings() error {
	var last uint64
	for _, b := range gs.Bookings {
		if b.Id <= last || b.Id > gs.Booked {
			return ErrGenesis.Wrapf("booking %d: numbers must ascend from 1 to booked", b.Id)
		}
		last = b.Id
		if err := b.validate(); err != nil {
			return ErrGenesis.Wrapf("booking %d: %s", b.Id, err)
		}
	}
	for i, r := range gs.Records {
		if i > 0 {
			before := gs.Records[i-1]
			if r.Height < before.Height || r.Height == before.Height && r.Position <= before.Position {
				return ErrGenesis.Wrapf("record %d of block %d: records must ascend", r.Position, r.Height)
			}
		}
		if r.Booking == 0 || r.Booking > gs.Booked {
			return ErrGenesis.Wrapf("record %d of block %d is of booking %d", r.Position, r.Height, r.Booking)
		}
	}
	return nil
}

type operatorKey struct {
	asset    uint64
	operator string
}

// kept bounds what is kept of requests: governance may have lowered the limits
// since they were made.
func kept() Params {
	return Params{MaxDataBytes: mostDataBytes, MaxUriBytes: mostDataBytes}
}
