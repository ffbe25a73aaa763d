package pay

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strconv"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/model"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault"
)

// The roles.
const (
	roleVault   = "vault"
	roleModel   = "model"
	roleGateway = "gateway"
)

var roleNames = []string{roleVault, roleModel, roleGateway}

// spec says which role to open. It goes to a process of its own as JSON.
type spec struct {
	Role string `json:"role"`
	Dir  string `json:"dir"`
	Node string `json:"node"` // gRPC address
	// Set tells the pipelines of a run apart; keys are derived from it.
	Set    string                   `json:"set"`
	Assets map[string]types.AssetID `json:"assets"` // by role
	URLs   map[string]string        `json:"urls"`   // by role
	Listen string                   `json:"listen"` // address
	Unpaid bool                     `json:"unpaid"` // nobody pays
	// Upstream is what the model sells the answers of.
	Upstream Upstream `json:"upstream"`
	// Profile is a folder for the profiles of processes; empty for none.
	Profile string `json:"profile"`
}

// exposure is the most that the tab may owe each asset: some ten thousand
// queries, so that a run settles several times.
var exposure = types.NewAmount(40_000 * 10_000_000_000_000)

// key signs receipts of a role.
func (s spec) key(role string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("weal/bench/pay/receipts/" + s.Set + "/" + role))
	return ed25519.NewKeyFromSeed(seed[:])
}

// account is the secret of an account.
func account(name string) [32]byte { return sha256.Sum256([]byte("weal/bench/pay/account/" + name)) }

// worker is what all roles have in common.
type worker interface {
	Handler() http.Handler
	Book() *earn.Book
	Close() error
}

// role is an open role.
type role struct {
	worker
	settler *ledger.Sender
	stops   []func() error // in the order of opening
}

// dial connects to the chain.
func dial(node string) (*ledger.Ledger, func() error, error) {
	conn, err := grpc.NewClient(node, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, nil, fmt.Errorf("reach node %s: %w", node, err)
	}
	l, err := ledger.New(conn, types.LocalChainID)
	if err != nil {
		return nil, nil, errors.Join(err, conn.Close())
	}
	return l, conn.Close, nil
}

// openRole opens a role. Calls go out by transport; nil is the network.
func openRole(ctx context.Context, s spec, transport http.RoundTripper) (_ *role, err error) {
	r := &role{}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("open %s: %w", s.Role, err), r.Close())
		}
	}()
	l, hangUp, err := dial(s.Node)
	if err != nil {
		return nil, err
	}
	r.stops = append(r.stops, hangUp)
	if r.settler, err = l.Sender(account(s.Set + "/" + s.Role)); err != nil {
		return nil, err
	}
	switch s.Role {
	case roleVault:
		return r, r.openVault(ctx, s, l)
	case roleModel:
		return r, r.openModel(ctx, s, l)
	}
	return r, r.openGateway(ctx, s, l, transport)
}

func (r *role) openVault(ctx context.Context, s spec, l *ledger.Ledger) error {
	v, err := vault.Open(ctx, vault.Config{
		Dir: filepath.Join(s.Dir, s.Role), ChainID: types.LocalChainID, Key: s.key(s.Role), Exposure: exposure,
		Chain: l, Settler: r.settler, About: types.Manifest{Name: "bench", Kind: types.KindData}, Unpaid: s.Unpaid,
	})
	if err != nil {
		return err
	}
	r.worker = v
	r.stops = append(r.stops, v.Close)
	return v.SetAsset(ctx, s.Assets[s.Role])
}

func (r *role) openModel(ctx context.Context, s spec, l *ledger.Ledger) error {
	db, err := keep.Open(filepath.Join(s.Dir, "model.db"))
	if err != nil {
		return err
	}
	r.stops = append(r.stops, db.Close)
	var up model.Upstream = echo{}
	if s.Upstream.URL != "" {
		h := model.NewHTTP(s.Upstream.URL, "", "bench")
		h.IdleTimeout, h.HeaderTimeout = s.Upstream.Idle, s.Upstream.Idle
		up = h
	}
	m, err := model.New(ctx, model.Config{
		ChainID: types.LocalChainID, Asset: s.Assets[s.Role], Key: s.key(s.Role), DB: db, Exposure: exposure,
		Chain: l, Settler: r.settler, Upstream: up, Name: "echo", TickWait: s.Upstream.TickWait, Unpaid: s.Unpaid,
	})
	if err != nil {
		return err
	}
	r.worker = m
	r.stops = append(r.stops, m.Close)
	return nil
}

