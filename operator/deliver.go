package operator

import (
	"context"
	"math/big"
	"time"
)

const (
	// maxSends is how often a delivery may fail in its block.
	maxSends = 5
	// postEvery is after what time a transaction is posted again that is in no block.
	postEvery = 5 * time.Second
	// holeTime is how long the chain may wait for a nonce that is not on its way.
	holeTime = 30 * time.Second
)

// deliver looks what became of the transactions on their way, and sends answers that
// are not.
func (o *Operator) deliver(ctx context.Context) error {
	way, err := o.store.onTheWay(ctx)
	if err != nil {
		return err
	}
	ready, err := o.store.due(ctx, answered, o.cfg.Window)
	if err != nil || len(way)+len(ready) == 0 {
		return err
	}
	nonce, err := o.cfg.Account.Nonce(ctx)
	if err != nil {
		return err
	}
	var open []row
	for _, r := range way {
		if r.tx.Nonce >= nonce {
			open = append(open, r)
			continue
		}
		if err := o.counted(ctx, r); err != nil {
			return err
		}
	}
	if open, err = o.fill(ctx, open, nonce); err != nil {
		return err
	}
	next := nonce
	if len(open) > 0 {
		next = open[len(open)-1].tx.Nonce + 1
	}
	added, err := o.sign(ctx, ready, next, o.cfg.Window-len(open))
	if err != nil {
		return err
	}
	return o.post(ctx, append(open, added...))
}

// counted finds out what became of a request when the chain has counted the nonce of
// its transaction.
func (o *Operator) counted(ctx context.Context, r row) error {
	delete(o.posted, r.id)
	if _, waits, err := o.open(ctx, r); err != nil || !waits {
		return err
	}
	// It waits still: the transaction failed in its block, or another took its nonce.
	log := o.cfg.Log.With("request", r.id, "asset", r.asset, "transaction", r.tx.Hash)
	if r.sends+1 >= maxSends {
		log.Warn("operator: the request is not served", "reason", "its delivery failed again and again")
		return o.store.set(ctx, r.id, change{state: refused, tries: r.tries, sends: r.sends + 1, note: "its delivery failed again and again"})
	}
	wait := later(r.sends)
	log.Warn("operator: the delivery failed in its block; it is sent again", "after", wait)
	return o.store.set(ctx, r.id, change{state: answered, tries: r.tries, sends: r.sends + 1, due: o.cfg.Now().Add(wait)})
}

// fill has what is on its way signed anew if the chain waits for a nonce before all of
// it, which nobody will send.
func (o *Operator) fill(ctx context.Context, open []row, nonce uint64) ([]row, error) {
	if len(open) == 0 || open[0].tx.Nonce == nonce {
		o.hole = time.Time{}
		return open, nil
	}
	now := o.cfg.Now()
	if o.hole.IsZero() {
		o.hole = now
	}
	if now.Sub(o.hole) < holeTime {
		return open, nil
	}
	o.hole = time.Time{}
	o.cfg.Log.Warn("operator: the account's nonce is lower than expected; deliveries are signed anew", "nonce", nonce)
	for _, r := range open {
		if err := o.store.set(ctx, r.id, change{state: answered, tries: r.tries, sends: r.sends}); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// sign signs up to room deliveries with nonces from next and keeps them.
func (o *Operator) sign(ctx context.Context, ready []row, next uint64, room int) ([]row, error) {
	var signed []row
	for _, r := range ready {
		if len(signed) >= room {
			break
		}
		_, waits, err := o.open(ctx, r)
		if err != nil {
			return nil, err
		}
		if !waits {
			continue
		}
		r.tx, err = o.cfg.Account.Sign(ctx, next, Delivery{
			Request: r.id, Answer: r.answer, Evidence: r.evidence, Callback: r.callback, Again: r.sends > 0,
		})
		if err != nil {
			wait := later(r.tries)
			o.cfg.Log.Warn("operator: the delivery cannot be signed; it is tried again", "request", r.id, "asset", r.asset, "after", wait, "error", err)
			if err := o.store.set(ctx, r.id, change{state: answered, tries: r.tries + 1, sends: r.sends, due: o.cfg.Now().Add(wait), note: err.Error()}); err != nil {
				return nil, err
			}
			continue
		}
		signed = append(signed, r)
		next++
	}
	if len(signed) == 0 {
		return nil, nil
	}
	return signed, o.store.keepSent(ctx, signed)
}

// post posts what was not posted for a while, in the order of nonces.
func (o *Operator) post(ctx context.Context, open []row) error {
	now := o.cfg.Now()
	for i, r := range open {
		before, was := o.posted[r.id]
		if was && now.Sub(before) < postEvery {
			continue
		}
		if was && i == 0 {
			var err error
			if r, err = o.dearer(ctx, r); err != nil {
				return err
			}
		}
		if err := o.cfg.Account.Post(ctx, r.tx); err != nil {
			// What comes after would wait for this one.
			o.cfg.Log.Warn("operator: the delivery is not taken by the node; it is posted again",
				"request", r.id, "transaction", r.tx.Hash, "error", err)
			o.posted[r.id] = now
			return nil
		}
		o.posted[r.id] = now
	}
	return nil
}

// dearer signs the first of what is on its way anew, with its nonce, if gas has become
// dearer than what it pays, by at least the tenth that nodes want.
func (o *Operator) dearer(ctx context.Context, r row) (row, error) {
	price, err := o.cfg.Chain.GasPrice(ctx)
	if err != nil {
		return r, err
	}
	if new(big.Int).Mul(price.Big(), big.NewInt(10)).Cmp(new(big.Int).Mul(r.tx.Price.Big(), big.NewInt(11))) <= 0 {
		return r, nil
	}
	tx, err := o.cfg.Account.Sign(ctx, r.tx.Nonce, Delivery{
		Request: r.id, Answer: r.answer, Evidence: r.evidence, Callback: r.callback, Again: r.sends > 0,
	})
	if err != nil {
		return r, nil //nolint:nilerr // what was signed stays good
	}
	r.tx = tx
	return r, o.store.keepSent(ctx, []row{r})
}
