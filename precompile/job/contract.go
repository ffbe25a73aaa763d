package job

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/weal-network/weal/precompile/erc3525"
	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/precompile/solidity"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/job/keeper"
)

// Address is where the contract is.
var Address = keeper.Account

// contract is the keeper as the contract's functions use it.
type contract struct{ keeper.Keeper }

// New returns the contract, to be registered with the EVM at Address. The bank
// must not block the address: it holds coins.
func New(k keeper.Keeper) *runner.Runner {
	c := contract{k}
	return runner.New("job", Address, solidity.Jobs.ABI,
		payable("request(uint256,bytes,uint256,address,uint64)", c.request),
		payable(solidity.RequestWithSignature, c.requestWith),
		erc3525.Write("deliver(uint256,bytes,bytes)", c.deliver),
		erc3525.Write("deliverApart(uint256,bytes32,string,bytes)", c.deliverApart),
		erc3525.Write("retry(uint256)", c.retry),
		erc3525.Write("called(uint256,bool)", c.called),
		erc3525.Write("authorise(uint256,address,uint32)", c.authorise),
		erc3525.Write("revoke(uint256,address)", c.revoke),
		payable("bond(uint256)", c.bond),
		erc3525.Write("unbond(uint256)", c.unbond),
		erc3525.Write("withdraw(uint256)", c.withdraw),
		erc3525.View("quote(uint256,uint64)", c.quote),
		erc3525.View("getRequest(uint256)", c.getRequest),
		erc3525.View("answerOf(uint256)", c.answerOf),
		erc3525.View("getOperator(uint256,address)", c.getOperator),
		erc3525.View("requestCount()", c.requestCount),
		payable(solidity.BookSignature, c.book),
		payable("extendBooking(uint256,uint64)", c.extendBooking),
		erc3525.Write("cancelBooking(uint256)", c.cancelBooking),
		erc3525.View("getBooking(uint256)", c.getBooking),
		erc3525.View("bookingCount()", c.bookingCount),
		erc3525.View("running()", c.running),
		erc3525.View("gasPrice()", c.gasPrice),
	).Refusing(k.Blocked)
}

// payable makes a function that takes the chain's coin.
func payable(signature string, run func(*runner.Call) ([]any, error)) runner.Function {
	return runner.Function{Signature: signature, Writes: true, Payable: true, Run: run}
}

// id returns the i-th argument, which is the number of an asset or of what is kept
// here. They are counted, so one that is beyond 64 bits is one that does not exist,
// as zero does not.
func id[T ~uint64](call *runner.Call, i int) T {
	n := call.Number(i)
	return T(erc3525.Small(&n))
}

// most reads a limit of coins; one that is beyond 128 bits limits nothing.
func most(n *big.Int) weal.Amount {
	a, err := weal.AmountFromBig(n)
	if err != nil {
		a, _ = weal.AmountFromBig(new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 128), big.NewInt(1)))
	}
	return a
}

// coins makes an amount a uint256.
func coins(a weal.Amount) *uint256.Int {
	b := a.Bytes()
	return new(uint256.Int).SetBytes(b[:])
}

// number reads an amount as the keeper keeps it.
func number(text string) (*big.Int, error) {
	a, err := weal.ParseAmount(text)
	return a.Big(), err
}

// party reads an address as the keeper keeps it.
func party(hex string) common.Address { return common.HexToAddress(hex) }

// unsigned makes a height or a Unix time what contracts have.
func unsigned(n int64) uint64 { return uint64(max(0, n)) }
