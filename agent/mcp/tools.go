package mcp

import (
	"context"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/weal-network/weal/agent"
	"github.com/weal-network/weal/types"
)

// What the tools take.
type (
	askIn struct {
		Question string `json:"question" jsonschema:"the question, in plain words"`
		App      uint64 `json:"app,omitempty" jsonschema:"number of the app to ask, see models; left out: the usual one"`
		Filter   string `json:"filter,omitempty" jsonschema:"which documents count, for example: author=Smith, date>=2026-01-01"`
		MaxCost  string `json:"max_cost,omitempty" jsonschema:"the most that the answer may cost, for example 0.02 WEAL; what is named here is paid without asking"`
	}
	searchIn struct {
		Query   string `json:"query" jsonschema:"what to look for, in plain words"`
		Limit   int    `json:"limit,omitempty" jsonschema:"the most passages, 1 to 32; left out: as many as the app buys for an answer"`
		App     uint64 `json:"app,omitempty" jsonschema:"number of the app to ask, see models; left out: the usual one"`
		Filter  string `json:"filter,omitempty" jsonschema:"which documents count, for example: author=Smith, date>=2026-01-01"`
		MaxCost string `json:"max_cost,omitempty" jsonschema:"the most that the passages may cost, for example 0.02 WEAL; what is named here is paid without asking"`
	}
	quoteIn struct {
		Question string `json:"question" jsonschema:"the question, in plain words"`
		App      uint64 `json:"app,omitempty" jsonschema:"number of the app to ask, see models; left out: the usual one"`
		Filter   string `json:"filter,omitempty" jsonschema:"which documents count, for example: author=Smith, date>=2026-01-01"`
	}
	citeIn struct {
		Answer   string `json:"answer" jsonschema:"id of an earlier answer or search, or its first 8 digits or more"`
		Passages []int  `json:"passages,omitempty" jsonschema:"numbers of its citations; left out: all"`
	}
	receiptsIn struct {
		Limit int `json:"limit,omitempty" jsonschema:"the most receipts, newest first; left out: 20"`
	}
	nothing struct{}
)

// What lists are told in: a result is an object.
type (
	models struct {
		Models []agent.Model `json:"models"`
	}
	receipts struct {
		Receipts []agent.Receipt `json:"receipts"`
	}
)

// The most receipts of one call, and how many if it does not say.
const (
	mostReceipts  = 500
	usualReceipts = 20
)

var yes, no = true, false

// looks is of a tool that changes nothing and pays nothing.
func looks(title string, beyond *bool) *sdk.ToolAnnotations {
	return &sdk.ToolAnnotations{Title: title, ReadOnlyHint: true, IdempotentHint: true, DestructiveHint: &no, OpenWorldHint: beyond}
}

// pays is of a tool that spends.
func pays(title string) *sdk.ToolAnnotations {
	return &sdk.ToolAnnotations{Title: title, DestructiveHint: &no, OpenWorldHint: &yes}
}

// tools adds all tools.
func (s *Server) tools() {
	sdk.AddTool(s.sdk, &sdk.Tool{
		Name: "ask", Title: "Ask", Annotations: pays("Ask"),
		Description: "Get a written answer from knowledge that people own, with citations. It is paid for; what costs more than the owner's limit is shown first. Without max_cost small costs are paid without asking.",
	}, s.ask)
	sdk.AddTool(s.sdk, &sdk.Tool{
		Name: "search", Title: "Search", Annotations: pays("Search"),
		Description: "Buy the passages that answer a question best, and no written answer. They come sealed, so that nobody on the way can read them. Paid for as ask is.",
	}, s.search)
	sdk.AddTool(s.sdk, &sdk.Tool{
		Name: "quote", Title: "Quote", Annotations: looks("Quote", &yes),
		Description: "Tell what an answer would cost at most and which passages it would buy. Nothing is paid.",
	}, s.quote)
	sdk.AddTool(s.sdk, &sdk.Tool{
		Name: "cite", Title: "Cite", Annotations: looks("Cite", &no),
		Description: "Give the passages of an earlier answer or search again, each with the proof that it is what the chain commits to, and the receipts. Nothing is paid.",
	}, s.cite)
	sdk.AddTool(s.sdk, &sdk.Tool{
		Name: "models", Title: "Models", Annotations: looks("Models", &no),
		Description: "List what can be asked, and at which prices.",
	}, s.models)
	sdk.AddTool(s.sdk, &sdk.Tool{
		Name: "balance", Title: "Balance", Annotations: looks("Balance", &no),
		Description: "Tell what is left to spend, what was spent, and the owner's limits.",
	}, s.balance)
	sdk.AddTool(s.sdk, &sdk.Tool{
		Name: "receipts", Title: "Receipts", Annotations: looks("Receipts", &no),
		Description: "List receipts of what was paid for, newest first.",
	}, s.receipts)
}

