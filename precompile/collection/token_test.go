package collection_test

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/precompile/contracttest"
)

// Every change and its logs, in the order of the reference, in the collection's name.
func TestLogs(t *testing.T) {
	c := newChain(t)
	k, other := c.create(c.alice, true), c.create(c.bob, true)
	a, b := short(c.alice), short(c.bob)
	for _, tt := range []struct {
		from      apptest.Account
		signature string
		args      []any
		want      []string
	}{
		{c.alice, sigMint, []any{c.bob.EVM(), big1(5), big1(3), big1(100)}, []string{"Transfer 0 " + b + " 5", "SlotChanged 5 0 3", "TransferValue 0 5 100"}},
		{c.alice, "mintValue(uint256,uint256)", []any{big1(5), big1(11)}, []string{"TransferValue 0 5 11"}},
		{c.bob, sigSplit, []any{big1(5), c.alice.EVM(), big1(30)}, []string{
			"Transfer 0 " + a + " 6", "SlotChanged 6 0 3", "TransferValue 0 6 0", "TransferValue 5 6 30",
		}},
		{c.bob, "approve(uint256,address,uint256)", []any{big1(5), c.alice.EVM(), big1(9)}, []string{"ApprovalValue 5 " + a + " 9"}},
		{c.alice, sigMove, []any{big1(5), big1(6), big1(4)}, []string{"ApprovalValue 5 " + a + " 5", "TransferValue 5 6 4"}},
		{c.bob, sigTransfer, []any{c.bob.EVM(), c.alice.EVM(), big1(5)}, []string{"Transfer " + b + " " + a + " 5"}},
		{c.alice, sigSafe, []any{c.alice.EVM(), c.bob.EVM(), big1(5)}, []string{"Transfer " + a + " " + b + " 5"}},
		{c.bob, "burnValue(uint256,uint256)", []any{big1(5), big1(7)}, []string{"TransferValue 5 0 7"}},
		{c.bob, "burn(uint256)", []any{big1(5)}, []string{"TransferValue 5 0 70", "SlotChanged 5 3 0", "Transfer " + b + " 0 5"}},
	} {
		require.Equal(t, tt.want, k.Logs(k.Must(tt.from, tt.signature, tt.args...)), tt.signature)
	}
	k.Is(1, "totalSupply()")
	k.Is(34, "balanceOf(uint256)", big1(6))
	k.Is(1, "tokenSupplyInSlot(uint256)", big1(3))
	k.Is(6, "tokenInSlotByIndex(uint256,uint256)", big1(3), big1(0))
	k.Is(3, "slotByIndex(uint256)", big1(0))
	k.Is(1, "slotCount()")
	other.Is(0, "totalSupply()")
}

func TestReverts(t *testing.T) {
	c := newChain(t, apptest.WithoutShadows())
	k := c.create(c.alice, true)
	k.Must(c.alice, sigMint, c.bob.EVM(), big1(5), big1(3), big1(100))
	for _, tt := range []struct {
		from      apptest.Account
		signature string
		args      []any
		want      string
	}{
		{c.mallory, sigMint, []any{c.mallory.EVM(), big1(6), big1(3), big1(1)}, "Ownable: caller is not the owner"},
		{c.bob, "mintValue(uint256,uint256)", []any{big1(5), big1(1)}, "Ownable: caller is not the owner"},
		{c.alice, sigMint, []any{common.Address{}, big1(6), big1(3), big1(1)}, "ERC3525: mint to the zero address"},
		{c.alice, sigMint, []any{c.bob.EVM(), big1(0), big1(3), big1(1)}, "ERC3525: cannot mint zero tokenId"},
		{c.alice, sigMint, []any{c.bob.EVM(), big1(5), big1(3), big1(1)}, "ERC3525: token already minted"},
		{c.alice, "mintValue(uint256,uint256)", []any{big1(6), big1(1)}, "ERC3525: invalid token ID"},
		{c.alice, "burn(uint256)", []any{big1(5)}, "ERC3525: caller is not token owner nor approved"},
		{c.alice, "burnValue(uint256,uint256)", []any{big1(5), big1(1)}, "ERC3525: caller is not token owner nor approved"},
		{c.bob, "burnValue(uint256,uint256)", []any{big1(5), big1(101)}, "ERC3525: burn value exceeds balance"},
		{c.bob, "burn(uint256)", []any{big1(6)}, "ERC3525: invalid token ID"},
		{c.alice, sigTransfer, []any{c.bob.EVM(), c.alice.EVM(), big1(5)}, "ERC721: caller is not token owner or approved"},
		{c.alice, sigMove, []any{big1(5), big1(5), big1(1)}, "ERC3525: insufficient allowance"},
		{c.bob, "slotByIndex(uint256)", []any{big1(1)}, "ERC3525SlotEnumerable: slot index out of bounds"},
		{c.bob, "slotByIndex(uint256)", []any{most}, "ERC3525SlotEnumerable: slot index out of bounds"},
		{c.bob, "tokenInSlotByIndex(uint256,uint256)", []any{big1(3), most}, "ERC3525SlotEnumerable: slot token index out of bounds"},
		{c.bob, "tokenInSlotByIndex(uint256,uint256)", []any{most, big1(0)}, "ERC3525SlotEnumerable: slot token index out of bounds"},
		{c.mallory, "setApprovalForSlot(address,uint256,address,bool)", []any{c.bob.EVM(), big1(3), c.mallory.EVM(), true}, "ERC3525SlotApprovable: caller is not owner nor approved for all"},
		{c.bob, "setApprovalForSlot(address,uint256,address,bool)", []any{c.bob.EVM(), big1(3), c.bob.EVM(), true}, "ERC3525SlotApprovable: approve to owner"},
	} {
		_, reason := k.View(tt.from, tt.signature, tt.args...)
		require.Equal(t, tt.want, reason, tt.signature)
	}
	for name, tt := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":       {nil, "call names no function"},
		"unknown":       {[]byte{0xde, 0xad, 0xbe, 0xef}, "unknown function 0xdeadbeef"},
		"the factory's": {c.factory.Input("collectionCount()"), unknown(t, c.factory, "collectionCount()")},
		"cut off":       {k.Input("ownerOf(uint256)", big1(5))[:20], "ownerOf: read arguments: "},
	} {
		r := c.Run(c.alice, k.Address, tt.data)
		require.True(t, r.Failed(), name)
		require.Contains(t, r.Reason(), tt.want, name)
	}
	require.Equal(t, "contract takes no coins", c.Pay(c.bob, k.Address, 1, k.Input("approve(uint256,address,uint256)", big1(5), c.alice.EVM(), big1(1))).Reason())
	require.Equal(t, "contract takes no coins", c.Pay(c.bob, k.Address, 1, k.Input("ownerOf(uint256)", big1(5))).Reason())
	require.True(t, c.Pay(c.bob, k.Address, 1, nil).Failed(), "nor plain payments")
}

