package settle

import (
	"errors"
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/bench/chain"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	tabtypes "github.com/weal-network/weal/x/tab/types"
)

// gasPerByte is what each byte of a transaction costs.
const gasPerByte = 10

// setupGas is the gas limit of messages whose gas is measured.
const setupGas = 30_000_000

// size returns how many bytes a message adds to a transaction, without its
// field's number and length.
func size(msg sdk.Msg) (int, error) {
	wrapped, err := codectypes.NewAnyWithValue(msg)
	if err != nil {
		return 0, err
	}
	return wrapped.Size(), nil
}

// empty returns the gas of a transaction without a message.
func (b *bench) empty() (uint64, error) {
	msg := &tabtypes.MsgSettle{Sender: b.other.String()}
	n, err := size(msg)
	if err != nil {
		return 0, err
	}
	res, err := b.deliver(b.other, msg)
	if err != nil {
		return 0, err
	}
	if res.Code == abci.CodeTypeOK {
		return 0, errors.New("a message without settlements was taken; there is nothing to compare with")
	}
	return uint64(res.GasUsed) - gasPerByte*uint64(n), nil
}

// deliver runs a message in a block of its own.
func (b *bench) deliver(from *chain.Account, msg sdk.Msg) (*abci.ExecTxResult, error) {
	tx, err := b.CosmosWithGas(from, setupGas, msg)
	if err != nil {
		return nil, err
	}
	results, err := b.Deliver(tx)
	if err != nil {
		return nil, err
	}
	return results[0], nil
}

// settle settles leaves of a lane and returns the message's own gas and its bytes.
func (b *bench) settle(t tab, lane uint32, seq uint64, leaves []pay.Leaf) (gas uint64, bytes int, err error) {
	s, err := t.settlement(lane, seq, leaves)
	if err != nil {
		return 0, 0, err
	}
	msg := &tabtypes.MsgSettle{Sender: b.other.String(), Settlements: []tabtypes.Settlement{s}}
	if bytes, err = size(msg); err != nil {
		return 0, 0, err
	}
	res, err := b.deliver(b.other, msg)
	if err != nil {
		return 0, 0, err
	}
	var out tabtypes.MsgSettleResponse
	if err := chain.ReadResponse(res, &out); err != nil {
		return 0, 0, fmt.Errorf("settle lane %d: %w", lane, err)
	}
	return uint64(res.GasUsed) - b.without, bytes, credited(out.Credits, leaves)
}

// credited returns an error unless credits are what leaves say.
func credited(credits []tabtypes.CreditedNow, leaves []pay.Leaf) error {
	if len(credits) != len(leaves) {
		return fmt.Errorf("settle: want %d credits, got %d", len(leaves), len(credits))
	}
	for i, c := range credits {
		if l := leaves[i]; types.AssetID(c.Asset) != l.Asset || c.Amount != l.Amount.String() {
			return fmt.Errorf("settle: want %s for asset %d, got %s for asset %d", l.Amount, l.Asset, c.Amount, c.Asset)
		}
	}
	return nil
}

// measureQueries settles vouchers of few and of many queries.
func (b *bench) measureQueries(f *Figures) error {
	tabs, err := b.open(2, b.other)
	if err != nil {
		return err
	}
	const price = 1000
	if f.Gas1, f.Bytes1, err = b.settle(tabs[0], 0, 1, b.leaves(b.cfg.Payees, price)); err != nil {
		return err
	}
	f.Gas1000000, f.Bytes1000000, err = b.settle(tabs[0], 1, 1_000_000, b.leaves(b.cfg.Payees, 1_000_000*price))
	return err
}

// mostPayees is how many payees one settlement is given at most.
func mostPayees(assets int) int { return min(assets, 50) }

// measurePayees settles vouchers of one and of many payees.
func (b *bench) measurePayees(f *Figures) error {
	counts := []int{1}
	for _, n := range []int{2, 3, 5, 10, 20, 50} {
		if n <= mostPayees(b.cfg.Assets) {
			counts = append(counts, n)
		}
	}
	tabs, err := b.open(len(counts), b.other)
	if err != nil {
		return err
	}
	var last uint64
	for lane, n := range counts {
		gas, _, err := b.settle(tabs[0], uint32(lane), 1, b.leaves(n, 1000))
		if err != nil {
			return err
		}
		if n == 1 {
			f.GasPayee = gas
		} else {
			step := uint64(n - counts[lane-1])
			f.GasFurtherPayee = max(f.GasFurtherPayee, (gas-last+step-1)/step)
		}
		last = gas
		b.cfg.Progress("payees", lane+1, len(counts))
	}
	return nil
}

// lanes is how many lanes a checkpoint merges.
const lanes = 64

// measureLanes settles one lane, and merges many.
func (b *bench) measureLanes(f *Figures) error {
	tabs, err := b.open(lanes, b.other, b.other)
	if err != nil {
		return err
	}
	fresh, settled := tabs[0], tabs[1]
	var first uint64
	for lane := range uint32(lanes) {
		gas, _, err := b.settle(settled, lane, 1, b.leaves(1, 1000))
		if err != nil {
			return err
		}
		if lane == 0 {
			first = gas
		}
		b.cfg.Progress("lanes", int(lane)+1, lanes)
	}
	f.GasLane = first
	if f.GasLanes, err = b.merge(fresh, 0); err != nil {
		return err
	}
	f.GasLanesSettled, err = b.merge(settled, lanes*1000)
	return err
}

// merge brings one checkpoint of all lanes of a tab, of which had was settled.
func (b *bench) merge(t tab, had uint64) (uint64, error) {
	leaves := b.leaves(1, lanes*2000)
	msg, err := t.checkpoint(leaves)
	if err != nil {
		return 0, err
	}
	res, err := b.deliver(b.other, msg)
	if err != nil {
		return 0, err
	}
	var out tabtypes.MsgCheckpointResponse
	if err := chain.ReadResponse(res, &out); err != nil {
		return 0, fmt.Errorf("merge lanes: %w", err)
	}
	leaves[0].Amount = types.NewAmount(lanes*2000 - had)
	return uint64(res.GasUsed) - b.without, credited(out.Credits, leaves)
}
