package market_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	evmtypes "github.com/cosmos/evm/x/vm/types"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
	ethcrypto "github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/precompile/asset"
	"github.com/weal-network/weal/precompile/market"
	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
)

const (
	aweal = types.BaseDenom
	uusd  = "uusd"
	// dollars is what every account has of uusd.
	dollars = 1_000_000

	sigList   = "list(uint256,uint64,string,uint256,uint64)"
	sigBuy    = "buy(uint256,uint64,uint256,uint256)"
	sigOffer  = "offer(uint256,uint64,string,uint256,uint64,uint256)"
	sigAccept = "accept(uint256,uint256,uint64,uint256)"
	sigGive   = "transferFrom(address,address,uint256)"
	sigSplit  = "transferFrom(uint256,address,uint256)"
)

var most = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1))

// chain is a network whose accounts trade. The maker of its assets is the last
// of them, and gets 5 % of sales.
type chain struct {
	*apptest.Net
	t     *testing.T
	nonce map[common.Address]uint64
}

func newChain(t *testing.T, opts ...apptest.Option) *chain {
	t.Helper()
	coins := apptest.WEAL(1000).Add(sdk.NewInt64Coin(uusd, dollars))
	return &chain{Net: apptest.New(t, append(opts, apptest.Balance(coins))...), t: t, nonce: map[common.Address]uint64{}}
}

func (c *chain) maker() apptest.Account { return c.Accounts[len(c.Accounts)-1] }

// receipt is what an EVM transaction came to.
type receipt struct {
	*evmtypes.MsgEthereumTxResponse
}

// reason returns the text of a revert.
func (r receipt) reason() string {
	text, err := abi.UnpackRevert(r.Ret)
	if err != nil {
		return r.VmError
	}
	return text
}

func (c *chain) receipt(res *abci.ExecTxResult) receipt {
	c.t.Helper()
	require.Zero(c.t, res.Code, res.Log)
	out, err := evmtypes.DecodeTxResponse(res.Data)
	require.NoError(c.t, err)
	return receipt{out}
}

// run sends coins and data to a contract in a block of its own.
func (c *chain) run(from apptest.Account, to common.Address, value int64, data []byte) receipt {
	c.t.Helper()
	c.nonce[from.EVM()]++
	tx := apptest.EVMTx{To: &to, Data: data, Gas: 20_000_000, Value: big.NewInt(value)}
	return c.receipt(c.Deliver(c.EVM(from, tx))[0])
}

// trade calls a function of the market, with coins.
func (c *chain) trade(from apptest.Account, value int64, signature string, args ...any) receipt {
	c.t.Helper()
	return c.run(from, market.Address, value, trade(c.t, signature, args...))
}

// must is trade that succeeds, and returns the first value as a number.
func (c *chain) must(from apptest.Account, value int64, signature string, args ...any) (*big.Int, receipt) {
	c.t.Helper()
	r := c.trade(from, value, signature, args...)
	require.False(c.t, r.Failed(), r.reason())
	out, err := solidity.Market.Unpack(signature, r.Ret)
	require.NoError(c.t, err)
	if len(out) == 0 {
		return nil, r
	}
	return out[0].(*big.Int), r
}

// own calls a function of the contract of assets, which succeeds.
func (c *chain) own(from apptest.Account, signature string, args ...any) []any {
	c.t.Helper()
	r := c.run(from, asset.Address, 0, own(c.t, signature, args...))
	require.False(c.t, r.Failed(), r.reason())
	out, err := solidity.Assets.Unpack(signature, r.Ret)
	require.NoError(c.t, err)
	return out
}

// view calls a function of the market as eth_call does; reason is why it reverts.
func (c *chain) view(signature string, args ...any) (values []any, reason string) {
	c.t.Helper()
	out, err := c.Call(c.Accounts[0], market.Address, trade(c.t, signature, args...))
	var revert *apptest.Revert
	if errors.As(err, &revert) {
		text, err := abi.UnpackRevert(revert.Data)
		require.NoError(c.t, err, "a revert says why")
		return nil, text
	}
	require.NoError(c.t, err)
	values, err = solidity.Market.Unpack(signature, out)
	require.NoError(c.t, err)
	return values, ""
}

