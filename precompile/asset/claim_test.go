package asset_test

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	ethcrypto "github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/precompile/asset"
	"github.com/weal-network/weal/types"
)

// A claim pays the owners, or whom they let act for them.
func TestClaimTo(t *testing.T) {
	c := newChain(t)
	alice, bob, mallory, payer := c.Accounts[0], c.Accounts[1], c.Accounts[2], c.Accounts[7]
	cold := apptest.NewAccount("a cold account")
	id, share := c.register(alice, 1<<20)
	c.must(alice, "transferFrom(address,address,uint256)", alice.EVM(), cold.EVM(), share)
	_, other := c.register(bob, 1<<20)
	c.earn(payer, id, wei(least))
	both := []*big.Int{share, other}

	claimTo := func(from apptest.Account, shares []*big.Int, to common.Address) string {
		return c.send(from, "claimTo(uint256[],address)", shares, to).reason()
	}
	require.Equal(t, "share 1, nor an operator of its owner: not the share's owner", claimTo(mallory, both[:1], mallory.EVM()))
	require.Equal(t, "share 1, nor an operator of its owner: not the share's owner", claimTo(bob, both[:1], cold.EVM()))
	require.Equal(t, "the receiver is the zero address: bad claim", claimTo(bob, both[1:], common.Address{}))

	// A contract whose account the owner approved is paid, for its own shares and
	// the owner's.
	c.Deliver(c.EVM(payer, apptest.EVMTx{To: ptr(cold.EVM()), Value: big1(10 * least)}))
	c.nonce[payer.EVM()]++
	vault := c.deploy(alice, script(vm.STOP,
		step{to: asset.Address, data: call(t, "claimTo(uint256[],address)", both[:1], alice.EVM()), mayFail: true},
		step{to: asset.Address, data: call(t, "claimTo(uint256[],address)", both[:1], vaultOf(c, alice))},
		step{to: bob.EVM(), value: least},
	))
	require.True(t, c.run(bob, vault, nil).Failed(), "not yet approved")
	c.must(cold, "setApprovalForAll(address,bool)", vault, true)
	before := c.balance(bob.EVM())
	r := c.run(alice, vault, nil)
	require.False(t, r.Failed(), r.reason())
	require.Equal(t, []string{"Claimed 1 " + short(cold) + " " + big1(least).String()}, logs(t, r), "the owner is named")
	require.Equal(t, big1(least), new(big.Int).Sub(c.balance(bob.EVM()), before))
	require.Zero(t, c.balance(vault).Sign())

	// The operator claims for the owner; coins go to the owner.
	c.earn(payer, id, wei(least))
	c.must(cold, "setApprovalForAll(address,bool)", bob.EVM(), true)
	had := c.balance(cold.EVM())
	c.must(bob, "claim(uint256[])", both)
	require.Equal(t, big1(least), new(big.Int).Sub(c.balance(cold.EVM()), had))
	c.is(0, "claimable(uint256,string)", share, "aweal")
}

// vaultOf is where the next contract that an account deploys will be.
func vaultOf(c *chain, a apptest.Account) common.Address {
	return ethcrypto.CreateAddress(a.EVM(), c.nonce[a.EVM()])
}

func ptr[T any](v T) *T { return &v }

