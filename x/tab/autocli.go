package tab

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
)

// AutoCLIOptions describes the module's commands. Settle, Checkpoint and
// ProveOffence have none: what they carry comes from roles, which send it themselves.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: "weal.tab.v1.Query",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Params", Use: "params", Short: "Show the parameters of tabs"},
				{RpcMethod: "Tab", Use: "tab [id]", Short: "Show a tab and its lanes", PositionalArgs: args("id")},
				{RpcMethod: "Tabs", Use: "tabs", Short: "List all tabs"},
				{RpcMethod: "TabsOf", Use: "tabs-of [payer]", Short: "List the tabs of one payer", PositionalArgs: args("payer")},
				{
					RpcMethod: "Credited", Use: "credited [tab] [epoch] [lane] [asset]",
					Short:          "Show what one asset was paid from one lane",
					PositionalArgs: args("tab", "epoch", "lane", "asset"),
				},
				{RpcMethod: "Watcher", Use: "watcher [asset]", Short: "Show who settles for an asset while it is away", PositionalArgs: args("asset")},
				{RpcMethod: "Watched", Use: "watched [watcher]", Short: "List the assets that name a watcher", PositionalArgs: args("watcher")},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: "weal.tab.v1.Msg",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{
					RpcMethod: "Open", Use: "open [denom] [deposit] [bond]",
					Short:          "Open a tab",
					Example:        `weal tx tab open aweal 1000000000000000000 50000000000000000 --fee-reserve 10000000000000000 --from me`,
					PositionalArgs: args("denom", "deposit", "bond"),
				},
				{
					RpcMethod: "Fund", Use: "fund [tab]",
					Short:          "Add to a tab's deposit or fee reserve, raise caps or open lanes; free what has ended",
					Example:        `weal tx tab fund 7 --raises '{"lane":0,"more":"1000000000000000"}' --from me`,
					PositionalArgs: args("tab"),
				},
				{
					RpcMethod: "Revoke", Use: "revoke [tab] [lane]...", Short: "Revoke the keys of lanes",
					PositionalArgs: append(args("tab"), &autocliv1.PositionalArgDescriptor{ProtoField: "lanes", Varargs: true}),
				},
				{RpcMethod: "Checkpoint", Skip: true},
				{RpcMethod: "Settle", Skip: true},
				{RpcMethod: "ProveOffence", Skip: true},
				{RpcMethod: "Close", Use: "close [tab]", Short: "Start closing a tab", PositionalArgs: args("tab")},
				{RpcMethod: "Withdraw", Use: "withdraw [tab]", Short: "End a closing tab after its window", PositionalArgs: args("tab")},
				{
					RpcMethod: "SetWatcher", Use: "set-watcher [asset] [watcher] [basis-points]",
					Short:          "Name who settles for an asset while it is away, and its part of that",
					PositionalArgs: args("asset", "watcher", "basis_points"),
				},
				{RpcMethod: "UpdateParams", Use: "update-params-proposal [params]", Short: "Propose new parameters", PositionalArgs: args("params"), GovProposal: true},
			},
		},
	}
}

func args(fields ...string) []*autocliv1.PositionalArgDescriptor {
	out := make([]*autocliv1.PositionalArgDescriptor, len(fields))
	for i, f := range fields {
		out[i] = &autocliv1.PositionalArgDescriptor{ProtoField: f}
	}
	return out
}
