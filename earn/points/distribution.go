package points

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
)

// ErrNothing is returned if no contribution has points to distribute.
var ErrNothing = errors.New("no contribution has earned anything since the last distribution")

// ErrNoDistribution is returned for a distribution that is not open.
var ErrNoDistribution = errors.New("there is no such distribution, or it is done")

// maxPoints is what the points of a distribution sum to at most, about: a contract
// takes them in 64 bits.
const maxPoints = 1_000_000_000_000_000

// Distribution is points on their way to the chain. It is sent, as often as it takes,
// until it is done. Its root names it on the chain, which pays each contribution once
// by one root.
type Distribution struct {
	ID    int64            `json:"id"`
	Asset types.AssetID    `json:"asset"`
	Denom string           `json:"denom"`
	Rule  attribution.Rule `json:"rule"`
	Root  types.Hash       `json:"root"`
	Made  int64            `json:"made"` // Unix seconds
	Parts []Part           `json:"parts"`
}

// Part is one contribution's.
type Part struct {
	Contribution uint64 `json:"contribution"`
	Points       uint64 `json:"points"` // as the chain is told
	// Earned is what the points stand for, in the smallest unit.
	Earned types.Amount `json:"earned"`
}

// leaf is what the root of a distribution commits to for a part.
func (d *Distribution) leaf(p Part) types.Hash {
	b := binary.BigEndian.AppendUint64([]byte("weal/distribution/1"), uint64(d.Asset))
	b = binary.BigEndian.AppendUint64(b, uint64(d.ID))
	b = binary.BigEndian.AppendUint64(b, uint64(d.Made))
	b = binary.BigEndian.AppendUint64(b, uint64(len(d.Denom)))
	b = append(b, d.Denom...)
	b = binary.BigEndian.AppendUint64(b, p.Contribution)
	b = binary.BigEndian.AppendUint64(b, p.Points)
	earned := p.Earned.Bytes()
	return sha256.Sum256(append(b, earned[:]...))
}

// Evidence returns the root that d's parts come to.
func (d *Distribution) Evidence() types.Hash {
	leaves := make([]types.Hash, len(d.Parts))
	for i, p := range d.Parts {
		leaves[i] = d.leaf(p)
	}
	return pay.MerkleRoot(leaves)
}

// Wanted is what is to be distributed.
type Wanted struct {
	Asset types.AssetID
	Denom string
	Rule  attribution.Rule
	// Contributions are those that the chain pays; points of others stay.
	Contributions []uint64
	// To says which contribution gets the points of whom, 0 for none; if it is nil,
	// points are of contributions.
	To func(of uint64) uint64
}

// Prepare takes points into a distribution, or returns the one that is open: what was
// begun is brought to its end first.
func (t *Table) Prepare(ctx context.Context, w Wanted) (d Distribution, err error) {
	if _, err := attribution.ParseRule(string(w.Rule)); err != nil {
		return d, err
	}
	if err := t.cfg.Flush(ctx); err != nil {
		return d, err
	}
	err = keep.Write(ctx, t.cfg.DB, func(tx *sql.Tx) error {
		d, err = openDistribution(ctx, tx, w.Denom)
		if !errors.Is(err, ErrNoDistribution) {
			return err
		}
		d, err = t.take(ctx, tx, w)
		return err
	})
	if err != nil {
		return Distribution{}, fmt.Errorf("prepare distribution: %w", err)
	}
	return d, keep.Sync(t.cfg.DB) // what is sent must be known after a loss of power
}

