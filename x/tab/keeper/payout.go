package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

// sender is who brought a message.
type sender struct {
	name    string
	account sdk.AccAddress
}

// payout is what the settlements of one message pay, until all of them were read.
// Then each asset is credited, once for each denomination: its revenue is read and
// written once, however many lanes pay it.
type payout struct {
	// from gets the fees of assets whose watcher it is; zero if nobody can.
	from sender
	dues []due // in the order in which they came up
	// at and points are only looked up, never ranged over.
	at     map[earner]int          // index in dues
	points map[weal.AssetID]uint32 // of from's fee, in basis points
}

// earner is an asset in a denomination.
type earner struct {
	asset weal.AssetID
	denom string
}

// due is what an earner gets.
type due struct {
	earner
	amount     weal.Amount
	settlement int // the first that pays it
}

func newPayout(from sender) *payout {
	return &payout{from: from, at: map[earner]int{}, points: map[weal.AssetID]uint32{}}
}

// add adds to what an earner gets.
func (p *payout) add(e earner, amount weal.Amount, settlement int) error {
	i, ok := p.at[e]
	if !ok {
		p.at[e] = len(p.dues)
		p.dues = append(p.dues, due{earner: e, amount: amount, settlement: settlement})
		return nil
	}
	var fits bool
	if p.dues[i].amount, fits = p.dues[i].amount.Add(amount); !fits {
		return types.ErrAmount.Wrapf("asset %d cannot earn that much %s", e.asset, e.denom)
	}
	return nil
}

// paid is what a settlement paid to one asset, and the part of it that is the
// sender's fee. First: it is the asset's first credit of the lane.
type paid struct {
	asset  weal.AssetID
	amount weal.Amount
	fee    weal.Amount
	first  bool
}

// net is what the asset earned.
func (p paid) net() weal.Amount {
	n, _ := p.amount.Sub(p.fee) // the fee is a part of the amount
	return n
}

// pay takes into the message's payout what a settlement pays to an asset, less the
// sender's fee if it is the asset's watcher, and returns p with that fee.
func (k Keeper) pay(ctx context.Context, s *settlement, p paid) (paid, error) {
	var err error
	if p.fee, err = k.fee(ctx, s.out, p.asset, p.amount); err != nil {
		return p, err
	}
	if err := s.out.add(earner{p.asset, s.tab.Denom}, p.net(), s.index); err != nil {
		return p, err
	}
	at := []any{
		types.AttrTab, uint64(s.ref.Tab), types.AttrEpoch, s.ref.Epoch, types.AttrLane, s.ref.Lane,
		types.AttrAsset, uint64(p.asset), types.AttrDenom, s.tab.Denom,
	}
	emit(ctx, types.EventCredit, append(at, types.AttrAmount, p.net())...)
	if !p.fee.IsZero() {
		emit(ctx, types.EventFee, append(at, types.AttrAmount, p.fee, types.AttrReceiver, s.out.from.name)...)
	}
	return p, nil
}

// fee returns what of a payment to an asset is the sender's: its part if it is
// the asset's watcher, else nothing. It is always less than the payment.
func (k Keeper) fee(ctx context.Context, out *payout, a weal.AssetID, payment weal.Amount) (weal.Amount, error) {
	if out.from.account == nil {
		return weal.Amount{}, nil
	}
	points, known := out.points[a]
	if !known {
		var err error
		if points, err = k.pointsOf(ctx, out.from.account, a); err != nil {
			return weal.Amount{}, err
		}
		out.points[a] = points
	}
	return types.Part(payment, points), nil
}

// payAll makes what a payout holds the assets' revenue. If an asset cannot earn it,
// settlement is the first that pays it.
func (k Keeper) payAll(ctx context.Context, out *payout) (settlement int, err error) {
	for _, d := range out.dues {
		if err := k.assets.Credit(ctx, d.asset, d.denom, d.amount); err != nil {
			return d.settlement, wrapf(err, "credit asset %d", d.asset)
		}
	}
	return 0, nil
}
