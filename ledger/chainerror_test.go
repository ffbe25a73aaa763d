package ledger

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestChainError(t *testing.T) {
	tests := []struct {
		raw, want string
		coins     bool
	}{
		{
			"failed to execute message; message index: 0: it would be void from 15 on, and it is 17: bad credential [/root/x/errors.go:165] with gas used: '53150'",
			"the chain refused: it would be void from 15 on, and it is 17: bad credential", false,
		},
		{
			"failed to execute message; message index: 0: : invalid coins [cosmos/bank/keeper/msg_server.go:52] with gas used: '51355'",
			"the chain refused: invalid coins", false,
		},
		{
			"spendable balance 8aweal is smaller than 10aweal: insufficient funds [x/send.go:324]",
			"not enough coins: the chain refused: spendable balance 8aweal is smaller than 10aweal: insufficient funds", true,
		},
		{"ERC3525: insufficient balance for transfer", "the chain refused: ERC3525: insufficient balance for transfer", false},
		{"failed to execute message; message index: 1: no", "the chain refused: failed to execute message; message index: 1: no", false},
	}
	for _, tt := range tests {
		err := chainError(tt.raw)
		require.EqualError(t, err, tt.want)
		require.ErrorIs(t, err, ErrChain)
		if tt.coins {
			require.ErrorIs(t, err, ErrCoins)
		} else {
			require.NotErrorIs(t, err, ErrCoins)
		}
	}
}