// register makes an asset of units, and gives all of them to an owner.
func (c *chain) register(owner common.Address, units uint64) (id, share *big.Int) {
	c.t.Helper()
	seed := sha256.Sum256([]byte("receipts"))
	out := c.own(c.maker(), solidity.RegisterSignature, solidity.Registration{
		Kind: uint8(types.KindModel), Manifest: [32]byte{1}, Uri: "https://example.org/m.json",
		Key: pay.PublicKey(ed25519.NewKeyFromSeed(seed[:])), Units: units, Resale: 500,
		Prices: []solidity.Price{{Unit: "use", Denom: aweal, Amount: big.NewInt(5)}},
		Denoms: []string{aweal}, Parents: []solidity.Royalty{},
	})
	id, share = out[0].(*big.Int), out[1].(*big.Int)
	c.own(c.maker(), sigGive, c.maker().EVM(), owner, share)
	return id, share
}

func (c *chain) owner(share *big.Int) common.Address {
	c.t.Helper()
	return c.read("ownerOf(uint256)", share).(common.Address)
}

func (c *chain) value(share *big.Int) int64 {
	c.t.Helper()
	return c.read("balanceOf(uint256)", share).(*big.Int).Int64()
}

func (c *chain) read(signature string, args ...any) any {
	c.t.Helper()
	out, err := c.Call(c.Accounts[0], asset.Address, own(c.t, signature, args...))
	require.NoError(c.t, err)
	values, err := solidity.Assets.Unpack(signature, out)
	require.NoError(c.t, err)
	return values[0]
}

// has returns what an account has of a denomination.
func (c *chain) has(who common.Address, denom string) int64 {
	return c.App().BankKeeper.GetBalance(c.Context(), who.Bytes(), denom).Amount.Int64()
}

// gain returns what f brings an account that pays no gas meanwhile.
func (c *chain) gain(who common.Address, denom string, f func()) string {
	balance := func() *big.Int {
		return c.App().BankKeeper.GetBalance(c.Context(), who.Bytes(), denom).Amount.BigInt()
	}
	before := balance()
	f()
	return new(big.Int).Sub(balance(), before).String()
}

func trade(t *testing.T, signature string, args ...any) []byte {
	t.Helper()
	data, err := solidity.Market.Pack(signature, args...)
	require.NoError(t, err)
	return data
}

func own(t *testing.T, signature string, args ...any) []byte {
	t.Helper()
	data, err := solidity.Assets.Pack(signature, args...)
	require.NoError(t, err)
	return data
}

func n(i int64) *big.Int { return big.NewInt(i) }

// logs returns a transaction's logs, whose contract is A for the one of assets and
// M for the market.
func logs(t *testing.T, r receipt) []string {
	t.Helper()
	var out []string
	for _, l := range r.Logs {
		contract, name := solidity.Assets.ABI, "A "
		if l.Address == market.Address.Hex() {
			contract, name = solidity.Market.ABI, "M "
		} else {
			require.Equal(t, asset.Address.Hex(), l.Address)
		}
		e, err := contract.EventByID(common.HexToHash(l.Topics[0]))
		require.NoError(t, err)
		words := []string{name + e.RawName}
		for _, topic := range l.Topics[1:] {
			h := common.HexToHash(topic)
			if h.Big().IsUint64() {
				words = append(words, h.Big().String())
				continue
			}
			words = append(words, short(common.BytesToAddress(h[:])))
		}
		values, err := e.Inputs.NonIndexed().Unpack(l.Data)
		require.NoError(t, err)
		for _, v := range values {
			if a, ok := v.(common.Address); ok {
				v = short(a)
			}
			words = append(words, fmt.Sprint(v))
		}
		out = append(out, strings.Join(words, " "))
	}
	return out
}

