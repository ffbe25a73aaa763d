package apptest

import (
	"testing"

	ethcrypto "github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"
)

// A harness that cannot fail proves nothing: here the main application's answer
// is doctored, and each shadow must notice.
func TestShadowsNotice(t *testing.T) {
	for name, doctor := range map[string]func(*abci.ResponseFinalizeBlock){
		"app hash":    func(r *abci.ResponseFinalizeBlock) { r.AppHash = append([]byte{1}, r.AppHash[1:]...) },
		"result":      func(r *abci.ResponseFinalizeBlock) { r.TxResults[0].Code++ },
		"gas":         func(r *abci.ResponseFinalizeBlock) { r.TxResults[0].GasUsed++ },
		"transaction": func(r *abci.ResponseFinalizeBlock) { r.TxResults = nil },
	} {
		t.Run(name, func(t *testing.T) {
			net := New(t)
			net.spoiled = true
			alice := net.Accounts[0]
			to := alice.EVM()
			b := net.block([][]byte{net.EVM(alice, EVMTx{To: &to})})
			res, err := net.main.finalize(b)
			require.NoError(t, err)
			doctor(res)
			for _, s := range net.shadows {
				require.ErrorContains(t, s.follow(b, res), s.name)
			}
		})
	}
}

func TestRevertsCarryTheirData(t *testing.T) {
	net := New(t)
	alice := net.Accounts[0]
	// PUSH1 42, PUSH0, MSTORE, PUSH1 32, PUSH0, REVERT
	code := []byte{0x60, 42, 0x5f, 0x52, 0x60, 32, 0x5f, 0xfd}
	init := append([]byte{0x60, byte(len(code)), 0x80, 0x60, 0x09, 0x5f, 0x39, 0x5f, 0xf3}, code...)
	net.Deliver(net.EVM(alice, EVMTx{Data: init}))

	_, err := net.Call(alice, ethcrypto.CreateAddress(alice.EVM(), 0), nil)
	var revert *Revert
	require.ErrorAs(t, err, &revert)
	require.Len(t, revert.Data, 32)
	require.Equal(t, byte(42), revert.Data[31])
}
