package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/weal-network/weal/agent"
	"github.com/weal-network/weal/agent/a2a"
	"github.com/weal-network/weal/agent/guard"
	"github.com/weal-network/weal/agent/guest"
	"github.com/weal-network/weal/agent/mcp"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// AgentServer says how an agent of the home is served.
type AgentServer struct {
	// Name is the agent whose purse pays; empty for the home's tab.
	Name string
	// ConfirmAbove is the most that is paid without asking; zero asks always.
	ConfirmAbove types.Amount
	// Listen is the address to serve, empty for standard input and output.
	Listen string
	// NoKey lets callers on this machine spend without a key. Listen must be a loopback
	// address.
	NoKey bool
	// Origins are those whose web pages may ask.
	Origins []string
	// URL is where callers reach Listen, if it is not by that address.
	URL string
	// Manifest is a file with the manifest of the asset that the agent is, which is served
	// and named on its card; empty for none. Only A2A has a place for it.
	Manifest string
	Version  string
	Log      *slog.Logger
}

// Check reports what is wrong with s.
func (s AgentServer) Check() error {
	switch {
	case s.Listen == "" && (s.NoKey || len(s.Origins) > 0 || s.URL != ""):
		return errors.New("--no-key, --allow-origin and --url are for --listen")
	case s.Listen == "":
		return nil
	}
	host, _, err := net.SplitHostPort(s.Listen)
	switch {
	case err != nil:
		return fmt.Errorf("--listen: want an address and a port, for example 127.0.0.1:8400: %w", err)
	case s.NoKey && !guard.IsLocal(host):
		return fmt.Errorf("--no-key: callers of %s may be anybody; listen on 127.0.0.1, or have them send an API key", s.Listen)
	case s.Name != "" && !s.NoKey:
		return errors.New("--agent: callers with a key spend from that, not from the agent's purse; serve the purse with --no-key on 127.0.0.1, or without --listen")
	}
	return nil
}

// local reports whether only this machine is served.
func (s AgentServer) local() bool {
	host, _, err := net.SplitHostPort(s.Listen)
	return err == nil && guard.IsLocal(host)
}

func (s AgentServer) url() string {
	if s.URL != "" {
		return strings.TrimSuffix(s.URL, "/")
	}
	return "http://" + s.Listen
}

// callers are who an agent serves: who has no key, and how who has one is known.
func (c *Client) callers(ctx context.Context, s AgentServer) (own agent.Agent, ownName string, keyed agent.Keyed, err error) {
	if s.Listen == "" || s.NoKey {
		if own, err = c.Agent(ctx, s.Name); err != nil {
			return nil, "", nil, err
		}
		ownName = "owner"
	}
	if s.Listen == "" {
		return own, ownName, nil, nil
	}
	guests, err := c.Guests(ctx)
	if err != nil {
		return nil, "", nil, err
	}
	if own == nil {
		own = guest.New(guests, "")
	}
	return own, ownName, func(ctx context.Context, key string) (agent.Agent, string, error) {
		g := guest.New(guests, key)
		err := g.Check(ctx)
		var said *wire.Error
		if errors.As(err, &said) && said.Status == http.StatusUnauthorized {
			err = fmt.Errorf("%w: %w", agent.ErrKey, err)
		}
		return g, guest.Payer(key), err
	}, nil
}

// ServeMCP serves tools by MCP until ctx ends; ready is told where, if it listens.
func (c *Client) ServeMCP(ctx context.Context, s AgentServer, ready func(url string)) error {
	own, _, keyed, err := c.callers(ctx, s)
	if err != nil {
		return err
	}
	server := mcp.New(mcp.Config{Own: own, Keyed: keyed, ConfirmAbove: s.ConfirmAbove, Version: s.Version, Log: s.Log})
	if s.Listen == "" {
		return server.Run(ctx)
	}
	mux := http.NewServeMux()
	mux.Handle("/mcp", server.Handler())
	return s.serve(ctx, "MCP server", mux, func() { ready(s.url() + "/mcp") })
}

// ServeA2A serves tasks by A2A until ctx ends; ready is told where.
func (c *Client) ServeA2A(ctx context.Context, s AgentServer, ready func(url string)) error {
	if s.Listen == "" {
		return errors.New("say where to listen: --listen 127.0.0.1:8410")
	}
	own, ownName, keyed, err := c.callers(ctx, s)
	if err != nil {
		return err
	}
	db, err := c.AgentDB()
	if err != nil {
		return err
	}
	manifest, about, err := s.about()
	if err != nil {
		return err
	}
	server, err := a2a.New(ctx, a2a.Config{
		Own: own, OwnName: ownName, Keyed: keyed, ConfirmAbove: s.ConfirmAbove, URL: s.url(),
		Name: about.Name, Description: about.Description, Version: s.Version, DB: db, Log: s.Log,
	})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/", server.Handler())
	if len(manifest) > 0 {
		mux.HandleFunc("GET "+wire.PathManifest, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(manifest)
		})
	}
	return s.serve(ctx, "A2A server", mux, func() { ready(s.url()) })
}

// about is what the agent says of itself: the manifest of its asset, byte for byte, if
// it has one.
func (s AgentServer) about() ([]byte, types.Manifest, error) {
	m := types.Manifest{Name: AppName, Description: "Answers questions from knowledge that people own, and pays them for each use."}
	if s.Name != "" {
		m.Name = s.Name
	}
	if s.Manifest == "" {
		return nil, m, nil
	}
	b, err := os.ReadFile(s.Manifest)
	if err == nil && len(b) > maxManifest {
		err = errors.New("it is too large for one")
	}
	if err == nil {
		m, err = types.ParseManifest(b)
	}
	if err == nil && m.Kind != types.KindAgent {
		err = fmt.Errorf("it is of kind %s, not agent", m.Kind)
	}
	if err != nil {
		return nil, m, fmt.Errorf("manifest %s: %w", s.Manifest, err)
	}
	return b, m, nil
}

// serve listens until ctx ends.
func (s AgentServer) serve(ctx context.Context, name string, h http.Handler, ready func()) error {
	server, err := serve(name, s.Listen, guard.Guard{Local: s.local(), Origins: s.Origins}.Handler(h), s.Log)
	if err != nil {
		return err
	}
	ready()
	<-ctx.Done()
	return server.stop()
}
