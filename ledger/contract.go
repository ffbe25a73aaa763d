package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"

	evmtypes "github.com/cosmos/evm/x/vm/types"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"google.golang.org/grpc/status"

	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
)

// call sends a transaction to the contract at an address, with coins of the
// chain's, and decodes what the function returns. A nil value is none.
func (s *Sender) call(ctx context.Context, at common.Address, value *big.Int, c solidity.Contract, signature string, args ...any) ([]any, error) {
	data, err := c.Pack(signature, args...)
	if err != nil {
		return nil, err
	}
	res, err := s.sendEVM(ctx, at, value, data)
	if err != nil {
		return nil, err
	}
	return c.Unpack(signature, res.Ret)
}

// view asks the contract at an address, without a transaction.
func (l *Ledger) view(ctx context.Context, at common.Address, c solidity.Contract, signature string, args ...any) ([]any, error) {
	data, err := c.Pack(signature, args...)
	if err != nil {
		return nil, err
	}
	ret, err := l.ask(ctx, at, data)
	if err != nil {
		return nil, err
	}
	return c.Unpack(signature, ret)
}

// ask makes an eth_call and returns what the contract returned.
func (l *Ledger) ask(ctx context.Context, at common.Address, data []byte) ([]byte, error) {
	input := hexutil.Bytes(data)
	call, err := json.Marshal(evmtypes.TransactionArgs{To: &at, Input: &input})
	if err != nil {
		return nil, fmt.Errorf("ask contract %s: %w", at, err)
	}
	res, err := l.evm.EthCall(ctx, &evmtypes.EthCallRequest{Args: call, GasCap: types.BlockGas, ChainId: types.EVMChainID})
	if err != nil {
		return nil, fmt.Errorf("ask contract %s: %s", at, status.Convert(err).Message())
	}
	if res.Failed() {
		return nil, fmt.Errorf("ask contract %s: %w: %s", at, ErrChain, reason(res))
	}
	return res.Ret, nil
}

// assets is the address of the contract of all assets and their shares.
var assets = common.HexToAddress(types.AssetContract)

// callAssets is call of that contract, which takes no coins.
func (s *Sender) callAssets(ctx context.Context, signature string, args ...any) ([]any, error) {
	return s.call(ctx, assets, nil, solidity.Assets, signature, args...)
}

func number(n uint64) *big.Int { return new(big.Int).SetUint64(n) }

// numberOf reads a number that a contract returned; one beyond 64 bits is none of
// the chain's own.
func numberOf(v any) uint64 {
	n, ok := v.(*big.Int)
	if !ok || !n.IsUint64() {
		return 0
	}
	return n.Uint64()
}
