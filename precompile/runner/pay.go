package runner

import (
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/params"

	"github.com/cosmos/evm/x/vm/statedb"

	"github.com/weal-network/weal/x/asset/types"
)

var errBalance = errors.New("insufficient balance")

// pay brings the balances that the EVM keeps in line with what a function did:
// what the bank paid first, so that it can be moved on.
func (r *Runner) pay(evm *vm.EVM, contract *vm.Contract, state *statedb.StateDB, call *Call) error {
	for _, p := range call.received {
		state.AddBalance(p.to, p.amount, tracing.BalanceChangeUnspecified)
	}
	for _, p := range call.spent {
		if state.GetBalance(p.to).Lt(p.amount) {
			return errBalance
		}
		state.SubBalance(p.to, p.amount, tracing.BalanceChangeUnspecified)
	}
	for _, m := range call.moves {
		if m.amount.IsZero() {
			continue
		}
		if r.blocked == nil {
			return fmt.Errorf("contract %s moves no coins", r.address)
		}
		if r.blocked(m.to) {
			return types.ErrBlocked
		}
		cost := params.CallValueTransferGas
		if state.Empty(m.to) {
			cost += params.CallNewAccountGas
		}
		if err := spend(evm, contract, cost); err != nil {
			return err
		}
		if state.GetBalance(m.from).Lt(m.amount) {
			return errBalance
		}
		state.SubBalance(m.from, m.amount, tracing.BalanceChangeTransfer)
		state.AddBalance(m.to, m.amount, tracing.BalanceChangeTransfer)
	}
	return nil
}