func short(a common.Address) string { return a.Hex()[:6] }

// deploy puts code at an address, with coins.
func (c *chain) deploy(from apptest.Account, p *program.Program, coins int64) common.Address {
	c.t.Helper()
	at := ethcrypto.CreateAddress(from.EVM(), c.nonce[from.EVM()])
	c.nonce[from.EVM()]++
	r := c.receipt(c.Deliver(c.EVM(from, apptest.EVMTx{Data: program.New().ReturnViaCodeCopy(p.Bytes()).Bytes()}))[0])
	require.False(c.t, r.Failed(), r.VmError)
	if coins > 0 {
		r = c.run(from, at, coins, nil)
		require.False(c.t, r.Failed(), r.VmError)
	}
	return at
}

// step is a call that a contract makes.
type step struct {
	to    common.Address
	value int64
	data  []byte
	// mayFail lets the contract go on if the call fails.
	mayFail bool
	op      vm.OpCode // CALL if zero
}

// actor is a contract that makes calls when it is called with data, and reverts
// with what one of them reverted with. Asked whether it receives shares or value,
// it makes other calls, and says yes. It takes coins.
func actor(steps, asked []step) *program.Program {
	p := program.New()
	jumpUnless(p, func() { p.Op(vm.CALLDATASIZE, vm.ISZERO) }, func() { p.Op(vm.STOP) })
	for _, sig := range []string{"onERC3525Received(address,uint256,uint256,uint256,bytes)", "onERC721Received(address,address,uint256,bytes)"} {
		magic := ethcrypto.Keccak256([]byte(sig))[:4]
		jumpUnless(p, selector(p, magic), func() {
			calls(p, asked)
			p.Push(common.RightPadBytes(magic, 32)).Push0().Op(vm.MSTORE).Return(0, 32)
		})
	}
	jumpUnless(p, selector(p, []byte{0x01, 0xff, 0xc9, 0xa7}), func() {
		p.Push(1).Push0().Op(vm.MSTORE).Return(0, 32)
	})
	calls(p, steps)
	return p.Op(vm.STOP)
}

// refusing is an actor that reverts when it is asked.
func refusing(steps []step) *program.Program {
	nowhere := step{to: market.Address, data: []byte{1, 2, 3, 4}}
	return actor(steps, []step{nowhere})
}

func selector(p *program.Program, magic []byte) func() {
	return func() { p.Push0().Op(vm.CALLDATALOAD).Push(0xe0).Op(vm.SHR).Push(magic).Op(vm.EQ) }
}

// jumpUnless runs then if condition leaves other than zero.
func jumpUnless(p *program.Program, condition, then func()) {
	condition()
	p.Op(vm.ISZERO)
	at := p.Size()
	p.Append([]byte{byte(vm.PUSH2), 0, 0, byte(vm.JUMPI)})
	then()
	end := p.Size()
	p.Op(vm.JUMPDEST)
	p.Bytes()[at+1], p.Bytes()[at+2] = byte(end>>8), byte(end)
}

func calls(p *program.Program, steps []step) {
	for _, s := range steps {
		if len(s.data) > 0 {
			p.Mstore(s.data, 0)
		}
		switch s.op {
		case vm.DELEGATECALL:
			p.DelegateCall(nil, s.to, 0, len(s.data), 0, 0)
		case vm.CALLCODE:
			p.CallCode(nil, s.to, uint64(s.value), 0, len(s.data), 0, 0)
		default:
			p.Call(nil, s.to, uint64(s.value), 0, len(s.data), 0, 0)
		}
		if s.mayFail {
			p.Op(vm.POP)
			continue
		}
		jumpUnless(p, func() { p.Op(vm.ISZERO) }, func() {
			p.Op(vm.RETURNDATASIZE).Push0().Push0().Op(vm.RETURNDATACOPY)
			p.Op(vm.RETURNDATASIZE).Push0().Op(vm.REVERT)
		})
	}
}
