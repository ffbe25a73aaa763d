package streams

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/weal-network/weal/bench/pay"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// maxTokens bounds an answer.
const maxTokens = 512

// plan is what a question is to meet, and how it is read.
type plan struct {
	order
	cut   time.Duration // when the client goes away; zero for never
	pause time.Duration // the most for which it stops after each piece
	stall int           // the piece at which it stops for longer than ticks are waited for; 0 for none
}

// calm is a question that is read to its end.
func calm() plan { return plan{order: order{End: endsWhole, Pieces: 8}} }

// soonest is within when the clients go that hardly wait for the first byte.
const soonest = 100 * time.Millisecond

// draw draws a plan: of four clients one is cut, of which one in three at once, and one
// is slow, of which one in eight stalls; of five upstreams one does not end its answer.
func draw(r *rand.Rand) plan {
	p := plan{order: order{End: endsWhole, Pieces: 20 + r.IntN(41)}}
	switch r.IntN(20) {
	case 0, 1, 2:
		p.End, p.Pieces = endsBreak, r.IntN(41)
	case 3:
		p.End, p.Pieces = endsHang, r.IntN(41)
	}
	switch r.IntN(8) {
	case 0, 1:
		within := 5 * time.Second
		if r.IntN(3) == 0 {
			within = soonest
		}
		p.cut = time.Millisecond + time.Duration(r.Int64N(int64(within)))
	case 2, 3:
		p.pause = 400 * time.Millisecond
		if r.IntN(8) == 0 {
			p.stall = 1 + r.IntN(20)
		}
	}
	return p
}

// payer asks from one purse.
type payer struct {
	purse   *purse.Purse
	lanes   []types.LaneRef
	gateway string
	app     types.AssetID
	model   types.Price
	idle    func() // closes connections that nobody uses
	stop    func() error
}

// results is how questions ended.
type results struct {
	mu sync.Mutex
	Counts
	ahead    int64
	firsts   []string // some of what failed
	wrong    error    // the first violation
	violated int
	paid     ledger
	well     map[types.LaneRef]bool // whether a lane's last question ended well
}

// Counts is how many questions ended how.
type Counts struct {
	Asked    int `json:"asked"`
	Whole    int `json:"ended_well"`
	Cut      int `json:"cut_by_client"`
	Unsigned int `json:"cut_before_paying"` // of those: nothing was signed
	Broken   int `json:"broken_by_upstream"`
	Unpaid   int `json:"stopped_for_ticks"` // their client stalled
	Refused  int `json:"refused"`           // for another reason, and nothing was signed
	Failed   int `json:"failed"`            // for another reason
	Slow     int `json:"slow_readers"`
	// Missing is of how many the passage was paid, by a firm leaf, and did not come
	// before the client went.
	Missing int `json:"passage_paid_not_delivered"`
}

// client returns HTTP calls over connections that hold little that was not read.
func client() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone() //nolint:errcheck // that is what it is
	t.MaxIdleConns, t.MaxIdleConnsPerHost = 0, 256
	t.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, network, addr)
		if tcp, ok := c.(*net.TCPConn); ok {
			err = errors.Join(err, tcp.SetReadBuffer(4<<10))
		}
		return c, err
	}
	return &http.Client{Transport: t}
}

// ask asks one question as planned, and notes what came of it.
func (b *bench) ask(ctx context.Context, p *payer, n int, as plan) {
	q := question{}
	asked, signed, texts := ctx, false, 0
	if as.cut > 0 {
		var stop context.CancelFunc
		asked, stop = context.WithTimeout(ctx, as.cut)
		defer stop()
	}
	a, err := p.purse.Ask(asked, purse.Ask{
		Gateway: p.gateway, App: p.app,
		Body: fmt.Appendf(nil, `{"messages":[{"role":"user","content":%q}],"max_tokens":%d}`, pay.Question(n)+" "+as.String(), maxTokens),
		Approve: func(_ context.Context, bill purse.Bill) error {
			signed, q.ref, q.seq = true, bill.Lane, bill.Seq
			most := uint32(bill.Tokens) / p.model.Tokens //nolint:gosec // some thousand
			q.prompt = most - (maxTokens+p.model.Tokens-1)/p.model.Tokens
			return nil
		},
		OnCitations: func(c []purse.Citation) { q.passages += len(c) },
		OnDelta: func(text string) {
			q.bytes += len(text)
			texts++
			switch {
			case texts == as.stall:
				time.Sleep(tickWait + tickWait/4)
			case as.pause > 0:
				time.Sleep(rand.N(as.pause)) //nolint:gosec // not a secret
			}
		},
	})
	cut := asked.Err() != nil
	var found bool
	if signed {
		var c purse.Cost
		var failed error
		if c, found, failed = p.purse.Cost(ctx, q.ref, q.seq); failed == nil && found && !c.Final {
			failed = q.wrong("it has ended, and its cost is not final")
		}
		q.cost = c.Amount
		q.paid = b.parts(a, c.Amount)
		if failed != nil {
			b.results.violate(failed)
		}
	}
	b.results.note(b.tariff, q, as, a, err, cut, found)
}

// parts is who got what of a question. Without an answer nothing was sent, and what
// was signed is the passage.
func (b *bench) parts(a *purse.Answer, cost types.Amount) map[types.AssetID]types.Amount {
	parts := map[types.AssetID]types.Amount{}
	if a == nil {
		if !cost.IsZero() {
			parts[b.tariff.vault] = cost
		}
		return parts
	}
	for _, it := range a.Items {
		if !it.Amount.IsZero() {
			parts[it.Asset] = it.Amount
		}
	}
	return parts
}

func (r *results) violate(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.violateLocked(err)
}

func (r *results) violateLocked(err error) {
	r.violated++
	if r.wrong == nil {
		r.wrong = err
	}
}

// note counts a question in, and checks it.
func (r *results) note(t tariff, q question, as plan, a *purse.Answer, err error, cut, signed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Asked++
	if as.pause > 0 {
		r.Slow++
	}
	whole := err == nil && a.FinishReason != ""
	switch {
	case whole && len(a.Problems) > 0:
		r.Failed++
		r.remember(fmt.Errorf("an answer that ended well has problems: %v", a.Problems))
	case whole:
		r.Whole++
	case cut && as.cut > 0:
		r.Cut++
		if !signed {
			r.Unsigned++
		}
	case as.End != endsWhole && stopped(err, "tick") == "":
		r.Broken++
	case as.stall > 0 || stopped(err, "tick") != "":
		r.Unpaid++
	case !signed:
		r.Refused++
		r.remember(err)
	default:
		r.Failed++
		r.remember(err)
	}
	if !signed {
		return
	}
	r.well[q.ref] = whole
	f, wrong := t.check(q)
	r.ahead = max(r.ahead, f.ahead)
	if f.missing {
		r.Missing++
	}
	if wrong == nil {
		wrong = r.paid.add(q)
	}
	if wrong != nil {
		r.violateLocked(wrong)
	}
}

// stopped returns what an answer says stopped it, if that contains word.
func stopped(err error, word string) string {
	var e *wire.Error
	if errors.As(err, &e) && strings.Contains(e.Message, word) {
		return e.Message
	}
	return ""
}

// remember keeps the first of what went wrong.
func (r *results) remember(err error) {
	if len(r.firsts) < 5 {
		r.firsts = append(r.firsts, fmt.Sprint(err))
	}
}
