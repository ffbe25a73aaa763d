package settle

import (
	"fmt"
	"slices"

	abci "github.com/cometbft/cometbft/abci/types"

	"cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/weal-network/weal/types"
)

// transferTxs is how many queries are paid by bank transfers.
const transferTxs = 100

// measureTransfers pays queries one by one, by a bank transfer to each payee, all
// of one query in one transaction.
func (b *bench) measureTransfers(f *Figures) error {
	var txs [][]byte
	for q := range transferTxs {
		var msgs []sdk.Msg
		for k := range b.cfg.Payees {
			amount := math.NewInt(int64((q+k)%1000 + 1))
			to := b.Accounts[(q+k)%accounts]
			msgs = append(msgs, banktypes.NewMsgSend(b.other.Cosmos(), to.Cosmos(), sdk.NewCoins(sdk.NewCoin(types.BaseDenom, amount))))
		}
		tx, err := b.Cosmos(b.other, msgs...)
		if err != nil {
			return err
		}
		txs = append(txs, tx)
	}
	results, err := b.Deliver(txs...)
	if err != nil {
		return err
	}
	var gas []int64
	for _, r := range results {
		if r.Code != abci.CodeTypeOK {
			return fmt.Errorf("bank transfer refused: %s", r.Log)
		}
		gas = append(gas, r.GasUsed)
	}
	slices.Sort(gas)
	f.GasPerQueryTransfers = float64(gas[len(gas)/2])
	return nil
}
