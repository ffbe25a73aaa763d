package pay

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault"
)

// The pipelines of a run: paid and free with each role in a process of its own,
// and paid with all roles in this one.
const (
	setApart    = "apart"
	setFree     = "free"
	setTogether = "together"
	setStreet   = "street" // of another package's measurement
)

var sets = []string{setApart, setFree, setTogether, setStreet}

// accounts are those that the chain's genesis funds.
func accounts() (names []string) {
	for _, set := range sets {
		for _, role := range append(roleNames, "payer") {
			names = append(names, set+"/"+role)
		}
	}
	return names
}

// world is a chain with what is paid and who pays.
type world struct {
	cfg    Config
	dir    string
	node   *process
	ledger *ledger.Ledger
	stops  []func() error
}

// newWorld starts a chain in a folder of its own.
func newWorld(ctx context.Context, cfg Config) (_ *world, err error) {
	w := &world{cfg: cfg}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.Close())
		}
	}()
	if w.dir, err = os.MkdirTemp("", "weal-bench-pay-"); err != nil {
		return nil, err
	}
	w.stops = append(w.stops, func() error { return os.RemoveAll(w.dir) })
	if err := writeCorpus(filepath.Join(w.dir, "corpus")); err != nil {
		return nil, err
	}
	if w.node, err = cfg.start(ctx, spec{Role: roleNode, Dir: filepath.Join(w.dir, "chain")}); err != nil {
		return nil, err
	}
	w.stops = append(w.stops, w.node.Close)
	var hangUp func() error
	if w.ledger, hangUp, err = dial(w.node.url); err != nil {
		return nil, err
	}
	w.stops = append(w.stops, hangUp)
	return w, nil
}

// Close ends the chain and removes all files.
func (w *world) Close() error {
	var errs []error
	for i := len(w.stops) - 1; i >= 0; i-- {
		errs = append(errs, w.stops[i]())
	}
	return errors.Join(errs...)
}

// prepare makes the vault of a set, and registers its assets.
func (w *world) prepare(ctx context.Context, set string) (spec, error) {
	s := spec{
		Dir: filepath.Join(w.dir, set), Node: w.node.url, Set: set, Assets: map[string]types.AssetID{}, URLs: map[string]string{},
		Unpaid: set == setFree, Profile: w.cfg.Profile,
	}
	root, err := w.fill(ctx, s)
	if err != nil {
		return s, err
	}
	ids := make([]types.AssetID, len(roleNames))
	g, gctx := errgroup.WithContext(ctx)
	for i, role := range roleNames {
		owner, err := w.ledger.Sender(account(set + "/" + role))
		if err != nil {
			return s, err
		}
		r := s.registration(role, types.Hash{})
		if role == roleVault {
			r.Root = root
		}
		g.Go(func() (err error) {
			ids[i], _, err = owner.Register(gctx, r)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return s, err
	}
	for i, role := range roleNames {
		s.Assets[role] = ids[i]
	}
	return s, nil
}

// fill adds the documents to a set's vault and returns its root.
func (w *world) fill(ctx context.Context, s spec) (root types.Hash, err error) {
	v, err := vault.Open(ctx, vault.Config{
		Dir: filepath.Join(s.Dir, roleVault), ChainID: types.LocalChainID, Key: s.key(roleVault), Exposure: exposure, Chain: w.ledger,
	})
	if err != nil {
		return root, err
	}
	report, err := v.Add(ctx, []string{filepath.Join(w.dir, "corpus")}, nil)
	if err == nil && report.Chunks != chunks {
		err = fmt.Errorf("the documents gave %d passages, want %d", report.Chunks, chunks)
	}
	root = v.Root()
	return root, errors.Join(err, v.Close())
}

// laneCap is the most that a lane pays.
var laneCap = types.NewAmount(1_000_000_000_000_000_000)

// open opens the tab of a set.
func (w *world) open(ctx context.Context, s spec) (types.TabID, error) {
	payer, err := w.ledger.Sender(account(s.Set + "/payer"))
	if err != nil {
		return 0, err
	}
	t := ledger.NewTab{Denom: types.BaseDenom, FeeReserve: types.NewAmount(1_000_000_000_000_000_000)}
	for i := range w.cfg.Lanes {
		t.Lanes = append(t.Lanes, ledger.NewLane{Key: pay.PublicKey(laneKey(s.Set, i)), Cap: laneCap, Gateway: s.Assets[roleGateway]})
		t.Deposit, _ = t.Deposit.Add(laneCap) // some dozens fit
	}
	t.Bond = t.Deposit.Half()
	return payer.OpenTab(ctx, t)
}
