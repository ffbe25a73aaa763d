package pay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// askFree asks the nth question of roles that nobody pays: for a quote, and then
// for the answer.
func (p *pipeline) askFree(ctx context.Context, n int) error {
	ref := types.LaneRef{Tab: p.tab}
	resp, err := p.post(ctx, n, wire.HeaderLane, wire.FormatLane(ref, uint64(n)+1))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	said, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	var reply wire.QuoteReply
	if err := wire.Decode(said, &reply); err != nil {
		return err
	}
	if reply.Quote.ID == "" {
		return wire.ReadError(resp.StatusCode, said)
	}
	header, err := wire.EncodeHeader(map[string]string{"quote": reply.Quote.ID})
	if err != nil {
		return err
	}
	answer, err := p.post(ctx, n, wire.HeaderPayment, header)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(answer.Body) // the status says it too
		return wire.ReadError(answer.StatusCode, said)
	}
	return readFree(wire.NewEventReader(answer.Body))
}

// readFree reads an answer to its end.
func readFree(events *wire.EventReader) error {
	text, finish, passages := "", "", 0
	for {
		data, err := events.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		var c wire.Completion
		if err := json.Unmarshal(data, &c); err != nil {
			return err
		}
		if c.Error != nil {
			return c.Error
		}
		if c.Weal != nil {
			passages += len(c.Weal.Citations)
		}
		for _, choice := range c.Choices {
			if choice.Delta != nil {
				text += choice.Delta.Content
			}
			if choice.FinishReason != nil {
				finish = *choice.FinishReason
			}
		}
	}
	if text == "" || finish != "stop" || passages == 0 {
		return fmt.Errorf("the answer is cut: %q", text)
	}
	return nil
}

func (p *pipeline) post(ctx context.Context, n int, header, value string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URLs[roleGateway]+wire.PathCompletions, bytes.NewReader(body(n)))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(header, value)
	req.Header.Set(wire.HeaderPrefer, wire.PreferMinimal) // as a purse does
	return p.client.Do(req)
}
