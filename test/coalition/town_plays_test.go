package coalition

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// scheme is a way to cheat an honest payer, and those beside it who are honest. Terms
// are by whom they are taken from.
type scheme struct {
	name  string
	needs []string
	takes map[string][]string
	doors map[string]door
	after func(w *town) // beside bringing all that is known
	wants bool          // the answer is whole, in spite of it
	stops bool          // ticks do not come, and are not waited for for long
}

func fail(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
	wire.WriteError(w, wire.NewError(http.StatusBadGateway, wire.TypeUpstream, "vault_failed", "nothing is released"))
}

// on is a door for one path; other requests pass.
func on(path string, d door) door {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.URL.Path == path {
			d(w, r, next)
			return
		}
		next.ServeHTTP(w, r)
	}
}

// paid is a door for what pays; questions for a quote pass.
func paid(d door) door {
	return on(wire.PathCompletions, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Header.Get(wire.HeaderPayment) == "" {
			next.ServeHTTP(w, r)
			return
		}
		d(w, r, next)
	})
}

// sieved passes a stream through a sieve.
func sieved(each func() func(*wire.Completion) bool) door {
	return on(wire.PathCompletions, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(&sieve{ResponseWriter: w, each: each()}, r)
	})
}

// firstBytes cuts a stream after its first text.
func firstBytes() func(*wire.Completion) bool {
	texts := 0
	return func(c *wire.Completion) bool {
		if textOf(c) != "" {
			texts++
		}
		return texts <= 1 && (len(c.Choices) == 0 || c.Choices[0].FinishReason == nil)
	}
}

var (
	passagesOf = map[string][]string{"payer": {"passages"}}
	ticksTaken = map[string][]string{"payer": {"tick"}, "model": {"tick"}}
)

var schemes = []scheme{
	{name: "do what is right, and bring everything again and again", wants: true, after: func(w *town) {
		for range 3 {
			w.bringAll()
		}
	}},
	{name: "quote another price", needs: []string{"gateway"}, doors: map[string]door{"gateway": on(wire.PathCompletions, dearer)}},
	{name: "keep the passages", needs: []string{"gateway"}, takes: passagesOf, doors: map[string]door{
		"gateway": sieved(func() func(*wire.Completion) bool {
			return func(c *wire.Completion) bool {
				if c.Weal != nil {
					c.Weal.Citations = nil
				}
				return true
			}
		}),
	}},
	{name: "take the payment, bring nobody a leaf, and answer nothing", needs: []string{"gateway"}, takes: passagesOf, doors: map[string]door{
		"gateway": nil, // see play: it must keep the payment
	}},
	{name: "cut the answer after its first bytes", needs: []string{"gateway"}, takes: ticksTaken, doors: map[string]door{"gateway": sieved(firstBytes)}},
	{name: "keep the payer's ticks from the model", needs: []string{"gateway"}, takes: ticksTaken, stops: true, doors: map[string]door{
		"gateway to model": on(wire.PathTicks, func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			wire.WriteJSON(w, http.StatusOK, wire.TickReply{Paid: pay.MaxTicks})
		}),
	}},
	{name: "claim what was not revealed, and leaves that were not signed", wants: true, after: func(w *town) {
		for _, pm := range w.seen {
			for _, s := range w.claimsOf(pm) {
				if w.collude["gateway"] {
					w.forge(s)
				}
			}
		}
		for role, book := range w.books {
			own, err := book.Unsettled(w.t.Context())
			require.NoError(w.t, err)
			for _, s := range own {
				if w.collude[role] {
					w.forge(s)
				}
			}
		}
	}},
	{name: "have an order served again, and another passage for it", needs: []string{"gateway"}, wants: true, doors: map[string]door{
		"gateway to vault": on(wire.PathRelease, again),
	}},
	{name: "release nothing for a leaf", needs: []string{"vault"}, takes: passagesOf, doors: map[string]door{
		"vault": nil, // see play: the book takes the leaf before
	}},
	{name: "release another passage", needs: []string{"vault"}, takes: passagesOf, doors: map[string]door{
		"vault": on(wire.PathRelease, otherPassages),
	}},
	{name: "stop after the first bytes", needs: []string{"model"}, takes: map[string][]string{"payer": {"tick"}}, doors: map[string]door{"model": sieved(firstBytes)}},
	{name: "write nothing", needs: []string{"model"}, doors: map[string]door{"model": on(wire.PathCompletions, fail)}},
	{name: "settle for who is there, for the fee", needs: []string{"watcher"}, wants: true,
		takes: map[string][]string{"gateway": {"fee"}, "vault": {"fee"}, "model": {"fee"}}, after: func(w *town) {
			for role, book := range w.books {
				if owed, err := book.Unsettled(w.t.Context()); err == nil && !w.collude[role] {
					_ = w.chain.settle(watcherAccount, settlements(owed...)...)
				}
			}
		}},
}

// dearer doubles the prices of a quote.
func dearer(w http.ResponseWriter, r *http.Request, next http.Handler) {
	if r.Header.Get(wire.HeaderLane) == "" {
		next.ServeHTTP(w, r)
		return
	}
	kept := &buffer{header: http.Header{}}
	next.ServeHTTP(kept, r)
	var q wire.QuoteReply
	if wire.Decode(kept.body, &q) == nil && len(q.Quote.Vaults) > 0 {
		q.Quote.Vaults[0].Items[0].Price = amount(2 * passagePrice)
		q.Quote.Meters[0].Price = amount(2 * tickPrice)
		wire.WriteJSON(w, kept.status, q)
		return
	}
	w.WriteHeader(kept.status)
	_, _ = w.Write(kept.body)
}

