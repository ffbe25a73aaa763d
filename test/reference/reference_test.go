package reference_test

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/test/reference"
)

// TestABI checks that the functions that are measured are the standard's.
func TestABI(t *testing.T) {
	contract, err := reference.ABI()
	require.NoError(t, err)
	ids := map[string]string{}
	for _, m := range contract.Methods {
		ids[m.Sig] = hex.EncodeToString(m.ID)
	}
	require.Equal(t, "310ed7f0", ids["transferFrom(uint256,uint256,uint256)"])
	require.Equal(t, "0f485c02", ids["transferFrom(uint256,address,uint256)"])
	require.Contains(t, ids, "mint(address,uint256,uint256,uint256)")
}

func TestCreation(t *testing.T) {
	short, err := reference.Creation("A", "B", 0)
	require.NoError(t, err)
	long, err := reference.Creation("A name of more than thirty-two bytes", "B", 0)
	require.NoError(t, err)
	require.Equal(t, byte(0x60), short[0], "Solidity begins with a push")
	require.Len(t, long, len(short)+32)
}
