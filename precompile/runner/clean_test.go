package runner

import (
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"
)

func TestCheckClean(t *testing.T) {
	contract, err := abi.JSON(strings.NewReader(`[{"type":"function","name":"f","outputs":[],"stateMutability":"view","inputs":[
		{"type":"uint256","name":"n"},{"type":"string","name":"s"},{"type":"address","name":"a"},{"type":"tuple","name":"p","components":[{"type":"uint8","name":"x"},{"type":"address[2]","name":"y"}]},{"type":"bytes4","name":"b"}]}]`))
	require.NoError(t, err)
	args := contract.Methods["f"].Inputs
	pair := struct {
		X uint8
		Y [2]common.Address
	}{7, [2]common.Address{common.MaxAddress, {}}}
	clean, err := args.Pack(common.Big256, "text", common.MaxAddress, pair, [4]byte{1, 2, 3, 4})
	require.NoError(t, err)
	require.NoError(t, checkClean(args, clean))
	for at, wrong := range map[int]string{
		64:       "a: bits beyond its type address",
		64 + 11:  "a: bits beyond its type address",
		160:      "p: bits beyond its type address",
		192 + 4:  "b: bits beyond its type bytes4",
		192 + 31: "b: bits beyond its type bytes4",
	} {
		dirty := append([]byte(nil), clean...)
		dirty[at] = 1
		_, err := args.Unpack(dirty)
		require.NoError(t, err, "package abi does not mind")
		require.EqualError(t, checkClean(args, dirty), wrong)
	}
	for at := range 32 {
		dirty := append([]byte(nil), clean...)
		dirty[at] = 0xff
		require.NoError(t, checkClean(args, dirty), "every number is one")
	}
}