// otherPassages releases one passage in the place of all.
func otherPassages(w http.ResponseWriter, r *http.Request, next http.Handler) {
	kept := &buffer{header: http.Header{}}
	next.ServeHTTP(kept, r)
	var out wire.Release
	if wire.Decode(kept.body, &out) == nil {
		for i := range out.Passages {
			out.Passages[i].Text = "Something else."
		}
		wire.WriteJSON(w, kept.status, out)
		return
	}
	w.WriteHeader(kept.status)
	_, _ = w.Write(kept.body)
}

// again brings a vault the same payment many times, for what was ordered and for more.
func again(w http.ResponseWriter, r *http.Request, next http.Handler) {
	body, _ := wire.ReadBody(r)
	send := func(w http.ResponseWriter, body []byte) {
		again := r.Clone(r.Context())
		again.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, again)
	}
	send(w, body)
	send(&buffer{header: http.Header{}}, body)
	var q wire.ReleaseRequest
	if wire.Decode(body, &q) != nil {
		return
	}
	for _, c := range shelfChunks() {
		q.IDs = []types.Hash{pay.SaltedID(salt, c.Hash())}
		more, _ := json.Marshal(q)
		send(&buffer{header: http.Header{}}, more)
		q.Paid.Order.Items = pay.ItemsHash(q.IDs)
		more, _ = json.Marshal(q)
		send(&buffer{header: http.Header{}}, more)
	}
}

// buffer keeps an answer.
type buffer struct {
	header http.Header
	status int
	body   []byte
}

func (b *buffer) Header() http.Header    { return b.header }
func (b *buffer) WriteHeader(status int) { b.status = status }
func (b *buffer) Write(p []byte) (int, error) {
	b.body = append(b.body, p...)
	return len(p), nil
}

// forge brings more than a claim proves. The chain must refuse it.
func (w *town) forge(s pay.Settlement) {
	c := s.Claims[0]
	var forged []pay.Claim
	if c.Leaf != nil {
		more := *c.Leaf
		more.Amount, _ = more.Amount.Add(amount(1))
		forged = append(forged, pay.Claim{Leaf: &more, LeafPath: c.LeafPath})
	}
	if c.Tick != nil {
		next, most := c, c
		next.K++
		most.K = most.Tick.Most
		forged = append(forged, next)
		if most.K != c.K {
			forged = append(forged, most)
		}
	}
	for _, f := range forged {
		require.Error(w.t, w.chain.settle(otherAccount, settlements(pay.Settlement{Voucher: s.Voucher, Claims: []pay.Claim{f}})...))
	}
	other := s
	other.Voucher.Lane.Lane ^= 1
	require.Error(w.t, w.chain.settle(otherAccount, settlements(other)...))
}

// doorsOf are the doors of a scheme in a town.
func (w *town) doorsOf(s scheme) {
	for name, d := range s.doors {
		switch {
		case d != nil:
			w.doors[name] = d
		case name == "gateway":
			w.doors[name] = paid(func(rw http.ResponseWriter, r *http.Request, _ http.Handler) {
				w.record(r)
				fail(rw, r, nil)
			})
		case name == "vault":
			w.doors[name] = on(wire.PathRelease, func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
				next.ServeHTTP(&buffer{header: http.Header{}}, r)
				fail(rw, r, nil)
			})
		}
	}
}

// townBound is the most that terms come to for a party, for one question.
func (w *town) townBound(party string, terms []string) (most uint64) {
	for _, term := range terms {
		switch {
		case term == "passages":
			most += 2 * passagePrice
		case term == "tick" && party == "payer":
			most += usePrice + tickPrice
		case term == "tick" && party == "model":
			most += tickPrice * uint64(w.prompt+1)
		case term == "tick":
			most += usePrice
		case term == "fee":
			earned, fees := w.chain.got(assetOf[party])
			most += (earned + fees) * feePoints / 10_000
		}
	}
	return most
}

// TestCoalitionsWithoutThePayer plays every scheme of those around an honest payer
// whose members are all in the coalition: one question, after which the payer asks no
// more if it was cheated, and closes its tab.
func TestCoalitionsWithoutThePayer(t *testing.T) {
	c := newChain(t)
	_, cells := table(t)
	reached := map[string]bool{}
	for _, collude := range coalitions() {
		if collude["payer"] {
			continue
		}
		for _, s := range schemes {
			if !collude.has(s.needs) {
				continue
			}
			t.Run(collude.String()+"/"+s.name, func(t *testing.T) {
				wait := 20 * time.Second
				if s.stops {
					wait = 200 * time.Millisecond
				}
				w := newTown(t, c, collude, wait)
				w.doorsOf(s)
				a, err := w.ask()
				if s.wants { // the second folds in the ticks of the first
					for range 2 {
						require.NoError(t, err)
						require.Empty(t, a.Problems)
						require.Len(t, a.Text, 1200)
						a, err = w.ask()
					}
				}
				w.purse.Close() // an honest one reveals its last ticks, a moment after the answer
				if s.after != nil {
					s.after(w)
				}
				w.end()
				for _, party := range parties[:4] {
					if collude[party] {
						continue
					}
					terms := allowed(s.takes[party], cells[collude.String()][party])
					lost := w.lost(party)
					require.LessOrEqual(t, lost, w.townBound(party, terms), "the %s: gave %d, prompt %d", party, w.given[party], w.prompt)
					if lost > 0 {
						for _, term := range terms {
							reached[party+" "+term] = true
						}
					}
				}
			})
		}
	}
	for _, term := range []string{"payer passages", "payer tick", "model tick", "vault fee", "model fee", "gateway fee"} {
		require.True(t, reached[term], "no scheme takes the %s: the table says too much", term)
	}
}

func (s set) has(all []string) bool {
	for _, p := range all {
		if !s[p] {
			return false
		}
	}
	return true
}
