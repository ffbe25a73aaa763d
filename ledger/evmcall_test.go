package ledger_test

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	ethcrypto "github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/app"
	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/x402"
)

// TestCallsOfAnyContract: the wrapped coin stands for any contract.
func TestCallsOfAnyContract(t *testing.T) {
	net := apptest.New(t, apptest.Accounts(2))
	l := open(t, net)
	from, to := sender(t, l, net.Accounts[0]), net.Accounts[1].EVM()
	word := func(b []byte) []byte { return common.LeftPadBytes(b, 32) }
	balance := append(ethcrypto.Keccak256([]byte("balanceOf(address)"))[:4], word(to[:])...)
	ask := func() *big.Int {
		out, err := l.CallEVM(t.Context(), app.WrappedCoin, balance)
		require.NoError(t, err)
		return new(big.Int).SetBytes(out)
	}
	move := func(amount *big.Int) (string, error) {
		data := append(ethcrypto.Keccak256([]byte("transfer(address,uint256)"))[:4], word(to[:])...)
		return from.SendEVM(t.Context(), app.WrappedCoin, append(data, word(amount.Bytes())...))
	}
	had := ask()
	hash, err := move(big.NewInt(7))
	require.NoError(t, err)
	require.Regexp(t, "^0x[0-9a-f]{64}$", hash)
	require.EqualValues(t, 7, new(big.Int).Sub(ask(), had).Int64())

	height, err := l.Height(t.Context())
	require.NoError(t, err)
	_, err = move(new(big.Int).Lsh(big.NewInt(1), 200))
	require.ErrorIs(t, err, ledger.ErrChain)
	after, err := l.Height(t.Context())
	require.NoError(t, err)
	require.Equal(t, height, after, "what would revert is not sent")
	_, err = l.CallEVM(t.Context(), x402.ProxyAddress, []byte{1, 2, 3, 4}) // a function that it has not
	require.ErrorIs(t, err, ledger.ErrChain)
	for _, bad := range []string{"", "0x12", "somewhere"} {
		_, err = l.CallEVM(t.Context(), bad, nil)
		require.Error(t, err)
		_, err = from.SendEVM(t.Context(), bad, nil)
		require.Error(t, err)
	}
}
