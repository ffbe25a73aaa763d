package proxy_test

import (
	"encoding/json"
	"math/big"
	"testing"

	"github.com/cosmos/cosmos-sdk/codec"
	evmtypes "github.com/cosmos/evm/x/vm/types"
	"github.com/ethereum/go-ethereum/common"
	ethcrypto "github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/app"
	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/precompile/contracttest"
	"github.com/weal-network/weal/x402"
	"github.com/weal-network/weal/x402/proxy"
)

// TestCodeIsPinned: the code is part of the genesis, so that a change of it makes
// another chain.
func TestCodeIsPinned(t *testing.T) {
	require.Equal(t, pinned, ethcrypto.Keccak256Hash(proxy.Code()).Hex())
}

// chain is a network with the contract, and a payer who lets Permit2 move its coins.
type chain struct {
	*contracttest.Chain
	payer, seller, sender apptest.Account
	token                 common.Address
}

func newChain(t *testing.T) *chain {
	t.Helper()
	install := func(cdc codec.JSONCodec, state map[string]json.RawMessage) {
		var g evmtypes.GenesisState
		cdc.MustUnmarshalJSON(state[evmtypes.ModuleName], &g)
		for _, p := range g.Preinstalls {
			if common.HexToAddress(p.Address) == proxy.Address {
				return
			}
		}
		g.Preinstalls = append(g.Preinstalls, proxy.Preinstall())
		state[evmtypes.ModuleName] = cdc.MustMarshalJSON(&g)
	}
	c := &chain{Chain: contracttest.New(t, apptest.Genesis(install)), token: common.HexToAddress(app.WrappedCoin)}
	c.payer, c.seller, c.sender = c.Accounts[0], c.Accounts[1], c.Accounts[2]
	approve := append(ethcrypto.Keccak256([]byte("approve(address,uint256)"))[:4], common.LeftPadBytes(common.HexToAddress(x402.Permit2Address).Bytes(), 32)...)
	r := c.Run(c.payer, c.token, append(approve, common.LeftPadBytes(big.NewInt(1_000_000).Bytes(), 32)...))
	require.False(t, r.Failed(), r.Reason())
	return c
}

// permit is one that the payer signed, after change.
func (c *chain) permit(nonce uint64, change func(*x402.Permit)) *x402.Permit {
	p := &x402.Permit{}
	a := &p.Permit2
	a.From, a.Permitted.Token, a.Spender, a.Witness.To = c.payer.EVM(), c.token, proxy.Address, c.seller.EVM()
	a.Permitted.Amount.SetInt64(1000)
	a.Nonce.SetUint64(nonce)
	a.Deadline.SetInt64(c.Now().Unix() + 100)
	if change != nil {
		change(p)
	}
	digest := p.Digest()
	sig, err := ethcrypto.Sign(digest[:], c.payer.ECDSA())
	require.NoError(c.T, err)
	sig[64] += 27
	p.Signature = sig
	require.True(c.T, p.Signed())
	return p
}

func (c *chain) used(p *x402.Permit) bool {
	c.T.Helper()
	answer, err := c.Call(c.sender, common.HexToAddress(x402.Permit2Address), p.NonceCall())
	require.NoError(c.T, err)
	return p.Used(answer)
}

func (c *chain) number(call []byte) int64 {
	c.T.Helper()
	answer, err := c.Call(c.sender, c.token, call)
	require.NoError(c.T, err)
	return new(big.Int).SetBytes(answer).Int64()
}

func TestSettle(t *testing.T) {
	c := newChain(t)
	p := c.permit(1<<40+7, nil)
	require.False(t, c.used(p))
	require.EqualValues(t, 1_000_000, c.number(p.AllowanceCall()))
	had, got := c.Balance(c.payer.EVM()), c.Balance(c.seller.EVM())
	r := c.Run(c.sender, proxy.Address, p.Settle())
	require.False(t, r.Failed(), r.Reason())
	require.EqualValues(t, 1000, new(big.Int).Sub(had, c.Balance(c.payer.EVM())).Int64())
	require.EqualValues(t, 1000, new(big.Int).Sub(c.Balance(c.seller.EVM()), got).Int64())
	require.EqualValues(t, 999_000, c.number(p.AllowanceCall()))
	require.True(t, c.used(p))
	last := r.Logs[len(r.Logs)-1]
	require.Equal(t, x402.EventSettled.Hex(), last.Topics[0])
	require.Equal(t, proxy.Address.Hex(), last.Address)

	r = c.Run(c.sender, proxy.Address, p.Settle())
	require.True(t, r.Failed(), "a nonce pays once")
	require.Equal(t, ethcrypto.Keccak256([]byte("InvalidNonce()"))[:4], r.Ret[:4], "what Permit2 says is passed on")

	out, err := c.Call(c.sender, proxy.Address, x402.SelectorPermit2[:])
	require.NoError(t, err)
	require.Equal(t, common.HexToAddress(x402.Permit2Address), common.BytesToAddress(out))
}

