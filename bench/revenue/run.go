package revenue

import (
	"context"
	"errors"
	"fmt"

	"github.com/weal-network/weal/bench/chain"
	"github.com/weal-network/weal/types"
)

// Run makes a chain and measures on it. It takes about as long as its greatest
// number of holders takes to be made.
func Run(ctx context.Context, cfg Config) (f Figures, err error) {
	cfg = cfg.orDefaults()
	if err := cfg.check(); err != nil {
		return f, fmt.Errorf("measure revenue: %w", err)
	}
	c, err := chain.New(chain.Config{Accounts: 3, Denoms: denoms[1:]})
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	b := &bench{Chain: c, ctx: ctx, cfg: cfg, owner: c.Accounts[0], payer: c.Accounts[1], vendor: c.Accounts[2]}
	for _, part := range []func(*Figures) error{b.measureTransfers, b.measurePayments} {
		if err := part(&f); err != nil {
			return f, fmt.Errorf("measure revenue: %w", err)
		}
	}
	f.Transfers, f.Method = cfg.Pairs*cfg.Rounds, cfg.method()
	return f, nil
}

// measureTransfers measures moving value in both contracts.
func (b *bench) measureTransfers(f *Figures) error {
	solidity, err := b.solidityTokens()
	if err != nil {
		return err
	}
	typical, err := b.paid(denoms[:1])
	if err != nil {
		return err
	}
	if err := b.rounds("moving value", b.cfg.Rounds, typical.tabs, typical.contract, solidity); err != nil {
		return err
	}
	f.TransferGasNative, f.TransferGasSolidity = median(typical.gas), median(solidity.gas)
	f.TransferUsNative, f.TransferUsSolidity = micros(median(typical.took)), micros(median(solidity.took))
	f.BlockUsNative, f.BlockUsSolidity = micros(median(typical.block)), micros(median(solidity.block))

	if err := b.rounds("moving value without revenue", 2, nil, typical.contract); err != nil {
		return err
	}
	f.TransferGasIdle, f.TransferUsIdle = median(typical.gas), micros(median(typical.took))

	worst, err := b.paid(denoms)
	if err != nil {
		return err
	}
	if err := b.rounds("moving value with all denominations", 2, worst.tabs, worst.contract); err != nil {
		return err
	}
	f.TransferGasWorst, f.TransferUsWorst = median(worst.gas), micros(median(worst.took))
	return nil
}

// paid is an asset with pairs of shares and a tab for each denomination.
type paid struct {
	*contract
	tabs []*tab
}

func (b *bench) paid(in []string) (p paid, err error) {
	asset, err := b.register(in)
	if err != nil {
		return p, err
	}
	for _, denom := range in {
		t, err := b.open(asset.asset, denom)
		if err != nil {
			return p, err
		}
		p.tabs = append(p.tabs, t)
	}
	p.contract, err = b.nativeTokens(asset)
	return p, err
}

// rounds settles tabs and moves value, n times, after a round that does not
// count: the first transfer of a share after its first revenue writes rows that
// stay.
func (b *bench) rounds(part string, n int, tabs []*tab, contracts ...*contract) error {
	for i := range n + 1 {
		if err := b.ctx.Err(); err != nil {
			return err
		}
		if len(tabs) > 0 {
			if _, err := b.settle(tabs...); err != nil {
				return err
			}
		}
		if i == 1 {
			forget(contracts...)
		}
		if err := b.round(i, contracts...); err != nil {
			return err
		}
		b.cfg.Progress(part, i+1, n+1)
	}
	return nil
}

// measurePayments measures paying assets of few and of many holders.
func (b *bench) measurePayments(f *Figures) error {
	var assets []earner
	var ids []types.AssetID
	for range b.cfg.Holders {
		a, err := b.register(denoms[:1])
		if err != nil {
			return err
		}
		assets, ids = append(assets, a), append(ids, a.asset)
	}
	child, err := b.register(denoms[:1], ids...)
	if err != nil {
		return err
	}
	if err := b.spread(assets); err != nil {
		return err
	}
	var tabs []*tab
	for _, a := range append(assets, child) {
		t, err := b.open(a.asset, types.BaseDenom)
		if err != nil {
			return err
		}
		tabs = append(tabs, t)
	}
	var settled, pulled [3][]uint64
	for i := range b.cfg.Repeats + 1 {
		paying, err := b.settle(tabs...)
		if err != nil {
			return err
		}
		pulling, err := b.pull(child.asset, assets...)
		if err != nil {
			return err
		}
		if i == 0 {
			continue // the first payment of each writes rows that stay
		}
		for k := range assets {
			settled[k], pulled[k] = append(settled[k], paying[k]), append(pulled[k], pulling[k])
		}
		b.cfg.Progress("paying", i, b.cfg.Repeats)
	}
	f.Gas1, f.Gas1000, f.Gas600000 = median(settled[0]), median(settled[1]), median(settled[2])
	f.RoyaltyGas1, f.RoyaltyGas1000, f.RoyaltyGas600000 = median(pulled[0]), median(pulled[1]), median(pulled[2])
	return nil
}
