package asset_test

import (
	"encoding/base64"
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/precompile/asset"
	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
)

// logs returns the events of a receipt, as their names with their words.
func logs(t *testing.T, r receipt) []string {
	t.Helper()
	var out []string
	for _, l := range r.Logs {
		require.Equal(t, asset.Address.Hex(), l.Address)
		e, err := solidity.Assets.ABI.EventByID(common.HexToHash(l.Topics[0]))
		require.NoError(t, err)
		words := []string{e.RawName}
		for _, topic := range l.Topics[1:] {
			words = append(words, word(common.HexToHash(topic)))
		}
		values, err := e.Inputs.NonIndexed().Unpack(l.Data)
		require.NoError(t, err)
		for _, v := range values {
			if n, ok := v.(*big.Int); ok {
				words = append(words, n.String())
			}
		}
		out = append(out, strings.Join(words, " "))
	}
	return out
}

// word is a number, or an address as its first byte.
func word(h common.Hash) string {
	if n := h.Big(); n.IsUint64() {
		return n.String()
	}
	return common.BytesToAddress(h[:]).Hex()[:6]
}

func short(a apptest.Account) string { return a.EVM().Hex()[:6] }

func TestLogs(t *testing.T) {
	c := newChain(t)
	alice, bob, carol := c.Accounts[0], c.Accounts[1], c.Accounts[2]
	a, b := short(alice), short(bob)
	tests := []struct {
		from      apptest.Account
		signature string
		args      []any
		want      []string
	}{
		{alice, solidity.RegisterSignature, []any{registration(100)}, []string{
			"Transfer 0 " + a + " 1", "SlotChanged 1 0 1", "TransferValue 0 1 100", "AssetRegistered 1 " + a + " 1",
		}},
		{alice, "transferFrom(uint256,address,uint256)", []any{big1(1), bob.EVM(), big1(30)}, []string{
			"Transfer 0 " + b + " 2", "SlotChanged 2 0 1", "TransferValue 0 2 0", "TransferValue 1 2 30",
		}},
		{alice, "transferFrom(uint256,uint256,uint256)", []any{big1(1), big1(2), big1(5)}, []string{"TransferValue 1 2 5"}},
		{alice, "approve(uint256,address,uint256)", []any{big1(1), bob.EVM(), big1(9)}, []string{"ApprovalValue 1 " + b + " 9"}},
		{bob, "transferFrom(uint256,uint256,uint256)", []any{big1(1), big1(2), big1(5)}, []string{
			"ApprovalValue 1 " + b + " 4", "TransferValue 1 2 5",
		}},
		{alice, "approve(address,uint256)", []any{bob.EVM(), big1(1)}, []string{"Approval " + a + " " + b + " 1"}},
		{bob, "transferFrom(address,address,uint256)", []any{alice.EVM(), bob.EVM(), big1(1)}, []string{"Transfer " + a + " " + b + " 1"}},
		{bob, "setApprovalForAll(address,bool)", []any{carol.EVM(), true}, []string{"ApprovalForAll " + b + " " + short(carol)}},
		{carol, "safeTransferFrom(address,address,uint256)", []any{bob.EVM(), alice.EVM(), big1(1)}, []string{"Transfer " + b + " " + a + " 1"}},
		{alice, "safeTransferFrom(address,address,uint256,bytes)", []any{alice.EVM(), bob.EVM(), big1(1), []byte("x")}, []string{"Transfer " + a + " " + b + " 1"}},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, logs(t, c.must(tt.from, tt.signature, tt.args...)), tt.signature)
	}
	c.is(bob.EVM(), "ownerOf(uint256)", big1(1))
	c.is(60, "balanceOf(uint256)", big1(1))
	c.is(40, "balanceOf(uint256)", big1(2))
	c.is(0, "allowance(uint256,address)", big1(1), bob.EVM())
	c.is(true, "isApprovedForAll(address,address)", bob.EVM(), carol.EVM())
}

