package asset

import autocli "cosmossdk.io/api/cosmos/autocli/v1"

// contributionCommands names the commands of contributions:
// `weal query asset contribution …`.
func contributionCommands() map[string]*autocli.ServiceCommandDescriptor {
	return map[string]*autocli.ServiceCommandDescriptor{"contribution": {
		Service: "weal.asset.v1.ContributionQuery",
		RpcCommandOptions: []*autocli.RpcCommandOptions{
			command("ContributionTerms", "terms", "Show what an asset takes contributions under", "asset"),
			command("Contribution", "contribution", "Show a contribution", "id"),
			command("Contributions", "contributions", "List contributions"),
			command("ContributionPools", "pools", "Show what waits for an asset's contributors", "asset"),
			command("Distributions", "distributions", "List how an asset's pools were divided", "asset"),
		},
	}}
}

// contributionMessages names the messages of contributions:
// `weal tx asset contribution …`.
func contributionMessages() map[string]*autocli.ServiceCommandDescriptor {
	return map[string]*autocli.ServiceCommandDescriptor{"contribution": {
		Service: "weal.asset.v1.ContributionMsg",
		RpcCommandOptions: []*autocli.RpcCommandOptions{{
			RpcMethod: "ClaimContributions", Use: "claim [ids]...", Short: "Claim what contributions have earned",
			PositionalArgs: []*autocli.PositionalArgDescriptor{{ProtoField: "ids", Varargs: true}},
		}},
	}}
}
