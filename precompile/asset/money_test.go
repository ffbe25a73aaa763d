package asset_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"
	clienttx "github.com/cosmos/cosmos-sdk/client/tx"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/precompile/asset"
	"github.com/weal-network/weal/types"
	assettypes "github.com/weal-network/weal/x/asset/types"
	tabtypes "github.com/weal-network/weal/x/tab/types"
)

// earn has payer pay the asset amount, from a tab of its own.
func (c *chain) earn(payer apptest.Account, to *big.Int, amount types.Amount) {
	c.t.Helper()
	seed := sha256.Sum256([]byte("lane"))
	key := ed25519.NewKeyFromSeed(seed[:])
	lane := pay.PublicKey(key)
	opened := c.Deliver(c.Cosmos(payer, &tabtypes.MsgOpen{
		Payer: payer.String(), Denom: types.BaseDenom, Deposit: amount.String(), Bond: amount.String(), FeeReserve: "0",
		Lanes: []tabtypes.NewLane{{Key: lane[:], Cap: amount.String(), Gateway: to.Uint64()}},
	}))[0]
	require.Zero(c.t, opened.Code, opened.Log)
	c.nonce[payer.EVM()]++
	var msg sdk.TxMsgData
	require.NoError(c.t, msg.Unmarshal(opened.Data))
	var res tabtypes.MsgOpenResponse
	require.NoError(c.t, res.Unmarshal(msg.MsgResponses[0].Value))

	leaf := pay.Leaf{Asset: types.AssetID(to.Uint64()), Amount: amount}
	split, err := pay.NewSplit([]pay.Leaf{leaf})
	require.NoError(c.t, err)
	voucher := pay.Sign(pay.Voucher{
		Chain: pay.ChainHash(types.LocalChainID), Lane: types.LaneRef{Tab: types.TabID(res.Tab)},
		Seq: 1, Total: amount, Split: split.Root(),
	}, key)
	path := split.Path(0)
	settled := c.Deliver(c.Cosmos(payer, &tabtypes.MsgSettle{Sender: payer.String(), Settlements: []tabtypes.Settlement{{
		Voucher: voucher.Bytes(), Claims: []tabtypes.Claim{{Leaf: leaf.Bytes(), LeafPath: path.Bytes()}},
	}}}))[0]
	require.Zero(c.t, settled.Code, settled.Log)
	c.nonce[payer.EVM()]++
}

func (c *chain) balance(a common.Address) *big.Int {
	return c.App().BankKeeper.GetBalance(c.Context(), a.Bytes(), types.BaseDenom).Amount.BigInt()
}

func wei(n int64) types.Amount { return types.NewAmount(uint64(n)) }

// least is the least that a lane holds: 0.001 WEAL.
const least = 1_000_000_000_000_000

func TestClaimFromContracts(t *testing.T) {
	c := newChain(t)
	alice, bob, payer := c.Accounts[0], c.Accounts[1], c.Accounts[7]
	id, share := c.register(alice, 1<<20)
	c.earn(payer, id, wei(least))
	c.is(least, "claimable(uint256,string)", share, "aweal")

	// A contract that owns the share is given coins, pays some on, claims, and pays
	// on more than it had before: the EVM knows at each point what it has.
	claim := call(t, "claim(uint256[])", []*big.Int{share})
	at := c.deploy(alice, script(vm.STOP,
		step{to: bob.EVM(), value: 300},
		step{to: asset.Address, data: claim},
		step{to: bob.EVM(), value: least + 600},
	))
	c.must(alice, "transferFrom(address,address,uint256)", alice.EVM(), at, share)
	before, escrow := c.balance(bob.EVM()), c.balance(common.BytesToAddress(authtypes.NewModuleAddress(types.Escrow)))
	r := c.receipt(c.Deliver(c.EVM(alice, apptest.EVMTx{To: &at, Value: big1(1000)}))[0])
	c.nonce[alice.EVM()]++
	require.False(t, r.Failed(), r.reason())
	require.Equal(t, []string{"Claimed 1 " + at.Hex()[:6] + " " + big1(least).String()}, logs(t, r))
	require.Equal(t, big1(100), c.balance(at), "1000 + claimed - 300 - claimed - 600")
	require.Equal(t, big1(least+900), new(big.Int).Sub(c.balance(bob.EVM()), before))
	escrow.Sub(escrow, big1(least))
	require.Equal(t, escrow, c.balance(common.BytesToAddress(authtypes.NewModuleAddress(types.Escrow))))
	c.is(0, "claimable(uint256,string)", share, "aweal")
}

func TestClaimThatIsUndone(t *testing.T) {
	c := newChain(t)
	alice, payer := c.Accounts[0], c.Accounts[7]
	id, share := c.register(alice, 1<<20)
	c.earn(payer, id, wei(least))
	claim := step{to: asset.Address, data: call(t, "claim(uint256[])", []*big.Int{share})}
	at := c.deploy(alice, script(vm.REVERT, claim))
	c.must(alice, "transferFrom(address,address,uint256)", alice.EVM(), at, share)
	require.True(t, c.run(alice, at, nil).Failed())

	// Nor if only the call around it is undone and the transaction goes on.
	around := c.deploy(alice, script(vm.STOP, step{to: at, mayFail: true}, step{to: asset.Address, data: call(t, "setApprovalForAll(address,bool)", alice.EVM(), true)}))
	r := c.run(alice, around, nil)
	require.False(t, r.Failed(), r.reason())
	require.Zero(t, c.balance(at).Sign())
	c.is(least, "claimable(uint256,string)", share, "aweal")
}

