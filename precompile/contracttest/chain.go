package contracttest

import (
	"errors"
	"math/big"
	"strings"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	evmtypes "github.com/cosmos/evm/x/vm/types"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm/program"
	ethcrypto "github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/precompile/solidity"
)

// Gas is the limit of the transactions that Run sends.
const Gas = 20_000_000

// Chain is a network whose accounts call contracts.
type Chain struct {
	*apptest.Net
	// T is the test, or the subtest, that runs.
	T *testing.T
}

// New starts a network.
func New(t *testing.T, opts ...apptest.Option) *Chain {
	t.Helper()
	return &Chain{Net: apptest.New(t, opts...), T: t}
}

// Receipt is what an EVM transaction came to.
type Receipt struct {
	*evmtypes.MsgEthereumTxResponse
}

// Reason returns the text of a revert.
func (r Receipt) Reason() string {
	text, err := abi.UnpackRevert(r.Ret)
	if err != nil {
		return r.VmError
	}
	return text
}

// Receipt reads the result of an EVM transaction.
func (c *Chain) Receipt(res *abci.ExecTxResult) Receipt {
	c.T.Helper()
	require.Zero(c.T, res.Code, res.Log)
	out, err := evmtypes.DecodeTxResponse(res.Data)
	require.NoError(c.T, err)
	return Receipt{out}
}

// Run sends data to a contract.
func (c *Chain) Run(from apptest.Account, to common.Address, data []byte) Receipt {
	c.T.Helper()
	return c.Pay(from, to, 0, data)
}

// Pay is Run with coins.
func (c *Chain) Pay(from apptest.Account, to common.Address, value int64, data []byte) Receipt {
	c.T.Helper()
	tx := apptest.EVMTx{To: &to, Data: data, Value: big.NewInt(value), Gas: Gas}
	return c.Receipt(c.Deliver(c.EVM(from, tx))[0])
}

// Deploy puts code at an address.
func (c *Chain) Deploy(from apptest.Account, p *program.Program) common.Address {
	c.T.Helper()
	at := ethcrypto.CreateAddress(from.EVM(), c.App().AccountKeeper.GetAccount(c.Context(), from.Cosmos()).GetSequence())
	r := c.Receipt(c.Deliver(c.EVM(from, apptest.EVMTx{Data: program.New().ReturnViaCodeCopy(p.Bytes()).Bytes()}))[0])
	require.False(c.T, r.Failed(), r.VmError)
	return at
}

// Balance returns what an account has of the chain's coin.
func (c *Chain) Balance(a common.Address) *big.Int {
	return c.App().BankKeeper.GetBalance(c.Context(), a.Bytes(), "aweal").Amount.BigInt()
}

// Contract is a contract of the chain's, at an address.
type Contract struct {
	solidity.Contract
	Address common.Address
	chain   *Chain
}

// At returns a contract with an interface.
func (c *Chain) At(at common.Address, i solidity.Contract) Contract { return Contract{i, at, c} }

// Input encodes a call.
func (k Contract) Input(signature string, args ...any) []byte {
	k.chain.T.Helper()
	data, err := k.Pack(signature, args...)
	require.NoError(k.chain.T, err)
	return data
}

// Send calls a function in a transaction.
func (k Contract) Send(from apptest.Account, signature string, args ...any) Receipt {
	k.chain.T.Helper()
	return k.chain.Run(from, k.Address, k.Input(signature, args...))
}

// Must is Send that succeeds.
func (k Contract) Must(from apptest.Account, signature string, args ...any) Receipt {
	k.chain.T.Helper()
	r := k.Send(from, signature, args...)
	require.False(k.chain.T, r.Failed(), "%s: %s", signature, r.Reason())
	return r
}

// View calls a function as eth_call does; reason is the text of a revert.
func (k Contract) View(from apptest.Account, signature string, args ...any) (values []any, reason string) {
	k.chain.T.Helper()
	out, err := k.chain.Call(from, k.Address, k.Input(signature, args...))
	var revert *apptest.Revert
	if errors.As(err, &revert) {
		text, err := abi.UnpackRevert(revert.Data)
		require.NoError(k.chain.T, err, "a revert says why")
		return nil, text
	}
	require.NoError(k.chain.T, err)
	values, err = k.Unpack(signature, out)
	require.NoError(k.chain.T, err)
	return values, ""
}

// Is checks what a view returns. Numbers that fit are compared as int.
func (k Contract) Is(want any, signature string, args ...any) {
	k.chain.T.Helper()
	values, reason := k.View(k.chain.Accounts[0], signature, args...)
	require.Empty(k.chain.T, reason, signature)
	got := values[0]
	if n, ok := got.(*big.Int); ok && n.IsInt64() {
		got = int(n.Int64())
	}
	require.Equal(k.chain.T, want, got, signature)
}

// Logs returns the events of a receipt, as their names with their words. All are
// this contract's.
func (k Contract) Logs(r Receipt) []string {
	k.chain.T.Helper()
	var out []string
	for _, l := range r.Logs {
		require.Equal(k.chain.T, k.Address.Hex(), l.Address)
		out = append(out, k.Event(l))
	}
	return out
}

// Event returns a log as the event's name with its words.
func (k Contract) Event(l *evmtypes.Log) string {
	k.chain.T.Helper()
	e, err := k.ABI.EventByID(common.HexToHash(l.Topics[0]))
	require.NoError(k.chain.T, err)
	words := []string{e.RawName}
	for _, topic := range l.Topics[1:] {
		words = append(words, word(common.HexToHash(topic)))
	}
	values, err := e.Inputs.NonIndexed().Unpack(l.Data)
	require.NoError(k.chain.T, err)
	for _, v := range values {
		if n, ok := v.(*big.Int); ok {
			words = append(words, n.String())
		}
	}
	return strings.Join(words, " ")
}

// word is a number, or an address as Short has it.
func word(h common.Hash) string {
	if n := h.Big(); n.IsUint64() {
		return n.String()
	}
	return Short(common.BytesToAddress(h[:]))
}

// Short is an address as its first byte.
func Short(a common.Address) string { return a.Hex()[:6] }

// Big returns n as package abi wants it.
func Big(n int64) *big.Int { return big.NewInt(n) }
