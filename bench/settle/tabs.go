package settle

import (
	"crypto/ed25519"
	"fmt"
	"strconv"

	"github.com/weal-network/weal/bench/chain"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	tabtypes "github.com/weal-network/weal/x/tab/types"
)

// laneCap is the most that a lane pays.
const laneCap = 1_000_000_000_000_000

// tab is a payer's, whose lanes have one key.
type tab struct {
	id    types.TabID
	payer *chain.Account
}

// laneKey signs the vouchers of every lane.
func laneKey() ed25519.PrivateKey { return chain.Key("lane") }

// open opens a tab for each payer, in one block. Beside its lanes, a tab has as
// much again that is free.
func (b *bench) open(lanes int, payers ...*chain.Account) ([]tab, error) {
	key := pay.PublicKey(laneKey())
	var txs [][]byte
	for _, payer := range payers {
		msg := &tabtypes.MsgOpen{
			Payer: payer.String(), Denom: types.BaseDenom, Deposit: strconv.Itoa(2 * lanes * laneCap),
			Bond: strconv.Itoa(lanes * laneCap), FeeReserve: "0",
		}
		for range lanes {
			msg.Lanes = append(msg.Lanes, tabtypes.NewLane{Key: key[:], Cap: strconv.Itoa(laneCap), Gateway: uint64(b.assets[0])})
		}
		tx, err := b.Cosmos(payer, msg)
		if err != nil {
			return nil, err
		}
		txs = append(txs, tx)
	}
	results, err := b.Deliver(txs...)
	if err != nil {
		return nil, err
	}
	var tabs []tab
	for i, r := range results {
		var res tabtypes.MsgOpenResponse
		if err := chain.ReadResponse(r, &res); err != nil {
			return nil, fmt.Errorf("open a tab: %w", err)
		}
		tabs = append(tabs, tab{types.TabID(res.Tab), payers[i]})
	}
	return tabs, nil
}

// leaves are what is owed to the first assets, the same to each.
func (b *bench) leaves(assets int, amount uint64) []pay.Leaf {
	leaves := make([]pay.Leaf, assets)
	for i := range leaves {
		leaves[i] = pay.Leaf{Asset: b.assets[i], Amount: types.NewAmount(amount), Order: types.Hash{byte(i)}}
	}
	return leaves
}

// settlement is a lane's voucher of seq over leaves, with claims of all of them,
// each with its path, as who has not all of them must show it.
func (t tab) settlement(lane uint32, seq uint64, leaves []pay.Leaf) (tabtypes.Settlement, error) {
	split, err := pay.NewSplit(leaves)
	if err != nil {
		return tabtypes.Settlement{}, err
	}
	s := tabtypes.Settlement{Voucher: pay.Sign(pay.Voucher{
		Chain: pay.ChainHash(types.LocalChainID), Lane: types.LaneRef{Tab: t.id, Lane: lane},
		Seq: seq, Total: split.Sum(), Split: split.Root(), Receipts: types.Hash{1},
	}, laneKey()).Bytes()}
	for i, l := range leaves {
		s.Claims = append(s.Claims, tabtypes.Claim{Leaf: l.Bytes(), LeafPath: split.Path(i).Bytes()})
	}
	return s, nil
}

// pathless leaves the paths out: the claims have all leaves.
func pathless(s tabtypes.Settlement) tabtypes.Settlement {
	for i := range s.Claims {
		s.Claims[i].LeafPath = nil
	}
	return s
}

// checkpoint merges all lanes of the tab's first epoch into leaves.
func (t tab) checkpoint(leaves []pay.Leaf) (*tabtypes.MsgCheckpoint, error) {
	tree, err := pay.NewCheckpoint(leaves)
	if err != nil {
		return nil, err
	}
	count, top := tree.Top()
	msg := &tabtypes.MsgCheckpoint{
		Payer: t.payer.String(), Tab: uint64(t.id), Leaves: count, Top: top.Hash[:], Total: tree.Sum().String(), Cap: tree.Sum().String(),
	}
	for i, l := range leaves {
		msg.Claims = append(msg.Claims, tabtypes.Claim{Leaf: l.Bytes(), LeafPath: tree.Path(i).Bytes()})
	}
	return msg, nil
}