// Ids, slots and values are of 256 bits.
func TestGreatestNumbers(t *testing.T) {
	c := newChain(t)
	k := c.create(c.alice, true)
	less := new(big.Int).Sub(most, big1(1))
	k.Must(c.alice, sigMint, c.bob.EVM(), most, most, most)
	k.Must(c.alice, sigMint, c.alice.EVM(), less, most, big1(0))
	k.Is(most, "balanceOf(uint256)", most)
	k.Is(most, "slotOf(uint256)", less)
	k.Is(most, "tokenOfOwnerByIndex(address,uint256)", c.bob.EVM(), big1(0))

	// More than 256 bits is Panic(0x11), as of checked arithmetic.
	overflow := "arithmetic underflow or overflow"
	_, reason := k.View(c.alice, "mintValue(uint256,uint256)", most, big1(1))
	require.Equal(t, overflow, reason)
	k.Must(c.bob, sigMove, most, less, most)
	k.Must(c.alice, "mintValue(uint256,uint256)", most, big1(1))
	_, reason = k.View(c.bob, sigMove, most, less, big1(1))
	require.Equal(t, overflow, reason)

	// An allowance of that much is not used up.
	k.Must(c.alice, "approve(uint256,address,uint256)", less, c.mallory.EVM(), most)
	k.Must(c.mallory, sigSplit, less, c.mallory.EVM(), less)
	k.Is(most, "allowance(uint256,address)", less, c.mallory.EVM())
	k.Is(1, "tokenOfOwnerByIndex(address,uint256)", c.mallory.EVM(), big1(0))
	k.Must(c.bob, sigTransfer, c.bob.EVM(), c.alice.EVM(), most)
	k.Must(c.alice, "burn(uint256)", most)
	_, reason = k.View(c.bob, "ownerOf(uint256)", most)
	require.Equal(t, "ERC721: invalid token ID", reason)
}

func TestManyInOneTransaction(t *testing.T) {
	c := newChain(t)
	k := c.create(c.alice, false)
	k.Must(c.alice, sigMint, c.bob.EVM(), big1(1), big1(1), big1(1_000))
	k.Must(c.alice, sigMint, c.bob.EVM(), big1(2), big1(1), big1(0))
	loop := c.Deploy(c.alice, contracttest.Repeat(k.Address))
	k.Must(c.bob, "setApprovalForAll(address,bool)", loop, true)
	move := append(common.BigToHash(big1(500)).Bytes(), k.Input(sigMove, big1(1), big1(2), big1(1))...)
	r := c.Receipt(c.Deliver(c.EVM(c.bob, apptest.EVMTx{To: &loop, Data: move, Gas: 40_000_000}))[0])
	require.False(t, r.Failed(), r.Reason())
	require.Len(t, r.Logs, 500)
	k.Is(500, "balanceOf(uint256)", big1(2))
	look := append(common.BigToHash(big1(1_000)).Bytes(), k.Input("balanceOf(uint256)", big1(2))...)
	require.False(t, c.Run(c.bob, loop, look).Failed())
}