// take moves points into a new distribution.
func (t *Table) take(ctx context.Context, tx *sql.Tx, w Wanted) (d Distribution, err error) {
	all, err := read(ctx, tx)
	if err != nil {
		return d, err
	}
	d = Distribution{Asset: w.Asset, Denom: w.Denom, Rule: w.Rule, Made: t.cfg.Now().Unix()}
	for _, p := range all {
		if p.Denom != w.Denom || !d.add(p, w) {
			continue
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM points WHERE whose = ? AND denom = ?`, int64(p.Of), w.Denom); err != nil {
			return d, err
		}
	}
	if len(d.Parts) == 0 {
		return d, ErrNothing
	}
	scale(d.Parts)
	res, err := tx.ExecContext(ctx, `INSERT INTO points_distributions (root, denom, made, data) VALUES (?, ?, ?, '')`, []byte{}, d.Denom, d.Made)
	if err != nil {
		return d, err
	}
	if d.ID, err = res.LastInsertId(); err != nil {
		return d, err
	}
	d.Root = d.Evidence()
	b, err := json.Marshal(d)
	if err != nil {
		return d, err
	}
	_, err = tx.ExecContext(ctx, `UPDATE points_distributions SET root = ?, data = ? WHERE id = ?`, d.Root[:], string(b), d.ID)
	return d, err
}

// add adds points to the part of the contribution that gets them. It returns false if
// none does, or they do not fit it.
func (d *Distribution) add(p Points, w Wanted) bool {
	to := p.Of
	if w.To != nil {
		to = w.To(p.Of)
	}
	earned := p.By(w.Rule)
	if to == 0 || earned.IsZero() || !slices.Contains(w.Contributions, to) {
		return false
	}
	i, have := slices.BinarySearchFunc(d.Parts, to, func(p Part, to uint64) int { return cmp.Compare(p.Contribution, to) })
	if !have {
		d.Parts = slices.Insert(d.Parts, i, Part{Contribution: to})
	}
	sum, ok := d.Parts[i].Earned.Add(earned)
	if ok {
		d.Parts[i].Earned = sum
	}
	return ok
}

// scale sets the points of parts: what they earned, or in proportion to it what fits
// the chain, and no less than 1.
func scale(parts []Part) {
	sum := new(big.Int)
	for _, p := range parts {
		sum.Add(sum, p.Earned.Big())
	}
	most := big.NewInt(maxPoints)
	for i, p := range parts {
		n := p.Earned.Big()
		if sum.Cmp(most) > 0 {
			n.Quo(n.Mul(n, most), sum)
		}
		parts[i].Points = max(1, n.Uint64())
	}
}

func openDistribution(ctx context.Context, tx *sql.Tx, denom string) (d Distribution, err error) {
	var b []byte
	err = tx.QueryRowContext(ctx, `SELECT data FROM points_distributions WHERE denom = ? AND done = 0`, denom).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return d, ErrNoDistribution
	}
	if err == nil {
		err = json.Unmarshal(b, &d)
	}
	return d, err
}

// Done notes that the chain has a distribution. Noting it again changes nothing.
func (t *Table) Done(ctx context.Context, id int64) error {
	err := keep.Write(ctx, t.cfg.DB, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE points_distributions SET done = ? WHERE id = ? AND done = 0`, t.cfg.Now().Unix(), id)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); n > 0 || err != nil {
			return err
		}
		var done int64
		if err := tx.QueryRowContext(ctx, `SELECT done FROM points_distributions WHERE id = ?`, id).Scan(&done); errors.Is(err, sql.ErrNoRows) {
			return ErrNoDistribution
		} else if err != nil {
			return err
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("note distribution %d: %w", id, err)
	}
	return nil
}

// Distributed is a distribution and when the chain had it.
type Distributed struct {
	Distribution
	Done int64 `json:"done,omitempty"` // Unix seconds; 0 while it is open
}

// Distributions lists distributions, those that are open and then the newest first,
// at most limit.
func (t *Table) Distributions(ctx context.Context, limit int) ([]Distributed, error) {
	rows, err := t.cfg.DB.QueryContext(ctx, `SELECT data, done FROM points_distributions ORDER BY done = 0 DESC, id DESC LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("read distributions: %w", err)
	}
	defer rows.Close()
	all := []Distributed{}
	for rows.Next() {
		var b []byte
		var d Distributed
		err := rows.Scan(&b, &d.Done)
		if err == nil {
			err = json.Unmarshal(b, &d.Distribution)
		}
		if err != nil {
			return nil, fmt.Errorf("read distributions: %w", err)
		}
		all = append(all, d)
	}
	return all, rows.Err()
}
