package market

import (
	"math/big"

	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/precompile/solidity"
	weal "github.com/weal-network/weal/types"
)

func (c contract) getListing(call *runner.Call) ([]any, error) {
	l, void, err := c.ListingNow(call.Context, id(call, 0))
	if err != nil {
		return nil, err
	}
	price, err := weal.ParseAmount(l.Price)
	return []any{solidity.Listing{
		Asset: big64(l.Asset), Share: big64(l.Share), Seller: party(l.Seller), Lister: party(l.Lister),
		Units: l.Units, Whole: l.Whole, Denom: l.Denom, Price: price.Big(), Until: l.Until,
	}, void}, err
}

func (c contract) getOffer(call *runner.Call) ([]any, error) {
	o, void, err := c.OfferNow(call.Context, id(call, 0))
	if err != nil {
		return nil, err
	}
	price, err := weal.ParseAmount(o.Price)
	return []any{solidity.Offer{
		Asset: big64(o.Asset), Buyer: party(o.Buyer), Units: o.Units, Denom: o.Denom, Price: price.Big(),
		Until: o.Until, ToShare: big64(o.ToShare),
	}, void}, err
}

func (c contract) quote(call *runner.Call) ([]any, error) {
	q, err := c.Cost(call.Context, id(call, 0), units(call, 1))
	if err != nil {
		return nil, err
	}
	return []any{q.Price.Big()}, nil
}

// big64 makes a number that a struct has a uint256.
func big64(n uint64) *big.Int { return new(big.Int).SetUint64(n) }
