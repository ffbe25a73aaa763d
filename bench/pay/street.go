package pay

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
)

// Upstream is an OpenAI-compatible server that a model sells the answers of.
type Upstream struct {
	URL string `json:"url"` // ends before /chat/completions; empty for the echo
	// Idle is how long it may be silent, TickWait how long a model or an app waits for
	// its ticks.
	Idle     time.Duration `json:"idle"`
	TickWait time.Duration `json:"tick_wait"`
}

// Memory is what a process has, after its garbage was collected.
type Memory struct {
	Goroutines int    `json:"goroutines"`
	Heap       uint64 `json:"heap"` // bytes
}

// Street is a chain, a vault, a model of an upstream and a gateway, each in a process of
// its own, for measurements of other packages than this one.
type Street struct {
	w     *world
	spec  spec
	roles []*process // in the order of roleNames
}

// OpenStreet starts a street. Of cfg, only Command counts.
func OpenStreet(ctx context.Context, cfg Config, up Upstream) (_ *Street, err error) {
	cfg = cfg.orDefaults()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	s := &Street{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if s.w, err = newWorld(ctx, cfg); err != nil {
		return nil, err
	}
	if s.spec, err = s.w.prepare(ctx, setStreet); err != nil {
		return nil, err
	}
	ports, err := freePorts(len(roleNames))
	if err != nil {
		return nil, err
	}
	for i, role := range roleNames {
		s.spec.URLs[role] = "http://127.0.0.1:" + strconv.Itoa(ports[i])
	}
	for i, role := range roleNames {
		one := s.spec
		one.Role, one.Listen, one.Upstream = role, "127.0.0.1:"+strconv.Itoa(ports[i]), up
		p, err := cfg.start(ctx, one)
		if err != nil {
			return nil, err
		}
		s.roles = append(s.roles, p)
	}
	return s, nil
}

// Gateway returns where the gateway is.
func (s *Street) Gateway() string { return s.spec.URLs[roleGateway] }

// Asset returns the asset of a kind, and its price.
func (s *Street) Asset(kind types.Kind) (types.AssetID, types.Price) {
	for _, role := range roleNames {
		if kinds[role] == kind {
			return s.spec.Assets[role], prices[role]
		}
	}
	return 0, types.Price{}
}

// streetCap is the most that a lane of a street pays: of a thousand lanes, what the
// payer has is enough for.
var streetCap = types.NewAmount(100_000_000_000_000_000)

// Purse opens the nth tab of the payer, with so many lanes, and a purse that pays from
// them. It is to be closed, with stop, before the street is.
func (s *Street) Purse(ctx context.Context, n, lanes int, client *http.Client) (p *purse.Purse, refs []types.LaneRef, stop func() error, err error) {
	payer, err := s.w.ledger.Sender(account(setStreet + "/payer"))
	if err != nil {
		return nil, nil, nil, err
	}
	t := ledger.NewTab{Denom: types.BaseDenom, FeeReserve: types.NewAmount(1_000_000_000_000_000_000)}
	set := fmt.Sprintf("%s/%d", setStreet, n)
	for i := range lanes {
		t.Lanes = append(t.Lanes, ledger.NewLane{Key: pay.PublicKey(laneKey(set, i)), Cap: streetCap, Gateway: s.spec.Assets[roleGateway]})
		t.Deposit, _ = t.Deposit.Add(streetCap) // some dozens fit
	}
	t.Bond = t.Deposit.Half()
	tab, err := payer.OpenTab(ctx, t)
	if err != nil {
		return nil, nil, nil, err
	}
	db, err := keep.OpenShared(filepath.Join(s.spec.Dir, fmt.Sprintf("purse%d.db", n)))
	if err != nil {
		return nil, nil, nil, err
	}
	p, err = purse.Open(ctx, purse.Config{DB: db, ChainID: types.LocalChainID, Chain: s.w.ledger, HTTP: client})
	if err != nil {
		return nil, nil, nil, errors.Join(err, db.Close())
	}
	stop = func() error {
		p.Close()
		return db.Close()
	}
	for i := range lanes {
		ref := types.LaneRef{Tab: tab, Lane: uint32(i)}
		if err := p.AddLane(ctx, ref, laneKey(set, i)); err != nil {
			return nil, nil, nil, errors.Join(err, stop())
		}
		refs = append(refs, ref)
	}
	return p, refs, stop, nil
}

// Memory tells what the process of the asset of each kind has now.
func (s *Street) Memory() (map[types.Kind]Memory, error) {
	all := map[types.Kind]Memory{}
	for i, p := range s.roles {
		said, err := p.ask("memory")
		if err != nil {
			return nil, err
		}
		all[kinds[roleNames[i]]] = said.Memory
	}
	return all, nil
}

// Settle has all roles bring to the chain what they are owed, and returns what each has
// brought. It is an error if something is left.
func (s *Street) Settle(ctx context.Context) (map[types.Kind]types.Amount, error) {
	all := make([]settled, len(s.roles))
	g, _ := errgroup.WithContext(ctx)
	for i, p := range s.roles {
		g.Go(func() error {
			said, err := p.ask("settle")
			all[i] = said.Settled
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("settle: %w", err)
	}
	brought := map[types.Kind]types.Amount{}
	for i, one := range all {
		if !one.Unsettled.IsZero() {
			return nil, fmt.Errorf("settle: the %s has %s that it could not bring", roleNames[i], one.Unsettled)
		}
		brought[kinds[roleNames[i]]] = one.Settled
	}
	return brought, nil
}

// Credited tells what the chain has credited to an asset from a lane.
func (s *Street) Credited(ctx context.Context, ref types.LaneRef, asset types.AssetID) (types.Amount, error) {
	return s.w.ledger.Credited(ctx, ref, asset)
}

// Close ends all processes, those that call others first, and removes all files.
func (s *Street) Close() error {
	var errs []error
	for i := len(s.roles) - 1; i >= 0; i-- {
		errs = append(errs, s.roles[i].Close())
	}
	if s.w != nil {
		errs = append(errs, s.w.Close())
	}
	return errors.Join(errs...)
}

// Question returns the nth question of those that the vault has passages for.
func Question(n int) string { return question(n) }
