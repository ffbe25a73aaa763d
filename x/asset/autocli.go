package asset

import (
	"maps"

	autocli "cosmossdk.io/api/cosmos/autocli/v1"
)

// AutoCLIOptions names the module's commands: `weal query asset …` and
// `weal tx asset …`.
func (AppModule) AutoCLIOptions() *autocli.ModuleOptions {
	rooms := marketCommands()
	maps.Copy(rooms, councilCommands())
	maps.Copy(rooms, contributionCommands())
	return &autocli.ModuleOptions{
		Query: &autocli.ServiceCommandDescriptor{
			Service:     "weal.asset.v1.Query",
			SubCommands: rooms,
			RpcCommandOptions: []*autocli.RpcCommandOptions{
				command("Params", "params", "Show the module's parameters"),
				command("Asset", "asset", "Show an asset", "id"),
				command("Assets", "assets", "List all assets"),
				command("Version", "version", "Show a version of an asset", "asset", "version"),
				command("Share", "share", "Show a share", "id"),
				command("SharesOf", "shares-of", "List the shares of an owner", "owner"),
				command("Claimable", "claimable", "Show what a share could claim now", "share"),
				command("Revenue", "revenue", "Show what an asset has earned", "asset"),
				command("Family", "family", "Show what an asset was made from and what was made from it", "asset"),
				command("Credential", "credential", "Tell whether an account may use an asset, and why", "asset", "holder"),
				command("Credentials", "credentials", "List the credentials granted for an asset", "asset"),
				command("Collection", "collection", "Show a collection", "address"),
				command("Collections", "collections", "List all collections"),
			},
		},
		Tx: &autocli.ServiceCommandDescriptor{
			Service:     "weal.asset.v1.Msg",
			SubCommands: contributionMessages(),
			RpcCommandOptions: []*autocli.RpcCommandOptions{
				command("Update", "update", "Make a new version of an asset", "asset"),
				{
					RpcMethod: "Claim", Use: "claim [shares]...", Short: "Claim what shares have earned",
					PositionalArgs: []*autocli.PositionalArgDescriptor{{ProtoField: "shares", Varargs: true}},
				},
				command("PullRoyalty", "pull-royalty", "Bring an ancestor what an asset owes it", "asset", "ancestor", "denom"),
				command("PullTreasury", "pull-treasury", "Pay an asset's account what came in while no units were in circulation", "asset"),
				command("Grant", "grant", "Give an account a credential, or replace the one it has", "asset", "holder"),
				command("Revoke", "revoke", "End an account's credential", "asset", "holder"),
				command("SetController", "set-controller", "Hand an asset's control over", "asset", "controller"),
				{RpcMethod: "UpdateParams", Skip: true}, // governance only
			},
		},
	}
}

// command describes a command whose arguments are the fields named.
func command(rpc, name, short string, fields ...string) *autocli.RpcCommandOptions {
	o := &autocli.RpcCommandOptions{RpcMethod: rpc, Use: name, Short: short}
	for _, f := range fields {
		o.Use += " [" + f + "]"
		o.PositionalArgs = append(o.PositionalArgs, &autocli.PositionalArgDescriptor{ProtoField: f})
	}
	return o
}
