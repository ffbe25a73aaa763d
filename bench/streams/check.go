package streams

import (
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/weal-network/weal/types"
)

// question is what one question brought, and what was paid for it.
type question struct {
	ref types.LaneRef
	seq uint64
	// What came: passages, and bytes of text, as they were handed to who reads.
	passages, bytes int
	// prompt is how many ticks the model is owed with the first byte.
	prompt uint32
	cost   types.Amount                   // as the purse keeps it
	paid   map[types.AssetID]types.Amount // as the answer says
}

// tariff is what the assets ask.
type tariff struct {
	vault, model, app  types.AssetID
	passage, tick, use types.Amount
	tokens             uint32 // of a tick
}

// ticksAhead is how many ticks a model may be paid for more than its text.
const ticksAhead = 1

// owed is how many ticks a text is worth.
func (t tariff) owed(q question) uint64 {
	if q.bytes == 0 {
		return 0
	}
	tokens := types.Tokens(q.bytes)
	return uint64(q.prompt) + (tokens+uint64(t.tokens)-1)/uint64(t.tokens)
}

// finding is what a question's check found.
type finding struct {
	ahead   int64 // ticks that the model was paid beyond its text; below zero, less
	missing bool  // the passage was paid and did not come
}

// check holds what was paid for a question against what came of it. Its error says who
// was paid for more than it may have been.
func (t tariff) check(q question) (f finding, err error) {
	var sum types.Amount
	for asset, amount := range q.paid {
		if !slices.Contains([]types.AssetID{t.vault, t.model, t.app}, asset) {
			return f, q.wrong("asset %d was paid %s, and has no part in it", asset, amount)
		}
		var ok bool
		if sum, ok = sum.Add(amount); !ok {
			return f, q.wrong("its parts do not fit 128 bits")
		}
	}
	ticks, rest := new(big.Int).DivMod(q.paid[t.model].Big(), t.tick.Big(), new(big.Int))
	f.missing = q.passages == 0 && !q.paid[t.vault].IsZero()
	f.ahead = ticks.Int64() - int64(t.owed(q)) //nolint:gosec // some hundred ticks
	switch vault, app := q.paid[t.vault], q.paid[t.app]; {
	case sum != q.cost:
		err = q.wrong("its parts sum up to %s, the purse keeps %s", sum, q.cost)
	case vault.Cmp(t.passage) > 0:
		err = q.wrong("the vault was paid %s, one passage costs %s", vault, t.passage)
	case app.Cmp(t.use) > 0 || q.bytes == 0 && !app.IsZero():
		err = q.wrong("the app was paid %s for %d bytes, its use costs %s", app, q.bytes, t.use)
	case rest.Sign() != 0 || !ticks.IsInt64():
		err = q.wrong("the model was paid %s, a tick is %s", q.paid[t.model], t.tick)
	case f.ahead > ticksAhead:
		err = q.wrong("the model was paid %s ticks for %d bytes, which owe %d: more than %d beyond", ticks, q.bytes, t.owed(q), ticksAhead)
	}
	return f, err
}

func (q question) wrong(format string, args ...any) error {
	return fmt.Errorf("lane %s question %d: %s", q.ref, q.seq, fmt.Sprintf(format, args...))
}

// ledger is what all questions came to, by lane and asset.
type ledger map[types.LaneRef]map[types.AssetID]types.Amount

var errTooMuch = errors.New("the sum does not fit 128 bits")

func (l ledger) add(q question) error {
	of := l[q.ref]
	if of == nil {
		of = map[types.AssetID]types.Amount{}
		l[q.ref] = of
	}
	for asset, amount := range q.paid {
		var ok bool
		if of[asset], ok = of[asset].Add(amount); !ok {
			return errTooMuch
		}
	}
	return nil
}

// lane is what a lane has paid.
func (l ledger) lane(ref types.LaneRef) (sum types.Amount) {
	for _, amount := range l[ref] {
		sum, _ = sum.Add(amount) // no more than the lane's cap
	}
	return sum
}

// against compares a lane with what its purse has promised, and with what the chain
// has credited to each asset.
func (l ledger) against(ref types.LaneRef, promised types.Amount, credited map[types.AssetID]types.Amount) error {
	if sum := l.lane(ref); sum != promised {
		return fmt.Errorf("lane %s: its questions came to %s, its purse has promised %s", ref, sum, promised)
	}
	for asset, amount := range credited {
		if due := l[ref][asset]; amount != due {
			return fmt.Errorf("lane %s: the chain credited asset %d with %s, its purse owed it %s", ref, asset, amount, due)
		}
	}
	return nil
}
