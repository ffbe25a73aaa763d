package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"

	evmtypes "github.com/cosmos/evm/x/vm/types"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	"google.golang.org/grpc/status"

	"github.com/weal-network/weal/types"
)

// sendEVM sends an EVM transaction, with coins unless value is nil, and returns
// what the call returned and its logs. A revert is an error with the contract's
// reason.
func (s *Sender) sendEVM(ctx context.Context, to common.Address, value *big.Int, data []byte) (*evmtypes.MsgEthereumTxResponse, error) {
	if value == nil {
		value = new(big.Int)
	}
	r, err := s.send(ctx, func(ctx context.Context) ([]byte, error) { return s.signEVM(ctx, to, value, data) })
	if err != nil {
		return nil, err
	}
	res, err := evmtypes.DecodeTxResponse(r.data)
	if err != nil {
		return nil, fmt.Errorf("read response of %s: %w", r.hash, err)
	}
	if res.Failed() {
		return nil, chainError(reason(res))
	}
	return res, nil
}

// signEVM estimates the gas of a call and signs it with the next nonce.
func (s *Sender) signEVM(ctx context.Context, to common.Address, value *big.Int, data []byte) ([]byte, error) {
	gas, err := s.estimate(ctx, to, value, data)
	if err != nil {
		return nil, err
	}
	price, err := s.l.gasPrice(ctx)
	if err != nil {
		return nil, err
	}
	_, tx, err := s.signed(&ethtypes.DynamicFeeTx{Nonce: s.nonce, GasFeeCap: price, Gas: gas, To: &to, Value: value, Data: data})
	return tx, err
}

// signed signs an EVM transaction without a tip, and returns its hash and its bytes as
// the chain takes them.
func (s *Sender) signed(call *ethtypes.DynamicFeeTx) (hash string, raw []byte, err error) {
	call.ChainID, call.GasTipCap = big.NewInt(types.EVMChainID), new(big.Int)
	signer := ethtypes.LatestSignerForChainID(call.ChainID)
	tx, err := ethtypes.SignNewTx(s.ecdsa, signer, call)
	if err != nil {
		return "", nil, fmt.Errorf("sign transaction: %w", err)
	}
	var msg evmtypes.MsgEthereumTx
	if err := msg.FromSignedEthereumTx(tx, signer); err != nil {
		return "", nil, fmt.Errorf("sign transaction: %w", err)
	}
	built, err := msg.BuildTx(s.l.txs.NewTxBuilder(), types.BaseDenom)
	if err != nil {
		return "", nil, fmt.Errorf("sign transaction: %w", err)
	}
	raw, err = s.l.txs.TxEncoder()(built)
	return tx.Hash().Hex(), raw, err
}

// estimate returns a gas limit for a call: the estimate and a quarter more.
func (s *Sender) estimate(ctx context.Context, to common.Address, value *big.Int, data []byte) (uint64, error) {
	input := hexutil.Bytes(data)
	args, err := json.Marshal(evmtypes.TransactionArgs{From: &s.address, To: &to, Value: (*hexutil.Big)(value), Input: &input})
	if err != nil {
		return 0, fmt.Errorf("estimate gas: %w", err)
	}
	res, err := s.l.evm.EstimateGas(ctx, &evmtypes.EthCallRequest{Args: args, GasCap: types.BlockGas, ChainId: types.EVMChainID})
	if err != nil {
		return 0, chainError(status.Convert(err).Message())
	}
	if res.VmError != "" {
		return 0, chainError(reason(&evmtypes.MsgEthereumTxResponse{Ret: res.Ret, VmError: res.VmError}))
	}
	return min(res.Gas*5/4, types.BlockGas), nil
}

// reason is what a failed call says for itself.
func reason(res *evmtypes.MsgEthereumTxResponse) string {
	if text, err := abi.UnpackRevert(res.Ret); err == nil {
		return text
	}
	return res.VmError
}
