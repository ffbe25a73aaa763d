package settle

import (
	"context"
	"errors"
	"fmt"

	"github.com/weal-network/weal/bench/chain"
	"github.com/weal-network/weal/types"
)

// accounts is how many accounts there are beside the payers of the batch: the
// owner of the assets, who settles, and who gets transfers.
const accounts = 4

// bench is a chain at work.
type bench struct {
	*chain.Chain
	cfg    Config
	assets []types.AssetID
	other  *chain.Account // settles, and pays where it is not measured who does
	payers []*chain.Account
	// without is the gas of a transaction of other's without a message.
	without uint64
}

// Run makes a chain and measures on it.
func Run(ctx context.Context, cfg Config) (f Figures, err error) {
	cfg = cfg.orDefaults()
	if err := cfg.check(); err != nil {
		return f, fmt.Errorf("measure settlements: %w", err)
	}
	cfg.Progress("starting a chain", 0, 1)
	c, err := chain.New(chain.Config{Accounts: accounts + cfg.Payers})
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	b := &bench{Chain: c, cfg: cfg, other: c.Accounts[1], payers: c.Accounts[accounts:]}
	if err := b.prepare(); err != nil {
		return f, fmt.Errorf("measure settlements: %w", err)
	}
	for i, part := range []func(*Figures) error{
		b.measureQueries, b.measurePayees, b.measureLanes, b.measureBatch, b.measureTransfers,
	} {
		if err := errors.Join(ctx.Err(), part(&f)); err != nil {
			return f, fmt.Errorf("measure settlements: %w", err)
		}
		cfg.Progress("settling", i+1, 5)
	}
	f.Method = cfg.method()
	return f, nil
}

// prepare registers the assets, has each paid once, so that no first row of its
// own is measured, and finds out what an empty transaction costs.
func (b *bench) prepare() (err error) {
	if b.assets, err = b.Register(b.Accounts[0], b.cfg.Assets); err != nil {
		return err
	}
	tabs, err := b.open(1, b.other)
	if err != nil {
		return err
	}
	if _, _, err := b.settle(tabs[0], 0, 1, b.leaves(b.cfg.Assets, 1)); err != nil {
		return err
	}
	b.without, err = b.empty()
	return err
}
