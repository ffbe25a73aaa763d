package gateway

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// ask asks the model and passes on what it says.
func (a *answer) ask(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // a model that we no longer listen to stops
	body, err := a.prompt()
	if err != nil {
		return err
	}
	header := http.Header{}
	wire.CopyTrace(header, a.d.trace)
	if !a.g.cfg.Unpaid {
		payment, err := wire.EncodeHeader(wire.ModelPayment{Voucher: a.d.voucher, Paid: a.d.model.tick, Leaf: a.d.model.leaf})
		if err != nil {
			return err
		}
		header.Set(wire.HeaderPayment, payment)
	}
	began := time.Now()
	model := a.d.model.asset
	resp, err := a.g.peers.post(ctx, model, a.d.req.path(), body, header)
	a.waiting += time.Since(began)
	if err != nil {
		a.g.cfg.Log.Warn("model not reached", "asset", uint64(model), "err", err)
		return modelError("model_down", "the model cannot be reached: %v; the passages are yours, and the same payment can be sent again", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		status, said, err := readAnswer(resp)
		if err != nil {
			return modelError("model_down", "the model broke off while it refused: %v", err)
		}
		return wire.ReadError(status, said)
	}
	return a.listen(ctx, wire.NewEventReader(resp.Body))
}

func modelError(code, format string, args ...any) error {
	return wire.NewError(http.StatusBadGateway, wire.TypeUpstream, code, format, args...)
}

// listen reads the model's stream to its end.
func (a *answer) listen(ctx context.Context, events *wire.EventReader) error {
	var said *wire.Error
	for {
		began := time.Now()
		data, err := events.Next()
		a.waiting += time.Since(began)
		switch {
		case errors.Is(err, io.EOF) && said != nil:
			return said
		case errors.Is(err, io.EOF) && a.finish != "":
			return nil
		case err != nil:
			return modelError("model_cut", "the model's stream ended before its answer did: %v", err)
		}
		var c wire.Completion
		if err := wire.Unmarshal(data, &c); err != nil {
			return modelError("model_cut", "the model sent an event that is no completion chunk: %v", err)
		}
		if err := a.take(ctx, c); err != nil {
			return err
		}
		if c.Error != nil {
			said = c.Error
		}
	}
}

// take passes one event on.
func (a *answer) take(ctx context.Context, c wire.Completion) error {
	for _, choice := range c.Choices {
		if d := choice.Delta; d != nil && d.Given() != "" {
			if err := a.emit(ctx, wire.Content{Content: d.Content, ToolCalls: d.ToolCalls}); err != nil {
				return err
			}
		}
		if choice.FinishReason != nil {
			a.finish = *choice.FinishReason
		}
	}
	if c.Weal == nil {
		return nil
	}
	for _, r := range c.Weal.Receipts {
		if r.Asset == a.d.model.asset {
			a.receipts = append(a.receipts, r)
			a.charges = append(a.charges, wire.Charge{Asset: r.Asset, Kind: types.KindModel, Amount: r.Amount})
		}
	}
	return nil
}
