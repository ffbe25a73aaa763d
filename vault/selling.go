package vault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"unicode/utf8"

	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/wire"
)

// PathAdminSelling is where the owner says what offers show, and how much of the
// vault they may tell a payer.
const PathAdminSelling = "/weal/v1/admin/selling"

// settingSelling is the name of what is set, among the library's settings.
const settingSelling = "selling"

// maxBudget is the most that a budget may be.
const maxBudget = 1_000_000

// ErrSelling is returned by SetSelling for settings that make no sense.
var ErrSelling = errors.New("these settings cannot be")

// Selling is what offers tell. What they show of a passage is given away.
type Selling struct {
	// Preview is how many characters of each passage's text offers show, PreviewHeading
	// whether they show its headings.
	Preview        int  `json:"preview"`
	PreviewHeading bool `json:"preview_heading"`
	// Budget is how many different passages one payer is offered in an hour, Probes
	// how many questions it may ask in it that are nearly the same as others of its,
	// if it buys nothing.
	Budget int `json:"budget"`
	Probes int `json:"probes"`
}

// SellingRequest is the body of PathAdminSelling: what is to change. A budget of zero,
// and zero probes, are the default again.
type SellingRequest struct {
	Preview        *int  `json:"preview,omitempty"`
	PreviewHeading *bool `json:"preview_heading,omitempty"`
	Budget         *int  `json:"budget,omitempty"`
	Probes         *int  `json:"probes,omitempty"`
}

func (s Selling) check() error {
	switch {
	case s.Preview < 0 || s.Preview > wire.MaxPreview:
		return fmt.Errorf("%w: preview: want 0 to %d characters, got %d", ErrSelling, wire.MaxPreview, s.Preview)
	case s.Budget < 0 || s.Budget > maxBudget:
		return fmt.Errorf("%w: budget: want 1 to %d passages, or 0 for the default, got %d", ErrSelling, maxBudget, s.Budget)
	case s.Probes < 0 || s.Probes > maxBudget:
		return fmt.Errorf("%w: probes: want 1 to %d questions, or 0 for the default, got %d", ErrSelling, maxBudget, s.Probes)
	}
	return nil
}

// withDefaults returns s as it holds.
func (v *Vault) withDefaults(s Selling) Selling {
	if s.Budget == 0 {
		s.Budget = v.cfg.Budget
	}
	if s.Probes == 0 {
		s.Probes = v.cfg.Probes
	}
	return s
}

func (s Selling) limits() budgetLimits { return budgetLimits{passages: s.Budget, probes: s.Probes} }

// Selling returns what offers tell.
func (v *Vault) Selling() Selling { return v.withDefaults(*v.selling.Load()) }

// readSelling takes up what the owner has set.
func (v *Vault) readSelling(ctx context.Context) error {
	var s Selling
	b, err := v.library.Setting(ctx, settingSelling)
	if err == nil && b != nil {
		err = json.Unmarshal(b, &s)
	}
	if err != nil {
		return fmt.Errorf("setting %s: %w", settingSelling, err)
	}
	v.selling.Store(&s)
	return nil
}

// SetSelling changes what offers tell from now on, and returns what holds then.
// Without changes it only does that.
func (v *Vault) SetSelling(ctx context.Context, req SellingRequest) (Selling, error) {
	v.setting.Lock()
	defer v.setting.Unlock()
	s := *v.selling.Load()
	if req == (SellingRequest{}) {
		return v.withDefaults(s), nil
	}
	set(&s.Preview, req.Preview)
	set(&s.PreviewHeading, req.PreviewHeading)
	set(&s.Budget, req.Budget)
	set(&s.Probes, req.Probes)
	if err := s.check(); err != nil {
		return Selling{}, err
	}
	b, err := json.Marshal(s)
	if err == nil {
		err = v.library.SetSetting(ctx, settingSelling, b)
	}
	if err != nil {
		return Selling{}, err
	}
	v.selling.Store(&s)
	v.budget.limit(v.withDefaults(s).limits())
	return v.withDefaults(s), nil
}

// set changes what is to change.
func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// show puts into an offered passage what is given away of it.
func (v *Vault) show(ctx context.Context, g *library.Generation, number int, item *wire.OfferedPassage) error {
	s := v.selling.Load()
	if s.Preview == 0 && !s.PreviewHeading {
		return nil
	}
	c, _, err := g.Passage(ctx, number)
	if errors.Is(err, library.ErrRemoved) {
		return nil // since it was found
	}
	if err != nil {
		return err
	}
	item.Preview = beginningOf(c.Text, s.Preview)
	if s.PreviewHeading {
		item.Heading = beginningOf(c.Heading, wire.MaxPreview)
	}
	return nil
}

// beginningOf returns the first characters of text, n at most.
func beginningOf(text string, n int) string {
	at := 0
	for range n {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return text[:at]
}

func (v *Vault) handleSelling(w http.ResponseWriter, r *http.Request) {
	var req SellingRequest
	if err := decode(r, &req); err != nil {
		v.fail(w, r, err)
		return
	}
	s, err := v.SetSelling(r.Context(), req)
	if errors.Is(err, ErrSelling) {
		err = wire.NewError(http.StatusUnprocessableEntity, wire.TypeInvalidRequest, "selling_settings", "%v", err)
	}
	if err != nil {
		v.fail(w, r, err)
		return
	}
	wire.WriteJSON(w, http.StatusOK, s)
}