func TestBurn(t *testing.T) {
	c := newChain(t)
	alice, bob, payer := c.Accounts[0], c.Accounts[1], c.Accounts[7]
	a, b := short(alice), short(bob)
	id, share := c.register(alice, 100)
	c.must(alice, "transferFrom(uint256,address,uint256)", share, bob.EVM(), big1(25))
	c.earn(payer, id, wei(least))
	c.is(100, "circulating(uint256)", id)
	require.Equal(t, "ERC3525: caller is not token owner nor approved", c.send(alice, "burn(uint256)", big1(2)).reason())

	// A burned share pays what it earned; the sum for the units left is theirs.
	c.must(bob, "approve(address,uint256)", alice.EVM(), big1(2))
	had := c.balance(bob.EVM())
	r := c.must(alice, "burn(uint256)", big1(2))
	require.Equal(t, []string{
		"Claimed 2 " + b + " " + big1(least/4).String(),
		"TransferValue 2 0 25", "SlotChanged 2 1 0", "Transfer " + b + " 0 2",
	}, logs(t, r))
	require.Equal(t, big1(least/4), new(big.Int).Sub(c.balance(bob.EVM()), had))
	c.is(75, "circulating(uint256)", id)
	c.is(0, "balanceOf(address)", bob.EVM())
	c.is(1, "totalSupply()")
	_, reason := c.view(alice, "ownerOf(uint256)", big1(2))
	require.Equal(t, "ERC721: invalid token ID", reason)

	require.Equal(t, []string{"TransferValue 1 0 25"}, logs(t, c.must(alice, "burnValue(uint256,uint256)", share, big1(25))))
	require.Equal(t, "ERC3525: burn value exceeds balance", c.send(alice, "burnValue(uint256,uint256)", share, big1(51)).reason())
	c.is(least/4*3, "claimable(uint256,string)", share, "aweal")
	c.is(50, "circulating(uint256)", id)
	c.earn(payer, id, wei(least))
	c.is(least/4*3+least, "claimable(uint256,string)", share, "aweal")

	// None left: what comes then is the asset's own.
	r = c.must(alice, "burn(uint256)", share)
	require.Equal(t, "Claimed 1 "+a+" "+big1(least/4*3+least).String(), logs(t, r)[0])
	c.is(0, "circulating(uint256)", id)
	c.is(0, "totalSupply()")
	c.earn(payer, id, wei(least))
	c.is(common.Address(types.AssetAccount(1)), "account(uint256)", id)
	for _, signature := range []string{"account(uint256)", "circulating(uint256)"} {
		for _, n := range []*big.Int{big1(0), big1(2), new(big.Int).Lsh(big1(1), 200)} {
			_, reason := c.view(alice, signature, n)
			require.Contains(t, reason, "asset not found")
		}
	}
	for _, n := range []*big.Int{big1(0), share, new(big.Int).Lsh(big1(1), 200)} {
		require.Equal(t, "ERC3525: invalid token ID", c.send(alice, "burn(uint256)", n).reason())
	}
}

// A burn that is undone paid nobody, and burned nothing.
func TestBurnThatIsUndone(t *testing.T) {
	c := newChain(t)
	alice, payer := c.Accounts[0], c.Accounts[7]
	id, share := c.register(alice, 100)
	c.earn(payer, id, wei(least))
	burn := step{to: asset.Address, data: call(t, "burn(uint256)", share)}
	at := c.deploy(alice, script(vm.REVERT, burn))
	around := c.deploy(alice, script(vm.STOP, step{to: at, mayFail: true}))
	c.must(alice, "transferFrom(address,address,uint256)", alice.EVM(), at, share)
	escrow := common.BytesToAddress(authtypes.NewModuleAddress(types.Escrow))
	held := c.balance(escrow)
	require.True(t, c.run(alice, at, nil).Failed())
	require.False(t, c.run(alice, around, nil).Failed())
	require.Equal(t, held, c.balance(escrow))
	require.Zero(t, c.balance(at).Sign())
	c.is(least, "claimable(uint256,string)", share, "aweal")
	c.is(at, "ownerOf(uint256)", share)
}