// TestNothingElseIsMoved: whoever sends it can change nothing that was signed, and
// what cannot be moved moves nothing.
func TestNothingElseIsMoved(t *testing.T) {
	c := newChain(t)
	thief := c.sender.EVM()
	for name, change := range map[string]func(p *x402.Permit){
		"another recipient": func(p *x402.Permit) { p.Permit2.Witness.To = thief },
		"more":              func(p *x402.Permit) { p.Permit2.Permitted.Amount.SetInt64(1001) },
		"less":              func(p *x402.Permit) { p.Permit2.Permitted.Amount.SetInt64(999) },
		"another nonce":     func(p *x402.Permit) { p.Permit2.Nonce.SetInt64(99) },
		"a later deadline":  func(p *x402.Permit) { p.Permit2.Deadline.SetInt64(1 << 40) },
		"another payer":     func(p *x402.Permit) { p.Permit2.From = c.seller.EVM() },
		"another time":      func(p *x402.Permit) { p.Permit2.Witness.ValidAfter.SetInt64(1) },
		"another token":     func(p *x402.Permit) { p.Permit2.Permitted.Token = c.seller.EVM() },
		"another signature": func(p *x402.Permit) { p.Signature[3] ^= 1 },
		"no signature":      func(p *x402.Permit) { p.Signature = nil },
		"a long signature":  func(p *x402.Permit) { p.Signature = make([]byte, 5000) },
	} {
		p := c.permit(1, nil)
		change(p)
		c.refuses(name, p.Settle())
	}
	for name, change := range map[string]func(p *x402.Permit){
		"too early":         func(p *x402.Permit) { p.Permit2.Witness.ValidAfter.SetInt64(c.Now().Unix() + 1000) },
		"too late":          func(p *x402.Permit) { p.Permit2.Deadline.SetInt64(c.Now().Unix() - 100) },
		"beyond allowance":  func(p *x402.Permit) { p.Permit2.Permitted.Amount.SetInt64(1_000_001) },
		"for another proxy": func(p *x402.Permit) { p.Permit2.Spender = thief },
	} {
		c.refuses(name, c.permit(2, change).Settle())
	}
	good := c.permit(3, nil).Settle()
	c.refuses("cut", good[:len(good)-70])
	c.refuses("nothing", nil)
	c.refuses("half a selector", good[:3])
	c.refuses("unknown function", append([]byte{1, 2, 3, 4}, good[4:]...))
	early := c.permit(4, func(p *x402.Permit) { p.Permit2.Witness.ValidAfter.SetInt64(c.Now().Unix() + 1000) })
	r := c.Run(c.sender, proxy.Address, early.Settle())
	require.Equal(t, x402.ErrorTooEarly[:], r.Ret)
	require.True(t, c.Pay(c.sender, proxy.Address, 5, good).Failed(), "it takes no coins")
	require.False(t, c.Run(c.sender, proxy.Address, good).Failed(), "the same, untouched, is settled")
}

func (c *chain) refuses(name string, input []byte) {
	c.T.Helper()
	had, got, kept := c.Balance(c.payer.EVM()), c.Balance(c.seller.EVM()), c.Balance(proxy.Address)
	r := c.Run(c.sender, proxy.Address, input)
	require.True(c.T, r.Failed(), name)
	require.Zero(c.T, had.Cmp(c.Balance(c.payer.EVM())), name)
	require.Zero(c.T, got.Cmp(c.Balance(c.seller.EVM())), name)
	require.Zero(c.T, kept.Cmp(c.Balance(proxy.Address)), name)
}

const pinned = "0xd5b4d6e262775a3f7de94baa1293c3e5ea41f777315a6b2574a58776f2ed3152"
