package local

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/weal-network/weal/find"
	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/types"
)

// AppCheck is what an app file comes to on a chain.
type AppCheck struct {
	App    string    `json:"app"`
	Models []AppPart `json:"models"`
	Vaults []AppPart `json:"vaults"`
	// Most is the most that an answer costs, absent if that cannot be told.
	Most *gateway.Estimate `json:"most,omitempty"`
	// Warnings are what will go wrong, or may.
	Warnings []string `json:"warnings"`
}

// AppPart is an asset that an app uses, and by what: the number in the file, or a choice.
type AppPart struct {
	By string `json:"by"`
	find.Found
}

// CheckApp resolves an app file on the chain of a node, asks each asset whether it is
// there, and tells what an answer would cost. It registers nothing.
func CheckApp(ctx context.Context, path, node string, private bool) (c AppCheck, err error) {
	app, err := gateway.LoadApp(path)
	if err != nil {
		return c, err
	}
	s := &Served{}
	defer func() { err = errors.Join(err, s.Close()) }()
	l, _, err := s.reach(ctx, node)
	if err != nil {
		return c, err
	}
	if err := checkParts(ctx, l, app); err != nil {
		return c, err
	}
	f, err := newFinder(l, private)
	if err != nil {
		return c, err
	}
	defer f.Close()
	if err := f.Refresh(ctx); err != nil {
		return c, err
	}
	return checkApp(ctx, l, f, app)
}

func checkApp(ctx context.Context, l *ledger.Ledger, f *find.Finder, app gateway.App) (AppCheck, error) {
	c := AppCheck{App: app.Name, Models: []AppPart{}, Vaults: []AppPart{}, Warnings: []string{}}
	var vaults []gateway.Choice
	for _, id := range app.Vaults {
		vaults = append(vaults, gateway.Choice{Asset: id})
	}
	denom := cmp.Or(app.Fee.Denom, app.Budget.Denom, types.BaseDenom)
	var err error
	if c.Models, err = c.resolve(ctx, f, types.KindModel, "models", app.ModelChoices(), denom); err != nil {
		return c, err
	}
	if c.Vaults, err = c.resolve(ctx, f, types.KindData, "vaults", append(vaults, app.Choices...), denom); err != nil {
		return c, err
	}
	use := app.Fee.Amount
	if app.Fee.IsZero() {
		use = usePrice
	}
	models, err := assetsOf(ctx, l, c.Models)
	if err != nil {
		return c, err
	}
	stores, err := assetsOf(ctx, l, c.Vaults)
	if err != nil {
		return c, err
	}
	most, err := app.Estimate(denom, use, models, stores)
	if err != nil {
		c.warn("what an answer costs cannot be told: %v", err)
	} else {
		c.Most = &most
	}
	if b := app.Budget; !b.IsZero() && b.Denom != denom {
		c.warn("the budget is in %s, the fee in %s: a question is paid in one denomination", b.Denom, denom)
	}
	return c, nil
}

func (c *AppCheck) warn(format string, args ...any) {
	c.Warnings = append(c.Warnings, fmt.Sprintf(format, args...))
}

// resolve looks up what choices come to now.
func (c *AppCheck) resolve(ctx context.Context, f *find.Finder, kind types.Kind, field string, choices []gateway.Choice, denom string) ([]AppPart, error) {
	parts := []AppPart{}
	for i, choice := range choices {
		by := fmt.Sprintf("entry %d", i+1)
		found, err := resolveOne(ctx, f, kind, choice, denom)
		if err != nil {
			return parts, err
		}
		if len(found) == 0 {
			c.warn("%s: %s: nothing fits", field, by)
		}
		if choice.Asset != 0 {
			by = fmt.Sprintf("asset %d", choice.Asset)
		}
		for _, one := range found {
			c.judge(field, choice, one)
			parts = append(parts, AppPart{By: by, Found: one})
		}
	}
	return parts, nil
}

func resolveOne(ctx context.Context, f *find.Finder, kind types.Kind, choice gateway.Choice, denom string) ([]find.Found, error) {
	if choice.Asset != 0 {
		one, err := f.One(ctx, choice.Asset, denom)
		return []find.Found{one}, err
	}
	r, err := f.Find(ctx, choice.Query(kind, denom))
	return r.Found, err
}

// judge warns of what an asset may do to the app.
func (c *AppCheck) judge(field string, choice gateway.Choice, one find.Found) {
	name := fmt.Sprintf("%s: asset %d", field, one.Asset)
	if h := one.Health; h != nil && !h.Up {
		why := h.Fault
		if one.Fault != "" {
			why = one.Fault
		}
		c.warn("%s does not answer: %s", name, why)
	}
	switch {
	case one.Price == nil:
		c.warn("%s has no price in the app's denomination", name)
	case !choice.MaxPrice.IsZero() && one.Price.Amount.Cmp(choice.MaxPrice.Amount) > 0:
		c.warn("%s costs more than its max_price, and is left out", name)
	}
	if one.Licence.Closed {
		c.warn("%s needs a credential of everybody who asks; its contact gives one", name)
	}
	if one.Licence.Kind == types.LicenceNonCommercial {
		c.warn("%s is licensed for what is not sold", name)
	}
}

func assetsOf(ctx context.Context, l *ledger.Ledger, parts []AppPart) (all []types.Asset, err error) {
	for _, p := range parts {
		a, err := l.Asset(ctx, p.Asset)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}
