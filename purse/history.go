package purse

import (
	"context"
	"fmt"
	"time"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
)

// Filter chooses receipts. Zero fields choose all.
type Filter struct {
	Asset types.AssetID
	Tab   types.TabID
	Since time.Time // not older than this
	Until time.Time // older than this
	Limit int       // at most so many, newest first; zero means DefaultReceipts
}

// DefaultReceipts is how many receipts are listed if a filter does not say.
const DefaultReceipts = 100

// where is the filter's part of a query.
func (f Filter) where() (string, []any) {
	where, args := ` WHERE time >= ?`, []any{max(f.Since.UnixMilli(), 0)}
	if !f.Until.IsZero() {
		where, args = where+` AND time < ?`, append(args, f.Until.UnixMilli())
	}
	if f.Asset != 0 {
		where, args = where+` AND asset = ?`, append(args, int64(f.Asset))
	}
	if f.Tab != 0 {
		where, args = where+` AND tab = ?`, append(args, int64(f.Tab))
	}
	return where, args
}

// Kept is a receipt in the purse's keeping.
type Kept struct {
	pay.SignedReceipt
	Denom string `json:"denom"`
	// Place is where the receipt is in its lane's mountain, which the receipts
	// roots of later vouchers commit to.
	Place uint64 `json:"place"`
	// Kept is when it came, Unix milliseconds by this machine's clock.
	Kept int64 `json:"kept"`
	// Attribution is the record that the receipt commits to, if it does.
	Attribution attribution.Record `json:"attribution,omitempty"`
}

// Receipts lists receipts, newest first. All of them held when they came.
func (p *Purse) Receipts(ctx context.Context, f Filter) ([]Kept, error) {
	if f.Limit <= 0 {
		f.Limit = DefaultReceipts
	}
	where, args := f.where()
	kept, err := list(ctx, p.cfg.DB, readKept,
		selectKept+where+` ORDER BY time DESC, tab, epoch, lane, place DESC LIMIT ?`,
		append(args, f.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("read receipts: %w", err)
	}
	return kept, nil
}

// EachReceipt calls f with each receipt, oldest first, however many there are. The
// filter's limit does not count. It returns the first error of f, which must not
// use the purse.
func (p *Purse) EachReceipt(ctx context.Context, filter Filter, f func(Kept) error) error {
	where, args := filter.where()
	rows, err := p.cfg.DB.QueryContext(ctx, selectKept+where+` ORDER BY time, tab, epoch, lane, place`, args...)
	if err != nil {
		return fmt.Errorf("read receipts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		k, err := readKept(rows)
		if err != nil {
			return fmt.Errorf("read receipts: %w", err)
		}
		if err := f(k); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read receipts: %w", err)
	}
	return nil
}

// selectKept selects what readKept reads.
const selectKept = `SELECT receipt, denom, place, time, record FROM purse_receipts`

func readKept(row scanner) (k Kept, err error) {
	var b, record []byte
	var place int64
	if err := row.Scan(&b, &k.Denom, &place, &k.Kept, &record); err != nil {
		return k, err
	}
	k.Place = uint64(place)
	if k.SignedReceipt, err = pay.ParseSignedReceipt(b); err == nil && record != nil {
		k.Attribution, err = attribution.Parse(record)
	}
	return k, err
}

// Sum is an amount of one denomination.
type Sum struct {
	Denom  string       `json:"denom"`
	Amount types.Amount `json:"amount"`
}

// Spending is what a purse has spent, by denomination. A question in flight
// counts with the most that it can cost.
type Spending struct {
	Today []Sum `json:"today"` // since 00:00 UTC
	Ever  []Sum `json:"ever"`
}

// Spent tells what the purse has spent.
func (p *Purse) Spent(ctx context.Context) (Spending, error) {
	rows, err := list(ctx, p.cfg.DB, readDay, `SELECT day, denom, spent, back FROM purse_spent ORDER BY denom, day`)
	if err != nil {
		return Spending{}, fmt.Errorf("read spending: %w", err)
	}
	s, today := Spending{Today: []Sum{}, Ever: []Sum{}}, day(p.cfg.Now())
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n].dayKey == rows[0].dayKey {
			n++
		}
		sum := Sum{Denom: rows[0].denom}
		if sum.Amount, err = total(rows[:n]); err != nil {
			return Spending{}, err
		}
		if rows[0].day == today {
			s.Today = append(s.Today, sum)
		}
		if n := len(s.Ever); n == 0 || s.Ever[n-1].Denom != sum.Denom {
			s.Ever = append(s.Ever, Sum{Denom: sum.Denom})
		}
		last := &s.Ever[len(s.Ever)-1]
		if last.Amount, err = add(last.Amount, sum.Amount); err != nil {
			return Spending{}, err
		}
		rows = rows[n:]
	}
	return s, nil
}

func add(a, b types.Amount) (types.Amount, error) {
	sum, ok := a.Add(b)
	if !ok {
		return sum, fmt.Errorf("%w: the sum does not fit 128 bits", types.ErrAmount)
	}
	return sum, nil
}

// Flag is a reason to be careful with a vault: it, or a gateway that spoke for
// it, delivered something that was not what was paid for.
type Flag struct {
	Asset  types.AssetID `json:"asset"`
	Lane   types.LaneRef `json:"lane"`
	Seq    uint64        `json:"seq"`
	Time   int64         `json:"time"` // Unix milliseconds
	Reason string        `json:"reason"`
}

// Flags lists what vaults are remembered for, newest first, at most 100.
func (p *Purse) Flags(ctx context.Context) ([]Flag, error) {
	flags, err := list(ctx, p.cfg.DB, func(s scanner) (f Flag, err error) {
		var asset, tab, epoch, lane, seq int64
		err = s.Scan(&asset, &tab, &epoch, &lane, &seq, &f.Time, &f.Reason)
		f.Asset, f.Seq = types.AssetID(asset), uint64(seq)
		f.Lane = types.LaneRef{Tab: types.TabID(tab), Epoch: uint32(epoch), Lane: uint32(lane)}
		return f, err
	}, `SELECT asset, tab, epoch, lane, seq, time, reason FROM purse_flags ORDER BY time DESC LIMIT 100`)
	if err != nil {
		return nil, fmt.Errorf("read flags: %w", err)
	}
	return flags, nil
}