func (r *role) openGateway(ctx context.Context, s spec, l *ledger.Ledger, transport http.RoundTripper) error {
	db, err := keep.Open(filepath.Join(s.Dir, "gateway.db"))
	if err != nil {
		return err
	}
	r.stops = append(r.stops, db.Close)
	at := map[types.AssetID]string{s.Assets[roleVault]: s.URLs[roleVault], s.Assets[roleModel]: s.URLs[roleModel]}
	var client *http.Client
	if transport != nil {
		client = &http.Client{Transport: transport}
	}
	g, err := gateway.New(ctx, gateway.Config{
		ChainID: types.LocalChainID, Asset: s.Assets[s.Role], Key: s.key(s.Role), DB: db, Exposure: exposure,
		App: gateway.App{
			Name: "bench", Model: s.Assets[roleModel], Vaults: []types.AssetID{s.Assets[roleVault]}, Passages: 1,
			Limits: gateway.Limits{TickWait: s.Upstream.TickWait},
		},
		Chain: l, Settler: r.settler, HTTP: client, Unpaid: s.Unpaid,
		Endpoint: func(_ context.Context, id types.AssetID) (string, error) {
			url, ok := at[id]
			if !ok {
				return "", errors.New("there is no asset " + strconv.FormatUint(uint64(id), 10) + " in this run")
			}
			return url, nil
		},
	})
	if err != nil {
		return err
	}
	r.worker = g
	r.stops = append(r.stops, g.Close)
	return nil
}

// settled is what a role has brought to the chain and what it has not.
type settled struct {
	Settled   types.Amount `json:"settled"`
	Unsettled types.Amount `json:"unsettled"`
}

// settle brings everything to the chain.
func (r *role) settle(ctx context.Context) (s settled, err error) {
	if _, err := r.Book().Settle(ctx, r.settler); err != nil {
		return s, err
	}
	s.Settled, s.Unsettled, err = r.Book().Earned(ctx)
	return s, err
}

// Close stops the role.
func (r *role) Close() error {
	var errs []error
	for i := len(r.stops) - 1; i >= 0; i-- {
		errs = append(errs, r.stops[i]())
	}
	r.stops = nil
	return errors.Join(errs...)
}

// laneKey is the key of a lane of the payer's tab.
func laneKey(set string, lane int) ed25519.PrivateKey {
	seed := sha256.Sum256(fmt.Appendf(nil, "weal/bench/pay/lane/%s/%d", set, lane))
	return ed25519.NewKeyFromSeed(seed[:])
}

// prices are what the roles ask, in the coin's smallest unit: some hundred questions
// of a lane are worth bringing to the chain without a refund.
var prices = map[string]types.Price{
	roleVault:   {Unit: types.PerPassage, Denom: types.BaseDenom, Amount: types.NewAmount(10_000_000_000_000)},
	roleModel:   {Unit: types.PerTick, Denom: types.BaseDenom, Amount: types.NewAmount(1_000_000_000_000), Tokens: 32},
	roleGateway: {Unit: types.PerUse, Denom: types.BaseDenom, Amount: types.NewAmount(10_000_000_000_000)},
}

var kinds = map[string]types.Kind{roleVault: types.KindData, roleModel: types.KindModel, roleGateway: types.KindApp}

// registration describes a role's asset.
func (s spec) registration(role string, root types.Hash) ledger.Registration {
	return ledger.Registration{
		Kind: kinds[role], Manifest: sha256.Sum256([]byte(s.Set + role)), ManifestURI: "https://example.org/manifest.json", Root: root,
		Key: pay.PublicKey(s.key(role)), Prices: []types.Price{prices[role]}, Denoms: []string{types.BaseDenom},
	}
}

// encode is a spec as a process of its own gets it.
func (s spec) encode() (string, error) {
	b, err := json.Marshal(s)
	return string(b), err
}
