package market

import (
	"github.com/holiman/uint256"

	"github.com/weal-network/weal/precompile/erc3525"
	"github.com/weal-network/weal/precompile/runner"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

func (c contract) list(call *runner.Call) ([]any, error) {
	t, err := terms(call)
	if err != nil {
		return nil, err
	}
	l, err := c.List(call.Context, call.Caller, weal.ShareID(id(call, 0)), t)
	if err != nil {
		return nil, err
	}
	err = call.Log("Listed", erc3525.Number(l.Id), erc3525.Number(l.Asset), erc3525.Number(l.Share), party(l.Seller), party(l.Lister),
		l.Units, l.Whole, l.Denom, t.Price.Big(), l.Until)
	return []any{erc3525.Number(l.Id)}, err
}

// buy pays out of what was sent with the call, which the contract has already,
// and gives the rest back.
func (c contract) buy(call *runner.Call) ([]any, error) {
	most := call.Number(2)
	s, err := c.Buy(call.Context, call.Caller, id(call, 0), units(call, 1), &most, into(call, 3))
	if err != nil {
		return nil, err
	}
	price := coins(s.Price)
	if s.Denom != weal.BaseDenom {
		price = new(uint256.Int)
	}
	rest, short := new(uint256.Int).SubOverflow(call.Value, price)
	if short {
		return nil, types.ErrMarket.Wrapf("send at least %s%s", s.Price, s.Denom)
	}
	if s.Denom != weal.BaseDenom && !rest.IsZero() {
		return nil, types.ErrMarket.Wrapf("the price is in %s; send no %s", s.Denom, weal.BaseDenom)
	}
	pay(call, s.Owed)
	call.Transfer(Address, call.Caller, rest)
	if err := tellEarned(call, s); err != nil {
		return nil, err
	}
	if err := tellMoved(call, s); err != nil {
		return nil, err
	}
	err = call.Log("Sold", call.Number(0), erc3525.Number(s.Asset), s.Buyer, s.Seller,
		erc3525.Number(s.From), erc3525.Number(s.To), s.Units, s.Denom, s.Price.Big(), s.Royalty.Big())
	return []any{erc3525.Number(s.To), coins(s.Price).ToBig()}, err
}

func (c contract) cancelListing(call *runner.Call) ([]any, error) {
	l, err := c.CancelListing(call.Context, call.Caller, id(call, 0))
	if err != nil {
		return nil, err
	}
	return nil, call.Log("ListingCanceled", erc3525.Number(l.Id), erc3525.Number(l.Asset), erc3525.Number(l.Share), call.Caller)
}

func (c contract) offer(call *runner.Call) ([]any, error) {
	t, err := terms(call)
	if err != nil {
		return nil, err
	}
	sent := new(uint256.Int)
	if t.Denom == weal.BaseDenom {
		sent = coins(t.Price)
	}
	if !call.Value.Eq(sent) {
		return nil, types.ErrMarket.Wrapf("send exactly %s%s with the call, not %s", sent.Dec(), weal.BaseDenom, call.Value.Dec())
	}
	o, err := c.MakeOffer(call.Context, call.Caller, weal.AssetID(id(call, 0)), t, into(call, 5))
	if err != nil {
		return nil, err
	}
	err = call.Log("Offered", erc3525.Number(o.Id), erc3525.Number(o.Asset), call.Caller, o.Units, o.Denom, t.Price.Big(), o.Until, erc3525.Number(o.ToShare))
	return []any{erc3525.Number(o.Id)}, err
}

func (c contract) accept(call *runner.Call) ([]any, error) {
	least := call.Number(3)
	s, err := c.Accept(call.Context, call.Caller, id(call, 0), weal.ShareID(id(call, 1)), units(call, 2), &least)
	if err != nil {
		return nil, err
	}
	pay(call, s.Owed)
	if err := tellMoved(call, s); err != nil {
		return nil, err
	}
	err = call.Log("OfferAccepted", call.Number(0), erc3525.Number(s.Asset), s.Seller, s.Buyer,
		erc3525.Number(s.From), erc3525.Number(s.To), s.Units, s.Denom, s.Price.Big(), s.Royalty.Big())
	return []any{s.Received.Big()}, err
}

func (c contract) cancelOffer(call *runner.Call) ([]any, error) {
	o, owed, err := c.CancelOffer(call.Context, call.Caller, id(call, 0))
	if err != nil {
		return nil, err
	}
	pay(call, owed)
	refund, err := weal.ParseAmount(o.Price)
	if err != nil {
		return nil, err
	}
	return nil, call.Log("OfferCanceled", erc3525.Number(o.Id), erc3525.Number(o.Asset), party(o.Buyer), call.Caller, o.Denom, refund.Big())
}
