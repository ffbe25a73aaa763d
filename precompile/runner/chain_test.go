package runner_test

import (
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
	ethcrypto "github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"
	"github.com/stretchr/testify/require"

	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/precompile/contracttest"
	"github.com/weal-network/weal/precompile/market"
	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/token"
	assettypes "github.com/weal-network/weal/x/asset/types"
)

// toyABI is that of a contract of these tests, which does what the runner can do.
const toyABI = `[
	{"type":"event","name":"Done","inputs":[{"type":"uint256","name":"n"}]},
	{"type":"function","name":"look","inputs":[],"outputs":[{"type":"uint256"}],"stateMutability":"view"},
	{"type":"function","name":"free","inputs":[],"outputs":[],"stateMutability":"payable"},
	{"type":"function","name":"keep","inputs":[],"outputs":[{"type":"uint256"}],"stateMutability":"payable"},
	{"type":"function","name":"pass","inputs":[{"type":"address"},{"type":"uint256"}],"outputs":[],"stateMutability":"payable"},
	{"type":"function","name":"draw","inputs":[{"type":"address"},{"type":"address"},{"type":"uint256"}],"outputs":[],"stateMutability":"nonpayable"},
	{"type":"function","name":"fail","inputs":[{"type":"address"},{"type":"uint256"},{"type":"uint8"}],"outputs":[],"stateMutability":"payable"},
	{"type":"function","name":"call","inputs":[{"type":"address"},{"type":"uint256"},{"type":"bytes"}],"outputs":[],"stateMutability":"payable"},
	{"type":"function","name":"as","inputs":[{"type":"address"},{"type":"address"}],"outputs":[],"stateMutability":"nonpayable"},
	{"type":"function","name":"make","inputs":[{"type":"bytes"}],"outputs":[{"type":"address"}],"stateMutability":"nonpayable"}
]`

// toyAt is the market's address, which may hold coins.
var toyAt = market.Address

type toy struct {
	*contracttest.Chain
	abi  abi.ABI
	book token.Book
}

// newToy starts a network whose market is the contract of these tests.
func newToy(t *testing.T) *toy {
	t.Helper()
	contract, err := abi.JSON(strings.NewReader(toyABI))
	require.NoError(t, err)
	c := &toy{contracttest.New(t, apptest.WithoutShadows()), contract, token.Book{}}
	c.book = c.App().AssetKeeper.Tokens
	payable := func(signature string, run func(*runner.Call) ([]any, error)) runner.Function {
		return runner.Function{Signature: signature, Writes: true, Payable: true, Run: run}
	}
	write := func(signature string, run func(*runner.Call) ([]any, error)) runner.Function {
		return runner.Function{Signature: signature, Writes: true, Run: run}
	}
	blocked := func(a common.Address) bool { return c.App().BankKeeper.BlockedAddr(a.Bytes()) }
	c.App().EVMKeeper.RegisterStaticPrecompile(toyAt, runner.New("toy", toyAt, contract,
		runner.Function{Signature: "look()", Run: func(call *runner.Call) ([]any, error) { return []any{*call.Value}, nil }},
		write("free()", func(call *runner.Call) ([]any, error) { return nil, c.mark(call) }),
		payable("keep()", func(call *runner.Call) ([]any, error) { return []any{*call.Value}, c.mark(call) }),
		payable("pass(address,uint256)", func(call *runner.Call) ([]any, error) {
			n := call.Number(1)
			call.Transfer(call.Self, call.Address(0), &n)
			return nil, c.mark(call)
		}),
		write("draw(address,address,uint256)", func(call *runner.Call) ([]any, error) {
			n := call.Number(2)
			call.Transfer(call.Address(0), call.Address(1), &n)
			return nil, nil
		}),
		payable("fail(address,uint256,uint8)", c.fail),
		payable("call(address,uint256,bytes)", func(call *runner.Call) ([]any, error) {
			to, n, data := call.Address(0), call.Number(1), call.Args[2].([]byte)
			call.After(func(o *runner.Outside) error { return revert(o.CallWith(to, &n, data)) })
			return nil, c.mark(call)
		}),
		write("as(address,address)", func(call *runner.Call) ([]any, error) {
			as, to := call.Address(0), call.Address(1)
			call.AfterAs(as, func(o *runner.Outside) error { return revert(o.Call(to, nil)) })
			return nil, nil
		}),
		write("make(bytes)", func(call *runner.Call) ([]any, error) {
			at, code := call.Creates(), call.Args[0].([]byte)
			call.After(func(o *runner.Outside) error {
				made, out, err := o.Create(code)
				if err == nil && made != at {
					return errors.New("not where it should be")
				}
				return revert(out, err)
			})
			return []any{at}, nil
		}),
	).Refusing(blocked))
	return c
}

