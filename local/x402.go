package local

import (
	"context"
	"errors"
	"fmt"

	"github.com/weal-network/weal/app"
	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/types"
)

// exactFee is what a client that pays by x402's scheme exact pays for the
// transaction, beside the answer.
var exactFee = milliWEAL(1)

// exact has a gateway sell answers for one transfer of the wrapped coin each, to
// its owner's account, which pays for the transactions. A gateway without a tab of
// its own cannot pay for them.
func (r *role) exact(own *ownTab) *gateway.Exact {
	if own == nil {
		return nil
	}
	return &gateway.Exact{
		Chain: exactChain{r.ledger, r.owner}, Token: app.WrappedCoin, Denom: types.BaseDenom, Name: "Weal", PayTo: r.owner.Address(), Fee: exactFee,
	}
}

// exactChain is the chain's EVM as a gateway uses it.
type exactChain struct {
	ledger *ledger.Ledger
	owner  *ledger.Sender
}

var _ gateway.EVM = exactChain{}

// CallEVM implements gateway.EVM.
func (e exactChain) CallEVM(ctx context.Context, to string, data []byte) ([]byte, error) {
	return e.ledger.CallEVM(ctx, to, data)
}

// SendEVM implements gateway.EVM.
func (e exactChain) SendEVM(ctx context.Context, to string, data []byte) (string, error) {
	hash, err := e.owner.SendEVM(ctx, to, data)
	if errors.Is(err, ledger.ErrChain) {
		err = fmt.Errorf("%w: %w", gateway.ErrNotSent, err)
	}
	return hash, err
}
