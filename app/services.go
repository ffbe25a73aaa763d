package app

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
	reflectionv1 "cosmossdk.io/api/cosmos/reflection/v1"
	"cosmossdk.io/client/v2/autocli"
	"cosmossdk.io/core/appmodule"
	evmaddress "github.com/cosmos/evm/encoding/address"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	runtimeservices "github.com/cosmos/cosmos-sdk/runtime/services"
	"github.com/cosmos/cosmos-sdk/server/api"
	"github.com/cosmos/cosmos-sdk/server/config"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
)

// registerReflection lets clients ask which messages and commands there are.
func (a *App) registerReflection() {
	autocliv1.RegisterQueryServer(a.GRPCQueryRouter(), runtimeservices.NewAutoCLIQueryService(a.modules.Modules))
	svc, err := runtimeservices.NewReflectionService()
	must("describe the messages", err)
	reflectionv1.RegisterReflectionServiceServer(a.GRPCQueryRouter(), svc)
}

// RegisterAPIRoutes puts every module's queries under the REST server.
func (a *App) RegisterAPIRoutes(srv *api.Server, _ config.APIConfig) {
	authtx.RegisterGRPCGatewayRoutes(srv.ClientCtx, srv.GRPCGatewayRouter)
	cmtservice.RegisterGRPCGatewayRoutes(srv.ClientCtx, srv.GRPCGatewayRouter)
	nodeservice.RegisterGRPCGatewayRoutes(srv.ClientCtx, srv.GRPCGatewayRouter)
	a.basics.RegisterGRPCGatewayRoutes(srv.ClientCtx, srv.GRPCGatewayRouter)
}

// RegisterTxService serves simulating, sending and finding transactions.
func (a *App) RegisterTxService(c client.Context) {
	authtx.RegisterTxService(a.GRPCQueryRouter(), c, a.Simulate, a.registry)
}

// RegisterTendermintService serves blocks, validators and the node's state.
func (a *App) RegisterTendermintService(c client.Context) {
	cmtservice.RegisterTendermintService(c, a.GRPCQueryRouter(), a.registry, a.Query)
}

// RegisterNodeService serves the node's settings.
func (a *App) RegisterNodeService(c client.Context, cfg config.Config) {
	nodeservice.RegisterNodeService(c, a.GRPCQueryRouter(), cfg, func() int64 {
		return a.CommitMultiStore().EarliestVersion()
	})
}

// AutoCLI describes the modules' queries and messages as commands.
func (a *App) AutoCLI() autocli.AppOptions {
	mods := map[string]appmodule.AppModule{}
	for name, m := range a.modules.Modules {
		if core, ok := m.(appmodule.AppModule); ok {
			mods[name] = core
		}
	}
	c := sdk.GetConfig()
	return autocli.AppOptions{
		Modules:               mods,
		ModuleOptions:         runtimeservices.ExtractAutoCLIOptions(a.modules.Modules),
		AddressCodec:          evmaddress.NewEvmCodec(c.GetBech32AccountAddrPrefix()),
		ValidatorAddressCodec: evmaddress.NewEvmCodec(c.GetBech32ValidatorAddrPrefix()),
		ConsensusAddressCodec: evmaddress.NewEvmCodec(c.GetBech32ConsensusAddrPrefix()),
	}
}
