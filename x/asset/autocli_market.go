package asset

import autocli "cosmossdk.io/api/cosmos/autocli/v1"

// marketCommands names the commands of the market: `weal query asset market …`.
func marketCommands() map[string]*autocli.ServiceCommandDescriptor {
	return map[string]*autocli.ServiceCommandDescriptor{"market": {
		Service: "weal.asset.v1.MarketQuery",
		RpcCommandOptions: []*autocli.RpcCommandOptions{
			command("Listing", "listing", "Show a listing", "id"),
			command("Listings", "listings", "List what is for sale"),
			command("Offer", "offer", "Show an offer", "id"),
			command("Offers", "offers", "List what is offered"),
		},
	}}
}
