package conformance

import (
	"fmt"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"
)

// face is an interface of the standards.
type face struct {
	name      string
	id        [4]byte
	functions []string
}

var faces = []face{
	{"ERC-165", [4]byte{0x01, 0xff, 0xc9, 0xa7}, []string{supports}},
	{"ERC-721", [4]byte{0x80, 0xac, 0x58, 0xcd}, []string{
		"balanceOf(address)", "ownerOf(uint256)", fnApprove, "getApproved(uint256)", fnApproveAll,
		"isApprovedForAll(address,address)", fnTransfer, fnSafe, fnSafeData,
	}},
	{"ERC-721 metadata", [4]byte{0x5b, 0x5e, 0x13, 0x9f}, []string{"name()", "symbol()", "tokenURI(uint256)"}},
	{"ERC-721 enumeration", [4]byte{0x78, 0x0e, 0x9d, 0x63}, []string{
		"totalSupply()", "tokenByIndex(uint256)", "tokenOfOwnerByIndex(address,uint256)",
	}},
	{"ERC-3525", [4]byte{0xd5, 0x35, 0x81, 0x40}, []string{
		"valueDecimals()", "balanceOf(uint256)", "slotOf(uint256)", fnApproveValue, "allowance(uint256,address)", fnMove, fnSplit,
	}},
	{"ERC-3525 metadata", [4]byte{0xe1, 0x60, 0x09, 0x02}, []string{"contractURI()", "slotURI(uint256)"}},
	{"ERC-3525 slot enumeration", [4]byte{0x3b, 0x74, 0x1b, 0x9e}, []string{
		"slotCount()", "slotByIndex(uint256)", "tokenSupplyInSlot(uint256)", "tokenInSlotByIndex(uint256,uint256)",
	}},
	slotApprovals,
}

var slotApprovals = face{"ERC-3525 slot approval", [4]byte{0xb6, 0x88, 0xbe, 0x58}, []string{
	fnApproveSlot, "isApprovedForSlot(address,uint256,address)",
}}

// The identifiers that the standards publish are those of the functions that are
// tested here.
func TestIdentifiers(t *testing.T) {
	for _, face := range faces {
		var id [4]byte
		for _, f := range face.functions {
			for i, b := range selector(f) {
				id[i] ^= b
			}
		}
		require.Equal(t, face.id, id, face.name)
	}
	require.Equal(t, "150b7a02", fmt.Sprintf("%x", selector(on721)))
	require.Equal(t, "009ce20b", fmt.Sprintf("%x", selector(on3525)))
}

// ids are what a subject is asked for, with the answers.
func (k kind) ids() map[[4]byte]bool {
	ids := map[[4]byte]bool{
		{0xff, 0xff, 0xff, 0xff}: false,
		{}:                       false,
		{0x36, 0x37, 0x2b, 0x07}: false, // ERC-20
		{0xd9, 0xb6, 0x7a, 0x26}: false, // ERC-1155
		{0x15, 0x0b, 0x7a, 0x02}: false, // receivers of tokens
		{0x00, 0x9c, 0xe2, 0x0b}: false, // receivers of value
		{0x80, 0xac, 0x58, 0xcc}: false, // one bit from ERC-721
	}
	for _, face := range faces {
		ids[face.id] = true
	}
	ids[slotApprovals.id] = k.slotApprovable
	return ids
}

// Interfaces are found as ERC-165 says: by a static call with 30,000 gas.
func TestInterfaces(t *testing.T) {
	each(t, func(f *fixture) {
		at := f.deploy(meter())[0]
		for id, want := range f.ids() {
			f.is(want, supports, id)
			out, err := chain.call(t.Context(), ethereum.CallMsg{To: &at, Data: called(f.at, pack(supports, id))})
			require.NoError(f.t, err)
			values, err := unpack("(bool,uint256,uint256,bool)", out)
			require.NoError(f.t, err, "0x%x", id)
			require.Equal(f.t, true, values[0], "0x%x with 30,000 gas", id)
			require.Equal(f.t, "32", fmt.Sprint(values[2]))
			require.Equal(f.t, want, values[3], "0x%x", id)
			require.LessOrEqual(f.t, word(values[1]).Big().Uint64(), uint64(30_000))
		}
	})
}

// Solidity calls no address without code, and neither do libraries.
func TestCode(t *testing.T) {
	each(t, func(f *fixture) {
		code, err := chain.eth.CodeAt(t.Context(), f.at, nil)
		require.NoError(f.t, err)
		require.NotEmpty(f.t, code)

		a := newAsm().argument(0).op(vm.EXTCODESIZE).zero(1).op(vm.MSTORE).argument(0).op(vm.EXTCODEHASH).push(32).op(vm.MSTORE)
		at := f.deploy(a.push(64).zero(1).op(vm.RETURN).code())[0]
		out, err := chain.call(t.Context(), ethereum.CallMsg{To: &at, Data: called(f.at, nil)})
		require.NoError(f.t, err)
		require.Equal(f.t, int64(len(code)), common.BytesToHash(out[:32]).Big().Int64())
		require.Equal(f.t, crypto.Keccak256Hash(code), common.BytesToHash(out[32:]))
	})
}