// mark changes native state, and says so.
func (c *toy) mark(call *runner.Call) error {
	id, err := c.book.MintNext(call.Context, token.Shares+99, call.Caller, uint256.Int{}, uint256.Int{})
	if err != nil {
		return err
	}
	return call.Log("Done", id)
}

// fail does everything, and then fails in one way or another.
func (c *toy) fail(call *runner.Call) ([]any, error) {
	n := call.Number(1)
	call.Transfer(call.Self, call.Address(0), &n)
	if err := c.mark(call); err != nil {
		return nil, err
	}
	switch call.Args[2].(uint8) {
	case 0:
		return nil, errors.New("failed")
	case 1:
		return nil, assettypes.ErrOverflow.Wrap("somewhere")
	case 2:
		call.Transfer(call.Self, call.Address(0), new(uint256.Int).SetAllOne())
	case 3:
		call.After(func(*runner.Outside) error { return runner.Revert{Data: []byte("raw")} })
	case 4:
		call.After(func(o *runner.Outside) error {
			_, err := o.CallWith(common.Address{9}, new(uint256.Int).SetAllOne(), nil)
			return err
		})
	}
	return nil, nil
}

// revert passes a revert of a call's on.
func revert(out []byte, err error) error {
	if errors.Is(err, vm.ErrExecutionReverted) {
		return runner.Revert{Data: out}
	}
	return err
}

func (c *toy) input(name string, args ...any) []byte {
	c.T.Helper()
	data, err := c.abi.Pack(name, args...)
	require.NoError(c.T, err)
	return data
}

func (c *toy) marks() uint64 {
	n, err := c.book.Supply(c.Context(), token.Shares+99)
	require.NoError(c.T, err)
	return n
}

func (c *toy) has(want int64, who common.Address) {
	c.T.Helper()
	require.Equal(c.T, want, c.Balance(who).Int64())
}

func TestPayable(t *testing.T) {
	c := newToy(t)
	alice := c.Accounts[0]
	r := c.Pay(alice, toyAt, 7, c.input("keep"))
	require.False(t, r.Failed(), r.Reason())
	require.Equal(t, int64(7), new(big.Int).SetBytes(r.Ret).Int64())
	c.has(7, toyAt)
	require.False(t, c.Run(alice, toyAt, c.input("keep")).Failed(), "payable is not to be paid")
	for _, name := range []string{"free", "look"} {
		require.Equal(t, "contract takes no coins", c.Pay(alice, toyAt, 7, c.input(name)).Reason())
		require.False(t, c.Run(alice, toyAt, c.input(name)).Failed())
	}
	require.Equal(t, "call names no function", c.Pay(alice, toyAt, 7, nil).Reason())
	c.has(7, toyAt)
	require.Equal(t, uint64(3), c.marks())
}

