package mcp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/modelcontextprotocol/go-sdk/auth"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/weal-network/weal/agent"
	"github.com/weal-network/weal/types"
)

// Config is what a server of tools needs.
type Config struct {
	// Own serves callers without a key: over standard input and output, and over HTTP.
	Own agent.Agent
	// Keyed knows callers with an API key. It may be nil: then no key is taken.
	Keyed agent.Keyed
	// ConfirmAbove is the most that is paid without asking; zero asks always.
	ConfirmAbove types.Amount
	// Version is the program's.
	Version string
	Log     *slog.Logger // nil: none
}

// Server serves tools.
type Server struct {
	cfg Config
	sdk *sdk.Server
}

const instructions = `Answers and passages from knowledge that people own. Each use is paid from a prepaid tab and cites what it is made from.
Use search for passages and ask for a written answer; quote tells the price and pays nothing. What costs more than the owner's limit is shown to the person first.
Keep the id of an answer: cite gives its passages again, with proofs, for nothing.`

// New makes a server.
func New(cfg Config) *Server {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{cfg: cfg}
	s.sdk = sdk.NewServer(&sdk.Implementation{Name: "weal", Title: "Weal", Version: cfg.Version}, &sdk.ServerOptions{
		Instructions: instructions,
		Logger:       cfg.Log,
		Capabilities: &sdk.ServerCapabilities{Tools: &sdk.ToolCapabilities{}},
	})
	s.tools()
	return s
}

// SDK is the server of the protocol's own library, to which more can be added.
func (s *Server) SDK() *sdk.Server { return s.sdk }

// Run serves one client on standard input and output until it goes or ctx ends.
func (s *Server) Run(ctx context.Context) error {
	err := s.sdk.Run(ctx, &sdk.StdioTransport{})
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

const (
	// sessionIdle is how long a session over HTTP lasts without a request.
	sessionIdle = 30 * time.Minute
	// standAlone is the first version of the protocol whose requests need no session.
	standAlone    = "2026-07-28"
	headerVersion = "Mcp-Protocol-Version"
	// keyExtra is where a request's key is kept in what the SDK knows of its caller.
	keyExtra = "key"
)

// Handler serves clients over streamable HTTP.
func (s *Server) Handler() http.Handler {
	one := func(*http.Request) *sdk.Server { return s.sdk }
	sessions := sdk.NewStreamableHTTPHandler(one, &sdk.StreamableHTTPOptions{
		SessionTimeout: sessionIdle, DisableLocalhostProtection: true, Logger: s.cfg.Log,
	})
	alone := sdk.NewStreamableHTTPHandler(one, &sdk.StreamableHTTPOptions{
		Stateless: true, DisableLocalhostProtection: true, PropagateRequestCancellation: true, Logger: s.cfg.Log,
	})
	open := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get(headerVersion) >= standAlone {
			alone.ServeHTTP(w, r)
			return
		}
		sessions.ServeHTTP(w, r)
	})
	keyed := auth.RequireBearerToken(s.verify, &auth.RequireBearerTokenOptions{AllowMissingExpiration: true})(open)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			keyed.ServeHTTP(w, r)
			return
		}
		open.ServeHTTP(w, r)
	})
}

// verify looks a key up.
func (s *Server) verify(ctx context.Context, key string, _ *http.Request) (*auth.TokenInfo, error) {
	if s.cfg.Keyed == nil {
		return nil, fmt.Errorf("%w: no API keys are taken here", auth.ErrInvalidToken)
	}
	_, payer, err := s.cfg.Keyed(ctx, key)
	if errors.Is(err, agent.ErrKey) {
		return nil, fmt.Errorf("%w: %w", auth.ErrInvalidToken, err)
	}
	if err != nil {
		return nil, err
	}
	return &auth.TokenInfo{UserID: payer, Extra: map[string]any{keyExtra: key}}, nil
}

// agent returns the agent of who calls.
func (s *Server) agent(ctx context.Context, req *sdk.CallToolRequest) (agent.Agent, error) {
	if req.Extra != nil && req.Extra.TokenInfo != nil {
		key, _ := req.Extra.TokenInfo.Extra[keyExtra].(string)
		a, _, err := s.cfg.Keyed(ctx, key)
		return a, err
	}
	if s.cfg.Own == nil {
		return nil, fmt.Errorf("%w: send an API key as Authorization: Bearer", agent.ErrNotSold)
	}
	return s.cfg.Own, nil
}
