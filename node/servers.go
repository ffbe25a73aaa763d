package node

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	cmtcfg "github.com/cometbft/cometbft/config"
	evmconfig "github.com/cosmos/evm/server/config"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/server/api"
	servergrpc "github.com/cosmos/cosmos-sdk/server/grpc"
)

// stopTimeout is how long a stopping server waits for requests in flight.
const stopTimeout = 2 * time.Second

// listeners are the node's own ports, bound before anything else happens.
type listeners struct {
	grpc, rest, jsonrpc, ws net.Listener
}

// listen binds the node's ports, and probes the two that CometBFT binds later.
func (n *Node) listen(comet *cmtcfg.Config, settings *evmconfig.Config) error {
	for _, l := range []struct {
		name, addr string
		on         bool
		into       *net.Listener
	}{
		{"gRPC", settings.GRPC.Address, settings.GRPC.Enable, &n.ports.grpc},
		{"REST", settings.API.Address, settings.API.Enable, &n.ports.rest},
		{"JSON-RPC", settings.JSONRPC.Address, settings.JSONRPC.Enable, &n.ports.jsonrpc},
		{"JSON-RPC over WebSocket", settings.JSONRPC.WsAddress, settings.JSONRPC.Enable, &n.ports.ws},
		{"CometBFT RPC", comet.RPC.ListenAddress, comet.RPC.ListenAddress != "", nil},
		{"P2P", comet.P2P.ListenAddress, true, nil},
	} {
		if !l.on {
			continue
		}
		bound, err := net.Listen("tcp", strings.TrimPrefix(l.addr, "tcp://"))
		if err != nil {
			return &PortError{Name: l.name, Addr: l.addr, Err: err}
		}
		if l.into == nil {
			_ = bound.Close()
			continue
		}
		*l.into = bound
		n.onStop(func() error { return ignoreClosed(bound.Close()) })
	}
	return nil
}

// ignoreClosed drops the error of closing what a server has closed already.
func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// serveGRPC serves the modules and the node over gRPC and returns a client
// context that calls them there. Unlike calls through consensus, these do not
// wait for a block that is being made.
func (n *Node) serveGRPC(c client.Context, settings *evmconfig.Config) (client.Context, error) {
	if !settings.GRPC.Enable {
		return c, nil
	}
	srv, err := servergrpc.NewGRPCServer(c, n.app, settings.GRPC)
	if err != nil {
		return c, fmt.Errorf("serve gRPC: %w", err)
	}
	conn, err := grpc.NewClient(n.ports.grpc.Addr().String(),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(
			grpc.ForceCodec(codec.NewProtoCodec(c.InterfaceRegistry).GRPCCodec()),
			grpc.MaxCallRecvMsgSize(settings.GRPC.MaxRecvMsgSize),
			grpc.MaxCallSendMsgSize(settings.GRPC.MaxSendMsgSize)))
	if err != nil {
		return c, fmt.Errorf("connect gRPC: %w", err)
	}
	n.servers.Go(func() {
		if err := srv.Serve(n.ports.grpc); err != nil {
			n.log.Error("gRPC server ended", "error", err)
		}
	})
	n.grpc, n.conn = srv, conn
	n.onStop(func() error {
		err := conn.Close()
		t := time.AfterFunc(stopTimeout, srv.Stop) // a client's open stream would wait for ever
		srv.GracefulStop()
		t.Stop()
		return err
	})
	return c.WithGRPCClient(conn), nil
}

// serveREST serves the same as gRPC does, as JSON.
func (n *Node) serveREST(c client.Context, settings *evmconfig.Config) {
	if !settings.API.Enable {
		return
	}
	srv := api.New(c, n.log.With("server", "rest"), n.grpc)
	n.app.RegisterAPIRoutes(srv, settings.API)
	srv.Router.PathPrefix("/").Handler(srv.GRPCGatewayRouter)
	n.serveHTTP("REST", n.ports.rest, &http.Server{
		Handler:           srv.Router,
		ReadHeaderTimeout: time.Duration(settings.API.RPCReadTimeout) * time.Second,
	})
}

// serveHTTP serves until the node stops.
func (n *Node) serveHTTP(name string, l net.Listener, srv *http.Server) {
	conns := &trackingListener{Listener: l, open: map[net.Conn]struct{}{}}
	n.servers.Go(func() {
		if err := srv.Serve(conns); !errors.Is(err, http.ErrServerClosed) {
			n.log.Error("server ended", "server", name, "error", err)
		}
	})
	n.onStop(func() error {
		ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
		defer cancel()
		err := srv.Shutdown(ctx)
		conns.closeAll()
		if errors.Is(err, context.DeadlineExceeded) {
			return nil // requests that did not end in time were cut
		}
		return err
	})
}
