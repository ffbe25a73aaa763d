package types

import (
	weal "github.com/weal-network/weal/types"
)

// DefaultGenesis returns the state of a new chain: no assets.
func DefaultGenesis() *GenesisState {
	return &GenesisState{Params: DefaultParams(), NextAsset: 1}
}

// Validate returns ErrGenesis or ErrParams, with the reason, if g contradicts
// itself in a way that can be seen row by row. What rows say about each other
// is checked when the state is loaded.
func (g GenesisState) Validate() error {
	if err := g.Params.Validate(); err != nil {
		return err
	}
	if g.NextAsset == 0 {
		return ErrGenesis.Wrap("next_asset must be at least 1")
	}
	assets := map[uint64]bool{}
	for _, a := range g.Assets {
		if err := a.validate(g.NextAsset); err != nil {
			return err
		}
		if assets[a.Id] {
			return ErrGenesis.Wrapf("asset %d is there twice", a.Id)
		}
		assets[a.Id] = true
	}
	if err := g.Market.Validate(); err != nil {
		return err
	}
	return g.Contributions.Validate()
}

// validate checks one asset of a genesis state.
func (a Asset) validate(nextAsset uint64) error {
	var total uint64
	for _, r := range a.Ancestors {
		if r.Asset == 0 || r.Asset >= a.Id {
			return ErrGenesis.Wrapf("asset %d: asset %d cannot be its ancestor", a.Id, r.Asset)
		}
		total += uint64(r.BasisPoints)
	}
	switch {
	case a.Id == 0 || a.Id >= nextAsset:
		return ErrGenesis.Wrapf("asset %d: not below next_asset", a.Id)
	case a.Version == 0:
		return ErrGenesis.Wrapf("asset %d: versions count from 1", a.Id)
	case a.Units == 0 || a.Units > weal.MaxUnits:
		return ErrGenesis.Wrapf("asset %d: units must be from 1 to %d, got %d", a.Id, uint64(weal.MaxUnits), a.Units)
	case a.FirstShare == 0:
		return ErrGenesis.Wrapf("asset %d: shares count from 1", a.Id)
	case a.Resale > BasisPoints:
		return ErrGenesis.Wrapf("asset %d: %d basis points of a resale", a.Id, a.Resale)
	case len(a.Ancestors) > weal.MaxAncestors || total > BasisPoints:
		return ErrGenesis.Wrapf("asset %d: %d ancestors are owed %d basis points", a.Id, len(a.Ancestors), total)
	}
	if err := ValidateDenoms(a.Denoms); err != nil {
		return ErrGenesis.Wrapf("asset %d: %s", a.Id, err)
	}
	return nil
}
