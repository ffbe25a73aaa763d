package council_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"math/big"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	evmtypes "github.com/cosmos/evm/x/vm/types"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
	ethcrypto "github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/precompile/asset"
	"github.com/weal-network/weal/precompile/council"
	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
)

// The functions of the contract of assets that tests here call.
const (
	sigSplit         = "transferFrom(uint256,address,uint256)"
	sigGive          = "transferFrom(address,address,uint256)"
	sigSetController = "setController(uint256,address)"
)

// The states of a proposal.
const (
	pending uint8 = iota + 1
	voting
	locked
	ready
	executed
	defeated
	canceled
	expired
)

const (
	yes uint8 = iota + 1
	no
	abstain
)

// quick are rules of a council that does not want to wait: a minute of voting, a
// minute of lock and an hour of grace.
var quick = solidity.CouncilRules{Quorum: 3_334, Threshold: 5_000, Propose: 100, VotingSeconds: 60, LockSeconds: 60, GraceSeconds: 3600}

// chain is a network whose accounts call contracts.
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

// tx signs a call.
func (c *chain) tx(from apptest.Account, to common.Address, value int64, data []byte) []byte {
	c.t.Helper()
	c.nonce[from.EVM()]++
	return c.EVM(from, apptest.EVMTx{To: &to, Value: big.NewInt(value), Data: data, Gas: 10_000_000})
}

// run sends data to a contract in a block of its own.
func (c *chain) run(from apptest.Account, to common.Address, data []byte) receipt {
	c.t.Helper()
	return c.receipt(c.Deliver(c.tx(from, to, 0, data))[0])
}

// send calls a function of the council in a transaction.
func (c *chain) send(from apptest.Account, signature string, args ...any) receipt {
	c.t.Helper()
	return c.run(from, council.Address, c.call(signature, args...))
}

// must is send that succeeds.
func (c *chain) must(from apptest.Account, signature string, args ...any) receipt {
	c.t.Helper()
	r := c.send(from, signature, args...)
	require.False(c.t, r.Failed(), r.reason())
	return r
}

// assets calls a function of the contract of assets, which succeeds.
func (c *chain) assets(from apptest.Account, signature string, args ...any) receipt {
	c.t.Helper()
	r := c.run(from, asset.Address, c.assetCall(signature, args...))
	require.False(c.t, r.Failed(), r.reason())
	return r
}

// nextContract returns where the next contract of an account will be.
func (c *chain) nextContract(from apptest.Account) common.Address {
	return ethcrypto.CreateAddress(from.EVM(), c.nonce[from.EVM()])
}

// deploy puts code at an address.
func (c *chain) deploy(from apptest.Account, p *program.Program) common.Address {
	c.t.Helper()
	at := c.nextContract(from)
	c.nonce[from.EVM()]++
	r := c.receipt(c.Deliver(c.EVM(from, apptest.EVMTx{Data: program.New().ReturnViaCodeCopy(p.Bytes()).Bytes()}))[0])
	require.False(c.t, r.Failed(), r.VmError)
	return at
}

// call encodes a call of the council.
func (c *chain) call(signature string, args ...any) []byte {
	c.t.Helper()
	data, err := solidity.Council.Pack(signature, args...)
	require.NoError(c.t, err)
	return data
}

// assetCall encodes a call of the contract of assets.
func (c *chain) assetCall(signature string, args ...any) []byte {
	c.t.Helper()
	data, err := solidity.Assets.Pack(signature, args...)
	require.NoError(c.t, err)
	return data
}

// ask calls a view of a contract, as eth_call does; reason is the text of a revert.
func (c *chain) ask(of solidity.Contract, at common.Address, signature string, args ...any) (values []any, reason string) {
	c.t.Helper()
	data, err := of.Pack(signature, args...)
	require.NoError(c.t, err)
	out, err := c.Call(c.Accounts[0], at, data)
	var revert *apptest.Revert
	if errors.As(err, &revert) {
		text, err := abi.UnpackRevert(revert.Data)
		require.NoError(c.t, err, "a revert says why")
		return nil, text
	}
	require.NoError(c.t, err)
	values, err = of.Unpack(signature, out)
	require.NoError(c.t, err)
	return values, ""
}

// is checks what a view of the council returns.
func (c *chain) is(want any, signature string, args ...any) {
	c.t.Helper()
	values, reason := c.ask(solidity.Council, council.Address, signature, args...)
	require.Empty(c.t, reason)
	require.Equal(c.t, want, plain(values[0]), signature)
}

// asset checks what a view of the contract of assets returns.
func (c *chain) asset(want any, signature string, args ...any) {
	c.t.Helper()
	values, reason := c.ask(solidity.Assets, asset.Address, signature, args...)
	require.Empty(c.t, reason)
	require.Equal(c.t, want, plain(values[0]), signature)
}

// plain makes a number an int.
func plain(v any) any {
	if n, ok := v.(*big.Int); ok {
		return int(n.Int64())
	}
	return v
}

// get returns a proposal.
func (c *chain) get(id *big.Int) solidity.CouncilProposal {
	c.t.Helper()
	values, reason := c.ask(solidity.Council, council.Address, "proposal(uint256)", id)
	require.Empty(c.t, reason)
	return *abi.ConvertType(values[0], new(solidity.CouncilProposal)).(*solidity.CouncilProposal)
}

