package node

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	corevm "github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/params"

	"github.com/cosmos/evm/rpc/backend"
	"github.com/cosmos/evm/rpc/namespaces/ethereum/eth/filters"
	rpctypes "github.com/cosmos/evm/rpc/types"
	evmtypes "github.com/cosmos/evm/x/vm/types"
)

// ethMethods are the methods of Ethereum's JSON-RPC that the engine answers in
// ways that clients stumble over.
type ethMethods struct {
	back *backend.Backend
	logs *filters.PublicFilterAPI
	// ready is closed when the mempool takes transactions.
	ready <-chan struct{}
}

// SendRawTransaction is eth_sendRawTransaction. A chain that has just begun tells
// of its first block a moment before its mempool has seen it; who sends in that
// moment waits, instead of being refused.
func (e *ethMethods) SendRawTransaction(ctx context.Context, data hexutil.Bytes) (common.Hash, error) {
	select {
	case <-e.ready:
		return e.back.SendRawTransaction(ctx, data)
	case <-ctx.Done():
		return common.Hash{}, ctx.Err()
	}
}

// Call is eth_call. A revert without a reason is a revert all the same: clients
// look for code 3 with data "0x", where the engine has a plain error.
func (e *ethMethods) Call(
	ctx context.Context, args evmtypes.TransactionArgs, at rpctypes.BlockNumberOrHash, overrides *json.RawMessage,
) (hexutil.Bytes, error) {
	block, err := e.back.BlockNumberFromComet(ctx, at)
	if err != nil {
		return nil, err
	}
	res, err := e.back.DoCall(ctx, args, block, overrides)
	if err != nil {
		return nil, emptyRevert(err)
	}
	return res.Ret, nil
}

// EstimateGas is eth_estimateGas; see Call about reverts. Wallets send what it
// says as the limit, and what a call takes can grow until it is in a block: moving
// a share settles what its asset earned meanwhile. So the answer has a fifth more
// than the call takes now, but for a plain transfer. That costs nothing: what is
// not used is given back, from half of the limit on.
func (e *ethMethods) EstimateGas(
	ctx context.Context, args evmtypes.TransactionArgs, at *rpctypes.BlockNumberOrHash, overrides *json.RawMessage,
) (hexutil.Uint64, error) {
	gas, err := e.back.EstimateGas(ctx, args, at, overrides)
	return withRoom(gas, hexutil.Uint64(e.back.RPCGasCap())), emptyRevert(err)
}

// withRoom adds a fifth to an estimate, up to most.
func withRoom(gas, most hexutil.Uint64) hexutil.Uint64 {
	if gas <= hexutil.Uint64(params.TxGas) || gas >= most {
		return gas
	}
	return min(gas+gas/5, most)
}

// FillTransaction is eth_fillTransaction, which viem asks before it sends. The
// engine estimates the gas on the state of the chain's first blocks; here it is
// on the last one's, as wherever gas is estimated.
func (e *ethMethods) FillTransaction(ctx context.Context, args evmtypes.TransactionArgs) (*rpctypes.SignTransactionResult, error) {
	if args.Gas == nil {
		latest := rpctypes.EthLatestBlockNumber
		gas, err := e.EstimateGas(ctx, args, &rpctypes.BlockNumberOrHash{BlockNumber: &latest}, nil)
		if err != nil {
			return nil, err
		}
		args.Gas = &gas
	}
	args, err := e.back.SetTxDefaults(ctx, args)
	if err != nil {
		return nil, err
	}
	tx := args.ToTransaction(ethtypes.LegacyTxType)
	raw, err := tx.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return &rpctypes.SignTransactionResult{Raw: raw, Tx: tx}, nil
}

// GetTransactionReceipt is eth_getTransactionReceipt. Of a transaction that is
// in no block it says so at once; the engine's waits up to half a minute for it,
// and a wallet that polls holds as many connections.
func (e *ethMethods) GetTransactionReceipt(ctx context.Context, hash common.Hash) (map[string]any, error) {
	if _, err := e.back.GetTxByEthHash(ctx, hash); err != nil {
		return nil, nil //nolint:nilerr // no receipt yet is no error
	}
	return e.back.GetTransactionReceipt(ctx, hash)
}

// emptyRevert turns the engine's error of a revert without data into one that
// says what it is.
func emptyRevert(err error) error {
	var coded *evmtypes.RevertError
	if err == nil || errors.As(err, &coded) || err.Error() != corevm.ErrExecutionReverted.Error() {
		return err
	}
	return evmtypes.NewExecErrorWithReason(nil)
}
