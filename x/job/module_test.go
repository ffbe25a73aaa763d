package job_test

import (
	"encoding/json"
	"testing"

	gwruntime "github.com/grpc-ecosystem/grpc-gateway/runtime"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/gogoproto/proto"

	"github.com/weal-network/weal/x/job"
	"github.com/weal-network/weal/x/job/types"
)

func TestMessagesAreKnownWithTheirSigners(t *testing.T) {
	registry := codectypes.NewInterfaceRegistry()
	job.AppModule{}.RegisterInterfaces(registry)
	for _, msg := range []sdk.Msg{
		&types.MsgRequest{}, &types.MsgDeliver{}, &types.MsgUpdateParams{},
	} {
		_, err := registry.Resolve(sdk.MsgTypeURL(msg))
		require.NoError(t, err)
		require.NoError(t, registry.SigningContext().Validate())
	}
}

func TestDefaultGenesisIsValid(t *testing.T) {
	cdc := codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	bz := job.AppModule{}.DefaultGenesis(cdc)
	require.NoError(t, job.AppModule{}.ValidateGenesis(cdc, nil, bz))
	require.ErrorIs(t, job.AppModule{}.ValidateGenesis(cdc, nil, json.RawMessage(`{}`)), types.ErrParams)
	require.Error(t, job.AppModule{}.ValidateGenesis(cdc, nil, json.RawMessage(`[]`)))
}

// The commands name methods and fields that exist.
func TestCommandsFitTheService(t *testing.T) {
	files, err := proto.MergedRegistry()
	require.NoError(t, err)
	options := job.AppModule{}.AutoCLIOptions()
	check := func(service string, methods map[string][]string) {
		t.Helper()
		d, err := files.FindDescriptorByName(protoreflect.FullName(service))
		require.NoError(t, err)
		have := d.(protoreflect.ServiceDescriptor).Methods()
		require.Len(t, methods, have.Len(), "each method has its options")
		for name, fields := range methods {
			m := have.ByName(protoreflect.Name(name))
			require.NotNil(t, m, name)
			for _, f := range fields {
				require.NotNil(t, m.Input().Fields().ByName(protoreflect.Name(f)), "%s.%s", name, f)
			}
		}
	}
	query, tx := map[string][]string{}, map[string][]string{}
	for _, o := range options.Query.RpcCommandOptions {
		query[o.RpcMethod] = nil
		for _, a := range o.PositionalArgs {
			query[o.RpcMethod] = append(query[o.RpcMethod], a.ProtoField)
		}
	}
	for _, o := range options.Tx.RpcCommandOptions {
		tx[o.RpcMethod] = nil
		for _, a := range o.PositionalArgs {
			tx[o.RpcMethod] = append(tx[o.RpcMethod], a.ProtoField)
		}
	}
	check(options.Query.Service, query)
	check(options.Tx.Service, tx)
}

func TestRoutesRegister(t *testing.T) {
	require.NotPanics(t, func() { job.AppModule{}.RegisterGRPCGatewayRoutes(client.Context{}, gwruntime.NewServeMux()) })
}
