package job

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
)

// AutoCLIOptions describes the module's commands. Deliver has none: what it carries
// comes from an operator's program.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: "weal.job.v1.Query",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Params", Use: "params", Short: "Show the parameters of requests"},
				{RpcMethod: "Request", Use: "request [id]", Short: "Show a request and its answer", PositionalArgs: args("id")},
				{RpcMethod: "OpenRequests", Use: "open [asset]", Short: "List the requests to an asset that wait", PositionalArgs: args("asset")},
				{RpcMethod: "RequestsOf", Use: "requests-of [requester]", Short: "List the requests of one requester", PositionalArgs: args("requester")},
				{RpcMethod: "Quote", Use: "quote [asset] [gas]", Short: "Show what a request costs now", PositionalArgs: args("asset", "gas")},
				{RpcMethod: "Operator", Use: "operator [asset] [operator]", Short: "Show an operator's bond", PositionalArgs: args("asset", "operator")},
				{RpcMethod: "Operators", Use: "operators [asset]", Short: "List the operators of an asset", PositionalArgs: args("asset")},
				{RpcMethod: "Booking", Use: "booking [id]", Short: "Show a booked call", PositionalArgs: args("id")},
				{RpcMethod: "Bookings", Use: "bookings", Short: "List booked calls"},
				{RpcMethod: "CallLogs", Use: "calls", Short: "List what booked calls came to, with their logs"},
				{RpcMethod: "GasPrice", Use: "gas-price", Short: "Show what gas costs that is paid ahead"},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: "weal.job.v1.Msg",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{
					RpcMethod: "Request", Use: "request [asset] [input] [max-fee]",
					Short:          "Ask an asset",
					Example:        `weal tx job request 3 "$(printf hello | base64)" 1000000000000 --from me`,
					PositionalArgs: args("asset", "input", "max_fee"),
					// --gas is the transaction's own.
					FlagOptions: map[string]*autocliv1.FlagOptions{"gas": {Name: "callback-gas", Usage: "gas that the call-back gets"}},
				},
				{RpcMethod: "Deliver", Skip: true},
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
