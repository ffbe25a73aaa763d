package pay

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/weal-network/weal/types"
)

// bench is a run.
type bench struct {
	*world
	figures Figures
	// What all pipelines came to.
	receipts, settled types.Amount
}

// Run measures. Nothing is left behind.
func Run(ctx context.Context, cfg Config) (f Figures, err error) {
	cfg = cfg.orDefaults()
	if err := cfg.check(); err != nil {
		return f, fmt.Errorf("measure paying: %w", err)
	}
	cfg.Progress("starting a chain", 0, 1)
	w, err := newWorld(ctx, cfg)
	if err != nil {
		return f, fmt.Errorf("measure paying: %w", err)
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	b := &bench{world: w}
	defer debug.SetGCPercent(debug.SetGCPercent(collect))
	for _, part := range []func(context.Context) error{b.measureVerify, b.measureAdded, b.measureTogether} {
		if err := part(ctx); err != nil {
			return b.figures, fmt.Errorf("measure paying: %w", err)
		}
	}
	f = b.figures
	f.SumReceipts, f.SumSettled, f.Method = b.receipts.String(), b.settled.String(), cfg.method()
	if f.SumReceipts != f.SumSettled {
		return f, fmt.Errorf("the receipts say %s, %s was settled", f.SumReceipts, f.SumSettled)
	}
	return f, nil
}

func (b *bench) measureVerify(context.Context) (err error) {
	f := &b.figures
	f.Payees = manyPayees
	if f.Signatures, err = signatures(); err != nil {
		return err
	}
	f.Verify, f.Ed25519, err = verifyTimes()
	return err
}

// measureAdded asks paid and unpaid queries by turns, and then as many paid ones
// as the roles can take.
func (b *bench) measureAdded(ctx context.Context) (err error) {
	b.cfg.Progress("opening roles", 0, 1)
	paid, err := b.newPipeline(ctx, setApart)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, paid.Close()) }()
	t := &tally{}
	if err := b.byTurns(ctx, paid, t); err != nil {
		return err
	}
	r, err := paid.run(ctx, b.cfg, t)
	if err != nil {
		return err
	}
	b.figures.QPSProcesses, b.figures.CPUProcesses = r.perSecond(), r.perQuery()
	return b.close(ctx, paid, t)
}

// byTurns asks paid and unpaid queries by turns.
func (b *bench) byTurns(ctx context.Context, paid *pipeline, t *tally) (err error) {
	free, err := b.newPipeline(ctx, setFree)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, free.Close()) }()
	var with, without []time.Duration
	warm := b.cfg.Queries / 10
	for n := range b.cfg.Queries + warm {
		began := time.Now()
		a, err := paid.ask(ctx, n)
		took := time.Since(began)
		if t.add(a, err); err != nil {
			return fmt.Errorf("paid query %d: %w", n, err)
		}
		began = time.Now()
		if err := free.askFree(ctx, n); err != nil {
			return fmt.Errorf("unpaid query %d: %w", n, err)
		}
		if n >= warm {
			with, without = append(with, took), append(without, time.Since(began))
		}
		b.cfg.Progress("paid and unpaid by turns", n+1, b.cfg.Queries+warm)
	}
	f := &b.figures
	f.PaidP50, f.PaidP99 = millis(percentile(with, 50)), millis(percentile(with, 99))
	f.FreeP50, f.FreeP99 = millis(percentile(without, 50)), millis(percentile(without, 99))
	f.AddedP50 = millis(percentile(with, 50) - percentile(without, 50))
	f.AddedP99 = millis(percentile(with, 99) - percentile(without, 99))
	return nil
}

// measureTogether asks as many paid queries as roles in this process can take.
func (b *bench) measureTogether(ctx context.Context) (err error) {
	b.cfg.Progress("opening roles", 0, 1)
	p, err := b.newPipeline(ctx, setTogether)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	if b.cfg.Profile != "" {
		stop, err := profile(b.cfg.Profile, setTogether)
		if err != nil {
			return err
		}
		defer stop()
	}
	t := &tally{}
	r, err := p.run(ctx, b.cfg, t)
	if err != nil {
		return err
	}
	b.figures.QPSOneProcess, b.figures.CPUOneProcess = r.perSecond(), r.perQuery()
	return b.close(ctx, p, t)
}

// close settles a pipeline, and compares what the receipts say, what the roles
// have settled, and what the chain has credited.
func (b *bench) close(ctx context.Context, p *pipeline, t *tally) error {
	b.cfg.Progress("settling", 0, 1)
	var brought types.Amount
	for i, settle := range p.settles {
		s, err := settle(ctx)
		if err != nil {
			return fmt.Errorf("settle: %w", err)
		}
		if !s.Unsettled.IsZero() {
			return fmt.Errorf("settle: the %s has %s that it could not bring", roleNames[i], s.Unsettled)
		}
		if want := t.receipts[p.Assets[roleNames[i]]]; s.Settled != want {
			return fmt.Errorf("settle: the %s has settled %s, its receipts say %s", roleNames[i], s.Settled, want)
		}
		brought, _ = brought.Add(s.Settled)
	}
	tab, err := b.ledger.Tab(ctx, p.tab)
	if err != nil {
		return err
	}
	var credited types.Amount
	for _, l := range tab.Lanes {
		credited, _ = credited.Add(l.Credited)
	}
	b.receipts, _ = b.receipts.Add(t.sum())
	b.settled, _ = b.settled.Add(credited)
	b.figures.Queries += t.queries
	b.figures.Lost += t.lost
	if t.failure != nil {
		return fmt.Errorf("%d of %d queries were lost, the first: %w", t.lost, t.queries, t.failure)
	}
	if brought != credited {
		return fmt.Errorf("settle: the roles have brought %s, the chain credited %s", brought, credited)
	}
	return nil
}
