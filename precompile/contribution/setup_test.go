package contribution_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/precompile/asset"
	"github.com/weal-network/weal/precompile/contracttest"
	"github.com/weal-network/weal/precompile/contribution"
	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
	tabtypes "github.com/weal-network/weal/x/tab/types"
)

const (
	aweal = types.BaseDenom
	uusd  = "uusd"

	sigContribute = "contribute(uint256,bytes32,uint64,string,uint64,uint256)"
	sigWithdraw   = "withdraw(uint256)"
	sigAccept     = "accept(uint256[])"
	sigReject     = "reject(uint256[],bool)"
	sigDistribute = "distribute(uint256,string,uint256,uint256[],uint64[],bytes32)"
	sigClaim      = "claim(uint256[])"
	sigClaimable  = "claimable(uint256,string)"
	sigWaiting    = "waiting(uint256,string)"
	sigPot        = "potOf(uint256)"
	sigGet        = "getContribution(uint256)"

	sigApprove = "approve(uint256,address,uint256)"
	sigGive    = "transferFrom(address,address,uint256)"
	sigSplit   = "transferFrom(uint256,address,uint256)"

	uri = "https://example.org/corpus"
	// deposit is what proposals pay in tests.
	deposit = 500
)

// The admissions of terms.
const (
	closed uint8 = iota
	review
	credential
)

// chain is a network with an asset: the maker owns its 1,000 units in share 1,
// the pot, and lets 600 of them be granted, 10 a chunk. The steward decides.
type chain struct {
	*contracttest.Chain
	assets, room                           contracttest.Contract
	maker, steward, alice, bob, eve, payer apptest.Account
}

var number = contracttest.Big

func newChain(t *testing.T, opts ...apptest.Option) *chain {
	t.Helper()
	coins := apptest.WEAL(1000).Add(sdk.NewInt64Coin(uusd, 1_000_000_000_000_000_000))
	c := &chain{Chain: contracttest.New(t, append(opts, apptest.Balance(coins))...)}
	c.assets, c.room = c.At(asset.Address, solidity.Assets), c.At(contribution.Address, solidity.Contributions)
	a := c.Accounts
	c.maker, c.steward, c.alice, c.bob, c.eve, c.payer = a[0], a[1], a[2], a[3], a[4], a[5]
	return c
}

// withAsset makes the asset, under terms that change.
func withAsset(t *testing.T, change func(*solidity.ContributionTerms)) *chain {
	t.Helper()
	c := newChain(t)
	c.register(1000)
	c.assets.Must(c.maker, sigApprove, number(1), contribution.Address, number(600))
	c.room.Must(c.maker, solidity.SetTermsSignature, number(1), c.terms(change))
	return c
}

// terms are those of the tests, changed.
func (c *chain) terms(change func(*solidity.ContributionTerms)) solidity.ContributionTerms {
	t := solidity.ContributionTerms{
		Admission: review, Steward: c.steward.EVM(), Pot: number(1), UnitsPerChunk: 10, Part: 5_000, Split: 2, Deposit: number(deposit),
	}
	if change != nil {
		change(&t)
	}
	return t
}

// register makes an asset of the maker's, which earns in both denominations.
func (c *chain) register(units uint64) {
	c.T.Helper()
	seed := sha256.Sum256([]byte("receipts"))
	c.assets.Must(c.maker, solidity.RegisterSignature, solidity.Registration{
		Kind: uint8(types.KindData), Manifest: [32]byte{1}, Uri: "https://example.org/m.json",
		Key: pay.PublicKey(ed25519.NewKeyFromSeed(seed[:])), Units: units,
		Denoms: []string{aweal, uusd}, Parents: []solidity.Royalty{},
		Prices: []solidity.Price{{Unit: "passage", Denom: aweal, Amount: number(5)}},
	})
}

// contribute sends a proposal with its deposit.
func (c *chain) contribute(from apptest.Account, root byte, chunks uint64) contracttest.Receipt {
	c.T.Helper()
	return c.Pay(from, contribution.Address, deposit, c.room.Input(sigContribute, number(1), [32]byte{root}, chunks, uri, uint64(0), number(0)))
}

