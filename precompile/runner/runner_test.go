package runner

import (
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/holiman/uint256"
	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
)

const twoFunctions = `[
	{"type":"function","name":"get","inputs":[],"outputs":[{"type":"uint256"}],"stateMutability":"view"},
	{"type":"function","name":"set","inputs":[{"type":"uint256","name":"n"}],"outputs":[],"stateMutability":"nonpayable"},
	{"type":"event","name":"Set","inputs":[{"type":"uint256","name":"n","indexed":true},{"type":"string","name":"why"}]},
	{"type":"event","name":"Bad","inputs":[{"type":"uint256[]","name":"n","indexed":true}]}
]`

func parse(t *testing.T) abi.ABI {
	t.Helper()
	contract, err := abi.JSON(strings.NewReader(twoFunctions))
	require.NoError(t, err)
	return contract
}

func TestLink(t *testing.T) {
	run := func(*Call) ([]any, error) { return nil, nil }
	get, set := Function{Signature: "get()", Run: run}, Function{Signature: "set(uint256)", Writes: true, Run: run}
	tests := []struct {
		name      string
		functions []Function
		err       string
	}{
		{"all", []Function{get, set}, ""},
		{"one is missing", []Function{get}, "link set(uint256): no function has it"},
		{"one is unknown", []Function{get, set, {Signature: "put()"}}, "link put(): not in the ABI"},
		{"one is there twice", []Function{get, get, set}, "link get(): not in the ABI, or there twice"},
		{"a view that writes", []Function{{Signature: "get()", Writes: true}, set}, "link get(): the ABI says view"},
		{"a write that is a view", []Function{get, {Signature: "set(uint256)"}}, "link set(uint256): the ABI says nonpayable"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := link(parse(t), tt.functions)
			if tt.err == "" {
				require.NoError(t, err)
				require.Equal(t, common.Address{9}, New("test", common.Address{9}, parse(t), tt.functions...).Address())
				return
			}
			require.ErrorContains(t, err, tt.err)
			require.Panics(t, func() { New("test", common.Address{9}, parse(t), tt.functions...) })
		})
	}
}

func TestLog(t *testing.T) {
	c := &Call{contract: parse(t), Self: common.Address{7}}
	require.NoError(t, c.Log("Set", big.NewInt(7), "because"))
	require.Equal(t, common.BigToHash(big.NewInt(7)), c.logs[0].Topics[1])
	require.ErrorContains(t, c.Log("Set", big.NewInt(7)), "no such event of 1 arguments")
	require.ErrorContains(t, c.Log("Unset"), "no such event")
	require.ErrorContains(t, c.Log("Set", "seven", "because"), "log Set")
	require.ErrorContains(t, c.Log("Set", big.NewInt(7), 8), "log Set")
	require.ErrorContains(t, c.Log("Bad", []*big.Int{big.NewInt(1)}), "not a word")
	require.Len(t, c.logs, 1)
}

func TestMetered(t *testing.T) {
	evm := &vm.EVM{}
	frame := func(gas uint64) *vm.Contract {
		return vm.NewContract(common.Address{1}, common.Address{2}, new(uint256.Int), gas, nil)
	}
	failed := errTest("failed")
	use := func(gas uint64, err error) func(storetypes.GasMeter) error {
		return func(m storetypes.GasMeter) error {
			m.ConsumeGas(gas, "test")
			return err
		}
	}
	c := frame(100)
	require.NoError(t, metered(evm, c, use(30, nil)))
	require.Equal(t, uint64(70), c.Gas)
	require.ErrorIs(t, metered(evm, c, use(20, failed)), failed)
	require.Equal(t, uint64(50), c.Gas, "what a failure used is used")
	require.ErrorIs(t, metered(evm, c, use(51, nil)), vm.ErrOutOfGas)
	require.ErrorIs(t, metered(evm, c, use(51, failed)), vm.ErrOutOfGas)
	require.ErrorIs(t, metered(evm, c, func(m storetypes.GasMeter) error {
		m.ConsumeGas(1, "test")
		m.ConsumeGas(^uint64(0), "overflow")
		return nil
	}), vm.ErrOutOfGas)
	require.Panics(t, func() {
		_ = metered(evm, c, func(storetypes.GasMeter) error { panic("a bug is not out of gas") })
	})
}

type errTest string

func (e errTest) Error() string { return string(e) }

func TestStoreGasGrowsWithLayers(t *testing.T) {
	require.Equal(t, storetypes.KVGasConfig(), storeGas(0))
	flat, deep := storeGas(0), storeGas(500)
	require.Equal(t, flat.ReadCostFlat+500*layerGas, deep.ReadCostFlat)
	require.Equal(t, flat.HasCost+500*layerGas, deep.HasCost)
	require.Equal(t, flat.WriteCostFlat, deep.WriteCostFlat, "writes go to the uppermost layer")
}
