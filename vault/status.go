package vault

import (
	"context"
	"errors"
	"time"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/library"
)

// healthTime bounds what health and status wait for.
const healthTime = 5 * time.Second

// Status is the vault as its owner sees it.
type Status struct {
	Asset types.AssetID `json:"asset"` // 0 while not registered
	// Version and ServedRoot are what the chain knows; Root is the newest, and
	// Staged says that the chain does not know it yet.
	Version    uint32     `json:"version"`
	ServedRoot types.Hash `json:"served_root"`
	Root       types.Hash `json:"root"`
	Staged     bool       `json:"staged"`
	Chunks     int        `json:"chunks"`             // of Root
	Adding     bool       `json:"adding"`             // an Add is running
	Progress   *Progress  `json:"progress,omitempty"` // of it
	// Documents are all that are served or staged, and the files refused.
	Documents []library.DocumentStatus `json:"documents"`
	// Totals sums Documents up.
	Totals    library.Totals `json:"totals"`
	Settled   types.Amount   `json:"settled"`
	Unsettled types.Amount   `json:"unsettled"`
	Budgets   []BudgetStatus `json:"budgets"`
	// Selling says what offers tell.
	Selling Selling `json:"selling"`
	// Sealing says how the vault's content is kept on disk.
	Sealing library.Sealing `json:"sealing"`
	// Search says how documents are found.
	Search library.MeaningStatus `json:"search"`
	// Problem says why the vault cannot make offers now; empty if it can.
	Problem string `json:"problem,omitempty"`
}

// Status returns the vault's status. A chain that cannot be reached is a Problem
// of it and no error.
func (v *Vault) Status(ctx context.Context) (Status, error) {
	s := Status{Asset: v.book.Asset(), Root: v.Root(), Adding: v.adding.Load(), Progress: v.progress.Load(), Sealing: v.library.Sealing(), Budgets: v.budget.status(), Selling: v.Selling()}
	latest, err := v.library.Latest(ctx)
	if err != nil && !errors.Is(err, library.ErrNoGeneration) {
		return s, err
	}
	if latest != nil {
		s.Chunks = latest.Len()
	}
	if s.Search, err = v.library.Meaning(ctx); err != nil {
		return s, err
	}
	asking, cancel := context.WithTimeout(ctx, healthTime)
	a, served, err := v.served(asking)
	cancel()
	s.Version, s.ServedRoot = a.Version, a.Root
	if err != nil {
		s.Problem = err.Error()
	}
	s.Staged = s.Root != s.ServedRoot
	var generation int64
	if served != nil {
		generation = served.ID
	}
	if s.Documents, err = v.library.Status(ctx, generation); err != nil {
		return s, err
	}
	s.Totals = library.Sum(s.Documents)
	s.Settled, s.Unsettled, err = v.book.Earned(ctx)
	return s, err
}
