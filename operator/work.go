package operator

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// maxTries is how often a worker is asked for one request.
const maxTries = 20

// work has a request answered and keeps the answer with its receipt, or why there is
// none.
func (o *Operator) work(ctx context.Context, r row) {
	log := o.cfg.Log.With("request", r.id, "asset", r.asset)
	err := o.answer(ctx, r)
	var never *refusal
	switch {
	case err == nil:
		return
	case ctx.Err() != nil:
		err = o.store.set(context.WithoutCancel(ctx), r.id, change{state: waiting, tries: r.tries, sends: r.sends, note: "stopped in the middle"})
	case errors.As(err, &never) || r.tries+1 >= maxTries:
		log.Warn("operator: the request is not served", "reason", err)
		err = o.store.set(ctx, r.id, change{state: refused, tries: r.tries + 1, sends: r.sends, note: err.Error()})
	default:
		wait := later(r.tries)
		log.Warn("operator: the request could not be answered; it is tried again", "after", wait, "error", err)
		err = o.store.set(ctx, r.id, change{state: waiting, tries: r.tries + 1, sends: r.sends, due: o.cfg.Now().Add(wait), note: err.Error()})
	}
	if err != nil {
		log.Error("operator: cannot keep what became of the request", "error", err)
	}
}

// answer has a request answered that still waits.
func (o *Operator) answer(ctx context.Context, r row) error {
	ctx, cancel := context.WithTimeout(ctx, o.cfg.Patience)
	defer cancel()
	req, waits, err := o.open(ctx, r)
	if err != nil || !waits {
		return err
	}
	brings, err := o.admit(ctx, req)
	if err != nil {
		return err
	}
	input, err := o.input(ctx, req)
	if err != nil {
		return err
	}
	body, err := Prompt(input)
	if err != nil {
		return err
	}
	asset, ok := o.assets[req.Asset]
	if !ok {
		return Refuse("this operator does not answer for asset %d any more", req.Asset)
	}
	text, err := asset.Worker.Answer(ctx, Question{Request: req.ID, Body: body, Brings: brings})
	if err != nil {
		return err
	}
	return o.keep(ctx, req, asset, []byte(text))
}

// open returns a request and whether it waits; of one that does not it keeps how it
// ended.
func (o *Operator) open(ctx context.Context, r row) (req Request, waits bool, err error) {
	req, err = o.cfg.Chain.Request(ctx, r.id)
	as := beaten
	switch {
	case errors.Is(err, types.ErrNotFound):
		as = expired
	case err != nil:
		return req, false, err
	case req.State == StateOpen:
		return req, true, nil
	case req.State == StateExpired:
		as = expired
	case len(r.evidence) > 0 && bytes.Equal(req.Evidence, r.evidence):
		as = delivered
	}
	o.cfg.Log.Info("operator: the request has ended", "request", r.id, "asset", r.asset, "as", string(as))
	return req, false, o.store.set(ctx, r.id, change{state: as, tries: r.tries, sends: r.sends})
}

// admit returns what a request brings beyond its delivery's gas, or refuses it.
func (o *Operator) admit(ctx context.Context, req Request) (types.Amount, error) {
	if req.Policy != pay.PolicyAudit {
		return types.Amount{}, Refuse("its policy is %s, which is not known here", req.Policy)
	}
	if req.Price.Cmp(o.cfg.Least) < 0 {
		return types.Amount{}, Refuse("it pays %s %s, less than the %s that were set as the least", req.Price, types.BaseDenom, o.cfg.Least)
	}
	if o.cfg.Now().Add(o.cfg.LeastTime).After(req.Expires) {
		return types.Amount{}, Refuse("less than %s of its time is left", o.cfg.LeastTime)
	}
	pays, ok := req.Price.Add(req.GasPay)
	if !ok {
		return types.Amount{}, Refuse("what it pays does not fit 128 bits")
	}
	gas, err := o.cfg.Chain.GasPrice(ctx)
	if err != nil {
		return types.Amount{}, err
	}
	cost, ok := gas.Mul(o.cfg.Account.Gas(0, req.Gas))
	brings, covered := pays.Sub(cost)
	switch {
	case ok && covered:
		return brings, nil
	case o.cfg.AtALoss:
		return types.Amount{}, nil
	}
	// Gas may be cheaper later, so that this is no refusal.
	return types.Amount{}, fmt.Errorf("it pays %s %s, and the gas of its delivery costs up to %s", pays, types.BaseDenom, cost)
}

// input returns a request's input.
func (o *Operator) input(ctx context.Context, req Request) ([]byte, error) {
	data := req.Input.Data
	if req.Input.Apart {
		switch {
		case req.Input.URI == "":
			return nil, Refuse("its input is named by its hash alone, and nothing says where it is")
		case o.cfg.Fetch == nil:
			return nil, Refuse("its input is elsewhere, and this operator fetches nothing")
		}
		var err error
		if data, err = o.cfg.Fetch(ctx, req.Input.URI, o.cfg.MaxInput); err != nil {
			return nil, err
		}
	}
	if int64(len(data)) > o.cfg.MaxInput {
		return nil, Refuse("its input has more than %d bytes", o.cfg.MaxInput)
	}
	if sha256.Sum256(data) != req.Input.Hash {
		return nil, Refuse("what is at its input's URI has not the hash that the request names")
	}
	return data, nil
}

// keep signs the asset's receipt of an answer and keeps both.
func (o *Operator) keep(ctx context.Context, req Request, asset Asset, answer []byte) error {
	if len(answer) == 0 {
		return errors.New("the worker gave no text")
	}
	if len(answer) > MostAnswer {
		return Refuse("the answer has more than %d bytes", MostAnswer)
	}
	c := Content{Data: answer, Hash: sha256.Sum256(answer)}
	if len(answer) > o.cfg.MaxAnswer {
		if o.cfg.Endpoint == "" {
			return Refuse("the answer has %d bytes, more than the chain takes by value, and there is no endpoint to serve it from", len(answer))
		}
		c.Apart, c.URI = true, o.cfg.Endpoint+PathAnswers+c.Hash.String()
	}
	now := o.cfg.Now()
	signed, err := pay.SignGroup([]pay.Receipt{{
		Chain: o.chain, Seq: req.ID, Asset: req.Asset, Version: req.Version, Order: req.Order,
		Input: req.Input.Hash, Output: c.Hash, Amount: req.Price, Policy: req.Policy, Time: now.UnixMilli(),
	}}, asset.Key)
	if err != nil {
		return err
	}
	// The answer was given, so that it is kept even if time is up.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTime)
	defer cancel()
	return o.store.keepAnswer(ctx, req, c, signed[0].Bytes())
}
