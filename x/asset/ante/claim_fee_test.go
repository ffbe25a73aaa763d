package ante_test

import (
	"context"
	"errors"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/stretchr/testify/require"
	protov2 "google.golang.org/protobuf/proto"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/ante"
	"github.com/weal-network/weal/x/asset/types"
)

// tx is a transaction with what an ante handler looks at.
type tx struct {
	msgs    []sdk.Msg
	fee     sdk.Coins
	granter []byte
}

func (t tx) GetMsgs() []sdk.Msg                    { return t.msgs }
func (t tx) GetMsgsV2() ([]protov2.Message, error) { return nil, nil }
func (t tx) GetGas() uint64                        { return 1 }
func (t tx) GetFee() sdk.Coins                     { return t.fee }
func (t tx) FeePayer() []byte                      { return []byte("owner") }
func (t tx) FeeGranter() []byte                    { return t.granter }

var _ sdk.FeeTx = tx{}

// advances records what is asked of the keeper.
type advances struct {
	shares []weal.ShareID
	fee    sdk.Coins
	err    error
}

func (a *advances) AdvanceClaimFee(_ context.Context, owner sdk.AccAddress, shares []weal.ShareID, fee sdk.Coins) error {
	a.shares, a.fee = shares, fee
	return a.err
}

func claim(sender string, shares ...uint64) sdk.Msg {
	return &types.MsgClaim{Sender: sender, Shares: shares}
}

func TestClaimFee(t *testing.T) {
	fee := sdk.NewCoins(sdk.NewInt64Coin("aweal", 7))
	tests := []struct {
		name string
		tx   sdk.Tx
		want []weal.ShareID
	}{
		{"one claim", tx{msgs: []sdk.Msg{claim("a", 1, 2)}, fee: fee}, []weal.ShareID{1, 2}},
		{"two claims", tx{msgs: []sdk.Msg{claim("a", 1), claim("a", 3)}, fee: fee}, []weal.ShareID{1, 3}},
		{"no fee", tx{msgs: []sdk.Msg{claim("a", 1)}}, nil},
		{"a granted fee", tx{msgs: []sdk.Msg{claim("a", 1)}, fee: fee, granter: []byte("g")}, nil},
		{"two signers", tx{msgs: []sdk.Msg{claim("a", 1), claim("b", 2)}, fee: fee}, nil},
		{"something else too", tx{msgs: []sdk.Msg{claim("a", 1), &banktypes.MsgSend{}}, fee: fee}, nil},
		{"something else", tx{msgs: []sdk.Msg{&banktypes.MsgSend{}}, fee: fee}, nil},
		{"nothing", tx{fee: fee}, nil},
		{"too many shares", tx{msgs: []sdk.Msg{claim("a", make([]uint64, 33)...), claim("a", make([]uint64, 32)...)}, fee: fee}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			keeper, passed := &advances{}, false
			handler := ante.New(keeper, func(ctx sdk.Context, _ sdk.Tx, _ bool) (sdk.Context, error) {
				passed = true
				return ctx, nil
			})
			_, err := handler(sdk.Context{}, tt.tx, false)
			require.NoError(t, err)
			require.True(t, passed)
			require.Equal(t, tt.want, keeper.shares)
			if tt.want != nil {
				require.Equal(t, fee, keeper.fee)
			}
		})
	}
}

func TestClaimFeeRefused(t *testing.T) {
	broke := errors.New("broke")
	handler := ante.New(&advances{err: broke}, func(ctx sdk.Context, _ sdk.Tx, _ bool) (sdk.Context, error) {
		t.Error("a transaction that cannot be paid for went on")
		return ctx, nil
	})
	_, err := handler(sdk.Context{}, tx{msgs: []sdk.Msg{claim("a", 1)}, fee: sdk.NewCoins(sdk.NewInt64Coin("aweal", 7))}, false)
	require.ErrorIs(t, err, broke)
}
