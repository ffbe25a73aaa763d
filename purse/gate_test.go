package purse

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// gate is a gateway with everything behind it. Honest by itself, it can be told
// to cheat; whatever it does, it checks payments as contributors do, and what it
// finds wrong with them fails the test at its end.
type gate struct {
	w *world

	// How it cheats; nil: not.
	onQuote     func(*wire.Quote)
	onCitations func([]wire.Citation) []wire.Citation
	onReceipts  func([]pay.SignedReceipt) []pay.SignedReceipt
	onTrailer   func(*wire.Trailer)
	onRecord    func(attribution.Record) // what the app's receipt commits to and the trailer says
	overstated  uint32                   // bytes that no passage has
	extraTicks  uint32                   // asked beyond what is owed
	lastLate    bool                     // the ticks of the last piece are not waited for, as models do it
	answer      []string

	mu      sync.Mutex
	before  func(stage string) bool
	quotes  map[string]*served
	known   map[string]types.Amount // by lane and asset: all that was promised
	seqs    map[types.LaneRef]uint64
	faults  []string
	paid    map[string]uint32 // ticks by lane, seq and asset
	changed chan struct{}
}

// served is a quote and, once it is paid, its payment.
type served struct {
	quote    wire.Quote
	payment  *wire.Payment
	salt     types.Hash
	accepted bool
}

// band is what a passage was offered with.
func (s *served) band(id types.Hash) uint8 {
	for _, v := range s.quote.Vaults {
		for _, item := range v.Items {
			if item.ID == id {
				return item.Band
			}
		}
	}
	return 0
}

func newGate(w *world) *gate {
	return &gate{
		w: w, answer: []string{"What is kno", "wn is told in", " [1] and, a bit ", "less well, in [2]. That is all."},
		quotes: map[string]*served{}, known: map[string]types.Amount{}, seqs: map[types.LaneRef]uint64{},
		paid: map[string]uint32{}, changed: make(chan struct{}),
	}
}

func (g *gate) text() string { return strings.Join(g.answer, "") }

func (g *gate) stage(name string) {
	g.mu.Lock()
	before := g.before
	g.mu.Unlock()
	if before != nil && before(name) {
		panic(http.ErrAbortHandler)
	}
}

// beforeEach sets what is called at each stage; true drops the connection.
func (g *gate) beforeEach(f func(stage string) bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.before = f
}

func (g *gate) fault(format string, args ...any) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.faults = append(g.faults, fmt.Sprintf(format, args...))
	return wire.NewError(http.StatusPaymentRequired, wire.TypePaymentRequired, "wrong_payment", format, args...)
}

func (g *gate) completions(rw http.ResponseWriter, r *http.Request) {
	body, err := wire.ReadBody(r)
	if err == nil && r.Header.Get(wire.HeaderLane) != "" {
		err = g.quote(rw, r.Header.Get(wire.HeaderLane), body)
	} else if err == nil {
		err = g.serve(rw, r, body)
	}
	if err != nil {
		wire.WriteError(rw, err)
	}
}

// quote offers the first two passages of vault A and the first of vault B.
func (g *gate) quote(rw http.ResponseWriter, header string, body []byte) error {
	g.stage("quote")
	lane, seq, err := wire.ParseLane(header)
	if err != nil {
		return err
	}
	expires := time.Now().Add(time.Minute).Unix()
	s := &served{salt: sha256.Sum256([]byte(header))}
	s.quote = wire.Quote{
		ID: fmt.Sprintf("q-%s-%d", lane, seq), Lane: lane, Seq: seq, Gateway: appID, Denom: denom,
		Request: sha256.Sum256(body), Expires: expires,
		Meters: []wire.Meter{
			{Asset: modelID, Kind: types.KindModel, Version: 1, Price: amount(20), Tokens: 4, Prompt: 3, Most: 40},
			{Asset: appID, Kind: types.KindApp, Version: 1, Price: amount(500), Prompt: 1, Most: 1},
		},
	}
	for _, v := range []types.AssetID{vaultA, vaultB} {
		o := wire.Offer{ID: "o", Asset: v, Version: 1, Root: g.w.asset[v].Root, Denom: denom, Expires: expires}
		for _, c := range g.w.texts[v][:map[types.AssetID]int{vaultA: 2, vaultB: 1}[v]] {
			item := wire.OfferedPassage{ID: pay.SaltedID(s.salt, c.Hash()), Band: 9 - uint8(len(o.Items)), Bytes: uint32(len(c.Text)) + g.overstated}
			price, _ := g.w.asset[v].PassagePrice(denom, item.Band)
			item.Price, _ = price.Passage(int(item.Bytes))
			o.Items = append(o.Items, item)
		}
		s.quote.Vaults = append(s.quote.Vaults, o)
	}
	g.mu.Lock()
	g.quotes[s.quote.ID] = s
	g.mu.Unlock()
	sent := s.quote
	if g.onQuote != nil {
		g.onQuote(&sent)
	}
	wire.WriteJSON(rw, http.StatusPaymentRequired, wire.QuoteReply{Error: *wire.NewError(402, wire.TypePaymentRequired, "payment_required", "pay"), Quote: sent})
	return nil
}

