package asset

import (
	"context"
	"encoding/json"
	"fmt"

	"cosmossdk.io/core/appmodule"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/grpc-ecosystem/grpc-gateway/runtime"

	"github.com/weal-network/weal/x/asset/contribution"
	"github.com/weal-network/weal/x/asset/council"
	"github.com/weal-network/weal/x/asset/keeper"
	"github.com/weal-network/weal/x/asset/market"
	"github.com/weal-network/weal/x/asset/types"
)

// ConsensusVersion counts changes of the store's layout.
const ConsensusVersion = 1

var (
	_ appmodule.AppModule   = AppModule{}
	_ module.AppModuleBasic = AppModule{}
	_ module.HasGenesis     = AppModule{}
	_ module.HasServices    = AppModule{}

	_ appmodule.HasBeginBlocker = AppModule{}
)

// AppModule is the module as an application sees it.
type AppModule struct {
	cdc     codec.Codec
	keeper  keeper.Keeper
	market  market.Keeper
	council council.Keeper
	added   contribution.Keeper
}

// NewAppModule returns the module. Its genesis must come after the bank's.
func NewAppModule(cdc codec.Codec, k keeper.Keeper, m market.Keeper, c council.Keeper, a contribution.Keeper) AppModule {
	return AppModule{cdc: cdc, keeper: k, market: m, council: c, added: a}
}

// Name implements module.AppModuleBasic.
func (AppModule) Name() string { return types.ModuleName }

// IsAppModule implements appmodule.AppModule.
func (AppModule) IsAppModule() {}

// IsOnePerModuleType implements appmodule.AppModule.
func (AppModule) IsOnePerModuleType() {}

// ConsensusVersion implements module.HasConsensusVersion.
func (AppModule) ConsensusVersion() uint64 { return ConsensusVersion }

// RegisterLegacyAminoCodec implements module.AppModuleBasic: there are no amino names.
func (AppModule) RegisterLegacyAminoCodec(*codec.LegacyAmino) {}

// RegisterInterfaces implements module.AppModuleBasic.
func (AppModule) RegisterInterfaces(r codectypes.InterfaceRegistry) { types.RegisterInterfaces(r) }

// RegisterGRPCGatewayRoutes implements module.AppModuleBasic.
func (AppModule) RegisterGRPCGatewayRoutes(c client.Context, mux *runtime.ServeMux) {
	if err := types.RegisterQueryHandlerClient(context.Background(), mux, types.NewQueryClient(c)); err != nil {
		panic(fmt.Errorf("asset: register REST routes: %w", err))
	}
	if err := types.RegisterMarketQueryHandlerClient(context.Background(), mux, types.NewMarketQueryClient(c)); err != nil {
		panic(fmt.Errorf("asset: register REST routes of the market: %w", err))
	}
	if err := types.RegisterCouncilQueryHandlerClient(context.Background(), mux, types.NewCouncilQueryClient(c)); err != nil {
		panic(fmt.Errorf("asset: register REST routes of councils: %w", err))
	}
	if err := types.RegisterContributionQueryHandlerClient(context.Background(), mux, types.NewContributionQueryClient(c)); err != nil {
		panic(fmt.Errorf("asset: register REST routes of contributions: %w", err))
	}
}

// RegisterServices implements module.HasServices.
func (m AppModule) RegisterServices(c module.Configurator) {
	types.RegisterMsgServer(c.MsgServer(), keeper.NewMsgServer(m.keeper))
	types.RegisterQueryServer(c.QueryServer(), keeper.NewQueryServer(m.keeper))
	types.RegisterMarketQueryServer(c.QueryServer(), market.NewQueryServer(m.market))
	types.RegisterCouncilQueryServer(c.QueryServer(), council.NewQuerier(m.council))
	types.RegisterContributionMsgServer(c.MsgServer(), contribution.NewMsgServer(m.added))
	types.RegisterContributionQueryServer(c.QueryServer(), contribution.NewQueryServer(m.added))
}

// DefaultGenesis implements module.HasGenesis.
func (AppModule) DefaultGenesis(cdc codec.JSONCodec) json.RawMessage {
	return cdc.MustMarshalJSON(types.DefaultGenesis())
}

// ValidateGenesis implements module.HasGenesis.
func (AppModule) ValidateGenesis(cdc codec.JSONCodec, _ client.TxEncodingConfig, b json.RawMessage) error {
	var g types.GenesisState
	if err := cdc.UnmarshalJSON(b, &g); err != nil {
		return fmt.Errorf("read genesis of %s: %w", types.ModuleName, err)
	}
	return g.Validate()
}

// InitGenesis implements module.HasGenesis.
func (m AppModule) InitGenesis(ctx sdk.Context, cdc codec.JSONCodec, b json.RawMessage) {
	var g types.GenesisState
	cdc.MustUnmarshalJSON(b, &g)
	err := m.keeper.InitGenesis(ctx, &g)
	if err == nil {
		err = m.market.InitGenesis(ctx, g.Market)
	}
	if err == nil {
		err = m.council.InitGenesis(ctx, g.Council)
	}
	if err == nil {
		err = m.added.InitGenesis(ctx, g.Contributions)
	}
	if err != nil {
		panic(fmt.Errorf("init genesis of %s: %w", types.ModuleName, err))
	}
}

// BeginBlock implements appmodule.HasBeginBlocker.
func (m AppModule) BeginBlock(ctx context.Context) error { return m.council.BeginBlock(ctx) }

// ExportGenesis implements module.HasGenesis.
func (m AppModule) ExportGenesis(ctx sdk.Context, cdc codec.JSONCodec) json.RawMessage {
	g, err := m.keeper.ExportGenesis(ctx)
	if err == nil {
		g.Market, err = m.market.ExportGenesis(ctx)
	}
	if err == nil {
		g.Council, err = m.council.ExportGenesis(ctx)
	}
	if err == nil {
		g.Contributions, err = m.added.ExportGenesis(ctx)
	}
	if err != nil {
		panic(fmt.Errorf("export genesis of %s: %w", types.ModuleName, err))
	}
	return cdc.MustMarshalJSON(g)
}
