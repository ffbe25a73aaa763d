package purse

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
)

// ErrReceipt is returned if the purse has no such receipt, or several.
var ErrReceipt = errors.New("no such receipt")

// ErrReceiptID is returned for what cannot be the id of a receipt.
var ErrReceiptID = errors.New("no id of a receipt")

// leastID is how many digits of a receipt's id name it at least.
const leastID = 8

// Prove returns the proof of the use that a receipt is of. id is the receipt's
// hash in hex, or how it begins. If no voucher of the lane covers the receipt yet,
// Prove has the lane sign one, which promises nothing new.
func (p *Purse) Prove(ctx context.Context, id string) (Proof, error) {
	k, err := p.Receipt(ctx, id)
	if err != nil {
		return Proof{}, err
	}
	proof, err := p.prove(ctx, k)
	if !errors.Is(err, errNotCovered) {
		return proof, err
	}
	if err := p.cover(ctx, k.Lane); err != nil {
		return Proof{}, fmt.Errorf("sign a voucher that covers receipt %s: %w", id, err)
	}
	return p.prove(ctx, k)
}

// Receipt returns the receipt whose hash, in hex, begins with id.
func (p *Purse) Receipt(ctx context.Context, id string) (found Kept, err error) {
	id = strings.ToLower(id)
	if _, err := hex.DecodeString(id + strings.Repeat("0", len(id)%2)); err != nil || len(id) < leastID || len(id) > 2*len(types.Hash{}) {
		return found, fmt.Errorf("%w: want %d to 64 hex digits, got %q; see: weal receipts --output json", ErrReceiptID, leastID, id)
	}
	n := 0
	err = p.EachReceipt(ctx, Filter{}, func(k Kept) error {
		if strings.HasPrefix(k.Hash().String(), id) {
			found, n = k, n+1
		}
		return nil
	})
	switch {
	case err != nil:
		return found, err
	case n == 0:
		return found, fmt.Errorf("%w: %s; see: weal receipts", ErrReceipt, id)
	case n > 1:
		return found, fmt.Errorf("%w: %d begin with %s; give more digits", ErrReceipt, n, id)
	}
	return found, nil
}

// errNotCovered says that the lane's last voucher does not cover a receipt yet.
var errNotCovered = errors.New("no voucher covers the receipt yet")

// prove proves a receipt by the last voucher of its lane.
func (p *Purse) prove(ctx context.Context, k Kept) (Proof, error) {
	var bytes []byte
	if err := p.cfg.DB.QueryRowContext(ctx, `SELECT voucher FROM purse_lanes`+whereLane, key(k.Lane)...).Scan(&bytes); err != nil {
		return Proof{}, fmt.Errorf("lane %s: read its voucher: %w", k.Lane, err)
	}
	v, err := pay.ParseSignedVoucher(bytes)
	if err != nil {
		return Proof{}, fmt.Errorf("lane %s: %w", k.Lane, err)
	}
	if v.Seq <= k.Seq {
		return Proof{}, errNotCovered
	}
	hashes, err := list(ctx, p.cfg.DB, func(row scanner) (types.Hash, error) {
		var b []byte
		if err := row.Scan(&b); err != nil {
			return types.Hash{}, err
		}
		s, err := pay.ParseSignedReceipt(b)
		return s.Hash(), err
	}, `SELECT receipt FROM purse_receipts`+whereLane+`AND seq < ? ORDER BY place`, key(k.Lane, int64(v.Seq))...)
	if err != nil {
		return Proof{}, fmt.Errorf("read receipts of lane %s: %w", k.Lane, err)
	}
	tree := pay.NewTree(hashes)
	if k.Place >= uint64(len(hashes)) || tree.Root() != v.Receipts {
		return Proof{}, fmt.Errorf("the receipts that are kept of lane %s are not those of its voucher; restore the purse from a newer backup", k.Lane)
	}
	use := pay.UseProof{Receipt: k.SignedReceipt, Path: tree.Proof(int(k.Place)), Voucher: v}
	return Proof{UseProof: use, Attribution: k.Attribution}, nil
}

// Proof is the proof of a use, and of an app's what each passage counted.
type Proof struct {
	pay.UseProof
	Attribution attribution.Record `json:"attribution,omitempty"`
}

// Verify checks p with the keys of the asset that the receipt names and of the lane,
// as the chain has them, and its record against the receipt.
func (p Proof) Verify(asset, lane types.Hash) error {
	if err := p.UseProof.Verify(asset, lane); err != nil || len(p.Attribution) == 0 {
		return err
	}
	if err := p.Attribution.Check(); err != nil {
		return err
	}
	if p.Attribution.Detail() != p.Receipt.Detail {
		return fmt.Errorf("%w: the receipt commits to another attribution", pay.ErrUse)
	}
	return nil
}

// cover has a lane sign a voucher that covers all its receipts and promises
// nothing new.
func (p *Purse) cover(ctx context.Context, ref types.LaneRef) error {
	l, err := p.takeLane(ctx, ref)
	if err != nil {
		return err
	}
	defer p.release(l)
	onChain, err := p.cfg.Chain.Lane(ctx, ref)
	if err != nil {
		return fmt.Errorf("look up lane %s: %w", ref, err)
	}
	b := &bill{denom: l.denom, cap: onChain.Cap}
	q := &question{lane: l, seq: l.seq()}
	if err := p.sign(ctx, q, b); err != nil {
		return err
	}
	return p.close(ctx, l, q.booked, types.Amount{})
}

// takeLane is take for one lane.
func (p *Purse) takeLane(ctx context.Context, ref types.LaneRef) (*lane, error) {
	p.mu.Lock()
	var app types.AssetID
	for _, l := range p.lanes {
		if l.ref == ref {
			app = l.gateway
		}
	}
	p.mu.Unlock()
	if app == 0 {
		return nil, fmt.Errorf("%w: the purse has not lane %s", ErrNoLane, ref)
	}
	return p.take(ctx, wanted{app: app, only: ref})
}
