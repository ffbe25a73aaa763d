package local

import (
	"context"
	"errors"
	"fmt"

	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/node"
	"github.com/weal-network/weal/telemetry"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault"
)

// stage is what happens between the chain's start and ready.
type stage struct {
	*Network
	cfg    Config
	keys   *keys
	chain  *node.Node
	ledger *ledger.Ledger

	tracing *telemetry.Tracing
}

// run brings the roles up, each step finding what an earlier run has done.
func (s *stage) run(ctx context.Context) (err error) {
	if s.ledger, err = ledger.New(s.chain.Conn(), s.home.ChainID()); err != nil {
		return err
	}
	roles := map[string]*role{}
	for _, r := range []struct {
		name string
		kind types.Kind
		port int
	}{
		{RoleVault, types.KindData, s.cfg.Ports.Vault},
		{RoleModel, types.KindModel, s.cfg.Ports.Model},
		{RoleGateway, types.KindApp, s.cfg.Ports.Gateway},
	} {
		if roles[r.name], err = s.newRole(r.name, r.kind, r.port); err != nil {
			return err
		}
	}
	if err := s.registerAll(ctx, roles); err != nil {
		return err
	}
	if err := s.openAll(ctx, roles); err != nil {
		return err
	}
	s.running.Roles = map[string]home.Role{}
	var seen []*telemetry.Role
	for _, name := range roleNames {
		r := roles[name]
		s.running.Roles[name] = r.running()
		if err := r.serve(); err != nil {
			return err
		}
		seen = append(seen, r.tel)
	}
	if s.cfg.NoMetrics {
		return nil
	}
	stop, err := serveMetrics(home.Loopback(s.cfg.Ports.Metrics), s.cfg.Log, seen...)
	if err != nil {
		return err
	}
	s.onStop(stop)
	return nil
}

func (s *stage) newRole(name string, kind types.Kind, port int) (*role, error) {
	owner, err := s.ledger.Sender(s.keys.accounts[ownerAccount(name)])
	if err != nil {
		return nil, err
	}
	r := &role{
		name: name, home: s.home, admin: s.keys.admin, listen: home.Loopback(port), db: s.cfg.DB, exposure: exposure, log: s.cfg.Log.With("role", name),
		owned: owned{ledger: s.ledger, owner: owner, key: s.keys.roles[name], about: about(AppName+"-"+name, kind, home.URL(port)), home: s.home},
	}
	r.beSeen(s.cfg.Version, s.tracing)
	s.onStop(r.close)
	return r, nil
}

// registerAll has the three assets on the chain, one after the other: a new home's
// vault is asset 1, its model 2, its app 3. The vault comes with its first
// knowledge, since its root is registered.
func (s *stage) registerAll(ctx context.Context, roles map[string]*role) error {
	v, err := roles[RoleVault].openVault(ctx)
	if err != nil {
		return err
	}
	if err := s.learn(ctx, v); err != nil {
		return err
	}
	if err := s.chain.AwaitHeight(ctx, 1); err != nil {
		return fmt.Errorf("wait for the first block: %w", err)
	}
	for _, name := range roleNames {
		root := types.Hash{}
		if name == RoleVault {
			root = v.Root()
		}
		if err := roles[name].register(ctx, root); err != nil {
			return err
		}
	}
	return nil
}

// learn gives an empty vault, or one that knows an older specification, the
// specification to answer from.
func (s *stage) learn(ctx context.Context, v *vault.Vault) error {
	dir, err := writeSpec(s.home)
	if err != nil {
		return err
	}
	if _, err := v.Add(ctx, []string{dir}, nil); err != nil {
		return fmt.Errorf("add the specification to the vault: %w", err)
	}
	return nil
}

// openAll opens the roles of registered assets, and the payer's tab.
func (s *stage) openAll(ctx context.Context, roles map[string]*role) error {
	vaultAsset, modelAsset, app := roles[RoleVault].asset, roles[RoleModel].asset, roles[RoleGateway].asset
	payer, err := s.ledger.Sender(s.keys.accounts[payerAccount])
	if err != nil {
		return err
	}
	p, closePurse, err := openPurse(toldBy(ctx, roles[RoleGateway].tel), s.home, s.ledger)
	if err != nil {
		return err
	}
	s.onStop(closePurse)
	if s.running.Tab, err = ensureTab(ctx, s.ledger, payer, s.keys.lanes, app, p); err != nil {
		return err
	}
	return errors.Join(
		roles[RoleVault].worker.SetAsset(ctx, vaultAsset),
		roles[RoleModel].openModel(ctx, s.cfg.Upstream),
		roles[RoleGateway].openGateway(ctx,
			s.cfg.Upstream.tasks(gateway.App{Name: AppName, Model: modelAsset, Vaults: []types.AssetID{vaultAsset}}),
			&ownTab{purse: p, id: s.running.Tab, key: s.keys.api}),
	)
}