// accepted makes contributions that are accepted, of one chunk each and more.
func (c *chain) accepted(from ...apptest.Account) (ids []*big.Int) {
	c.T.Helper()
	for i, a := range from {
		r := c.contribute(a, byte(i+1), uint64(i+1))
		require.False(c.T, r.Failed(), r.Reason())
		out, err := solidity.Contributions.Unpack(sigContribute, r.Ret)
		require.NoError(c.T, err)
		ids = append(ids, out[0].(*big.Int))
	}
	c.room.Must(c.steward, sigAccept, ids)
	return ids
}

// earn has the payer pay the asset amount, from a tab of its own.
func (c *chain) earn(denom string, coins uint64) {
	c.T.Helper()
	amount := types.NewAmount(coins)
	seed := sha256.Sum256([]byte("lane"))
	key := ed25519.NewKeyFromSeed(seed[:])
	lane := pay.PublicKey(key)
	opened := c.Deliver(c.Cosmos(c.payer, &tabtypes.MsgOpen{
		Payer: c.payer.String(), Denom: denom, Deposit: amount.String(), Bond: amount.String(), FeeReserve: "0",
		Lanes: []tabtypes.NewLane{{Key: lane[:], Cap: amount.String(), Gateway: 1}},
	}))[0]
	require.Zero(c.T, opened.Code, opened.Log)
	var msg sdk.TxMsgData
	require.NoError(c.T, msg.Unmarshal(opened.Data))
	var res tabtypes.MsgOpenResponse
	require.NoError(c.T, res.Unmarshal(msg.MsgResponses[0].Value))
	leaf := pay.Leaf{Asset: 1, Amount: amount}
	split, err := pay.NewSplit([]pay.Leaf{leaf})
	require.NoError(c.T, err)
	voucher := pay.Sign(pay.Voucher{
		Chain: pay.ChainHash(types.LocalChainID), Lane: types.LaneRef{Tab: types.TabID(res.Tab)},
		Seq: 1, Total: amount, Split: split.Root(),
	}, key)
	path := split.Path(0)
	settled := c.Deliver(c.Cosmos(c.payer, &tabtypes.MsgSettle{Sender: c.payer.String(), Settlements: []tabtypes.Settlement{{
		Voucher: voucher.Bytes(), Claims: []tabtypes.Claim{{Leaf: leaf.Bytes(), LeafPath: path.Bytes()}},
	}}}))[0]
	require.Zero(c.T, settled.Code, settled.Log)
}

// has returns what an account has of a denomination.
func (c *chain) has(who common.Address, denom string) int64 {
	return c.App().BankKeeper.GetBalance(c.Context(), who.Bytes(), denom).Amount.Int64()
}

// refused sends a call that reverts with a reason.
func (c *chain) refused(reason string, from apptest.Account, signature string, args ...any) {
	c.T.Helper()
	r := c.room.Send(from, signature, args...)
	require.True(c.T, r.Failed(), signature)
	require.Equal(c.T, reason, r.Reason())
}

// told returns a transaction's events, as their names and words: of the contract
// of assets with an A before.
func (c *chain) told(r contracttest.Receipt) []string {
	c.T.Helper()
	var out []string
	for _, l := range r.Logs {
		if l.Address == asset.Address.Hex() {
			out = append(out, "A "+c.assets.Event(l))
			continue
		}
		require.Equal(c.T, contribution.Address.Hex(), l.Address)
		out = append(out, c.room.Event(l))
	}
	return out
}

// shares are the units of an account, in the order of its shares.
func (c *chain) shares(who common.Address) string {
	c.T.Helper()
	var out []string
	n, reason := c.assets.View(c.maker, "balanceOf(address)", who)
	require.Empty(c.T, reason)
	for i := range n[0].(*big.Int).Int64() {
		id, _ := c.assets.View(c.maker, "tokenOfOwnerByIndex(address,uint256)", who, number(i))
		v, _ := c.assets.View(c.maker, "balanceOf(uint256)", id[0])
		out = append(out, fmt.Sprintf("%s:%s", id[0], v[0]))
	}
	return strings.Join(out, " ")
}

func short(a apptest.Account) string { return contracttest.Short(a.EVM()) }

func list(n ...int64) (all []*big.Int) {
	for _, i := range n {
		all = append(all, number(i))
	}
	return all
}

// convert reads terms that a view returned.
func convert(v any) *solidity.ContributionTerms {
	return abi.ConvertType(v, new(solidity.ContributionTerms)).(*solidity.ContributionTerms)
}
