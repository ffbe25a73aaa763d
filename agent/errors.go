package agent

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/weal-network/weal/types"
)

// ErrNotKept is returned for an answer that is not kept for who asks.
var ErrNotKept = errors.New("no such answer")

// ErrNotSold is returned for what cannot be paid in the way in which who asks pays.
var ErrNotSold = errors.New("it is not sold this way")

// ErrKey is returned for what is no API key.
var ErrKey = errors.New("the API key is not good")

// DearError says that something can cost more than it may. Nothing was signed.
type DearError struct {
	Quote  Quote
	AtMost types.Amount
}

// Error implements error: it says how to agree.
func (e *DearError) Error() string {
	return fmt.Sprintf("this can cost up to %s, and up to %s is paid without asking; nothing was paid. To agree, ask again with max_cost %q",
		e.Quote.Most.Text, types.Coin{Amount: e.AtMost, Denom: e.Quote.Most.Denom}, e.Quote.Most.Text)
}

// UnpaidError says that who asks is to pay for itself, and how.
type UnpaidError struct {
	// Required is x402's PaymentRequired.
	Required json.RawMessage
	// Message is for people.
	Message string
}

// Error implements error. It is x402's PaymentRequired, as its MCP transport wants the
// text of a tool's error to be.
func (e *UnpaidError) Error() string { return string(e.Required) }

// Check reports what is wrong with a question before anybody is asked.
func (q Question) Check() error {
	if strings.TrimSpace(q.Text) == "" {
		return errors.New("ask: the question is empty; say what you want to know")
	}
	return nil
}

// Check reports what is wrong with a search before anybody is asked.
func (s Search) Check() error {
	switch {
	case strings.TrimSpace(s.Text) == "":
		return errors.New("search: the question is empty; say what you look for")
	case s.Limit < 0 || s.Limit > MaxPassages:
		return fmt.Errorf("search: limit: want 1 to %d, got %d", MaxPassages, s.Limit)
	}
	return nil
}

// maxCost is the longest text of an amount that is read.
const maxCost = 80

// ParseCost reads the most that something may cost: "0.02" or "0.02 WEAL", or a whole
// number of the smallest unit with its name.
func ParseCost(s string) (types.Amount, error) {
	if len(s) > maxCost {
		return types.Amount{}, fmt.Errorf("max_cost: want for example 0.02 for WEAL, got %d bytes", len(s))
	}
	c, err := types.ParseCoin(s)
	if err == nil && c.Denom != types.BaseDenom {
		err = fmt.Errorf("want an amount of %s, got one of %.20q", types.DisplayDenom, c.Denom)
	}
	if err == nil && c.Amount.IsZero() {
		err = errors.New("nothing is answered for nothing")
	}
	if err != nil {
		return types.Amount{}, fmt.Errorf("max_cost: %w", err)
	}
	return c.Amount, nil
}
