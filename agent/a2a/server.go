package a2a

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/a2aproject/a2a-go/v2/a2acompat/a2av0"
	"github.com/a2aproject/a2a-go/v2/a2asrv"
	"github.com/a2aproject/a2a-go/v2/a2asrv/limiter"

	"github.com/weal-network/weal/agent"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// Config is what a server of tasks needs.
type Config struct {
	// Own serves callers without a key. OwnName is who that is, if it is one and the same
	// for all of them; empty for guests who pay for themselves.
	Own     agent.Agent
	OwnName string
	// Keyed knows callers with an API key. It may be nil: then no key is taken.
	Keyed agent.Keyed
	// ConfirmAbove is the most that is paid without asking; zero asks always.
	ConfirmAbove types.Amount
	// URL is where callers reach the server, without a path.
	URL string
	// Name, Description, Version and Documentation are the agent's, for its card.
	Name, Description, Version, Documentation string
	DB                                        *sql.DB
	Log                                       *slog.Logger // nil: none
}

// Where tasks are asked for, by version 1.0 of the protocol and by version 0.3.
const (
	PathTasks   = "/a2a"
	PathTasksV0 = "/a2a/v0"
)

const (
	// maxBody bounds a request: a question, and a payment beside it.
	maxBody = 512 << 10
	// maxRunning bounds the tasks that are at work.
	maxRunning = 64
	// keepAlive is how often a quiet stream is shown to be alive.
	keepAlive = 15 * time.Second
)

// Server serves tasks.
type Server struct {
	cfg     Config
	tasks   *store
	handler a2asrv.RequestHandler
}

// New opens the tasks and makes a server.
func New(ctx context.Context, cfg Config) (*Server, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	tasks, err := openStore(ctx, cfg.DB, cfg.URL)
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, tasks: tasks}
	s.handler = a2asrv.NewHandler(s,
		a2asrv.WithTaskStore(tasks),
		a2asrv.WithLogger(cfg.Log),
		a2asrv.WithExecutionPanicHandler(func(r any) error { return fmt.Errorf("%w: %v", a2a.ErrInternalError, r) }),
		a2asrv.WithCapabilityChecks(&a2a.AgentCapabilities{Streaming: true}),
		a2asrv.WithConcurrencyConfig(limiter.ConcurrencyConfig{MaxExecutions: maxRunning}),
		a2asrv.WithCallInterceptors(who{tasks: tasks}),
	)
	return s, nil
}

// Handler serves the card and the tasks.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle(a2asrv.WellKnownAgentCardPath, a2asrv.NewAgentCardHandler(bothCards{a2av0.NewStaticAgentCardProducer(s.card())}))
	mux.Handle(PathTasks, s.known(a2asrv.NewJSONRPCHandler(s.handler, a2asrv.WithTransportKeepAlive(keepAlive))))
	mux.Handle(PathTasksV0, s.known(a2av0.NewJSONRPCHandler(s.handler, a2asrv.WithTransportKeepAlive(keepAlive))))
	return mux
}

// caller is who asks.
type caller struct {
	agent agent.Agent
	name  string // empty if it is not known
}

type callerKey struct{}

func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// known finds out who asks.
func (s *Server) known(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := caller{s.cfg.Own, s.cfg.OwnName}
		if header := r.Header.Get("Authorization"); header != "" || s.cfg.Own == nil {
			scheme, key, _ := strings.Cut(header, " ")
			err := agent.ErrKey
			if s.cfg.Keyed != nil && strings.EqualFold(scheme, "Bearer") {
				c.agent, c.name, err = s.cfg.Keyed(r.Context(), strings.TrimSpace(key))
			}
			if errors.Is(err, agent.ErrKey) {
				w.Header().Set("WWW-Authenticate", "Bearer")
				err = wire.NewError(http.StatusUnauthorized, wire.TypeAuthentication, "invalid_api_key",
					"send a good API key as Authorization: Bearer; the gateway's owner makes one: weal gateway key create")
			}
			if err != nil {
				wire.WriteError(w, err)
				return
			}
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		h.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, c)))
	})
}

// who tells the SDK who asks, and lets nobody follow another's task.
type who struct {
	a2asrv.PassthroughCallInterceptor
	tasks *store
}

// Before implements a2asrv.CallInterceptor.
func (i who) Before(ctx context.Context, call *a2asrv.CallContext, req *a2asrv.Request) (context.Context, any, error) {
	if name := callerOf(ctx).name; name != "" {
		call.User = a2asrv.NewAuthenticatedUser(name, nil)
	}
	if follow, ok := req.Payload.(*a2a.SubscribeToTaskRequest); ok {
		if _, err := i.tasks.Get(ctx, follow.ID); err != nil {
			return ctx, nil, err
		}
	}
	return ctx, nil, nil
}
