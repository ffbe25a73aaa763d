package operator

import (
	"context"
	"time"
)

// look keeps the requests that are new.
func (o *Operator) look(ctx context.Context) error {
	for _, a := range o.cfg.Assets {
		for {
			found, err := o.cfg.Chain.OpenAfter(ctx, a.ID, o.cursor[a.ID])
			if err != nil {
				return err
			}
			if len(found) == 0 {
				break
			}
			if err := o.store.add(ctx, found); err != nil {
				return err
			}
			o.cursor[a.ID] = found[len(found)-1].ID
		}
	}
	return nil
}

// begin starts work on requests that are due, up to Concurrency; the work goes on
// under.
func (o *Operator) begin(ctx, under context.Context) error {
	o.mu.Lock()
	room := o.cfg.Concurrency - len(o.active)
	o.mu.Unlock()
	if room <= 0 {
		return nil
	}
	rows, err := o.store.due(ctx, waiting, room)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := o.store.set(ctx, r.id, change{state: working, tries: r.tries, sends: r.sends}); err != nil {
			return err
		}
		o.mu.Lock()
		o.active[r.id] = true
		o.mu.Unlock()
		o.workers.Go(func() {
			o.work(under, r)
			o.mu.Lock()
			delete(o.active, r.id)
			o.mu.Unlock()
			o.nudge()
		})
	}
	return nil
}

// later is how long to wait after so many failures: twice as long each time, up to a
// minute.
func later(tries int) time.Duration {
	return min(time.Second<<min(tries, 6), time.Minute)
}
