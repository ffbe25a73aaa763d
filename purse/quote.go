package purse

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/weal-network/weal/wire"
)

// quoteTime bounds how long a gateway may take for a quote: it has to ask vaults.
const quoteTime = 60 * time.Second

// quote asks the gateway what the question would cost.
func (p *Purse) quote(ctx context.Context, q *question) (*wire.Quote, error) {
	ctx, stop := context.WithTimeout(ctx, quoteTime)
	defer stop()
	resp, err := p.post(ctx, q, q.path, q.body, wire.HeaderLane, wire.FormatLane(q.lane.ref, q.seq))
	if err != nil {
		return nil, fmt.Errorf("ask for a quote: %w: %w", ErrDown, err)
	}
	defer resp.Body.Close()
	body, err := readAll(resp)
	if err != nil {
		return nil, fmt.Errorf("read quote: %w: %w", ErrDown, err)
	}
	var reply wire.QuoteReply
	if resp.StatusCode == http.StatusPaymentRequired && wire.Decode(body, &reply) == nil && reply.Quote.ID != "" {
		return &reply.Quote, nil
	}
	if resp.StatusCode < 300 {
		return nil, fmt.Errorf("%w: the gateway answered %d where a quote was due; is this the URL of a gateway?", ErrQuote, resp.StatusCode)
	}
	return nil, refusal("ask for a quote", resp.StatusCode, body)
}

// refusal turns a failing answer of a gateway into an error: one of this package
// and the gateway's own.
func refusal(what string, status int, body []byte) error {
	said := wire.ReadError(status, body)
	kind := ErrRefused
	switch {
	case said.Code == "no_match":
		kind = ErrNothing
	case status >= 500:
		kind = ErrDown
	}
	return fmt.Errorf("%s: %w: %w", what, kind, said)
}

// post sends body to the gateway with one header of ours.
func (p *Purse) post(ctx context.Context, q *question, path string, body []byte, header, value string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(q.Gateway, "/")+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if header != "" {
		req.Header.Set(header, value)
	}
	if header == wire.HeaderLane {
		req.Header.Set(wire.HeaderPrefer, wire.PreferMinimal)
		q.tellModels(req.Header)
	}
	return p.cfg.HTTP.Do(req)
}

// readAll reads an answer of bounded size.
func readAll(resp *http.Response) ([]byte, error) {
	b, err := wire.ReadAll(resp.Body, resp.ContentLength)
	if err == nil && len(b) > wire.MaxBody {
		err = errors.New("the answer is too large")
	}
	return b, err
}