func TestViews(t *testing.T) {
	c := newChain(t, apptest.WithoutShadows())
	alice, bob := c.Accounts[0], c.Accounts[1]
	c.register(alice, 100)
	c.register(alice, 0)
	c.must(alice, "approve(address,uint256)", bob.EVM(), big1(2))

	c.is(2, "balanceOf(address)", alice.EVM())
	c.is(0, "balanceOf(address)", bob.EVM())
	c.is(bob.EVM(), "getApproved(uint256)", big1(2))
	c.is(common.Address{}, "getApproved(uint256)", big1(1))
	c.is(2, "totalSupply()")
	c.is(2, "tokenByIndex(uint256)", big1(1))
	c.is(1, "tokenOfOwnerByIndex(address,uint256)", alice.EVM(), big1(0))
	c.is(2, "tokenOfOwnerByIndex(address,uint256)", alice.EVM(), big1(1))
	c.is(uint8(0), "valueDecimals()")
	c.is(100, "balanceOf(uint256)", big1(1))
	c.is(1_000_000, "balanceOf(uint256)", big1(2))
	c.is(2, "slotOf(uint256)", big1(2))
	c.is("Weal Shares", "name()")
	c.is("SHARE", "symbol()")
	c.is(0, "claimable(uint256,string)", big1(1), "aweal")
	c.is(0, "claimable(uint256,string)", big1(1), "uatom")

	for signature, args := range map[string][]any{
		"tokenURI(uint256)": {big1(2)}, "slotURI(uint256)": {big1(2)}, "contractURI()": nil,
	} {
		values, reason := c.view(alice, signature, args...)
		require.Empty(t, reason)
		encoded, ok := strings.CutPrefix(values[0].(string), "data:application/json;base64,")
		require.True(t, ok)
		b, err := base64.StdEncoding.DecodeString(encoded)
		require.NoError(t, err)
		var meta map[string]any
		require.NoError(t, json.Unmarshal(b, &meta))
		require.NotEmpty(t, meta["name"])
		if signature == "tokenURI(uint256)" {
			require.Equal(t, "2", meta["slot"])
			require.Equal(t, "1000000", meta["balance"])
		}
	}
	for id, want := range map[[4]byte]bool{
		{0x01, 0xff, 0xc9, 0xa7}: true, {0x80, 0xac, 0x58, 0xcd}: true, {0x5b, 0x5e, 0x13, 0x9f}: true,
		{0x78, 0x0e, 0x9d, 0x63}: true, {0xd5, 0x35, 0x81, 0x40}: true, {0xe1, 0x60, 0x09, 0x02}: true,
		{0x3b, 0x74, 0x1b, 0x9e}: true, {0xb6, 0x88, 0xbe, 0x58}: true,
		{0xff, 0xff, 0xff, 0xff}: false, {0x36, 0x37, 0x2b, 0x07}: false,
	} {
		c.is(want, "supportsInterface(bytes4)", id)
	}
}

func TestRevertTexts(t *testing.T) {
	c := newChain(t, apptest.WithoutShadows())
	alice, bob, mallory := c.Accounts[0], c.Accounts[1], c.Accounts[2]
	c.register(alice, 100)
	c.register(alice, 100)
	zero, huge := common.Address{}, new(big.Int).Lsh(big.NewInt(1), 255)
	escrow := common.BytesToAddress(authtypes.NewModuleAddress(types.Escrow))
	const blocked = "the chain never pays this receiver"
	nothing := registration(1)
	nothing.Manifest = [32]byte{}
	tests := []struct {
		from      apptest.Account
		signature string
		args      []any
		want      string
	}{
		{alice, "balanceOf(address)", []any{zero}, "ERC721: address zero is not a valid owner"},
		{alice, "ownerOf(uint256)", []any{big1(3)}, "ERC721: invalid token ID"},
		{alice, "ownerOf(uint256)", []any{huge}, "ERC721: invalid token ID"},
		{alice, "getApproved(uint256)", []any{big1(0)}, "ERC721: invalid token ID"},
		{alice, "tokenURI(uint256)", []any{big1(3)}, "ERC721: invalid token ID"},
		{alice, "slotURI(uint256)", []any{big1(3)}, "asset 3: asset not found"},
		{alice, "approve(address,uint256)", []any{alice.EVM(), big1(1)}, "ERC721: approval to current owner"},
		{mallory, "approve(address,uint256)", []any{bob.EVM(), big1(1)}, "ERC721: approve caller is not token owner or approved for all"},
		{alice, "setApprovalForAll(address,bool)", []any{alice.EVM(), true}, "ERC721: approve to caller"},
		{mallory, "transferFrom(address,address,uint256)", []any{alice.EVM(), mallory.EVM(), big1(1)}, "ERC721: caller is not token owner or approved"},
		{alice, "transferFrom(address,address,uint256)", []any{bob.EVM(), bob.EVM(), big1(1)}, "ERC721: transfer from incorrect owner"},
		{alice, "safeTransferFrom(address,address,uint256)", []any{alice.EVM(), zero, big1(1)}, "ERC721: transfer to the zero address"},
		{alice, "tokenByIndex(uint256)", []any{big1(2)}, "ERC721Enumerable: global index out of bounds"},
		{alice, "tokenOfOwnerByIndex(address,uint256)", []any{alice.EVM(), big1(2)}, "ERC721Enumerable: owner index out of bounds"},
		{alice, "tokenOfOwnerByIndex(address,uint256)", []any{alice.EVM(), huge}, "ERC721Enumerable: owner index out of bounds"},
		{alice, "balanceOf(uint256)", []any{big1(3)}, "ERC3525: invalid token ID"},
		{alice, "slotOf(uint256)", []any{huge}, "ERC3525: invalid token ID"},
		{alice, "allowance(uint256,address)", []any{big1(3), bob.EVM()}, "ERC3525: invalid token ID"},
		{alice, "approve(uint256,address,uint256)", []any{big1(1), alice.EVM(), big1(1)}, "ERC3525: approval to current owner"},
		{mallory, "approve(uint256,address,uint256)", []any{big1(1), mallory.EVM(), big1(1)}, "ERC3525: approve caller is not owner nor approved"},
		{mallory, "transferFrom(uint256,address,uint256)", []any{big1(1), mallory.EVM(), big1(1)}, "ERC3525: insufficient allowance"},
		{alice, "transferFrom(uint256,address,uint256)", []any{big1(1), bob.EVM(), big1(101)}, "ERC3525: insufficient balance for transfer"},
		{alice, "transferFrom(uint256,address,uint256)", []any{big1(1), zero, big1(1)}, "ERC3525: mint to the zero address"},
		{alice, "transferFrom(uint256,uint256,uint256)", []any{big1(1), big1(2), big1(1)}, "ERC3525: transfer to token with different slot"},
		{alice, "transferFrom(uint256,uint256,uint256)", []any{big1(1), big1(9), big1(1)}, "ERC3525: transfer to invalid token ID"},
		{alice, "transferFrom(address,address,uint256)", []any{alice.EVM(), asset.Address, big1(1)}, blocked},
		{alice, "transferFrom(uint256,address,uint256)", []any{big1(1), escrow, big1(1)}, blocked},
		{alice, solidity.RegisterSignature, []any{nothing}, "manifest: the hash is zero: bad asset"},
		{mallory, "claim(uint256[])", []any{[]*big.Int{big1(1)}}, "share 1, nor an operator of its owner: not the share's owner"},
		{alice, "claimable(uint256,string)", []any{big1(3), "aweal"}, "share 3: share not found"},
	}
	for _, tt := range tests {
		_, reason := c.view(tt.from, tt.signature, tt.args...)
		require.Equal(t, tt.want, reason, tt.signature)
	}
}

