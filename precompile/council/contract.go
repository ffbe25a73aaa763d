package council

import (
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"

	"github.com/weal-network/weal/precompile/erc3525"
	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/precompile/solidity"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/council"
	"github.com/weal-network/weal/x/asset/types"
)

// Address is where the contract is.
var Address = common.HexToAddress(weal.CouncilContract)

// contract is the keeper as the contract's functions use it.
type contract struct{ council.Keeper }

// New returns the contract, to be registered with the EVM at Address.
func New(k council.Keeper) *runner.Runner {
	c := contract{k}
	return runner.New("council", Address, solidity.Council.ABI,
		erc3525.Write(solidity.ProposeSignature, c.propose),
		erc3525.Write("vote(uint256,uint8,uint256[])", c.vote),
		erc3525.Write("delegate(uint256,address)", c.delegate),
		erc3525.Write("cancel(uint256)", c.cancel),
		erc3525.Write("execute(uint256)", c.execute),
		erc3525.Write(solidity.SetRulesSignature, c.setRules),
		erc3525.View("proposal(uint256)", c.proposal),
		erc3525.View("state(uint256)", c.state),
		erc3525.View("proposalCount()", c.proposalCount),
		erc3525.View("powerOf(uint256,uint256)", c.powerOf),
		erc3525.View("voteOf(uint256,uint256)", c.voteOf),
		erc3525.View("delegateOf(uint256,address)", c.delegateOf),
		erc3525.View("rulesOf(uint256)", c.rulesOf),
		erc3525.View("treasuryUnits(uint256)", c.treasuryUnits),
		erc3525.View("votingUnits(uint256)", c.votingUnits),
	)
}

// id returns the i-th argument, which is the number of an asset, a share or a
// proposal. They are counted, so one that is beyond 64 bits is one that does not
// exist, as zero does not.
func id[T ~uint64](call *runner.Call, i int) T {
	n := call.Number(i)
	return T(erc3525.Small(&n))
}

// shares returns the i-th argument, which is a list of shares.
func shares(call *runner.Call, i int) (ids []weal.ShareID) {
	for _, n := range call.Args[i].([]*big.Int) {
		ids = append(ids, weal.ShareID(erc3525.Small(n)))
	}
	return ids
}

// rulesArg reads the i-th argument, which is a CouncilRules.
func rulesArg(call *runner.Call, i int) types.CouncilRules {
	return types.CouncilRules(*abi.ConvertType(call.Args[i], new(solidity.CouncilRules)).(*solidity.CouncilRules))
}

// callsArg reads the i-th argument, which is a list of Call.
func callsArg(call *runner.Call, i int) (calls []types.Call) {
	for _, c := range *abi.ConvertType(call.Args[i], new([]solidity.CouncilCall)).(*[]solidity.CouncilCall) {
		calls = append(calls, types.Call{To: c.To.Hex(), Value: c.Value.String(), Data: c.Data})
	}
	return calls
}

// callsOut is the inverse of callsArg.
func callsOut(calls []types.Call) []solidity.CouncilCall {
	out := make([]solidity.CouncilCall, len(calls))
	for i, c := range calls {
		wei, _ := c.Wei() // it is what was validated when it was stored
		out[i] = solidity.CouncilCall{To: common.HexToAddress(c.To), Value: wei, Data: c.Data}
	}
	return out
}