// A receiver that calls back into everything that pays or moves finds each
// change complete, and is paid once.
func TestReceiverCallsBack(t *testing.T) {
	c := newChain(t)
	alice, bob, payer := c.Accounts[0], c.Accounts[1], c.Accounts[7]
	id, share := c.register(alice, 100)
	c.earn(payer, id, wei(least))
	claim := step{to: asset.Address, data: call(t, "claim(uint256[])", []*big.Int{share, share})}
	steps := []step{
		claim, claim,
		{to: bob.EVM(), value: least / 2},
		{to: asset.Address, data: call(t, "setApprovalForSlot(address,uint256,address,bool)", vaultOf(c, alice), id, bob.EVM(), true)},
		{to: asset.Address, data: call(t, "transferFrom(uint256,address,uint256)", share, bob.EVM(), big1(40))},
		{to: asset.Address, data: call(t, "burnValue(uint256,uint256)", share, big1(10))},
		claim,
		{to: asset.Address, data: call(t, "burn(uint256)", share)},
		{to: asset.Address, data: call(t, "burn(uint256)", share), mayFail: true},
		{to: asset.Address, data: claim.data, mayFail: true},
	}
	code := script(vm.PUSH0, steps...)
	at := c.deploy(alice, code.Op(vm.POP).Append(answer()))
	before := c.balance(bob.EVM())
	r := c.must(alice, "safeTransferFrom(address,address,uint256)", alice.EVM(), at, share)
	require.Equal(t, []string{
		"Transfer " + short(alice) + " " + at.Hex()[:6] + " 1",
		"Claimed 1 " + at.Hex()[:6] + " " + big1(least).String(),
		"ApprovalForSlot " + at.Hex()[:6] + " 1 " + short(bob),
		"Transfer 0 " + short(bob) + " 2", "SlotChanged 2 0 1", "TransferValue 0 2 0", "TransferValue 1 2 40",
		"TransferValue 1 0 10",
		"TransferValue 1 0 50", "SlotChanged 1 1 0", "Transfer " + at.Hex()[:6] + " 0 1",
	}, logs(t, r))
	require.Equal(t, big1(least/2), c.balance(at))
	require.Equal(t, big1(least/2), new(big.Int).Sub(c.balance(bob.EVM()), before))
	c.is(40, "circulating(uint256)", id)
}

// Operators for a slot, as the contract tells them.
func TestSlots(t *testing.T) {
	c := newChain(t)
	alice, bob, carol := c.Accounts[0], c.Accounts[1], c.Accounts[2]
	c.register(alice, 100)
	c.register(bob, 100)
	c.must(alice, "transferFrom(uint256,address,uint256)", big1(1), bob.EVM(), big1(10))
	c.is(2, "slotCount()")
	c.is(2, "slotByIndex(uint256)", big1(1))
	c.is(2, "tokenSupplyInSlot(uint256)", big1(1))
	c.is(0, "tokenSupplyInSlot(uint256)", big1(3))
	c.is(3, "tokenInSlotByIndex(uint256,uint256)", big1(1), big1(1))
	const sigSet, sigIs = "setApprovalForSlot(address,uint256,address,bool)", "isApprovedForSlot(address,uint256,address)"
	r := c.must(bob, sigSet, bob.EVM(), big1(1), carol.EVM(), true)
	require.Equal(t, []string{"ApprovalForSlot " + short(bob) + " 1 " + short(carol)}, logs(t, r))
	c.is(true, sigIs, bob.EVM(), big1(1), carol.EVM())
	c.is(false, sigIs, bob.EVM(), big1(2), carol.EVM())
	require.Equal(t, "ERC721: caller is not token owner or approved", c.send(carol, "transferFrom(address,address,uint256)", bob.EVM(), carol.EVM(), big1(2)).reason())
	c.must(carol, "transferFrom(address,address,uint256)", bob.EVM(), carol.EVM(), big1(3))
	// The last takes the place of what goes.
	c.must(bob, "transferFrom(uint256,address,uint256)", big1(2), bob.EVM(), big1(1))
	c.must(bob, "burn(uint256)", big1(2))
	c.is(4, "tokenByIndex(uint256)", big1(1))
	c.is(4, "tokenOfOwnerByIndex(address,uint256)", bob.EVM(), big1(0))
	c.is(4, "tokenInSlotByIndex(uint256,uint256)", big1(2), big1(0))
}
