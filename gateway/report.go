package gateway

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

const (
	// reportEvery is how long reports to a vault are gathered.
	reportEvery = 500 * time.Millisecond
	// maxUnreported is how many reports wait for one vault; beyond it new ones are lost.
	maxUnreported = 4096
	// maxReported is how many vaults are reported to.
	maxReported = 1024
	// reportTries bounds how often reports are sent to a vault that does not answer,
	// reportPause is how long is waited before the first new try; it doubles.
	reportTries = 4
	reportPause = time.Second
	// reportTime bounds one try, lastReport that of a gateway that stops.
	reportTime = 10 * time.Second
	lastReport = time.Second
)

// reports tells vaults what became of their passages. Nobody waits for it: an
// answer only puts its record into a queue. What is not delivered when the process
// ends, or a vault is away for long, is lost; it decides no payment.
type reports struct {
	ctx   context.Context // until which there are reports
	bg    *sync.WaitGroup
	peers *peers
	log   *slog.Logger

	mu     sync.Mutex
	queues map[types.AssetID]chan unreported // of each vault that was told of something
}

// unreported is one answer as a vault is to be told of it.
type unreported struct {
	order   types.Hash // the vault's
	record  attribution.Record
	receipt pay.SignedReceipt
}

func newReports(ctx context.Context, bg *sync.WaitGroup, p *peers, log *slog.Logger) *reports {
	return &reports{ctx: ctx, bg: bg, peers: p, log: log, queues: map[types.AssetID]chan unreported{}}
}

// end calls stop, which ends the reports' context; no vault is reported to anew after.
func (r *reports) end(stop func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	stop()
}

// queue returns the queue of a vault, which is delivered from its first report on; nil
// if there are too many, or reports have ended.
func (r *reports) queue(vault types.AssetID) chan unreported {
	r.mu.Lock()
	defer r.mu.Unlock()
	q := r.queues[vault]
	if q == nil && len(r.queues) < maxReported && r.ctx.Err() == nil {
		q = make(chan unreported, maxUnreported)
		r.queues[vault] = q
		r.bg.Go(func() { r.run(r.ctx, vault, q) })
	}
	return q
}

// add queues an answer for each vault whose passages it has.
func (r *reports) add(d *deal, record attribution.Record, receipt pay.SignedReceipt) {
	for i, e := range record {
		if i > 0 && record[:i].Has(e.Asset) {
			continue
		}
		select {
		case r.queue(e.Asset) <- unreported{d.leaves[e.Asset].Leaf.Order, record, receipt}:
		default:
			r.log.Warn("report lost: the vault takes none", "asset", uint64(e.Asset))
		}
	}
}

// run delivers to one vault until ctx ends.
func (r *reports) run(ctx context.Context, vault types.AssetID, queue <-chan unreported) {
	for {
		select {
		case u := <-queue:
			r.deliver(ctx, vault, gather(ctx, queue, u))
		case <-ctx.Done():
			if len(queue) > 0 {
				last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastReport)
				defer cancel()
				for len(queue) > 0 && last.Err() == nil {
					_ = r.send(last, vault, gather(ctx, queue, <-queue))
				}
			}
			return
		}
	}
}

// gather waits for more reports to go with the first.
func gather(ctx context.Context, queue <-chan unreported, first unreported) []unreported {
	all := []unreported{first}
	late := time.NewTimer(reportEvery)
	defer late.Stop()
	for len(all) < wire.MaxReports {
		select {
		case u := <-queue:
			all = append(all, u)
			continue
		default:
		}
		select {
		case u := <-queue:
			all = append(all, u)
		case <-late.C:
			return all
		case <-ctx.Done():
			return all
		}
	}
	return all
}

// deliver sends reports until the vault has them, or tries enough were made.
func (r *reports) deliver(ctx context.Context, vault types.AssetID, all []unreported) {
	pause := reportPause
	for try := 1; ; try++ {
		err := r.send(ctx, vault, all)
		var refusal *wire.Error
		switch {
		case err == nil:
			return
		case ctx.Err() != nil:
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastReport)
			defer cancel()
			_ = r.send(last, vault, all)
			return
		case errors.As(err, &refusal) && refusal.Status == http.StatusNotFound:
			return // a vault of before, which takes none
		case errors.As(err, &refusal) && refusal.Status < 500, try == reportTries:
			r.log.Warn("reports lost", "asset", uint64(vault), "reports", len(all), "err", err)
			return
		}
		select {
		case <-time.After(pause):
			pause *= 2
		case <-ctx.Done():
		}
	}
}

func (r *reports) send(ctx context.Context, vault types.AssetID, all []unreported) error {
	ctx, cancel := context.WithTimeout(ctx, reportTime)
	defer cancel()
	req := wire.AttributionRequest{Reports: make([]wire.AttributionReport, len(all))}
	for i, u := range all {
		req.Reports[i] = wire.AttributionReport{Order: u.order, Part: u.record.Part(vault), Receipt: u.receipt}
	}
	var reply wire.AttributionReply
	return r.peers.call(ctx, vault, wire.PathAttribution, req, &reply, nil)
}

// record says which passages stand behind the answer, and how much each counted.
func (a *answer) record() (attribution.Record, error) {
	if len(a.cited) == 0 {
		return nil, nil // what is sealed is not counted, and tasks and some apps have no passages
	}
	passages := make([]attribution.Passage, len(a.cited))
	for i, c := range a.cited {
		k := a.d.Picks[c.N-1]
		passages[i] = attribution.Passage{
			N: uint32(c.N), Asset: c.Asset, Version: c.Version, Chunk: c.Passage.Chunk().Hash(),
			Band: min(a.d.Quote.Vaults[k.Vault].Items[k.Item].Band, attribution.MaxBand),
		}
	}
	return attribution.Make(passages, a.text.String())
}