// found makes an asset of maker's with quick rules, and shares of it: maker keeps
// what is left of 1,000 units.
func (c *chain) found(maker apptest.Account, rules solidity.CouncilRules, sold ...holding) (id *big.Int, shares []*big.Int) {
	c.t.Helper()
	r := c.assets(maker, solidity.RegisterSignature, registration())
	out, err := solidity.Assets.Unpack(solidity.RegisterSignature, r.Ret)
	require.NoError(c.t, err)
	id, shares = out[0].(*big.Int), []*big.Int{out[1].(*big.Int)}
	c.must(maker, solidity.SetRulesSignature, id, rules)
	for _, s := range sold {
		r := c.assets(maker, sigSplit, shares[0], s.owner, big.NewInt(s.units))
		out, err := solidity.Assets.Unpack(sigSplit, r.Ret)
		require.NoError(c.t, err)
		shares = append(shares, out[0].(*big.Int))
	}
	return id, shares
}

type holding struct {
	owner common.Address
	units int64
}

// propose makes a proposal of calls.
func (c *chain) propose(from apptest.Account, id, share *big.Int, calls ...solidity.CouncilCall) *big.Int {
	c.t.Helper()
	r := c.must(from, solidity.ProposeSignature, id, calls, "A title", "https://example.org/why", []*big.Int{share})
	return new(big.Int).SetBytes(r.Ret)
}

func (c *chain) vote(from apptest.Account, proposal *big.Int, choice uint8, shares ...*big.Int) {
	c.t.Helper()
	c.must(from, "vote(uint256,uint8,uint256[])", proposal, choice, shares)
}

// pass lets a proposal that is being voted on pass, and its lock.
func (c *chain) pass(proposal *big.Int) {
	c.t.Helper()
	c.Advance(12, 6*time.Second)
	c.is(locked, "state(uint256)", proposal)
	c.Advance(12, 6*time.Second)
	c.is(ready, "state(uint256)", proposal)
}

func (c *chain) balance(a common.Address) *big.Int {
	return c.App().BankKeeper.GetBalance(c.Context(), a.Bytes(), types.BaseDenom).Amount.BigInt()
}

// gains returns how much more an account has after f.
func (c *chain) gains(a common.Address, f func()) int64 {
	before := c.balance(a)
	f()
	return new(big.Int).Sub(c.balance(a), before).Int64()
}

// treasury is an asset's own account.
func treasury(id *big.Int) common.Address { return types.AssetAccount(types.AssetID(id.Uint64())) }

// act is a call of a proposal.
func act(to common.Address, value int64, data []byte) solidity.CouncilCall {
	if data == nil {
		data = []byte{}
	}
	return solidity.CouncilCall{To: to, Value: big.NewInt(value), Data: data}
}

func registration() solidity.Registration {
	seed := sha256.Sum256([]byte("receipts"))
	return solidity.Registration{
		Kind: uint8(types.KindData), Manifest: [32]byte{1}, Uri: "https://example.org/m.json",
		Key: pay.PublicKey(ed25519.NewKeyFromSeed(seed[:])), Units: 1000,
		Prices: prices(5), Denoms: []string{types.BaseDenom}, Parents: []solidity.Royalty{},
		Licence: solidity.Licence{Slots: []*big.Int{}},
	}
}

func prices(passage int64) []solidity.Price {
	return []solidity.Price{{Unit: "passage", Denom: types.BaseDenom, Amount: big.NewInt(passage)}}
}

// update is a new version with another price.
func update(passage int64) solidity.Update {
	return solidity.Update{
		Manifest: [32]byte{2}, Uri: "https://example.org/m2.json", Prices: prices(passage),
		Licence: solidity.Licence{Slots: []*big.Int{}},
	}
}

// step is a call that a script makes.
type step struct {
	to      common.Address
	data    []byte
	mayFail bool
}

// script is a contract that makes calls one after the other, and reverts with
// what a call reverted with.
func script(steps ...step) *program.Program {
	p := program.New()
	for _, s := range steps {
		if len(s.data) > 0 {
			p.Mstore(s.data, 0)
		}
		p.Call(nil, s.to, uint64(0), 0, len(s.data), 0, 0)
		if s.mayFail {
			p.Op(vm.POP)
			continue
		}
		at := p.Size() + 3 + 1
		p.Append([]byte{byte(vm.PUSH2), byte((at + 7) >> 8), byte(at + 7), byte(vm.JUMPI)})
		p.Op(vm.RETURNDATASIZE).Push0().Push0().Op(vm.RETURNDATACOPY)
		p.Op(vm.RETURNDATASIZE).Push0().Op(vm.REVERT, vm.JUMPDEST)
	}
	return p.Op(vm.STOP)
}

// names lists the events of a receipt, of the council and of assets.
func names(t *testing.T, r receipt) (all []string) {
	t.Helper()
	for _, l := range r.Logs {
		contract := solidity.Assets.ABI
		if common.HexToAddress(l.Address) == council.Address {
			contract = solidity.Council.ABI
		}
		e, err := contract.EventByID(common.HexToHash(l.Topics[0]))
		require.NoError(t, err)
		all = append(all, e.RawName)
	}
	return all
}

// give sends coins by the bank.
func (c *chain) give(from apptest.Account, to common.Address, coin sdk.Coin) error {
	c.nonce[from.EVM()]++
	res := c.Deliver(c.Cosmos(from, &banktypes.MsgSend{
		FromAddress: from.String(), ToAddress: sdk.AccAddress(to.Bytes()).String(), Amount: sdk.NewCoins(coin),
	}))[0]
	if res.Code != 0 {
		return errors.New(res.Log)
	}
	return nil
}
