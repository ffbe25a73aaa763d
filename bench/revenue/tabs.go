package revenue

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"

	"github.com/weal-network/weal/bench/chain"
	assettypes "github.com/weal-network/weal/x/asset/types"
	tabtypes "github.com/weal-network/weal/x/tab/types"
)

// laneCap is the most a lane pays, and step what one settlement does: an odd
// number, so that divisions leave remainders.
var (
	laneCap = types.NewAmount(1_000_000_000_000_000_000)
	step    = types.NewAmount(999_999_999_999_937)
)

// laneKey signs the vouchers of every lane.
func laneKey() ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("weal/bench/lane"))
	return ed25519.NewKeyFromSeed(seed[:])
}

// tab pays one asset in one denomination, from a lane of its own.
type tab struct {
	id    types.TabID
	asset types.AssetID
	seq   uint64
	total types.Amount
}

// open opens a tab that pays an asset.
func (b *bench) open(asset types.AssetID, denom string) (*tab, error) {
	key := pay.PublicKey(laneKey())
	tx, err := b.Cosmos(b.payer, &tabtypes.MsgOpen{
		Payer: b.payer.String(), Denom: denom, Deposit: laneCap.String(), Bond: laneCap.String(), FeeReserve: "0",
		Lanes: []tabtypes.NewLane{{Key: key[:], Cap: laneCap.String(), Gateway: uint64(asset)}},
	})
	if err != nil {
		return nil, err
	}
	results, err := b.Deliver(tx)
	if err != nil {
		return nil, err
	}
	var res tabtypes.MsgOpenResponse
	if err := chain.ReadResponse(results[0], &res); err != nil {
		return nil, fmt.Errorf("open a tab: %w", err)
	}
	return &tab{id: types.TabID(res.Tab), asset: asset}, nil
}

// settle signs the next voucher of each tab and settles it in a transaction of
// its own, all in one block. It returns the gas that each has used.
func (b *bench) settle(tabs ...*tab) ([]uint64, error) {
	var txs [][]byte
	for _, t := range tabs {
		s, err := t.next()
		if err != nil {
			return nil, err
		}
		tx, err := b.Cosmos(b.payer, &tabtypes.MsgSettle{Sender: b.payer.String(), Settlements: []tabtypes.Settlement{s}})
		if err != nil {
			return nil, err
		}
		txs = append(txs, tx)
	}
	results, err := b.Deliver(txs...)
	if err != nil {
		return nil, err
	}
	var gas []uint64
	for i, r := range results {
		var res tabtypes.MsgSettleResponse
		if err := chain.ReadResponse(r, &res); err != nil {
			return nil, fmt.Errorf("settle with asset %d: %w", tabs[i].asset, err)
		}
		if len(res.Credits) != 1 || res.Credits[0].Amount != step.String() {
			return nil, fmt.Errorf("settle with asset %d: want a credit of %s, got %v", tabs[i].asset, step, res.Credits)
		}
		gas = append(gas, uint64(r.GasUsed))
	}
	return gas, nil
}

// next is the settlement that brings the asset one step more.
func (t *tab) next() (tabtypes.Settlement, error) {
	t.seq++
	var ok bool
	if t.total, ok = t.total.Add(step); !ok || t.total.Cmp(laneCap) > 0 {
		return tabtypes.Settlement{}, fmt.Errorf("tab %d is used up; measure fewer times", t.id)
	}
	leaf := pay.Leaf{Asset: t.asset, Amount: t.total}
	split, err := pay.NewSplit([]pay.Leaf{leaf})
	if err != nil {
		return tabtypes.Settlement{}, err
	}
	voucher := pay.Sign(pay.Voucher{
		Chain: pay.ChainHash(types.LocalChainID), Lane: types.LaneRef{Tab: t.id}, Seq: t.seq, Total: t.total, Split: split.Root(),
	}, laneKey())
	path := split.Path(0)
	return tabtypes.Settlement{
		Voucher: voucher.Bytes(), Claims: []tabtypes.Claim{{Leaf: leaf.Bytes(), LeafPath: path.Bytes()}},
	}, nil
}

// pull brings ancestors what an asset owes them, each in a transaction of its
// own, all in one block. It returns the gas that each has used.
func (b *bench) pull(asset types.AssetID, ancestors ...earner) ([]uint64, error) {
	var txs [][]byte
	for _, a := range ancestors {
		tx, err := b.Cosmos(b.payer, &assettypes.MsgPullRoyalty{
			Sender: b.payer.String(), Asset: uint64(asset), Ancestor: uint64(a.asset), Denom: types.BaseDenom,
		})
		if err != nil {
			return nil, err
		}
		txs = append(txs, tx)
	}
	results, err := b.Deliver(txs...)
	if err != nil {
		return nil, err
	}
	var gas []uint64
	for i, r := range results {
		var res assettypes.MsgPullRoyaltyResponse
		if err := chain.ReadResponse(r, &res); err != nil {
			return nil, fmt.Errorf("pull royalties of asset %d: %w", ancestors[i].asset, err)
		}
		if res.Amount == "" || res.Amount == "0" {
			return nil, fmt.Errorf("pull royalties of asset %d: nothing was owed", ancestors[i].asset)
		}
		gas = append(gas, uint64(r.GasUsed))
	}
	return gas, nil
}
