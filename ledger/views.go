package ledger

import (
	"context"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"

	"github.com/weal-network/weal/precompile/solidity"
)

// question is one view of a contract.
type question struct {
	at        common.Address
	of        solidity.Contract
	signature string
	args      []any
}

// askTogether is how many questions one eth_call asks: few enough for a block's gas.
const askTogether = 150

// multicall is Multicall3, which is on every chain of the EVM at this address, and
// on this one from the first block.
var multicall = common.HexToAddress("0xcA11bde05977b3631167028862bE2a173976CA11")

// aggregate is the interface of its one function that is used.
var aggregate = func() abi.ABI {
	a, err := abi.JSON(strings.NewReader(`[{"type":"function","name":"aggregate3","stateMutability":"payable",
"inputs":[{"name":"calls","type":"tuple[]","components":[{"name":"target","type":"address"},{"name":"allowFailure","type":"bool"},{"name":"callData","type":"bytes"}]}],
"outputs":[{"name":"returnData","type":"tuple[]","components":[{"name":"success","type":"bool"},{"name":"returnData","type":"bytes"}]}]}]`))
	if err != nil {
		panic("ledger: interface of Multicall3: " + err.Error())
	}
	return a
}()

// views asks many questions in few calls. The answer to one that failed is nil:
// what it was about can have gone since it was listed.
func (l *Ledger) views(ctx context.Context, all []question) ([][]any, error) {
	type call struct {
		Target       common.Address
		AllowFailure bool
		CallData     []byte
	}
	answers := make([][]any, 0, len(all))
	for len(all) > 0 {
		some := all[:min(len(all), askTogether)]
		all = all[len(some):]
		calls := make([]call, len(some))
		for i, q := range some {
			data, err := q.of.Pack(q.signature, q.args...)
			if err != nil {
				return nil, err
			}
			calls[i] = call{q.at, true, data}
		}
		data, err := aggregate.Pack("aggregate3", calls)
		if err != nil {
			return nil, fmt.Errorf("ask together: %w", err)
		}
		ret, err := l.ask(ctx, multicall, data)
		if err != nil {
			return nil, err
		}
		var results []struct {
			Success    bool
			ReturnData []byte
		}
		if err := aggregate.UnpackIntoInterface(&results, "aggregate3", ret); err != nil {
			return nil, fmt.Errorf("ask together: %w", err)
		}
		if len(results) != len(some) {
			return nil, fmt.Errorf("ask together: %d answers to %d questions", len(results), len(some))
		}
		for i, r := range results {
			if !r.Success {
				answers = append(answers, nil)
				continue
			}
			out, err := some[i].of.Unpack(some[i].signature, r.ReturnData)
			if err != nil {
				return nil, err
			}
			answers = append(answers, out)
		}
	}
	return answers, nil
}

// ofEach asks each of ids the same questions, and returns what was answered of
// those that are still there.
func (l *Ledger) ofEach(ctx context.Context, at common.Address, of solidity.Contract, ids []any, signatures ...string) (there []any, answers [][]any, err error) {
	var all []question
	for _, id := range ids {
		for _, s := range signatures {
			all = append(all, question{at, of, s, []any{id}})
		}
	}
	out, err := l.views(ctx, all)
	if err != nil {
		return nil, nil, err
	}
	for i, id := range ids {
		row := make([]any, 0, len(signatures))
		for _, answer := range out[i*len(signatures) : (i+1)*len(signatures)] {
			if len(answer) == 1 {
				row = append(row, answer[0])
			}
		}
		if len(row) == len(signatures) {
			there, answers = append(there, id), append(answers, row)
		}
	}
	return there, answers, nil
}

// listed asks for the first n entries of an enumeration, whose index comes after args.
func (l *Ledger) listed(ctx context.Context, at common.Address, of solidity.Contract, n uint64, signature string, args ...any) ([]any, error) {
	var all []question
	for i := range n {
		all = append(all, question{at, of, signature, append(append([]any{}, args...), number(i))})
	}
	out, err := l.views(ctx, all)
	if err != nil {
		return nil, err
	}
	var ids []any
	for _, answer := range out {
		if len(answer) == 1 {
			ids = append(ids, answer[0])
		}
	}
	return ids, nil
}
