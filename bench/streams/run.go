package streams

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/weal-network/weal/bench/pay"
	"github.com/weal-network/weal/types"
)

const (
	// perPurse is how many lanes a purse has.
	perPurse = 50
	// idle is for how long the model waits for an upstream that has fallen silent.
	idle = 3 * time.Second
	// tickWait is for how long model and app wait for their ticks.
	tickWait = 8 * time.Second
	// drains is how often, at most, lanes ask one more question so that the last of each
	// ended well, and all that is owed is known to who is owed.
	drains = 5
	// calmTime bounds the wait until connections that nobody uses are closed, and the
	// roles' goroutines do not get fewer from one reading to the next, so many times.
	calmTime    = 30 * time.Second
	steadyReads = 6
)

// Config says how much to measure.
type Config struct {
	// Command returns a command that runs pay.Serve with a text.
	Command func(ctx context.Context, text string) *exec.Cmd
	// Streams is how many questions are under way at once, Time for how long.
	Streams int
	Time    time.Duration
	// Rest is how long the roles rest before what they have grown by is read: a gateway
	// keeps quotes for two minutes.
	Rest time.Duration
	Seed uint64
	// Progress, if set, is told what is going on: done of all steps of a part.
	Progress func(part string, done, all int)
}

// Figures is what Run measured. Heaps are in 10^6 bytes, and Growth per thousand
// questions asked since the first reading.
type Figures struct {
	Streams int     `json:"streams"`
	Seconds float64 `json:"seconds"`
	Counts
	Violations     int   `json:"violations"`
	MostTicksAhead int64 `json:"most_ticks_ahead"`

	SumOwed     string `json:"sum_owed"`
	SumSettled  string `json:"sum_settled"`
	SumCredited string `json:"sum_credited"`

	GatewayGoroutines    int     `json:"gateway_goroutines"`
	GatewayGoroutinesEnd int     `json:"gateway_goroutines_end"`
	GatewayHeap          float64 `json:"gateway_heap_mb"`
	GatewayHeapEnd       float64 `json:"gateway_heap_end_mb"`
	GatewayGrowth        float64 `json:"gateway_growth_mb_per_1000"`
	ModelGoroutines      int     `json:"model_goroutines"`
	ModelGoroutinesEnd   int     `json:"model_goroutines_end"`
	ModelHeap            float64 `json:"model_heap_mb"`
	ModelHeapEnd         float64 `json:"model_heap_end_mb"`
	ModelGrowth          float64 `json:"model_growth_mb_per_1000"`
	VaultGoroutines      int     `json:"vault_goroutines"`
	VaultGoroutinesEnd   int     `json:"vault_goroutines_end"`
	VaultHeap            float64 `json:"vault_heap_mb"`
	VaultHeapEnd         float64 `json:"vault_heap_end_mb"`
	VaultGrowth          float64 `json:"vault_growth_mb_per_1000"`
	UpstreamOpen         int64   `json:"upstream_open_end"` // answers that the model left open

	FirstFailure string `json:"first_failure,omitempty"`
	Method       string `json:"method"`
}

// bench is a run.
type bench struct {
	cfg     Config
	street  *pay.Street
	up      *upstream
	tariff  tariff
	payers  []*payer
	results *results
}

// Run measures. Its error says, first of all, who was paid for what was not delivered;
// figures come with it.
func Run(ctx context.Context, cfg Config) (f *Figures, err error) {
	if cfg.Streams < 1 || cfg.Streams > 10_000 || cfg.Time <= 0 || cfg.Rest < 0 || cfg.Command == nil {
		return nil, errors.New("measure streams: want 1 to 10,000 streams, a time above zero, and a command for the roles")
	}
	if cfg.Progress == nil {
		cfg.Progress = func(string, int, int) {}
	}
	b := &bench{cfg: cfg, results: &results{paid: ledger{}, well: map[types.LaneRef]bool{}}}
	defer func() { err = errors.Join(err, b.close()) }()
	if err := b.open(ctx); err != nil {
		return nil, fmt.Errorf("measure streams: %w", err)
	}
	f, err = b.measure(ctx)
	if err != nil {
		err = fmt.Errorf("measure streams: %w", err)
	}
	return f, err
}

// open starts the street and opens the purses.
func (b *bench) open(ctx context.Context) (err error) {
	b.cfg.Progress("starting a chain and roles", 0, 1)
	if b.up, err = newUpstream(); err != nil {
		return err
	}
	b.street, err = pay.OpenStreet(ctx, pay.Config{Command: b.cfg.Command}, pay.Upstream{URL: b.up.url, Idle: idle, TickWait: tickWait})
	if err != nil {
		return err
	}
	var passage, tick, use types.Price
	t := &b.tariff
	t.vault, passage = b.street.Asset(types.KindData)
	t.model, tick = b.street.Asset(types.KindModel)
	t.app, use = b.street.Asset(types.KindApp)
	t.passage, t.tick, t.use, t.tokens = passage.Amount, tick.Amount, use.Amount, tick.Tokens
	for left := b.cfg.Streams; left > 0; left -= perPurse {
		b.cfg.Progress("opening purses", b.cfg.Streams-left, b.cfg.Streams)
		p := &payer{gateway: b.street.Gateway(), app: t.app, model: tick}
		http := client()
		if p.purse, p.lanes, p.stop, err = b.street.Purse(ctx, len(b.payers), min(left, perPurse), http); err != nil {
			return err
		}
		close := p.stop
		p.idle = http.CloseIdleConnections
		p.stop = func() error {
			defer http.CloseIdleConnections()
			return close()
		}
		b.payers = append(b.payers, p)
	}
	return nil
}

