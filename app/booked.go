package app

import (
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/core"
	ethtypes "github.com/ethereum/go-ethereum/core/types"

	"github.com/cosmos/evm/x/vm/statedb"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	jobtypes "github.com/weal-network/weal/x/job/types"
)

// bookedCalls makes x/job's booked calls.
type bookedCalls struct{ app *App }

var _ jobtypes.EVM = bookedCalls{}

// Call implements jobtypes.EVM. The meter is the call's own: what contracts written
// in Go read is metered by it, and not by what the block has used so far.
func (b bookedCalls) Call(ctx sdk.Context, c jobtypes.Call) (jobtypes.Outcome, error) {
	evm := b.app.EVMKeeper
	ctx = ctx.WithGasMeter(storetypes.NewInfiniteGasMeter())
	cfg, err := evm.EVMConfig(ctx, ctx.BlockHeader().ProposerAddress)
	if err != nil {
		return jobtypes.Outcome{}, err
	}
	price := c.GasPrice.Big()
	msg := core.Message{
		From: c.From, To: &c.To, Value: c.Value.Big(), GasLimit: c.Gas, Data: c.Data,
		GasPrice: price, GasFeeCap: price, GasTipCap: new(big.Int), AccessList: ethtypes.AccessList{},
	}
	tx := statedb.NewEmptyTxConfig()
	res, err := evm.ApplyMessageWithConfig(ctx, statedb.New(ctx, evm, tx), msg, nil, true, false, cfg, tx, true, nil)
	if err != nil {
		return jobtypes.Outcome{}, err
	}
	out := jobtypes.Outcome{OK: !res.Failed(), GasUsed: res.MaxUsedGas}
	if res.Failed() {
		if out.Reason, err = abi.UnpackRevert(res.Ret); err != nil {
			out.Reason = res.VmError
		}
		return out, nil
	}
	for _, l := range res.Logs {
		log := jobtypes.CallLog{Address: l.Address, Data: l.Data}
		for _, t := range l.ToEthereum().Topics {
			log.Topics = append(log.Topics, t.Bytes())
		}
		out.Logs = append(out.Logs, log)
	}
	return out, nil
}
