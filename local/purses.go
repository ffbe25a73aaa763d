package local

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"slices"

	"github.com/weal-network/weal/purse"
)

// purses are the home's own purse, those of its agents, and those in which its gateway
// holds lane keys of customers' tabs.
type purses []*purse.Purse

// purses opens all purses of the home at first use.
func (c *Client) purses(ctx context.Context) (purses, error) {
	own, err := c.purse(ctx)
	if err != nil {
		return nil, err
	}
	if c.customers == nil {
		var names []string
		for _, pattern := range []string{"purse-tab-*.db", agentDB("*")} {
			found, err := filepath.Glob(c.Home.Path(pattern))
			if err != nil {
				return nil, err
			}
			names = append(names, found...)
		}
		c.customers = purses{}
		for _, name := range names {
			if err := c.openCustomer(ctx, name); err != nil {
				return nil, err
			}
		}
	}
	return append(purses{own}, c.customers...), nil
}

func (c *Client) openCustomer(ctx context.Context, name string) error {
	p, closeIt, err := openPurseAt(toldBy(ctx, c.tel), c.Home, name, c.Ledger)
	if err != nil {
		return fmt.Errorf("a customer's purse: %w", err)
	}
	c.customers = append(c.customers, p)
	c.closes = append(c.closes, closeIt)
	return nil
}

// newest lists receipts, newest first.
func (ps purses) newest(ctx context.Context, f purse.Filter) ([]purse.Kept, error) {
	var all []purse.Kept
	for _, p := range ps {
		kept, err := p.Receipts(ctx, f)
		if err != nil {
			return nil, err
		}
		all = append(all, kept...)
	}
	if len(ps) > 1 {
		slices.SortStableFunc(all, func(a, b purse.Kept) int { return cmp.Compare(b.Kept, a.Kept) })
	}
	most := f.Limit
	if most <= 0 {
		most = purse.DefaultReceipts
	}
	return all[:min(len(all), most)], nil
}

// each calls f with each receipt, oldest first, however many there are.
func (ps purses) each(ctx context.Context, filter purse.Filter, f func(purse.Kept) error) error {
	if len(ps) == 1 {
		return ps[0].EachReceipt(ctx, filter, f)
	}
	errs := make([]error, len(ps))
	heads := make([]func() (purse.Kept, bool), len(ps))
	next := make([]*purse.Kept, len(ps))
	for i, p := range ps {
		pull, stop := iter.Pull(func(yield func(purse.Kept) bool) {
			errs[i] = p.EachReceipt(ctx, filter, func(k purse.Kept) error {
				if !yield(k) {
					return context.Canceled
				}
				return nil
			})
		})
		defer stop()
		heads[i] = pull
		if k, ok := pull(); ok {
			next[i] = &k
		}
	}
	for {
		first := -1
		for i, k := range next {
			if k != nil && (first < 0 || k.Kept < next[first].Kept) {
				first = i
			}
		}
		if first < 0 {
			return errors.Join(errs...)
		}
		if err := f(*next[first]); err != nil {
			return err
		}
		next[first] = nil
		if k, ok := heads[first](); ok {
			next[first] = &k
		}
	}
}

// receipt returns the receipt with an id that one of the purses has.
func (ps purses) receipt(ctx context.Context, id string) (k purse.Kept, err error) {
	for _, p := range ps {
		if k, err = p.Receipt(ctx, id); !errors.Is(err, purse.ErrReceipt) {
			return k, err
		}
	}
	return k, err
}

// prove returns the proof of a use that one of the purses paid.
func (ps purses) prove(ctx context.Context, id string) (proof purse.Proof, err error) {
	for _, p := range ps {
		if proof, err = p.Prove(ctx, id); !errors.Is(err, purse.ErrReceipt) {
			return proof, err
		}
	}
	return proof, err
}
