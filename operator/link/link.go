// Package link fits package ledger to what an operator needs of the chain, and of its
// account.
//
// What always holds: it keeps nothing; every call is one of the ledger's.
package link

import (
	"context"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/operator"
	"github.com/weal-network/weal/types"
)

// Chain is the chain as an operator sees it.
type Chain struct{ Ledger *ledger.Ledger }

var _ operator.Chain = Chain{}

// OpenAfter implements operator.Chain.
func (c Chain) OpenAfter(ctx context.Context, asset types.AssetID, after uint64) ([]operator.Request, error) {
	found, err := c.Ledger.OpenRequestsAfter(ctx, asset, after)
	if err != nil {
		return nil, err
	}
	all := make([]operator.Request, len(found))
	for i, r := range found {
		all[i] = request(r)
	}
	return all, nil
}

// Request implements operator.Chain.
func (c Chain) Request(ctx context.Context, id uint64) (operator.Request, error) {
	r, err := c.Ledger.Request(ctx, id)
	return request(r), err
}

// GasPrice implements operator.Chain.
func (c Chain) GasPrice(ctx context.Context) (types.Amount, error) {
	return c.Ledger.AheadGasPrice(ctx)
}

func request(r ledger.Request) operator.Request {
	return operator.Request{
		ID: r.ID, Asset: r.Asset, Input: operator.Content(r.Input), Price: r.Price, GasPay: r.GasPay, Policy: r.Policy,
		Version: r.Version, Order: r.Order, Gas: r.Gas, Expires: r.Expires, State: operator.State(r.State),
		Operator: r.Operator, Evidence: r.Evidence,
	}
}

// Account is the account that delivers.
type Account struct {
	Ledger *ledger.Ledger
	Sender *ledger.Sender
}

var _ operator.Account = Account{}

// Address implements operator.Account.
func (a Account) Address() string { return a.Sender.Address() }

// Nonce implements operator.Account.
func (a Account) Nonce(ctx context.Context) (uint64, error) { return a.Sender.Nonce(ctx) }

// Gas implements operator.Account.
func (a Account) Gas(bytes int, callback uint64) uint64 { return ledger.DeliveryGas(bytes, callback) }

// Sign implements operator.Account.
func (a Account) Sign(ctx context.Context, nonce uint64, d operator.Delivery) (operator.Transaction, error) {
	s, err := a.Sender.SignDelivery(ctx, nonce, ledger.Delivery{
		Request: d.Request, Answer: ledger.Content(d.Answer), Evidence: d.Evidence, Callback: d.Callback, Estimate: d.Again,
	})
	return operator.Transaction{Hash: s.Hash, Nonce: s.Nonce, Price: s.Price, Bytes: s.Tx}, err
}

// Post implements operator.Account.
func (a Account) Post(ctx context.Context, tx operator.Transaction) error {
	return a.Ledger.Post(ctx, tx.Bytes)
}
