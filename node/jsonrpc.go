package node

import (
	"fmt"
	"log/slog"
	"net/http"

	"github.com/ethereum/go-ethereum/common"
	ethlog "github.com/ethereum/go-ethereum/log"
	ethrpc "github.com/ethereum/go-ethereum/rpc"
	"github.com/rs/cors"

	rpcclient "github.com/cometbft/cometbft/rpc/client"
	"github.com/cosmos/evm/rpc"
	"github.com/cosmos/evm/rpc/backend"
	"github.com/cosmos/evm/rpc/namespaces/ethereum/eth/filters"
	"github.com/cosmos/evm/rpc/stream"
	evmconfig "github.com/cosmos/evm/server/config"

	"github.com/cosmos/cosmos-sdk/client"
	sdkserver "github.com/cosmos/cosmos-sdk/server"
)

// serveJSONRPC serves Ethereum's methods over HTTP and WebSocket.
func (n *Node) serveJSONRPC(svr *sdkserver.Context, c client.Context, settings *evmconfig.Config) error {
	if !settings.JSONRPC.Enable {
		return nil
	}
	events, ok := c.Client.(rpcclient.EventsClient)
	if !ok {
		return fmt.Errorf("serve JSON-RPC: client %T has no events", c.Client)
	}
	pool, ok := n.app.GetMempool().(backend.Mempool)
	if !ok {
		return fmt.Errorf("serve JSON-RPC: the application has no EVM mempool; set mempool.max-txs to 0 in app.toml")
	}
	ethlog.SetDefault(ethlog.NewLogger(slog.DiscardHandler)) // the pool's own remarks; errors reach the caller
	subs := stream.NewRPCStreams(events, n.log, c.TxConfig.TxDecoder())
	n.app.RegisterPendingTxListener(func(h common.Hash) { subs.ListenPendingTx(h) })
	back := backend.NewBackend(svr, c, nil, pool,
		backend.WithUnprotectedTxs(settings.JSONRPC.AllowUnprotectedTxs), backend.WithLogger(n.log))

	srv := ethrpc.NewServer()
	srv.SetBatchLimits(settings.JSONRPC.BatchRequestLimit, settings.JSONRPC.BatchResponseMaxSize)
	srv.SetHTTPBodyLimit(settings.JSONRPC.HTTPBodyLimit)
	methods := &ethMethods{back: back, ready: n.ready}
	for _, a := range rpc.BuildRPCs(settings.JSONRPC.API, svr, c, subs, back) {
		if logs, ok := a.Service.(*filters.PublicFilterAPI); ok {
			methods.logs = logs
		}
		if err := srv.RegisterName(a.Namespace, a.Service); err != nil {
			return fmt.Errorf("serve JSON-RPC %s: %w", a.Namespace, err)
		}
	}
	// Registered last, these replace the engine's methods of the same name.
	if methods.logs == nil {
		return fmt.Errorf("serve JSON-RPC: the namespace %q is missing; add it to json-rpc.api in app.toml", rpc.EthNamespace)
	}
	if err := srv.RegisterName(rpc.EthNamespace, methods); err != nil {
		return fmt.Errorf("serve JSON-RPC: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("POST /{$}", srv)
	allow := cors.Default()
	if settings.API.EnableUnsafeCORS {
		allow = cors.AllowAll()
	}
	n.serveHTTP("JSON-RPC", n.ports.jsonrpc, &http.Server{
		Handler:           allow.Handler(mux),
		ReadHeaderTimeout: settings.JSONRPC.HTTPTimeout,
		ReadTimeout:       settings.JSONRPC.HTTPTimeout,
		WriteTimeout:      settings.JSONRPC.HTTPTimeout,
		IdleTimeout:       settings.JSONRPC.HTTPIdleTimeout,
	})
	return n.serveWS(c, subs, settings)
}

// serveWS serves subscriptions; other calls it passes on to the HTTP server.
func (n *Node) serveWS(c client.Context, subs *stream.RPCStream, settings *evmconfig.Config) error {
	// The engine's server would listen by itself and never stop; its handler is
	// all that is needed of it.
	handler, ok := rpc.NewWebsocketsServer(c, n.log, subs, settings).(http.Handler)
	if !ok {
		return fmt.Errorf("serve WebSocket: the engine's server is no HTTP handler")
	}
	n.serveHTTP("WebSocket", n.ports.ws, &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: settings.JSONRPC.HTTPTimeout,
	})
	return nil
}
