package apptest

import (
	"encoding/json"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	corevm "github.com/ethereum/go-ethereum/core/vm"

	evmtypes "github.com/cosmos/evm/x/vm/types"

	"github.com/weal-network/weal/app"
)

// Revert is a call that reverted, with what it returned.
type Revert struct {
	Data []byte
}

// Error implements error.
func (r *Revert) Error() string {
	return evmtypes.NewExecErrorWithReason(r.Data).Error()
}

// Call runs a contract on the last state without changing it, as eth_call does.
// The error of a call that reverts is a *Revert.
func (n *Net) Call(from Account, to common.Address, data []byte) ([]byte, error) {
	input, caller := hexutil.Bytes(data), from.EVM()
	args, err := json.Marshal(evmtypes.TransactionArgs{From: &caller, To: &to, Input: &input})
	if err != nil {
		return nil, fmt.Errorf("call: %w", err)
	}
	res, err := evmtypes.NewQueryClient(n.Conn()).EthCall(n.t.Context(), &evmtypes.EthCallRequest{
		Args: args, GasCap: app.BlockGas, ProposerAddress: n.validator,
	})
	if err != nil {
		return nil, fmt.Errorf("call: %w", err)
	}
	switch res.VmError {
	case "":
		return res.Ret, nil
	case corevm.ErrExecutionReverted.Error():
		return nil, &Revert{Data: res.Ret}
	}
	return nil, fmt.Errorf("call: %s", res.VmError)
}
