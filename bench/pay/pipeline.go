package pay

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strconv"
	"time"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
)

// pipeline is a vault, a model and a gateway that work together, and who asks them.
type pipeline struct {
	spec
	client  *http.Client
	purse   *purse.Purse
	tab     types.TabID
	settles []func(context.Context) (settled, error)
	cpus    []func() (time.Duration, error)
	stops   []func() error
}

// newPipeline opens the roles of a set, its tab and its purse.
func (w *world) newPipeline(ctx context.Context, set string) (_ *pipeline, err error) {
	p := &pipeline{}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("open pipeline %s: %w", set, err), p.Close())
		}
	}()
	if p.spec, err = w.prepare(ctx, set); err != nil {
		return nil, err
	}
	if set == setTogether {
		err = p.openTogether(ctx)
	} else {
		err = p.openApart(ctx, w.cfg)
	}
	if err != nil {
		return nil, err
	}
	if p.tab, err = w.open(ctx, p.spec); err != nil {
		return nil, err
	}
	return p, p.openPurse(ctx, w.cfg.Lanes)
}

// openApart starts each role in a process of its own.
func (p *pipeline) openApart(ctx context.Context, cfg Config) error {
	ports, err := freePorts(len(roleNames))
	if err != nil {
		return err
	}
	for i, role := range roleNames {
		p.URLs[role] = "http://127.0.0.1:" + strconv.Itoa(ports[i])
	}
	for i, role := range roleNames {
		s := p.spec
		s.Role, s.Listen = role, "127.0.0.1:"+strconv.Itoa(ports[i])
		child, err := cfg.start(ctx, s)
		if err != nil {
			return err
		}
		p.stops = append(p.stops, child.Close)
		p.cpus = append(p.cpus, child.cpu)
		p.settles = append(p.settles, func(context.Context) (settled, error) {
			said, err := child.ask("settle")
			return said.Settled, err
		})
	}
	t := http.DefaultTransport.(*http.Transport).Clone() //nolint:errcheck // that is what it is
	t.MaxIdleConns, t.MaxIdleConnsPerHost = 0, 256
	p.client = &http.Client{Transport: t}
	p.stops = append(p.stops, func() error { t.CloseIdleConnections(); return nil })
	return nil
}

// openTogether opens all roles in this process.
func (p *pipeline) openTogether(ctx context.Context) error {
	inside := newPipes()
	for _, role := range roleNames {
		p.URLs[role] = "http://" + role
	}
	for _, role := range roleNames {
		s := p.spec
		s.Role = role
		r, err := openRole(ctx, s, inside)
		if err != nil {
			return err
		}
		p.stops = append(p.stops, r.Close)
		p.settles = append(p.settles, r.settle)
		inside.hosts[role] = r.Handler()
	}
	p.client = &http.Client{Transport: inside}
	return nil
}

// openPurse opens the payer's purse, with all lanes of the tab.
func (p *pipeline) openPurse(ctx context.Context, lanes int) error {
	db, err := keep.OpenShared(filepath.Join(p.Dir, "purse.db"))
	if err != nil {
		return err
	}
	p.stops = append(p.stops, db.Close)
	l, hangUp, err := dial(p.Node)
	if err != nil {
		return err
	}
	p.stops = append(p.stops, hangUp)
	if p.purse, err = purse.Open(ctx, purse.Config{DB: db, ChainID: types.LocalChainID, Chain: l, HTTP: p.client}); err != nil {
		return err
	}
	p.stops = append(p.stops, func() error { p.purse.Close(); return nil })
	for i := range lanes {
		if err := p.purse.AddLane(ctx, types.LaneRef{Tab: p.tab, Lane: uint32(i)}, laneKey(p.Set, i)); err != nil {
			return err
		}
	}
	return nil
}

// cpu returns how long the processes of the roles, and this one, have computed.
func (p *pipeline) cpu() (time.Duration, error) {
	all := cpu()
	for _, of := range p.cpus {
		more, err := of()
		if err != nil {
			return 0, err
		}
		all += more
	}
	return all, nil
}

// Close stops the roles, those that call others first.
func (p *pipeline) Close() error {
	var errs []error
	for i := len(p.stops) - 1; i >= 0; i-- {
		errs = append(errs, p.stops[i]())
	}
	return errors.Join(errs...)
}
