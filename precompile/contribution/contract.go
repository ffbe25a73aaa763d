package contribution

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/weal-network/weal/precompile/erc3525"
	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/precompile/solidity"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/contribution"
)

// Address is where the contract is.
var Address = contribution.Account

// contract is the keeper as the contract's functions use it.
type contract struct{ contribution.Keeper }

// New returns the contract, to be registered with the EVM at Address. The bank
// must not block the address: it holds coins.
func New(k contribution.Keeper) *runner.Runner {
	c := contract{k}
	return runner.New("contribution", Address, solidity.Contributions.ABI,
		erc3525.Write(solidity.SetTermsSignature, c.setTerms),
		erc3525.Write("close(uint256)", c.close),
		runner.Function{
			Signature: "contribute(uint256,bytes32,uint64,string,uint64,uint256)", Writes: true, Payable: true, Run: c.contribute,
		},
		erc3525.Write("withdraw(uint256)", c.withdraw),
		erc3525.Write("accept(uint256[])", c.accept),
		erc3525.Write("reject(uint256[],bool)", c.reject),
		erc3525.Write("distribute(uint256,string,uint256,uint256[],uint64[],bytes32)", c.distribute),
		erc3525.Write("claim(uint256[])", c.claim),
		erc3525.View("termsOf(uint256)", c.termsOf),
		erc3525.View("potOf(uint256)", c.potOf),
		erc3525.View("getContribution(uint256)", c.getContribution),
		erc3525.View("claimable(uint256,string)", c.claimable),
		erc3525.View("waiting(uint256,string)", c.waiting),
	).Refusing(k.Blocked)
}

// id returns the i-th argument, which is the number of an asset or a contribution.
// They are counted, so one that is beyond 64 bits is one that does not exist, as
// zero does not.
func id[T ~uint64](call *runner.Call, i int) T {
	n := call.Number(i)
	return T(erc3525.Small(&n))
}

// ids returns the i-th argument, which is a list of contributions.
func ids(call *runner.Call, i int) (all []uint64) {
	for _, n := range call.Args[i].([]*big.Int) {
		all = append(all, erc3525.Small(n))
	}
	return all
}

// share reads a share for which zero means none, so that one that does not exist
// must not become zero.
func share(n *big.Int) weal.ShareID {
	if !n.IsUint64() {
		return weal.ShareID(^uint64(0))
	}
	return weal.ShareID(n.Uint64())
}

// coins makes an amount a uint256.
func coins(a weal.Amount) *uint256.Int {
	b := a.Bytes()
	return new(uint256.Int).SetBytes(b[:])
}

// party reads an address as the keeper keeps it.
func party(hex string) common.Address { return common.HexToAddress(hex) }

// pay moves what the contract owes out of its balance.
func pay(call *runner.Call, owed contribution.Payout) {
	call.Transfer(Address, owed.To, coins(owed.Amount))
}
