package chain

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/evm/x/vm/statedb"
	evmtypes "github.com/cosmos/evm/x/vm/types"
	"github.com/cosmos/gogoproto/proto"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/app"
)

// Receipt is what an EVM transaction came to.
type Receipt struct {
	GasUsed uint64
	Ret     []byte
}

// ReadReceipt returns the receipt of a result, or why the transaction failed.
func ReadReceipt(res *abci.ExecTxResult) (Receipt, error) {
	if res.Code != abci.CodeTypeOK {
		return Receipt{}, fmt.Errorf("transaction refused: %s", res.Log)
	}
	out, err := evmtypes.DecodeTxResponse(res.Data)
	if err != nil {
		return Receipt{}, fmt.Errorf("read receipt: %w", err)
	}
	return Receipt{GasUsed: out.GasUsed, Ret: out.Ret}, failure(out)
}

// failure says why a call failed.
func failure(out *evmtypes.MsgEthereumTxResponse) error {
	if !out.Failed() {
		return nil
	}
	if reason, err := abi.UnpackRevert(out.Ret); err == nil {
		return fmt.Errorf("call reverted: %s", reason)
	}
	return errors.New("call failed: " + out.VmError)
}

// ReadResponse reads the answer to a transaction's only message, or returns why
// the transaction failed.
func ReadResponse(res *abci.ExecTxResult, into proto.Message) error {
	if res.Code != abci.CodeTypeOK {
		return fmt.Errorf("transaction refused: %s", res.Log)
	}
	var data sdk.TxMsgData
	if err := proto.Unmarshal(res.Data, &data); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	if len(data.MsgResponses) != 1 {
		return fmt.Errorf("read answer: want one message's, got %d", len(data.MsgResponses))
	}
	return proto.Unmarshal(data.MsgResponses[0].Value, into)
}

// Estimate returns the gas limit that a wallet would be told for a call.
func (c *Chain) Estimate(from *Account, to common.Address, data []byte) (uint64, error) {
	input, caller := hexutil.Bytes(data), from.EVM()
	args, err := json.Marshal(evmtypes.TransactionArgs{From: &caller, To: &to, Input: &input})
	if err != nil {
		return 0, fmt.Errorf("estimate gas: %w", err)
	}
	res, err := c.app.EVMKeeper.EstimateGas(c.Context(), &evmtypes.EthCallRequest{
		Args: args, GasCap: app.BlockGas, ProposerAddress: c.validator,
	})
	if err != nil {
		return 0, fmt.Errorf("estimate gas: %w", err)
	}
	if res.VmError != "" {
		return 0, fmt.Errorf("estimate gas: %s", res.VmError)
	}
	return res.Gas, nil
}

// Execute runs a call on the last block's state, as a block runs it once its
// signature and fee are checked, and says how long it took. It writes what the
// call changes to a branch of the state, and forgets it.
func (c *Chain) Execute(from *Account, to common.Address, data []byte, gas uint64) (Receipt, time.Duration, error) {
	branch, _ := c.Context().CacheContext()
	ctx := branch.WithKVGasConfig(storetypes.GasConfig{}).WithTransientKVGasConfig(storetypes.GasConfig{})
	msg := core.Message{
		From: from.EVM(), To: &to, Nonce: from.nonce, Value: new(big.Int), GasLimit: gas,
		GasPrice: big.NewInt(gasPrice), GasFeeCap: big.NewInt(gasPrice), GasTipCap: new(big.Int), Data: data,
	}
	began := time.Now()
	state := statedb.New(ctx, c.app.EVMKeeper, statedb.NewEmptyTxConfig())
	out, err := c.app.EVMKeeper.ApplyMessage(ctx, state, msg, nil, true, false, false)
	took := time.Since(began)
	if err != nil {
		return Receipt{}, 0, fmt.Errorf("execute: %w", err)
	}
	return Receipt{GasUsed: out.GasUsed, Ret: out.Ret}, took, failure(out)
}