func (s *Server) ask(ctx context.Context, req *sdk.CallToolRequest, in askIn) (*sdk.CallToolResult, *agent.Answer, error) {
	a, err := s.agent(ctx, req)
	if err != nil {
		return nil, nil, err
	}
	return s.agreed(req, in.MaxCost, func(most types.Amount) (agent.Answer, error) {
		payment, err := payment(req)
		if err != nil {
			return agent.Answer{}, err
		}
		q := agent.Question{
			Text: in.Question, App: types.AssetID(in.App), Filter: in.Filter, AtMost: most, Payment: payment, OnDelta: progress(ctx, req),
		}
		if err := q.Check(); err != nil {
			return agent.Answer{}, err
		}
		return a.Ask(ctx, q)
	})
}

func (s *Server) search(ctx context.Context, req *sdk.CallToolRequest, in searchIn) (*sdk.CallToolResult, *agent.Answer, error) {
	a, err := s.agent(ctx, req)
	if err != nil {
		return nil, nil, err
	}
	return s.agreed(req, in.MaxCost, func(most types.Amount) (agent.Answer, error) {
		q := agent.Search{Text: in.Query, Limit: in.Limit, App: types.AssetID(in.App), Filter: in.Filter, AtMost: most}
		if err := q.Check(); err != nil {
			return agent.Answer{}, err
		}
		return a.Search(ctx, q)
	})
}

func (s *Server) quote(ctx context.Context, req *sdk.CallToolRequest, in quoteIn) (*sdk.CallToolResult, *agent.Quote, error) {
	a, err := s.agent(ctx, req)
	if err != nil {
		return nil, nil, err
	}
	q := agent.Question{Text: in.Question, App: types.AssetID(in.App), Filter: in.Filter}
	if err := q.Check(); err != nil {
		return nil, nil, err
	}
	out, err := a.Quote(ctx, q)
	return nil, &out, err
}

func (s *Server) cite(ctx context.Context, req *sdk.CallToolRequest, in citeIn) (*sdk.CallToolResult, *agent.Cited, error) {
	a, err := s.agent(ctx, req)
	if err != nil {
		return nil, nil, err
	}
	out, err := a.Cite(ctx, agent.Reference{Answer: in.Answer, N: in.Passages})
	return nil, &out, err
}

func (s *Server) models(ctx context.Context, req *sdk.CallToolRequest, _ nothing) (*sdk.CallToolResult, *models, error) {
	a, err := s.agent(ctx, req)
	if err != nil {
		return nil, nil, err
	}
	all, err := a.Models(ctx)
	return nil, &models{all}, err
}

func (s *Server) balance(ctx context.Context, req *sdk.CallToolRequest, _ nothing) (*sdk.CallToolResult, *agent.Balance, error) {
	a, err := s.agent(ctx, req)
	if err != nil {
		return nil, nil, err
	}
	out, err := a.Balance(ctx)
	return nil, &out, err
}

func (s *Server) receipts(ctx context.Context, req *sdk.CallToolRequest, in receiptsIn) (*sdk.CallToolResult, *receipts, error) {
	a, err := s.agent(ctx, req)
	if err != nil {
		return nil, nil, err
	}
	limit := in.Limit
	if limit <= 0 {
		limit = usualReceipts
	}
	all, err := a.Receipts(ctx, min(limit, mostReceipts))
	return nil, &receipts{all}, err
}