func TestClaimBySomebodyElse(t *testing.T) {
	c := newChain(t)
	alice, mallory, payer := c.Accounts[0], c.Accounts[1], c.Accounts[7]
	id, share := c.register(alice, 1<<20)
	c.earn(payer, id, wei(least))
	require.Equal(t, "share 1, nor an operator of its owner: not the share's owner", c.send(mallory, "claim(uint256[])", []*big.Int{share}).reason())
	require.Equal(t, "name 1 to 64 shares, got 0: bad claim", c.send(mallory, "claim(uint256[])", []*big.Int{}).reason())

	r := c.must(alice, "claim(uint256[])", []*big.Int{share, share})
	require.Len(t, r.Logs, 1, "naming a share twice pays it once")
}

// An owner who never held a coin claims, and the fee comes out of the claim.
func TestFirstClaimPaysItsFee(t *testing.T) {
	c := newChain(t)
	alice, payer := c.Accounts[0], c.Accounts[7]
	owner := apptest.NewAccount("never had a coin")
	id, share := c.register(alice, 1<<20)
	const earned = 7 * least
	c.must(alice, "transferFrom(address,address,uint256)", alice.EVM(), owner.EVM(), share)
	c.earn(payer, id, wei(earned))
	require.Zero(t, c.balance(owner.EVM()).Sign())

	const fee, gas = least / 2, 400_000
	tx := c.claimTx(owner, fee, gas, share.Uint64())
	res := c.Deliver(tx)[0]
	require.Zero(t, res.Code, res.Log)
	got := c.balance(owner.EVM())
	require.Positive(t, got.Cmp(big1(earned-fee-1)), "it is left with all but the fee: %s", got)
	c.is(0, "claimable(uint256,string)", share, "aweal")

	// A stranger cannot have the owner's earnings pay its fee.
	c.earn(payer, id, wei(earned))
	poor := apptest.NewAccount("another without a coin")
	c.must(alice, "transferFrom(uint256,address,uint256)", c.otherShare(alice), poor.EVM(), big1(1))
	res = c.Deliver(c.claimTx(poor, fee, gas, share.Uint64()))[0]
	require.NotZero(t, res.Code)
	require.Contains(t, res.Log, "not the share's owner")
	c.is(earned, "claimable(uint256,string)", share, "aweal")
}

// otherShare registers another asset and returns its share.
func (c *chain) otherShare(maker apptest.Account) *big.Int {
	_, share := c.register(maker, 100)
	return share
}

// claimTx signs a claim with a fee of its own.
func (c *chain) claimTx(owner apptest.Account, fee, gas int64, shares ...uint64) []byte {
	c.t.Helper()
	cfg := c.App().TxConfig()
	acc := c.App().AccountKeeper.GetAccount(c.Context(), owner.Cosmos())
	require.NotNil(c.t, acc, "owning a share made an account")
	b := cfg.NewTxBuilder()
	require.NoError(c.t, b.SetMsgs(&assettypes.MsgClaim{Sender: owner.String(), Shares: shares}))
	b.SetGasLimit(uint64(gas))
	b.SetFeeAmount(sdk.NewCoins(sdk.NewCoin(types.BaseDenom, sdkmath.NewInt(fee))))
	sig := signing.SignatureV2{
		PubKey: owner.Key.PubKey(), Sequence: acc.GetSequence(),
		Data: &signing.SingleSignatureData{SignMode: signing.SignMode_SIGN_MODE_DIRECT},
	}
	require.NoError(c.t, b.SetSignatures(sig))
	sig, err := clienttx.SignWithPrivKey(c.t.Context(), signing.SignMode_SIGN_MODE_DIRECT, authsigning.SignerData{
		ChainID: types.LocalChainID, AccountNumber: acc.GetAccountNumber(), Sequence: acc.GetSequence(),
		PubKey: owner.Key.PubKey(), Address: owner.String(),
	}, b, owner.Key, cfg, acc.GetSequence())
	require.NoError(c.t, err)
	require.NoError(c.t, b.SetSignatures(sig))
	bz, err := cfg.TxEncoder()(b.GetTx())
	require.NoError(c.t, err)
	return bz
}

// Registering, selling and claiming, all at once in one block and over an export.
func TestBlockOfEverything(t *testing.T) {
	c := newChain(t)
	var ids, shares []*big.Int
	for _, a := range c.Accounts[:4] {
		id, share := c.register(a, 1<<20)
		ids, shares = append(ids, id), append(shares, share)
		c.earn(c.Accounts[7], id, wei(least))
	}
	c.ForkExport()
	var txs [][]byte
	send := func(from apptest.Account, signature string, args ...any) {
		txs = append(txs, c.EVM(from, apptest.EVMTx{To: &asset.Address, Data: call(t, signature, args...), Gas: 1_000_000}))
	}
	for i, a := range c.Accounts[:4] {
		send(a, "claim(uint256[])", []*big.Int{shares[i]})
		send(a, "transferFrom(uint256,address,uint256)", shares[i], c.Accounts[(i+1)%4].EVM(), big1(1000))
		send(a, "setApprovalForAll(address,bool)", c.Accounts[6].EVM(), true)
	}
	for _, r := range c.Deliver(txs...) {
		require.False(t, c.receipt(r).Failed())
	}
	c.CheckExports()
	require.Len(t, ids, 4)
	c.is(8, "totalSupply()")
}
