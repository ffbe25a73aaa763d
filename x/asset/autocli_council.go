package asset

import autocli "cosmossdk.io/api/cosmos/autocli/v1"

// councilCommands names the commands of the councils: `weal query asset council …`.
func councilCommands() map[string]*autocli.ServiceCommandDescriptor {
	return map[string]*autocli.ServiceCommandDescriptor{"council": {
		Service: "weal.asset.v1.CouncilQuery",
		RpcCommandOptions: []*autocli.RpcCommandOptions{
			command("Council", "rules", "Show how an asset is governed, and its treasury's units", "asset"),
			command("Proposal", "proposal", "Show a proposal and where it stands", "id"),
			command("Proposals", "proposals", "List proposals"),
			command("Power", "power", "Show what a share has to say about a proposal", "proposal", "share"),
			command("Votes", "votes", "List the votes on a proposal that is being voted on", "proposal"),
			command("Delegations", "delegations", "List who has another vote for it about an asset", "asset"),
		},
	}}
}
