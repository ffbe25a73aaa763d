package ledger

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/cosmos/cosmos-sdk/types/query"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	ethtypes "github.com/ethereum/go-ethereum/core/types"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
	jobtypes "github.com/weal-network/weal/x/job/types"
)

// Delivery is an answer to a request, to be signed.
type Delivery struct {
	Request uint64
	Answer  Content
	// Evidence is a pay.SignedReceipt.
	Evidence []byte
	// Callback is the gas of the request's call-back.
	Callback uint64
	// Estimate asks the node for the gas, which it can tell only in a block after the
	// request's. Otherwise it is DeliveryGas.
	Estimate bool
}

// Signed is a transaction that can be posted at any time, and often: it has its effect
// once.
type Signed struct {
	// Hash is what wallets and explorers call it.
	Hash  string
	Nonce uint64
	// Price is the most that it pays for a unit of gas, in aweal.
	Price types.Amount
	Tx    []byte
}

// What a delivery is given: more than it uses, which costs nothing up to twice that.
const (
	deliveryGas     = 450_000
	deliveryByteGas = 250
)

// DeliveryGas is enough for a delivery of so many bytes of answer and evidence, with a
// call-back of so much gas.
func DeliveryGas(bytes int, callback uint64) uint64 {
	gas := deliveryGas + deliveryByteGas*uint64(bytes)
	if callback > 0 {
		gas += callback + callback/32 + 50_000 // one 64th stays with the caller, twice
	}
	return min(gas, types.BlockGas)
}

// Nonce returns how many transactions of the sender the chain has counted.
func (s *Sender) Nonce(ctx context.Context) (uint64, error) {
	res, err := s.l.auth.Account(ctx, &authtypes.QueryAccountRequest{Address: Bech32(s.address)})
	if err != nil {
		return 0, failed("read account "+s.Address(), err)
	}
	var account sdk.AccountI
	if err := s.l.registry.UnpackAny(res.Account, &account); err != nil {
		return 0, fmt.Errorf("read account %s: %w", s.Address(), err)
	}
	return account.GetSequence(), nil
}

// SignDelivery signs a delivery with a nonce, and sends nothing.
func (s *Sender) SignDelivery(ctx context.Context, nonce uint64, d Delivery) (Signed, error) {
	data, err := deliveryData(d)
	if err != nil {
		return Signed{}, fmt.Errorf("sign the answer to request %d: %w", d.Request, err)
	}
	gas := DeliveryGas(len(d.Answer.Data)+len(d.Evidence), d.Callback)
	if d.Estimate {
		if gas, err = s.estimate(ctx, jobs, new(big.Int), data); err != nil {
			return Signed{}, fmt.Errorf("answer request %d: %w", d.Request, err)
		}
	}
	price, err := s.l.gasPrice(ctx)
	if err != nil {
		return Signed{}, err
	}
	amount, err := types.AmountFromBig(price)
	if err != nil {
		return Signed{}, err
	}
	hash, tx, err := s.signed(&ethtypes.DynamicFeeTx{Nonce: nonce, GasFeeCap: price, Gas: gas, To: &jobs, Value: new(big.Int), Data: data})
	if err != nil {
		return Signed{}, err
	}
	return Signed{Hash: hash, Nonce: nonce, Price: amount, Tx: tx}, nil
}

func deliveryData(d Delivery) ([]byte, error) {
	if d.Answer.Apart {
		return solidity.Jobs.Pack("deliverApart(uint256,bytes32,string,bytes)", number(d.Request), [32]byte(d.Answer.Hash), d.Answer.URI, d.Evidence)
	}
	answer := d.Answer.Data
	if answer == nil {
		answer = []byte{}
	}
	return solidity.Jobs.Pack("deliver(uint256,bytes,bytes)", number(d.Request), answer, d.Evidence)
}

// ErrNonce means that the chain has counted another transaction under a nonce, or
// waits for one.
var ErrNonce = errors.New("another transaction has the nonce")

// Post hands a signed transaction to the node and does not wait until it is in a
// block. One that the node has already is as good.
func (l *Ledger) Post(ctx context.Context, tx []byte) error {
	res, err := l.tx.BroadcastTx(ctx, &txtypes.BroadcastTxRequest{TxBytes: tx, Mode: txtypes.BroadcastMode_BROADCAST_MODE_SYNC})
	if err != nil {
		err = failed("post transaction", err)
	} else {
		err = refusal(res.TxResponse)
	}
	switch {
	case err == nil || isKnown(err):
		return nil
	case isNonce(err):
		return fmt.Errorf("%w: %w", ErrNonce, err)
	}
	return err
}

// isKnown reports whether an error says that the node has the transaction already.
func isKnown(err error) bool {
	for _, s := range []string{"already known", "tx already in mempool", "tx already seen", "tx already exists in cache"} {
		if strings.Contains(err.Error(), s) {
			return true
		}
	}
	return false
}

// OpenRequestsAfter lists the requests to an asset that wait for an answer and have a
// number greater than after, in their order, at most a page of them.
func (l *Ledger) OpenRequestsAfter(ctx context.Context, asset types.AssetID, after uint64) ([]Request, error) {
	page := &query.PageRequest{Limit: pageSize, Key: binary.BigEndian.AppendUint64(nil, after+1)}
	res, err := l.jobs.OpenRequests(ctx, &jobtypes.QueryOpenRequestsRequest{Asset: uint64(asset), Pagination: page})
	if err != nil {
		return nil, failed(fmt.Sprintf("list the requests to asset %d", asset), err)
	}
	return requestsOf(res.Requests)
}
