package guest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/weal-network/weal/agent"
	"github.com/weal-network/weal/agent/answers"
	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/gateway/keys"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
	"github.com/weal-network/weal/x402"
)

// Config is what guests of a gateway have in common.
type Config struct {
	// URL is the gateway's, without a path; App its asset, Model the app's name there.
	URL   string
	App   types.AssetID
	Model string
	// Root asks the chain for the root of an asset's version.
	Root func(ctx context.Context, asset types.AssetID, version uint32) (types.Hash, error)
	Kept *answers.Store
	HTTP *http.Client
}

// Guest is an agent of who pays for itself.
type Guest struct {
	Config
	key string
}

var _ agent.Agent = (*Guest)(nil)

// New returns the agent of who has a key, or of who has none and pays by x402.
func New(cfg Config, key string) *Guest { return &Guest{cfg, key} }

// Payer names who pays with a key, without telling the key. It is empty for no key.
func Payer(key string) string {
	if key == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("weal/guest\x00" + key))
	return "key:" + hex.EncodeToString(sum[:16])
}

// Check reports whether the gateway takes the key.
func (g *Guest) Check(ctx context.Context) error {
	_, err := g.own(ctx)
	return err
}

// errKeyless is why what needs a key is refused.
var errKeyless = fmt.Errorf("%w: send an API key of this gateway as Authorization: Bearer; its owner makes one: weal gateway key create", agent.ErrNotSold)

// Search implements agent.Agent.
func (g *Guest) Search(context.Context, agent.Search) (agent.Answer, error) {
	return agent.Answer{}, fmt.Errorf("%w: a search is paid from a tab of one's own; ask instead, or search from a home: weal mcp", agent.ErrNotSold)
}

// Quote implements agent.Agent: what an answer can cost whatever the vaults offer.
func (g *Guest) Quote(ctx context.Context, q agent.Question) (agent.Quote, error) {
	most, denom, err := g.price(ctx, q)
	return agent.Quote{Most: agent.NewAmount(most, denom), Passages: []agent.Offered{}}, err
}

// price asks the gateway what an answer costs at most.
func (g *Guest) price(ctx context.Context, q agent.Question) (most types.Amount, denom string, err error) {
	_, err = g.post(ctx, q, nil)
	var unpaid *agent.UnpaidError
	if !errors.As(err, &unpaid) {
		return most, "", err
	}
	var required x402.Required
	if err := json.Unmarshal(unpaid.Required, &required); err != nil {
		return most, "", fmt.Errorf("read price: %w", err)
	}
	for _, o := range required.Accepts {
		if o.Scheme != x402.SchemeBatch {
			continue
		}
		most, err = types.ParseAmount(o.Amount)
		return most, o.Asset, err
	}
	return most, "", errors.New("the gateway does not say what an answer costs")
}

// Ask implements agent.Agent.
func (g *Guest) Ask(ctx context.Context, q agent.Question) (agent.Answer, error) {
	if err := q.Check(); err != nil {
		return agent.Answer{}, err
	}
	header := http.Header{}
	switch {
	case q.Payment != nil:
		var p x402.Payment
		if err := json.Unmarshal(q.Payment, &p); err != nil {
			return agent.Answer{}, fmt.Errorf("x402 payment: %w", err)
		}
		text, err := p.Header()
		if err != nil {
			return agent.Answer{}, err
		}
		header.Set(x402.HeaderPayment, text)
	case g.key != "":
		if err := g.dear(ctx, q); err != nil {
			return agent.Answer{}, err
		}
		header.Set("Authorization", "Bearer "+g.key)
	}
	got, err := g.post(ctx, q, header)
	if err != nil {
		return agent.Answer{}, err
	}
	return g.answer(ctx, got)
}

// dear refuses what can cost more than q allows.
func (g *Guest) dear(ctx context.Context, q agent.Question) error {
	if q.AtMost.IsZero() {
		return nil
	}
	quote, err := g.Quote(ctx, q)
	if err != nil {
		return err
	}
	if most, err := types.ParseAmount(quote.Most.Amount); err != nil || most.Cmp(q.AtMost) > 0 {
		return errors.Join(err, &agent.DearError{Quote: quote, AtMost: q.AtMost})
	}
	return nil
}

