package local

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net/http"
	"sync"
	"time"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/operator"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/telemetry"
	"github.com/weal-network/weal/telemetry/collector"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/watcher"
	"github.com/weal-network/weal/wire"
)

const (
	// blockAge is how old the chain's last block may be for a role that is ready: of an
	// older one it is not known what has become of lanes since.
	blockAge = time.Minute
	// flushTime is how long sending the last spans may take.
	flushTime = 2 * time.Second
	// metricsToken is the name of the token that metrics are shown for.
	metricsToken = "metrics"
)

// openTracing opens the process's way to a collector of spans; stop sends the last.
func openTracing(ctx context.Context, version string, log *slog.Logger) (t *telemetry.Tracing, stop func() error, err error) {
	t, err = collector.Open(ctx, version, log)
	return t, func() error {
		ctx, cancel := context.WithTimeout(context.Background(), flushTime)
		defer cancel()
		if err := t.Close(ctx); err != nil {
			log.Warn("the last spans are lost", "err", err)
		}
		return nil
	}, err
}

// beSeen has the role tell of itself from now on.
func (r *role) beSeen(version string, tracing *telemetry.Tracing) {
	r.tel = telemetry.New(r.name, telemetry.Options{Version: version, Log: r.log, Tracing: tracing})
	watchChain(r.tel, r.ledger, r.owner)
}

// beSeen has a command's questions told to the collector that the environment names.
func (c *Client) beSeen(ctx context.Context, log *slog.Logger) error {
	tracing, stop, err := openTracing(ctx, c.Running.Version, log)
	if err != nil || tracing == nil {
		return err
	}
	c.tel = telemetry.New("purse", telemetry.Options{Version: c.Running.Version, Tracing: tracing})
	c.closes = append(c.closes, stop)
	return nil
}

// toldKey is the key of a context's Role.
type toldKey struct{}

// toldBy has t told of the calls of a purse that is opened with the context.
func toldBy(ctx context.Context, t *telemetry.Role) context.Context {
	return context.WithValue(ctx, toldKey{}, t)
}

// watchChain has t tell of the chain as a role sees it through l, and of what sender
// sends.
func watchChain(t *telemetry.Role, l *ledger.Ledger, sender *ledger.Sender) {
	t.Check("chain", "the chain cannot be asked, or makes no blocks; look at the node", func(ctx context.Context) error {
		_, at, err := l.Latest(ctx)
		if err == nil && time.Since(at) > blockAge {
			err = fmt.Errorf("the last block is of %s", at.UTC().Format(time.RFC3339))
		}
		return err
	})
	sent := func(of func(ledger.Sent) uint64) func() float64 {
		return func() float64 { return float64(of(sender.Sent())) }
	}
	const txs, help = "weal_ledger_txs_total", "Transactions of the owner's account, by what came of them."
	t.CounterOf(txs, help, sent(func(s ledger.Sent) uint64 { return s.OK }), "result", "ok")
	t.CounterOf(txs, help, sent(func(s ledger.Sent) uint64 { return s.Failed }), "result", "failed")
	t.CounterOf("weal_ledger_sequence_mismatches_total", "How often a transaction was sent anew because the chain counted the account's nonce otherwise.",
		sent(func(s ledger.Sent) uint64 { return s.Again }))
}

// watchedFor is how old what is told of a watcher's claims may be: to sum them up is to
// read them all.
const watchedFor = 30 * time.Second

// tellWatcher has t tell of what a watcher keeps.
func tellWatcher(t *telemetry.Role, w *watcher.Watcher, db *sql.DB) {
	var mu sync.Mutex
	var last watcher.Status
	var at time.Time
	each := func(name, help string, of func(watcher.Income) float64) {
		t.Sums(name, help, "denom", func(ctx context.Context, tell func(string, float64)) (err error) {
			mu.Lock()
			defer mu.Unlock()
			if time.Since(at) > watchedFor {
				if last, err = w.Status(ctx); err != nil {
					return err
				}
				at = time.Now()
			}
			for _, in := range last.Assets {
				tell(in.Denom, of(in))
			}
			return nil
		})
	}
	each("weal_watcher_claims", "Claims that are kept.", func(in watcher.Income) float64 { return float64(in.Claims) })
	each("weal_watcher_owed", "What the claims that are kept come to.", func(in watcher.Income) float64 { return amountFloat(in.Owed) })
	t.Check("database", "claims cannot be written down; look at the disk and the log", func(ctx context.Context) error {
		return keep.Ready(ctx, db)
	})
}