func TestTransfer(t *testing.T) {
	c := newToy(t)
	alice, stranger := c.Accounts[0], common.Address{0x77}
	pass := func(paid int64, to common.Address, n *big.Int) contracttest.Receipt {
		t.Helper()
		return c.Pay(alice, toyAt, paid, c.input("pass", to, n))
	}
	require.False(t, pass(10, stranger, big.NewInt(4)).Failed())
	c.has(4, stranger)
	c.has(6, toyAt)
	require.Equal(t, "insufficient balance", pass(1, stranger, big.NewInt(8)).Reason())
	most := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1))
	require.Equal(t, "insufficient balance", pass(1, stranger, most).Reason())
	escrow := common.BytesToAddress(authtypes.NewModuleAddress(types.Escrow))
	require.Equal(t, "the chain never pays this receiver", pass(1, escrow, big.NewInt(1)).Reason())
	require.Equal(t, "the chain never pays this receiver", pass(1, common.HexToAddress(types.AssetContract), big.NewInt(1)).Reason())
	require.False(t, pass(0, escrow, big.NewInt(0)).Failed(), "nothing is nothing")

	// To oneself, all of it and more.
	require.False(t, pass(0, toyAt, big.NewInt(6)).Failed())
	require.Equal(t, "insufficient balance", pass(0, toyAt, big.NewInt(7)).Reason())
	c.has(6, toyAt)
	require.Equal(t, uint64(3), c.marks())
	before := c.Balance(c.Accounts[1].EVM())
	require.False(t, c.Run(alice, toyAt, c.input("draw", stranger, c.Accounts[1].EVM(), big.NewInt(4))).Failed())
	require.Equal(t, int64(4), new(big.Int).Sub(c.Balance(c.Accounts[1].EVM()), before).Int64())
	c.has(0, stranger)
}

// Whatever fails, and whenever, undoes coins, logs and native state.
func TestFailuresUndoEverything(t *testing.T) {
	c := newToy(t)
	alice, stranger := c.Accounts[0], common.Address{0x77}
	for how, want := range []string{"failed", "arithmetic underflow or overflow", "insufficient balance", "execution reverted", vm.ErrInsufficientBalance.Error()} {
		r := c.Pay(alice, toyAt, 10, c.input("fail", stranger, big.NewInt(5), uint8(how)))
		require.Equal(t, want, r.Reason())
		require.Empty(t, r.Logs)
		c.has(0, stranger)
		c.has(0, toyAt)
		require.Zero(t, c.marks())
	}
	r := c.Pay(alice, toyAt, 10, c.input("fail", stranger, big.NewInt(5), uint8(1)))
	require.Equal(t, "4e487b71"+strings.Repeat("0", 62)+"11", common.Bytes2Hex(r.Ret))
	r = c.Pay(alice, toyAt, 10, c.input("fail", stranger, big.NewInt(5), uint8(3)))
	require.Equal(t, []byte("raw"), r.Ret)

	// A contract around it may go on, with the coins that it sent back.
	at := c.Deploy(alice, contracttest.Script(vm.STOP,
		contracttest.Step{To: toyAt, Value: 3, Data: c.input("fail", stranger, big.NewInt(5), uint8(0)), MayFail: true},
		contracttest.Step{To: toyAt, Value: 4, Data: c.input("pass", stranger, big.NewInt(4))},
		contracttest.Step{To: toyAt, Value: 5, Data: c.input("call", stranger, big.NewInt(5), []byte{})},
	))
	r = c.Pay(alice, at, 20, nil)
	require.False(t, r.Failed(), r.Reason())
	c.has(11, at)
	c.has(9, stranger)
	c.has(0, toyAt)
	require.Len(t, r.Logs, 2)
	require.Equal(t, uint64(2), c.marks())
	whole := c.Deploy(alice, contracttest.Script(vm.REVERT, contracttest.Step{To: at, Value: 20}))
	require.True(t, c.Pay(alice, whole, 20, nil).Failed())
	c.has(9, stranger)
	require.Equal(t, uint64(2), c.marks())
}