func (b *bench) close() error {
	var errs []error
	for _, p := range b.payers {
		if p.stop != nil {
			errs = append(errs, p.stop())
		}
	}
	if b.street != nil {
		errs = append(errs, b.street.Close())
	}
	if b.up != nil {
		errs = append(errs, b.up.close())
	}
	return errors.Join(errs...)
}

// measure does all that is measured.
func (b *bench) measure(ctx context.Context) (*Figures, error) {
	cfg := b.cfg
	if err := b.drain(ctx, "warm-up"); err != nil {
		return nil, err
	}
	before, err := b.calm(ctx, nil)
	if err != nil {
		return nil, err
	}
	began, had := time.Now(), b.results.Asked
	b.load(ctx)
	f := &Figures{Streams: cfg.Streams, Seconds: time.Since(began).Seconds(), Method: cfg.method()}
	if err := b.rest(ctx); err != nil {
		return nil, err
	}
	if err := b.drain(ctx, "last questions"); err != nil {
		return nil, err
	}
	after, err := b.calm(ctx, before)
	if err != nil {
		return nil, err
	}
	f.grown(before, after, b.results.Asked-had)
	f.UpstreamOpen = b.up.open.Load()
	err = b.settle(ctx, f)
	f.Counts, f.Violations, f.MostTicksAhead = b.results.Counts, b.results.violated, b.results.ahead
	if len(b.results.firsts) > 0 {
		f.FirstFailure = b.results.firsts[0]
	}
	return f, errors.Join(b.results.wrong, err)
}

// load has every stream ask one question after the other until the time is over. The
// last ones are read as planned.
func (b *bench) load(ctx context.Context) {
	began := time.Now()
	over := began.Add(b.cfg.Time)
	var wg sync.WaitGroup
	for i := range b.cfg.Streams {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(b.cfg.Seed, uint64(i))) //nolint:gosec // a load that can be drawn again
			for n := i; time.Now().Before(over) && ctx.Err() == nil; n += b.cfg.Streams {
				b.ask(ctx, b.payers[i/perPurse], n, draw(r))
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	tell := time.NewTicker(time.Second)
	defer tell.Stop()
	for {
		select {
		case <-done:
			return
		case <-tell.C:
			all := int(b.cfg.Time.Seconds())
			b.cfg.Progress("streams", min(all, int(time.Since(began).Seconds())), all)
		}
	}
}

// drain has lanes ask a question that is read to its end, all at once, until the last
// one of each lane ended well.
func (b *bench) drain(ctx context.Context, part string) error {
	for round := range drains {
		b.cfg.Progress(part, round, drains)
		var wg sync.WaitGroup
		for i := range b.cfg.Streams {
			wg.Go(func() { b.ask(ctx, b.payers[i/perPurse], i, calm()) })
		}
		wg.Wait()
		if err := ctx.Err(); err != nil {
			return err
		}
		left := 0
		for _, p := range b.payers {
			for _, ref := range p.lanes {
				if !b.results.well[ref] {
					left++
				}
			}
		}
		if left == 0 {
			return nil
		}
	}
	return fmt.Errorf("%s: some lanes have no question that ended well; what failed first: %v", part, b.results.firsts)
}

// rest waits.
func (b *bench) rest(ctx context.Context) error {
	for left := b.cfg.Rest; left > 0; left -= time.Second {
		b.cfg.Progress("rest", int((b.cfg.Rest - left).Seconds()), int(b.cfg.Rest.Seconds()))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(min(time.Second, left)):
		}
	}
	return nil
}

