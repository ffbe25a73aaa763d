package app

import (
	"context"
	"slices"
	"strconv"

	gogogrpc "github.com/cosmos/gogoproto/grpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	sdk "github.com/cosmos/cosmos-sdk/types"
	grpctypes "github.com/cosmos/cosmos-sdk/types/grpc"
)

// Between a restart and the next block the SDK knows the last state's height but
// not its header, and answers no query that asks for the latest state. A person
// who has just started the node should not meet that second; hence this file.

// poolContext is the state that the pool checks transactions against: that of the
// last block. Between a restart and the next block the SDK gives none, since it
// knows that state's height but not its header; of the header the pool needs the
// application's hash, without which it takes the state for an empty one.
func (a *App) poolContext(height int64, prove bool) (sdk.Context, error) {
	ctx, err := a.CreateQueryContext(height, prove)
	last := a.LastBlockHeight()
	if err == nil || height != 0 || last == 0 {
		return ctx, err
	}
	if ctx, err = a.CreateQueryContextWithCheckHeader(last, prove, false); err != nil {
		return ctx, err
	}
	h := ctx.BlockHeader()
	h.Height, h.AppHash = last, a.LastCommitID().Hash
	return ctx.WithBlockHeader(h), nil
}

// RegisterGRPCServerWithSkipCheckHeader implements servertypes.Application.
func (a *App) RegisterGRPCServerWithSkipCheckHeader(s gogogrpc.Server, skip bool) {
	a.BaseApp.RegisterGRPCServerWithSkipCheckHeader(heightNamer{Server: s, app: a}, skip)
}

// heightNamer names the height in requests for the latest state, as long as the
// latest is the one that the application was opened with.
type heightNamer struct {
	gogogrpc.Server
	app *App
}

// RegisterService implements gogogrpc.Server.
func (h heightNamer) RegisterService(desc *grpc.ServiceDesc, impl any) {
	own := *desc
	own.Methods = slices.Clone(desc.Methods)
	for i, m := range own.Methods {
		own.Methods[i].Handler = func(srv any, ctx context.Context, dec func(any) error, in grpc.UnaryServerInterceptor) (any, error) {
			return m.Handler(srv, h.app.named(ctx), dec, in)
		}
	}
	h.Server.RegisterService(&own, impl)
}

// named returns ctx with the height that it means by naming none.
func (a *App) named(ctx context.Context) context.Context {
	last := a.LastBlockHeight()
	md, ok := metadata.FromIncomingContext(ctx)
	if !ok || last == 0 || last != a.opened || len(md.Get(grpctypes.GRPCBlockHeightHeader)) > 0 {
		return ctx
	}
	md = md.Copy()
	md.Set(grpctypes.GRPCBlockHeightHeader, strconv.FormatInt(last, 10))
	return metadata.NewIncomingContext(ctx, md)
}