// Calls out carry coins and the name of who calls; what they revert with is
// passed on, and undoes the rest.
func TestCallsOut(t *testing.T) {
	c := newToy(t)
	alice, stranger := c.Accounts[0], common.Address{0x77}
	// A contract that takes a payment only from the toy, and returns 1 of it.
	back := program.New().Op(vm.CALLER).Push(toyAt).Op(vm.EQ)
	back.Push(back.Size() + 3 + 4).Op(vm.JUMPI).Push(32).Push0().Op(vm.REVERT)
	at := c.Deploy(alice, back.Op(vm.JUMPDEST).Call(nil, stranger, 1, 0, 0, 0, 0).Op(vm.STOP))
	r := c.Pay(alice, toyAt, 5, c.input("call", at, big.NewInt(5), []byte("x")))
	require.False(t, r.Failed(), r.Reason())
	c.has(4, at)
	c.has(1, stranger)
	require.Len(t, c.Run(alice, at, nil).Ret, 32)

	// A contract that calls back, deeper and deeper: each pays 1 on.
	deep := c.input("pass", stranger, big.NewInt(1))
	for range 5 {
		deep = c.input("call", toyAt, big.NewInt(1), deep)
	}
	r = c.Pay(alice, toyAt, 1, deep)
	require.False(t, r.Failed(), r.Reason())
	require.Len(t, r.Logs, 6)
	c.has(2, stranger)
	marks := c.marks()
	deep = c.input("fail", stranger, big.NewInt(1), uint8(0))
	for range 5 {
		deep = c.input("call", toyAt, big.NewInt(1), deep)
	}
	r = c.Pay(alice, toyAt, 1, deep)
	require.Equal(t, "failed", r.Reason())
	require.Empty(t, r.Logs)
	require.Equal(t, marks, c.marks())

	// In another's name.
	named := program.New().Op(vm.CALLER).Push(common.Address{0x99}).Op(vm.EQ)
	named.Push(named.Size() + 3 + 3).Op(vm.JUMPI).Push0().Push0().Op(vm.REVERT)
	only := c.Deploy(alice, named.Op(vm.JUMPDEST, vm.STOP))
	require.False(t, c.Run(alice, toyAt, c.input("as", common.Address{0x99}, only)).Failed())
	require.True(t, c.Run(alice, toyAt, c.input("as", common.Address{0x98}, only)).Failed())
}

func TestCreate(t *testing.T) {
	c := newToy(t)
	alice := c.Accounts[0]
	body := []byte{byte(vm.PUSH0), byte(vm.PUSH0), byte(vm.REVERT)}
	code := program.New().ReturnViaCodeCopy(body).Bytes()
	for nonce := range uint64(3) {
		want := ethcrypto.CreateAddress(toyAt, nonce)
		r := c.Run(alice, toyAt, c.input("make", code))
		require.False(t, r.Failed(), r.Reason())
		require.Equal(t, want, common.BytesToAddress(r.Ret))
		require.True(t, c.Run(alice, want, nil).Failed())
		// One that fails takes no address.
		failing := program.New().Mstore([]byte("no"), 0).Push(2).Push0().Op(vm.REVERT).Bytes()
		r = c.Run(alice, toyAt, c.input("make", failing))
		require.Equal(t, []byte("no"), r.Ret)
	}
}

// Code that is borrowed acts for nobody, and what only looks changes nothing.
func TestBorrowed(t *testing.T) {
	c := newToy(t)
	alice := c.Accounts[0]
	for _, name := range []string{"keep", "free", "look"} {
		data := c.input(name)
		for _, op := range []vm.OpCode{vm.DELEGATECALL, vm.CALLCODE, vm.STATICCALL} {
			at := c.Deploy(alice, contracttest.Script(vm.STOP, contracttest.Step{To: toyAt, Data: data, Op: op}))
			r := c.Run(alice, at, nil)
			if name == "look" && op != vm.DELEGATECALL {
				require.False(t, r.Failed(), "%s: a view has no effect", op)
				continue
			}
			require.True(t, r.Failed(), "%s of %s", op, name)
			if op == vm.DELEGATECALL {
				require.Equal(t, "contract is called, not borrowed: DELEGATECALL would act for somebody else", r.Reason())
			}
		}
	}
	require.Zero(t, c.marks())
}

// A thousand calls that pay, in one transaction.
func TestThousandPayments(t *testing.T) {
	c := newToy(t)
	alice, stranger := c.Accounts[0], common.Address{0x77}
	require.False(t, c.Pay(alice, toyAt, 1000, c.input("keep")).Failed())
	loop := c.Deploy(alice, contracttest.Repeat(toyAt))
	data := append(common.BigToHash(big.NewInt(1000)).Bytes(), c.input("draw", toyAt, stranger, big.NewInt(1))...)
	r := c.Receipt(c.Deliver(c.EVM(alice, apptest.EVMTx{To: &loop, Data: data, Gas: 40_000_000}))[0])
	require.False(t, r.Failed(), r.Reason())
	c.has(1000, stranger)
	c.has(0, toyAt)
}