// got is what a gateway answered.
type got struct {
	text       string
	trailer    wire.Trailer
	cost       string // "amount denom"
	settlement json.RawMessage
	cut        error // what ended the answer before it was whole
}

// post asks the gateway. The body depends on the question alone, so that a payment
// that was made for it fits when it is sent again.
func (g *Guest) post(ctx context.Context, q agent.Question, header http.Header) (*got, error) {
	if q.App != 0 && q.App != g.App {
		return nil, fmt.Errorf("app %d is not asked here, only app %d is; leave app out", q.App, g.App)
	}
	chat := wire.ChatRequest{Model: g.Model, Stream: true, Messages: []wire.ChatMessage{wire.TextMessage("user", q.Text)}}
	if q.Filter != "" {
		chat.Weal = &wire.ChatExtras{Filter: q.Filter}
	}
	body, err := json.Marshal(chat)
	if err != nil {
		return nil, fmt.Errorf("ask: %w", err)
	}
	res, err := g.do(ctx, http.MethodPost, wire.PathCompletions, body, header)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, refusal(res)
	}
	out, err := read(res, q.OnDelta)
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	if text := res.Header.Get(x402.HeaderResponse); text != "" {
		if s, err := x402.ParseSettlement(text); err == nil {
			out.settlement, _ = json.Marshal(s) // it was read from JSON
		}
	}
	out.cost = res.Trailer.Get(gateway.HeaderCost)
	return out, nil
}

// do sends a request to the gateway.
func (g *Guest) do(ctx context.Context, method, path string, body []byte, header http.Header) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(g.URL, "/")+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, values := range header {
		req.Header[name] = values
	}
	req.Header.Set("Content-Type", "application/json")
	client := g.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("the gateway does not answer: %w", err)
	}
	return res, nil
}

// own asks where the key stands.
func (g *Guest) own(ctx context.Context) (k keys.Key, err error) {
	if g.key == "" {
		return k, errKeyless
	}
	res, err := g.do(ctx, http.MethodGet, gateway.PathKey, nil, http.Header{"Authorization": {"Bearer " + g.key}})
	if err != nil {
		return k, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return k, refusal(res)
	}
	b, err := wire.ReadAll(res.Body, res.ContentLength)
	if err != nil {
		return k, err
	}
	return k, wire.Unmarshal(b, &k)
}

// Balance implements agent.Agent.
func (g *Guest) Balance(ctx context.Context) (agent.Balance, error) {
	k, err := g.own(ctx)
	if err != nil {
		return agent.Balance{}, err
	}
	b := agent.Balance{Payer: "API key " + k.Name, Spent: []agent.Amount{agent.NewAmount(k.Spent, k.Denom)}, Today: []agent.Amount{}}
	for _, q := range []*keys.Quota{k.Total, k.Budget} {
		if q == nil {
			continue
		}
		if left := agent.NewAmount(q.Left, k.Denom); b.Left == nil || less(q.Left, b.Left.Amount) {
			b.Left, b.Resets = &left, ""
			if !q.Resets.IsZero() {
				b.Resets = q.Resets.UTC().Format(time.RFC3339)
			}
		}
	}
	return b, nil
}

func less(a types.Amount, than string) bool {
	b, err := types.ParseAmount(than)
	return err == nil && a.Cmp(b) < 0
}

// Models implements agent.Agent.
func (g *Guest) Models(ctx context.Context) ([]agent.Model, error) {
	res, err := g.do(ctx, http.MethodGet, wire.PathModels, nil, nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, refusal(res)
	}
	b, err := wire.ReadAll(res.Body, res.ContentLength)
	if err != nil {
		return nil, err
	}
	var list wire.ModelList
	if err := wire.Unmarshal(b, &list); err != nil {
		return nil, fmt.Errorf("read models: %w", err)
	}
	out := []agent.Model{}
	for _, m := range list.Data {
		out = append(out, agent.Model{App: uint64(g.App), Name: m.ID, Usual: m.ID == g.Model, Prices: []string{}})
	}
	return out, nil
}
