package node

import (
	"context"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	ethfilters "github.com/ethereum/go-ethereum/eth/filters"

	rpctypes "github.com/cosmos/evm/rpc/types"
)

// The newest block is there a moment before the index of its transactions and
// its results are. The engine answers reads of it in that moment with errors;
// these methods wait instead.

// indexTime is how long the index may be behind the newest block, before that is
// an error.
const indexTime = 2 * time.Second

// GetBlockByNumber is eth_getBlockByNumber.
func (e *ethMethods) GetBlockByNumber(ctx context.Context, number rpctypes.BlockNumber, full bool) (map[string]any, error) {
	return whenIndexed(ctx, func() (map[string]any, error) { return e.back.GetBlockByNumber(ctx, number, full) })
}

// GetBlockByHash is eth_getBlockByHash.
func (e *ethMethods) GetBlockByHash(ctx context.Context, hash common.Hash, full bool) (map[string]any, error) {
	return whenIndexed(ctx, func() (map[string]any, error) { return e.back.GetBlockByHash(ctx, hash, full) })
}

// GetBlockReceipts is eth_getBlockReceipts.
func (e *ethMethods) GetBlockReceipts(ctx context.Context, block rpctypes.BlockNumberOrHash) ([]map[string]any, error) {
	return whenIndexed(ctx, func() ([]map[string]any, error) { return e.back.GetBlockReceipts(ctx, block) })
}

// GetLogs is eth_getLogs.
func (e *ethMethods) GetLogs(ctx context.Context, which ethfilters.FilterCriteria) ([]*ethtypes.Log, error) {
	return whenIndexed(ctx, func() ([]*ethtypes.Log, error) { return e.logs.GetLogs(ctx, which) })
}

// whenIndexed reads until the index is there.
func whenIndexed[T any](ctx context.Context, read func() (T, error)) (T, error) {
	late := time.After(indexTime)
	for wait := time.Millisecond; ; wait *= 2 {
		v, err := read()
		if err == nil || !behind(err) {
			return v, err
		}
		select {
		case <-time.After(wait):
		case <-late:
			return v, err
		case <-ctx.Done():
			return v, ctx.Err()
		}
	}
}

// behind reports whether an error is that of a block without its index. They are
// errors of several libraries, without a type.
func behind(err error) bool {
	text := err.Error()
	return strings.Contains(text, "tx not found: hash=") || strings.Contains(text, "could not find results for height")
}
