package apptest

import (
	"context"
	"fmt"

	gogogrpc "github.com/cosmos/gogoproto/grpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/status"

	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/cosmos/cosmos-sdk/codec"
)

// conn answers gRPC calls from the main application.
type conn struct {
	net   *Net
	codec encoding.Codec
}

var (
	_ grpc.ClientConnInterface = (*conn)(nil)
	_ gogogrpc.ClientConn      = (*conn)(nil)
)

// Conn returns a gRPC connection to the main application at its last height. It
// serves every module's queries, and of a node's services the transactions'
// Simulate, BroadcastTx and GetTx and CometBFT's GetLatestBlock. A broadcast
// transaction is checked and, if it passes, is in a block before the call
// returns.
func (n *Net) Conn() grpc.ClientConnInterface {
	return &conn{net: n, codec: codec.NewProtoCodec(n.main.app.InterfaceRegistry()).GRPCCodec()}
}

// Invoke implements grpc.ClientConnInterface.
func (c *conn) Invoke(ctx context.Context, method string, args, reply any, _ ...grpc.CallOption) error {
	if err := ctx.Err(); err != nil {
		return status.FromContextError(err).Err()
	}
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	if serve, ok := services[method]; ok {
		return c.serve(serve, args, reply)
	}
	route := c.net.main.app.GRPCQueryRouter().Route(method)
	if route == nil {
		return status.Errorf(codes.Unimplemented, "no service has the method %s", method)
	}
	in, err := c.codec.Marshal(args)
	if err != nil {
		return status.Error(codes.Internal, err.Error())
	}
	state, err := c.net.main.app.CreateQueryContext(0, false)
	if err != nil {
		return status.Error(codes.Internal, err.Error())
	}
	res, err := route(state, &abci.RequestQuery{Data: in})
	if err != nil {
		return err // what the service said, as over the wire
	}
	return c.codec.Unmarshal(res.Value, reply)
}

// serve answers a call that has a handler here.
func (c *conn) serve(h handler, args, reply any) error {
	in, err := c.codec.Marshal(args)
	if err != nil {
		return status.Error(codes.Internal, err.Error())
	}
	out, err := h(c.net, in)
	if err != nil {
		return err
	}
	bz, err := c.codec.Marshal(out)
	if err != nil {
		return status.Error(codes.Internal, err.Error())
	}
	return c.codec.Unmarshal(bz, reply)
}

// NewStream implements grpc.ClientConnInterface; no service here streams.
func (c *conn) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, status.Error(codes.Unimplemented, fmt.Sprintf("%T does not stream", c))
}
