package asset_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"math/big"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	evmtypes "github.com/cosmos/evm/x/vm/types"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
	ethcrypto "github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/precompile/asset"
	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
)

// chain is a network whose accounts call the contract.
type chain struct {
	*apptest.Net
	t     *testing.T
	nonce map[common.Address]uint64
}

func newChain(t *testing.T, opts ...apptest.Option) *chain {
	t.Helper()
	return &chain{Net: apptest.New(t, opts...), t: t, nonce: map[common.Address]uint64{}}
}

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

// run sends data to a contract in a block of its own.
func (c *chain) run(from apptest.Account, to common.Address, data []byte) receipt {
	c.t.Helper()
	c.nonce[from.EVM()]++
	return c.receipt(c.Deliver(c.EVM(from, apptest.EVMTx{To: &to, Data: data, Gas: 20_000_000}))[0])
}

// send calls a function of the contract in a transaction.
func (c *chain) send(from apptest.Account, signature string, args ...any) receipt {
	c.t.Helper()
	return c.run(from, asset.Address, call(c.t, signature, args...))
}

// must is send that succeeds.
func (c *chain) must(from apptest.Account, signature string, args ...any) receipt {
	c.t.Helper()
	r := c.send(from, signature, args...)
	require.False(c.t, r.Failed(), r.reason())
	return r
}

// deploy puts code at an address.
func (c *chain) deploy(from apptest.Account, p *program.Program) common.Address {
	c.t.Helper()
	at := ethcrypto.CreateAddress(from.EVM(), c.nonce[from.EVM()])
	c.nonce[from.EVM()]++
	r := c.receipt(c.Deliver(c.EVM(from, apptest.EVMTx{Data: program.New().ReturnViaCodeCopy(p.Bytes()).Bytes()}))[0])
	require.False(c.t, r.Failed(), r.VmError)
	return at
}

// view calls a function as eth_call does; reason is the text of a revert.
func (c *chain) view(from apptest.Account, signature string, args ...any) (values []any, reason string) {
	c.t.Helper()
	out, err := c.Call(from, asset.Address, call(c.t, signature, args...))
	var revert *apptest.Revert
	if errors.As(err, &revert) {
		text, err := abi.UnpackRevert(revert.Data)
		require.NoError(c.t, err, "a revert says why")
		return nil, text
	}
	require.NoError(c.t, err)
	values, err = solidity.Assets.Unpack(signature, out)
	require.NoError(c.t, err)
	return values, ""
}

// is checks what a view returns.
func (c *chain) is(want any, signature string, args ...any) {
	c.t.Helper()
	values, reason := c.view(c.Accounts[0], signature, args...)
	require.Empty(c.t, reason)
	if n, ok := values[0].(*big.Int); ok {
		require.Equal(c.t, want, int(n.Int64()), signature)
		return
	}
	require.Equal(c.t, want, values[0], signature)
}

// register makes an asset of the account's and returns it and its first share.
func (c *chain) register(maker apptest.Account, units uint64, parents ...solidity.Royalty) (assetID, share *big.Int) {
	c.t.Helper()
	r := c.must(maker, solidity.RegisterSignature, registration(units, parents...))
	out, err := solidity.Assets.Unpack(solidity.RegisterSignature, r.Ret)
	require.NoError(c.t, err)
	return out[0].(*big.Int), out[1].(*big.Int)
}

func call(t *testing.T, signature string, args ...any) []byte {
	t.Helper()
	data, err := solidity.Assets.Pack(signature, args...)
	require.NoError(t, err)
	return data
}

func registration(units uint64, parents ...solidity.Royalty) solidity.Registration {
	seed := sha256.Sum256([]byte("receipts"))
	return solidity.Registration{
		Kind: uint8(types.KindData), Manifest: [32]byte{1}, Uri: "https://example.org/m.json",
		Key: pay.PublicKey(ed25519.NewKeyFromSeed(seed[:])), Units: units, Parents: parents,
		Prices: []solidity.Price{{Unit: "passage", Denom: types.BaseDenom, Amount: big.NewInt(5)}},
		Denoms: []string{types.BaseDenom},
	}
}

func big1(n int64) *big.Int { return big.NewInt(n) }

// step is a call that a script makes.
type step struct {
	to    common.Address
	value int64
	data  []byte
	// mayFail lets the script go on if the call fails.
	mayFail bool
	op      vm.OpCode // CALL if zero
}

// script is a contract that makes calls one after the other, and reverts with
// what a call reverted with. A payment to it makes no calls.
func script(end vm.OpCode, steps ...step) *program.Program {
	p := program.New()
	for _, s := range steps {
		if len(s.data) > 0 {
			p.Mstore(s.data, 0)
		}
		switch s.op {
		case vm.DELEGATECALL:
			p.DelegateCall(nil, s.to, 0, len(s.data), 0, 0)
		case vm.STATICCALL:
			p.StaticCall(nil, s.to, 0, len(s.data), 0, 0)
		case vm.CALLCODE:
			p.CallCode(nil, s.to, 0, 0, len(s.data), 0, 0)
		default:
			p.Call(nil, s.to, uint64(s.value), 0, len(s.data), 0, 0)
		}
		if s.mayFail {
			p.Op(vm.POP)
			continue
		}
		bubble(p)
	}
	if end == vm.REVERT {
		return p.Push0().Push0().Op(vm.REVERT)
	}
	return p.Op(end)
}

// bubble reverts with the return data if the top of the stack is zero.
func bubble(p *program.Program) {
	// success: jump over the revert, which is eight bytes and a destination
	at := p.Size() + 3 + 1
	p.Append([]byte{byte(vm.PUSH2), byte((at + 7) >> 8), byte(at + 7), byte(vm.JUMPI)})
	p.Op(vm.RETURNDATASIZE).Push0().Push0().Op(vm.RETURNDATACOPY)
	p.Op(vm.RETURNDATASIZE).Push0().Op(vm.REVERT, vm.JUMPDEST)
}