func (g *gate) serve(rw http.ResponseWriter, r *http.Request, body []byte) error {
	g.stage("pay")
	var pm wire.Payment
	if err := wire.DecodeHeader(wire.HeaderPayment, r.Header.Get(wire.HeaderPayment), &pm); err != nil {
		return err
	}
	g.mu.Lock()
	s := g.quotes[pm.Quote]
	g.mu.Unlock()
	if s == nil || s.quote.Request != sha256.Sum256(body) {
		return g.fault("quote %q is unknown or for another body", pm.Quote)
	}
	if err := g.accept(s, &pm); err != nil {
		return err
	}
	g.stage("accepted")
	return g.stream(r.Context(), wire.NewEvents(rw), s, body)
}

// accept checks a payment as the contributors would, each for itself.
func (g *gate) accept(s *served, pm *wire.Payment) error {
	v := pm.Voucher
	lane := g.w.lanes[s.quote.Lane]
	if err := v.Verify(lane.Key); err != nil {
		return g.fault("%v", err)
	}
	if most, ok := v.Most(); !ok || most.Cmp(lane.Cap) > 0 {
		return g.fault("total %s and ceiling %s are above the cap", v.Total, v.Ceiling)
	}
	if s.accepted { // a retry
		if v.Bytes() == nil || string(v.Bytes()) != string(s.payment.Voucher.Bytes()) {
			return g.fault("seq %d was used for two vouchers", v.Seq)
		}
		return nil
	}
	g.mu.Lock()
	last := g.seqs[v.Lane]
	g.mu.Unlock()
	if v.Chain != pay.ChainHash(chainID) || v.Lane != s.quote.Lane || v.Seq != s.quote.Seq || v.Seq <= last {
		return g.fault("voucher of lane %s seq %d after %d", v.Lane, v.Seq, last)
	}
	if len(pm.Leaves) != len(s.quote.Vaults) || len(pm.Ticks) != len(s.quote.Meters) {
		return g.fault("%d leaves, %d ticks", len(pm.Leaves), len(pm.Ticks))
	}
	fillIn(s.quote, pm)
	known := map[string]types.Amount{}
	for i, l := range pm.Leaves {
		if err := g.leaf(v.Voucher, s.quote.Vaults[i], l, known); err != nil {
			return err
		}
	}
	for i, t := range pm.Ticks {
		if err := g.tick(v.Voucher, s.quote.Meters[i], t, known); err != nil {
			return err
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for k, a := range known {
		g.known[k] = a
	}
	g.seqs[v.Lane], s.payment, s.accepted = v.Seq, pm, true
	return nil
}

// fillIn gives a payment the orders that the quote asks for, as spec/wire.md says: a
// purse leaves them out.
func fillIn(q wire.Quote, pm *wire.Payment) {
	base := pay.Order{Lane: q.Lane, Seq: q.Seq, Gateway: q.Gateway, Request: q.Request}
	var items []types.Hash
	for i, o := range q.Vaults {
		var ids []types.Hash
		order := base
		for _, item := range o.Items {
			order.Price, _ = order.Price.Add(item.Price)
			ids = append(ids, item.ID)
		}
		order.Asset, order.Version, order.Items = o.Asset, o.Version, pay.ItemsHash(ids)
		items = append(items, order.Items)
		pm.Leaves[i].Order = order
	}
	base.Items = pay.ItemsHash(items)
	for i, m := range q.Meters {
		order := base
		order.Asset, order.Version, order.Price, order.Tokens, order.Prompt, order.Most = m.Asset, m.Version, m.Price, m.Tokens, m.Prompt, m.Most
		pm.Ticks[i].Order = order
	}
}

func account(lane types.LaneRef, asset types.AssetID) string { return fmt.Sprint(lane, " ", asset) }

func (g *gate) knownOf(lane types.LaneRef, asset types.AssetID) types.Amount {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.known[account(lane, asset)]
}

func (g *gate) leaf(v pay.Voucher, o wire.Offer, l wire.PaidLeaf, known map[string]types.Amount) error {
	var price types.Amount
	var ids []types.Hash
	for _, item := range o.Items {
		price, _ = price.Add(item.Price)
		ids = append(ids, item.ID)
	}
	due, _ := g.knownOf(v.Lane, o.Asset).Add(price)
	switch err := pay.VerifyLeaf(v, l.Leaf, l.Path); {
	case err != nil:
		return g.fault("%v", err)
	case l.Leaf.Asset != o.Asset || l.Leaf.Order != l.Order.Hash() || l.Order.Price != price || l.Order.Items != pay.ItemsHash(ids):
		return g.fault("leaf or order of vault %d is wrong", o.Asset)
	case l.Leaf.Amount.Cmp(due) < 0:
		return g.fault("leaf of vault %d fell: %s, due %s", o.Asset, l.Leaf.Amount, due)
	}
	known[account(v.Lane, o.Asset)] = l.Leaf.Amount
	return nil
}

func (g *gate) tick(v pay.Voucher, m wire.Meter, t wire.PaidTick, known map[string]types.Amount) error {
	var firm types.Amount
	if t.Firm != nil {
		if err := pay.VerifyLeaf(v, t.Firm.Leaf, t.Firm.Path); err != nil || t.Firm.Leaf.Asset != m.Asset {
			return g.fault("firm leaf of %d: %v", m.Asset, err)
		}
		firm = t.Firm.Leaf.Amount
	}
	switch err := pay.VerifyTick(v, t.Leaf, t.Path); {
	case err != nil:
		return g.fault("%v", err)
	case t.Leaf.Asset != m.Asset || t.Leaf.Price != m.Price || t.Leaf.Most != m.Most || t.Leaf.Order != t.Order.Hash():
		return g.fault("tick leaf of %d is wrong", m.Asset)
	case firm.Cmp(g.knownOf(v.Lane, m.Asset)) < 0:
		return g.fault("leaf of meter %d fell: %s, known %s", m.Asset, firm, g.knownOf(v.Lane, m.Asset))
	}
	known[account(v.Lane, m.Asset)] = firm
	return nil
}

func (g *gate) stream(ctx context.Context, ev *wire.Events, s *served, body []byte) error {
	cites := g.citations(s)
	_ = ev.Send(wire.Completion{Choices: []wire.Choice{{Delta: &wire.Content{Role: "assistant"}}}, Weal: &wire.Trailer{Citations: cites}})
	g.stage("cited")
	sent := 0
	for i, piece := range g.answer {
		g.stage(fmt.Sprintf("before %d", i))
		_ = ev.Send(wire.Completion{Choices: []wire.Choice{{Delta: &wire.Content{Content: piece}}}})
		sent += len(piece)
		g.stage(fmt.Sprintf("text %d", i))
		if g.lastLate && i == len(g.answer)-1 {
			break
		}
		for _, t := range s.payment.Ticks {
			if err := g.await(ctx, t.Leaf, s.quote, owed(t.Leaf, sent)+g.extraTicks); err != nil {
				return nil //nolint:nilerr // the gateway gives up on a purse that stops paying
			}
		}
	}
	stop := "stop"
	receipts, charges := g.receipts(s, body)
	tr := &wire.Trailer{Receipts: receipts, Charges: charges, Attribution: g.record(s), OverheadMillis: 1.5}
	if g.onTrailer != nil {
		g.onTrailer(tr)
	}
	_ = ev.Send(wire.Completion{Choices: []wire.Choice{{FinishReason: &stop}}, Weal: tr})
	g.stage("trailer")
	_ = ev.End()
	return nil
}

func (g *gate) citations(s *served) []wire.Citation {
	var all []wire.Citation
	for _, o := range s.quote.Vaults {
		for i := range o.Items {
			c := g.w.texts[o.Asset][i]
			all = append(all, wire.Citation{
				N: len(all) + 1, Asset: o.Asset, Version: 1, Salt: s.salt, Root: o.Root,
				Passage: wire.Passage{
					ID: o.Items[i].ID, Source: c.Source, Heading: c.Heading, Start: c.Start, End: c.End, Text: c.Text,
					Proof: pay.MerkleProof(g.w.hashes(o.Asset), i),
				},
			})
		}
	}
	if g.onCitations != nil {
		all = g.onCitations(all)
	}
	return all
}

// record says what each passage counted.
func (g *gate) record(s *served) attribution.Record {
	var passages []attribution.Passage
	for _, c := range g.citations(s) {
		passages = append(passages, attribution.Passage{N: uint32(c.N), Asset: c.Asset, Version: c.Version, Chunk: c.Passage.Chunk().Hash(), Band: s.band(c.Passage.ID)})
	}
	r, _ := attribution.Make(passages, g.text()) // of nothing it is nothing
	if g.onRecord != nil {
		g.onRecord(r)
	}
	return r
}

func (g *gate) receipts(s *served, body []byte) ([]pay.SignedReceipt, []wire.Charge) {
	var all []pay.SignedReceipt
	var charges []wire.Charge
	make := func(o pay.Order, price types.Amount) {
		r := pay.Receipt{
			Chain: pay.ChainHash(chainID), Lane: o.Lane, Seq: o.Seq, Asset: o.Asset, Version: o.Version, Order: o.Hash(),
			Input: sha256.Sum256(body), Output: sha256.Sum256([]byte(g.text())), Amount: price, Policy: pay.PolicyAudit, Time: 1,
		}
		if o.Asset == appID {
			r.Detail = g.record(s).Detail()
		}
		signed, err := pay.SignGroup([]pay.Receipt{r}, testKey(uint64(o.Asset)))
		if err == nil {
			all = append(all, signed...)
		}
		charges = append(charges, wire.Charge{Asset: o.Asset, Kind: g.w.asset[o.Asset].Kind, Amount: price})
	}
	for _, l := range s.payment.Leaves {
		make(l.Order, l.Order.Price)
	}
	for _, t := range s.payment.Ticks {
		price, _ := t.Leaf.Price.Mul(uint64(owed(t.Leaf, len(g.text()))))
		make(t.Order, price)
	}
	if g.onReceipts != nil {
		all = g.onReceipts(all)
	}
	return all, charges
}
