package market_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"math/big"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	tabtypes "github.com/weal-network/weal/x/tab/types"
)

// earn has payer pay the asset amount, from a tab of its own.
func (c *chain) earn(payer apptest.Account, to *big.Int, coins uint64) {
	c.t.Helper()
	amount := types.NewAmount(coins)
	seed := sha256.Sum256([]byte("lane"))
	key := ed25519.NewKeyFromSeed(seed[:])
	lane := pay.PublicKey(key)
	opened := c.Deliver(c.Cosmos(payer, &tabtypes.MsgOpen{
		Payer: payer.String(), Denom: aweal, Deposit: amount.String(), Bond: amount.String(), FeeReserve: "0",
		Lanes: []tabtypes.NewLane{{Key: lane[:], Cap: amount.String(), Gateway: to.Uint64()}},
	}))[0]
	require.Zero(c.t, opened.Code, opened.Log)
	c.nonce[payer.EVM()]++
	var msg sdk.TxMsgData
	require.NoError(c.t, msg.Unmarshal(opened.Data))
	var res tabtypes.MsgOpenResponse
	require.NoError(c.t, res.Unmarshal(msg.MsgResponses[0].Value))

	leaf := pay.Leaf{Asset: types.AssetID(to.Uint64()), Amount: amount}
	split, err := pay.NewSplit([]pay.Leaf{leaf})
	require.NoError(c.t, err)
	voucher := pay.Sign(pay.Voucher{
		Chain: pay.ChainHash(types.LocalChainID), Lane: types.LaneRef{Tab: types.TabID(res.Tab)},
		Seq: 1, Total: amount, Split: split.Root(),
	}, key)
	path := split.Path(0)
	settled := c.Deliver(c.Cosmos(payer, &tabtypes.MsgSettle{Sender: payer.String(), Settlements: []tabtypes.Settlement{{
		Voucher: voucher.Bytes(), Claims: []tabtypes.Claim{{Leaf: leaf.Bytes(), LeafPath: path.Bytes()}},
	}}}))[0]
	require.Zero(c.t, settled.Code, settled.Log)
	c.nonce[payer.EVM()]++
}
