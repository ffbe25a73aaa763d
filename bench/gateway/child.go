package gateway

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/gateway/keys"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/model"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// spec is what a process of its own is to serve.
type spec struct {
	Role     string `json:"role"`
	Dir      string `json:"dir"`
	Upstream string `json:"upstream"` // of the gateway
}

// The roles.
const (
	roleEcho    = "echo"
	roleGateway = "gateway"
)

// said is what a process says, one line of JSON for each line it is sent, and one
// ahead of all when it serves.
type said struct {
	URL string `json:"url,omitempty"`
	// Memory is what it holds itself, Resident with its program's pages; in bytes.
	Memory   int64 `json:"memory"`
	Resident int64 `json:"resident"`
}

const (
	app    = types.AssetID(3)
	apiKey = "sk-weal-of-the-bench"
	name   = "bench"
)

// Serve runs one role in this process, as text says, which is what Run has given to the
// command of Config.Command. It ends with its input.
func Serve(ctx context.Context, text string, in io.Reader, out io.Writer) (err error) {
	var s spec
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return fmt.Errorf("read what to serve: %w", err)
	}
	handler := http.Handler(http.HandlerFunc(echo))
	if s.Role == roleGateway {
		g, stop, err := open(ctx, s)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, stop()) }()
		handler = g.Handler()
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	go func() { _ = server.Serve(l) }()
	defer func() { _ = server.Close() }() // nobody waits for an answer any more
	tell := json.NewEncoder(out)
	if err := tell.Encode(said{URL: "http://" + l.Addr().String()}); err != nil {
		return err
	}
	for lines := bufio.NewScanner(in); lines.Scan(); {
		own, all, err := memory()
		if err != nil {
			return err
		}
		if err := tell.Encode(said{Memory: own, Resident: all}); err != nil {
			return err
		}
	}
	return nil
}

// echo is an OpenAI-compatible server that says the same three events to everyone.
func echo(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	events := wire.NewEvents(w)
	stop := "stop"
	for _, c := range []wire.Choice{
		{Delta: &wire.Content{Role: "assistant", Content: "An echo "}}, {Delta: &wire.Content{Content: "of nothing in particular."}},
		{Delta: &wire.Content{}, FinishReason: &stop},
	} {
		_ = events.Send(wire.Completion{ID: "echo", Object: "chat.completion.chunk", Model: "echo", Choices: []wire.Choice{c}})
	}
	_ = events.End()
}

// open opens the gateway.
func open(ctx context.Context, s spec) (*gateway.Gateway, func() error, error) {
	db, err := keep.Open(filepath.Join(s.Dir, "gateway.db"))
	if err != nil {
		return nil, nil, err
	}
	meter, err := keys.Open(ctx, keys.Config{DB: db, Tabs: noTabs{}})
	if err == nil {
		err = meter.Ensure(ctx, "default", apiKey)
	}
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	g, err := gateway.New(ctx, gateway.Config{
		ChainID: "weal-bench-1", Asset: app, Key: ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)), DB: db,
		App:   gateway.App{Name: name, Vaults: []types.AssetID{}, Upstream: &gateway.Upstream{URL: s.Upstream, Model: "echo"}},
		Own:   model.NewHTTP(s.Upstream, "", "echo"),
		Chain: noChain{}, Exposure: types.NewAmount(1), Keyed: meter,
		Endpoint: func(context.Context, types.AssetID) (string, error) { return "", errNoChain },
	})
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return g, func() error { return errors.Join(g.Close(), db.Close()) }, nil
}

var errNoChain = errors.New("there is no chain here")

// noChain knows one asset: an app without a price.
type noChain struct{}

func (noChain) Lane(context.Context, types.LaneRef) (types.Lane, error) {
	return types.Lane{}, errNoChain
}

func (noChain) Asset(_ context.Context, id types.AssetID) (types.Asset, error) {
	return types.Asset{ID: id, Kind: types.KindApp, Version: 1}, nil
}

func (noChain) Permit(context.Context, types.AssetID, string) (types.Permit, error) {
	return types.Permit{}, errNoChain
}

// noTabs has the gateway's own tab, from which nothing is paid.
type noTabs struct{}

func (noTabs) Bind(context.Context, types.TabID) (types.TabID, string, error) {
	return 0, types.BaseDenom, nil
}

func (noTabs) Purse(context.Context, types.TabID) (keys.Purse, error) { return nil, errNoChain }

// memory returns how many bytes of memory this process holds itself, and how many are
// resident: with those of its program file, which the system shares and can drop.
func memory() (own, resident int64, err error) {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, 0, fmt.Errorf("read the process's memory, which takes Linux: %w", err)
	}
	for line := range strings.Lines(string(b)) {
		name, value, _ := strings.Cut(line, ":")
		n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		switch {
		case name == "RssAnon" && err == nil:
			own = n << 10
		case name == "VmRSS" && err == nil:
			resident = n << 10
		}
	}
	if own == 0 {
		return 0, 0, errors.New("read the process's memory: its status tells none")
	}
	return own, resident, nil
}