func TestOddCalls(t *testing.T) {
	c := newChain(t, apptest.WithoutShadows())
	alice := c.Accounts[0]
	for name, tt := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":            {nil, "call names no function"},
		"three bytes":        {[]byte{1, 2, 3}, "call names no function"},
		"unknown":            {[]byte{0xde, 0xad, 0xbe, 0xef}, "unknown function 0xdeadbeef"},
		"missing arguments":  {call(t, "ownerOf(uint256)", big1(1))[:20], "ownerOf: read arguments: "},
		"an array of 2^60":   {append(call(t, "claim(uint256[])", []*big.Int{})[:36], common.BigToHash(new(big.Int).Lsh(big1(1), 60)).Bytes()...), "claim: read arguments: "},
		"a bool that is two": {append(call(t, "setApprovalForAll(address,bool)", alice.EVM(), true)[:67], 2), "setApprovalForAll: read arguments: "},
	} {
		t.Run(name, func(t *testing.T) {
			r := c.run(alice, asset.Address, tt.data)
			require.True(t, r.Failed())
			require.True(t, strings.HasPrefix(r.reason(), tt.want), r.reason())
		})
	}
	r := c.receipt(c.Deliver(c.EVM(alice, apptest.EVMTx{
		To: &asset.Address, Value: big1(1), Data: call(t, "approve(uint256,address,uint256)", big1(1), alice.EVM(), big1(1)),
	}))[0])
	require.True(t, r.Failed(), "coins do not stay here")
	require.Equal(t, "contract takes no coins", r.reason())
}

// Solidity looks for code before it calls, and ERC-165 gives 30,000 gas.
func TestCodeAndInterfaceGas(t *testing.T) {
	c := newChain(t, apptest.WithoutShadows())
	alice := c.Accounts[0]
	size := c.deploy(alice, program.New().Push(asset.Address).Op(vm.EXTCODESIZE).Push0().Op(vm.MSTORE).Return(0, 32))
	out, err := c.Call(alice, size, nil)
	require.NoError(t, err)
	require.Equal(t, int64(1), new(big.Int).SetBytes(out).Int64())

	r := c.receipt(c.Deliver(c.EVM(alice, apptest.EVMTx{
		To: &asset.Address, Data: call(t, "supportsInterface(bytes4)", [4]byte{0xd5, 0x35, 0x81, 0x40}), Gas: 30_000,
	}))[0])
	require.False(t, r.Failed(), "the transaction's own 21,000 and its data are in the 30,000: %s", r.VmError)
}

// Nobody's rights can be borrowed: neither by running the contract as one's own
// code, nor in a call that promised to change nothing.
func TestBorrowedCode(t *testing.T) {
	c := newChain(t, apptest.WithoutShadows())
	alice := c.Accounts[0]
	c.register(alice, 100)
	steal := call(t, "approve(address,uint256)", c.Accounts[1].EVM(), big1(1))
	for _, op := range []vm.OpCode{vm.DELEGATECALL, vm.CALLCODE, vm.STATICCALL} {
		at := c.deploy(alice, script(vm.STOP, step{to: asset.Address, data: steal, op: op}))
		require.True(t, c.run(alice, at, nil).Failed(), op)
	}
	c.is(common.Address{}, "getApproved(uint256)", big1(1))
	// Looking is allowed.
	look := c.deploy(alice, script(vm.STOP, step{to: asset.Address, data: call(t, "ownerOf(uint256)", big1(1)), op: vm.STATICCALL}))
	require.False(t, c.run(alice, look, nil).Failed())
}