// serveMetrics serves the metrics of roles on a listener of their own, if an address is
// given, until stop.
func serveMetrics(addr string, log *slog.Logger, roles ...*telemetry.Role) (stop func() error, err error) {
	if addr == "" {
		return func() error { return nil }, nil
	}
	m, err := serve("metrics", addr, telemetry.Page(roles...), log)
	if err != nil {
		return nil, err
	}
	return m.stop, nil
}

// tellOperator has t tell of what an operator keeps in db.
func tellOperator(t *telemetry.Role, db *sql.DB) {
	t.Sums("weal_operator_requests", "Requests of the chain, by where they stand.", "stage", func(ctx context.Context, tell func(string, float64)) error {
		s, err := operator.ReadStatus(ctx, db)
		if err != nil {
			return err
		}
		for stage, n := range map[string]int{
			"waiting": s.Waiting, "working": s.Working, "answered": s.Answered, "sent": s.Sent,
			"delivered": s.Delivered, "beaten": s.Beaten, "expired": s.Expired, "refused": s.Refused,
		} {
			tell(stage, float64(n))
		}
		return nil
	})
	t.Check("database", "requests cannot be written down; look at the disk and the log", func(ctx context.Context) error {
		return keep.Ready(ctx, db)
	})
}

// asked is what a purse in this process tells of what it has asked.
type asked struct {
	questions *telemetry.Counters
	receipts  *telemetry.Counter
	spent     *telemetry.Histograms
}

func newAsked(t *telemetry.Role) *asked {
	return &asked{
		questions: t.Counters("weal_purse_questions_total", "Questions that this role's purse was to pay for, by what came of them.", "result"),
		receipts:  t.Counter("weal_purse_receipts_total", "Receipts that hold, of this role's purse."),
		spent:     t.Histograms("weal_purse_spent", "What a question has cost this role's purse, in the smallest unit.", telemetry.Amounts, "denom"),
	}
}

// purseResults say what became of a question.
var purseResults = []struct {
	err  error
	name string
}{
	{purse.ErrLimit, "limit"}, {purse.ErrFunds, "funds"}, {purse.ErrNoLane, "no_lane"}, {purse.ErrQuote, "quote"},
	{purse.ErrNothing, "nothing"}, {purse.ErrRefused, "refused"}, {purse.ErrDown, "down"}, {purse.ErrCut, "cut"},
}

// note tells of a question. An answer that is nil was not signed for.
func (s *asked) note(a *purse.Answer, err error) {
	if s == nil {
		return
	}
	result := "ok"
	if err != nil {
		result = "failed"
		for _, r := range purseResults {
			if errors.Is(err, r.err) {
				result = r.name
				break
			}
		}
	}
	s.questions.Of(result).Inc()
	if a != nil {
		s.receipts.Add(uint64(len(a.Receipts)))
		s.spent.Of(a.Denom).Note(amountFloat(a.Total))
	}
}

// amountFloat is an amount as a metric has it.
func amountFloat(a types.Amount) float64 {
	f, _ := new(big.Float).SetInt(a.Big()).Float64()
	return f
}

// tracedClient is what a purse that is opened with ctx asks with if its calls are told;
// else nil.
func tracedClient(ctx context.Context) *http.Client {
	t, _ := ctx.Value(toldKey{}).(*telemetry.Role)
	plain := &http.Client{}
	told := t.Client(plain)
	if told == plain {
		return nil
	}
	own := http.DefaultTransport.(*http.Transport).Clone() //nolint:errcheck // that is what it is
	own.MaxIdleConnsPerHost = 64
	told.Transport = t.Transport(own)
	return told
}

// MetricsToken returns the token that the home's roles show their metrics for.
func (c *Client) MetricsToken() (string, error) { return c.Home.Token(metricsToken) }

// readyAt asks the role at a URL whether it is ready, and why not.
func readyAt(ctx context.Context, url string) (bool, []string) {
	r, err := readiness(ctx, url)
	if err != nil {
		return false, []string{"it does not answer: " + err.Error()}
	}
	var problems []string
	for _, c := range r.Checks {
		if !c.OK {
			problems = append(problems, c.Name+": "+c.Problem)
		}
	}
	return r.Ready, problems
}

// readiness asks a role whether it is ready.
func readiness(ctx context.Context, url string) (telemetry.Readiness, error) {
	var r telemetry.Readiness
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+telemetry.PathReady, http.NoBody)
	if err != nil {
		return r, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return r, &DownError{What: url, Err: err}
	}
	defer res.Body.Close()
	b, err := wire.ReadAll(res.Body, res.ContentLength)
	if err == nil {
		err = wire.Unmarshal(b, &r)
	}
	return r, err
}
