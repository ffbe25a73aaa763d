package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/jsonschema-go/jsonschema"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/weal-network/weal/agent"
	"github.com/weal-network/weal/types"
)

// agreed buys what is agreed to: up to what the call names, or what needs no asking, or
// what a person has named when it was shown the cost.
func (s *Server) agreed(req *sdk.CallToolRequest, named string, buy func(most types.Amount) (agent.Answer, error)) (
	*sdk.CallToolResult, *agent.Answer, error,
) {
	most, err := s.most(req, named)
	if err != nil {
		return nil, nil, err
	}
	a, err := buy(most)
	var dear *agent.DearError
	if errors.As(err, &dear) && named == "" && canAsk(req) && req.Params.InputResponses == nil {
		return &sdk.CallToolResult{InputRequests: sdk.InputRequestMap{costID: costForm(dear)}}, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	var res *sdk.CallToolResult
	if a.Settlement != nil {
		res = &sdk.CallToolResult{Meta: sdk.Meta{metaSettled: a.Settlement}}
	}
	return res, &a, nil
}

// most is how much may be paid.
func (s *Server) most(req *sdk.CallToolRequest, named string) (types.Amount, error) {
	if named != "" {
		return agent.ParseCost(named)
	}
	if req.Params.InputResponses == nil {
		if s.cfg.ConfirmAbove.IsZero() {
			return types.NewAmount(1), nil // zero would be no bound
		}
		return s.cfg.ConfirmAbove, nil
	}
	said, ok := req.Params.InputResponses[costID].(*sdk.ElicitResult)
	if !ok || said == nil || said.Action != "accept" {
		return types.Amount{}, errors.New("the person who was shown the cost did not agree; nothing was paid")
	}
	text, _ := said.Content[costField].(string)
	most, err := agent.ParseCost(text)
	if err != nil {
		return most, fmt.Errorf("what was agreed to is no amount; nothing was paid: %w", err)
	}
	return most, nil
}

// canAsk reports whether the client can show a person a form.
func canAsk(req *sdk.CallToolRequest) bool {
	c := req.ClientCapabilities()
	return c != nil && c.Elicitation != nil && (c.Elicitation.Form != nil || c.Elicitation.URL == nil)
}

// The form that shows a cost.
const (
	costID    = "cost"
	costField = "max_cost"
)

func costForm(e *agent.DearError) *sdk.ElicitParams {
	dearest, err := json.Marshal(e.Quote.Most.Text)
	if err != nil {
		dearest = nil // a text that is no default does no harm
	}
	message := fmt.Sprintf("This can cost up to %s. Pay that?", e.Quote.Most.Text)
	if e.Quote.Firm != nil {
		message = fmt.Sprintf("This can cost up to %s, of which %s for %d passages are paid whatever comes of it. Pay that?",
			e.Quote.Most.Text, e.Quote.Firm.Text, len(e.Quote.Passages))
	}
	for _, k := range e.Quote.Keeping {
		message += fmt.Sprintf(" Vault %d keeps the question for %d days.", k.Asset, k.Days)
	}
	return &sdk.ElicitParams{
		Mode: "form", Message: message,
		RequestedSchema: &jsonschema.Schema{
			Type: "object", Required: []string{costField},
			Properties: map[string]*jsonschema.Schema{costField: {
				Type: "string", Title: "Pay at most", Description: "for example 0.02 WEAL", Default: dearest,
			}},
		},
	}
}

// The fields of x402's transport in what the protocol calls _meta.
const (
	metaPayment = "x402/payment"
	metaSettled = "x402/payment-response"
)

// payment is the x402 payment that a call brings, nil for none.
func payment(req *sdk.CallToolRequest) (json.RawMessage, error) {
	p, ok := req.Params.Meta[metaPayment]
	if !ok {
		return nil, nil
	}
	b, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", metaPayment, err)
	}
	return b, nil
}

// progressStep is after how many bytes of text a client that asks for it hears of more.
const progressStep = 256

// progress tells the client how the answer grows, if it asks for it.
func progress(ctx context.Context, req *sdk.CallToolRequest) func(string) {
	token := req.Params.GetProgressToken()
	if token == nil {
		return nil
	}
	all, told := 0, -progressStep
	return func(text string) {
		all += len(text)
		if all-told < progressStep {
			return
		}
		told = all
		// A client that has gone ends the call's context; nothing is lost with this.
		_ = req.Session.NotifyProgress(ctx, &sdk.ProgressNotificationParams{
			ProgressToken: token, Progress: float64(all), Message: fmt.Sprintf("%d bytes of the answer", all),
		})
	}
}