// calm closes connections that nobody uses and waits until the roles have no more
// goroutines than before, or until they do not get fewer: those of a connection between
// roles end with it.
func (b *bench) calm(ctx context.Context, before map[types.Kind]pay.Memory) (now map[types.Kind]pay.Memory, err error) {
	least, steady := 1<<30, 0
	for deadline := time.Now().Add(calmTime); ; {
		for _, p := range b.payers {
			p.idle()
		}
		if now, err = b.street.Memory(); err != nil {
			return nil, err
		}
		sum, had := 0, 0
		for kind, m := range now {
			sum += m.Goroutines
			had += before[kind].Goroutines
		}
		if steady++; sum < least {
			least, steady = sum, 0
		}
		if before != nil && sum <= had || steady >= steadyReads || time.Now().After(deadline) {
			return now, nil
		}
		b.cfg.Progress("calming down", 0, 1)
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// settle has the roles bring what they are owed to the chain, and compares what each
// lane's questions came to with what its purse has promised and the chain credited.
func (b *bench) settle(ctx context.Context, f *Figures) error {
	b.cfg.Progress("settling", 0, 1)
	for _, p := range b.payers { // sends what ticks are left
		p.purse.Close()
	}
	brought, err := b.street.Settle(ctx)
	if err != nil {
		return err
	}
	var owed, settled, credited types.Amount
	for _, amount := range brought {
		settled, _ = settled.Add(amount)
	}
	var errs []error
	for _, p := range b.payers {
		infos, err := p.purse.Lanes(ctx, 0)
		if err != nil {
			return err
		}
		for _, info := range infos {
			got, err := b.credited(ctx, info.Ref)
			if err != nil {
				return err
			}
			for _, amount := range got {
				credited, _ = credited.Add(amount)
			}
			owed, _ = owed.Add(info.Promised)
			errs = append(errs, b.results.paid.against(info.Ref, info.Promised, got))
		}
	}
	f.SumOwed, f.SumSettled, f.SumCredited = owed.String(), settled.String(), credited.String()
	if owed != settled || settled != credited {
		errs = append(errs, fmt.Errorf("the purses owe %s, the roles have settled %s, the chain credited %s", owed, settled, credited))
	}
	return errors.Join(errs...)
}

// credited asks what the chain has credited to each asset from a lane.
func (b *bench) credited(ctx context.Context, ref types.LaneRef) (map[types.AssetID]types.Amount, error) {
	ids := []types.AssetID{b.tariff.vault, b.tariff.model, b.tariff.app}
	amounts := make([]types.Amount, len(ids))
	g, ctx := errgroup.WithContext(ctx)
	for i, id := range ids {
		g.Go(func() (err error) {
			amounts[i], err = b.street.Credited(ctx, ref, id)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return map[types.AssetID]types.Amount{ids[0]: amounts[0], ids[1]: amounts[1], ids[2]: amounts[2]}, nil
}

// grown fills in what the roles had and have.
func (f *Figures) grown(before, after map[types.Kind]pay.Memory, asked int) {
	for _, r := range []struct {
		kind              types.Kind
		goroutines, end   *int
		heap, left, grown *float64
	}{
		{types.KindApp, &f.GatewayGoroutines, &f.GatewayGoroutinesEnd, &f.GatewayHeap, &f.GatewayHeapEnd, &f.GatewayGrowth},
		{types.KindModel, &f.ModelGoroutines, &f.ModelGoroutinesEnd, &f.ModelHeap, &f.ModelHeapEnd, &f.ModelGrowth},
		{types.KindData, &f.VaultGoroutines, &f.VaultGoroutinesEnd, &f.VaultHeap, &f.VaultHeapEnd, &f.VaultGrowth},
	} {
		*r.goroutines, *r.end = before[r.kind].Goroutines, after[r.kind].Goroutines
		*r.heap, *r.left = float64(before[r.kind].Heap)/1e6, float64(after[r.kind].Heap)/1e6
		*r.grown = (*r.left - *r.heap) * 1000 / float64(max(asked, 1))
	}
}

// method says how the figures were taken.
func (c Config) method() string {
	return fmt.Sprintf("%d CPUs; a chain, a vault, a gateway and a model in a process each, the upstream and the clients in another, over loopback. "+
		"%d streams for %s, a lane each, %d lanes a purse: a new question as soon as one has ended; in the end those under way are read to theirs. "+
		"The upstream speaks OpenAI's chat completions, %d bytes each %s to %s, up to 60 times: of 20 answers it breaks 3 off by closing the connection, 1 hangs and is given up after %s, "+
		"the others end. Of 8 clients 2 go away at a moment within 5 s, a third of them within %s, 2 read slowly (up to 400 ms a piece, over connections with small buffers), of which 1 in 8 stalls for longer than the %s for which ticks are waited. "+
		"violations: questions of which somebody was paid more than what was handed to the reader comes to: the vault's passage, the app's use if there was text, the model's ticks of prompt and text and one more; "+
		"most_ticks_ahead is the most that a model was paid beyond its text. passage_paid_not_delivered: a voucher promises the passage when it is signed. "+
		"sum_owed: what the purses have promised, late ticks included; sum_settled: what the roles say to have brought; sum_credited: what the chain has, lane by lane and asset by asset what the purse says. "+
		"Goroutines, and the heap after two collections, are read after a round of one question by each lane: before the load, and after it, a rest of %s and another such round. Both rounds, and what a round had to be repeated for, count in asked and ended_well",
		runtime.NumCPU(), c.Streams, c.Time, perPurse, len(piece), leastPause, mostPause, idle, soonest, tickWait, c.Rest)
}
