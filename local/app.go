package local

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/weal-network/weal/find"
	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/model"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire/outside"
)

// firstLook bounds how long an app that chooses assets looks for them before it answers.
const firstLook = 20 * time.Second

// tagApp keeps the hash of an app's file apart from every other hash.
const tagApp = "weal/app/1"

// ofApp fills in what the flags leave out and the app file says.
func ofApp(cfg RoleConfig, app gateway.App) RoleConfig {
	cfg.Name = cmp.Or(cfg.Name, app.Name)
	cfg.Endpoint = cmp.Or(cfg.Endpoint, app.Endpoint)
	cfg.Contact = cmp.Or(cfg.Contact, app.Contact)
	return cfg
}

// useApp has the role's manifest say what the app file says for everybody, and the chain
// be told a hash of all of it. The file itself, with its prompt, stays here.
func (r *role) useApp(path string, app gateway.App) error {
	file, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read app file: %w", err)
	}
	secret, err := r.home.Secret("app-salt")
	if err != nil {
		return err
	}
	r.root = AppHash(AppSalt(secret, file), file)
	r.owned.about.Description = cmp.Or(app.Description, r.owned.about.Description)
	if !app.Fee.IsZero() {
		r.owned.about.Prices = []types.Price{fee(app)}
	}
	return nil
}

// fee is the price of a use that the app file says.
func fee(app gateway.App) types.Price {
	return types.Price{Unit: types.PerUse, Denom: app.Fee.Denom, Amount: app.Fee.Amount}
}

// AppSalt is the salt of an app file's hash: made of the home's secret and of the file,
// so that who is shown the salt of one file can guess no other.
func AppSalt(secret [32]byte, file []byte) types.Hash {
	m := hmac.New(sha256.New, secret[:])
	m.Write(file)
	return types.Hash(m.Sum(nil))
}

// AppHash is what the chain knows of an app file: nobody can guess a file from it who
// does not have the salt.
func AppHash(salt types.Hash, file []byte) types.Hash {
	sum := sha256.Sum256(file)
	return sha256.Sum256(slices.Concat([]byte(tagApp), salt[:], sum[:]))
}

// registerApp finds or registers the app's asset, and has it cost what the file says.
func (r *role) registerApp(ctx context.Context, app gateway.App) error {
	if err := r.register(ctx, r.root); err != nil {
		return err
	}
	if app.Fee.IsZero() {
		return nil
	}
	unlock, err := r.home.AwaitLock(ctx, home.AssetsLock)
	if err != nil {
		return err
	}
	defer unlock()
	a, err := r.ledger.AssetNow(ctx, r.asset)
	if err != nil {
		return err
	}
	want := fee(app)
	switch now, ok := a.Price(want.Unit, want.Denom); {
	case ok && now.Amount == want.Amount:
		return nil
	case !slices.Contains(a.Denoms, want.Denom):
		return fmt.Errorf("app file: fee: asset %d earns in %v only, and that is for ever; name a fee in one of them, or register another app from another home", a.ID, a.Denoms)
	}
	prices := slices.DeleteFunc(slices.Clone(a.Prices), func(p types.Price) bool { return p.Unit == want.Unit && p.Denom == want.Denom })
	_, err = r.owner.Update(ctx, ledger.Update{
		Asset: a.ID, Manifest: a.Manifest, ManifestURI: a.ManifestURI, Root: a.Root, Prices: append(prices, want),
	})
	return err
}

// appParts is what a gateway needs for an app.
type appParts struct {
	endpoints *endpoints
	http      *http.Client   // nil for the gateway's own
	finder    *find.Finder   // nil if the app names all its assets
	own       model.Upstream // nil if it has none
}

// appParts makes what a gateway needs for an app. Hosts of assets that the app does not
// name are strangers. Which assets there are is looked up before it answers.
func (r *role) appParts(ctx context.Context, app gateway.App) (p appParts, err error) {
	p.endpoints = newEndpoints(r.ledger)
	if app.Seeks() {
		if p.finder, err = newFinder(r.ledger, false); err != nil {
			return p, err
		}
		r.stops = append(r.stops, func() error { p.finder.Close(); return nil })
		first, cancel := context.WithTimeout(ctx, firstLook)
		defer cancel()
		if err := p.finder.Refresh(first); err != nil {
			return p, err
		}
		p.http = outside.HTTP(r.ledger.ChainID() == types.LocalChainID)
		p.endpoints.client = p.http
	}
	if u := app.Upstream; u != nil {
		up := Upstream{URL: u.URL, Model: u.Model, Timeout: u.Timeout}
		if u.KeyEnv != "" {
			if up.Key = os.Getenv(u.KeyEnv); up.Key == "" {
				return p, fmt.Errorf("app file: upstream: key_env: the environment variable %s is not set", u.KeyEnv)
			}
		}
		if err := up.Check(); err != nil {
			return p, fmt.Errorf("app file: upstream: %w", err)
		}
		p.own, _ = up.open()
		if h, ok := p.own.(*model.HTTP); ok {
			h.Client = r.tel.Client(h.Client)
		}
	}
	return p, nil
}

// Published is what publishing an app brought.
type Published struct {
	Asset       types.AssetID `json:"asset"`
	Version     uint32        `json:"version"`
	Owner       string        `json:"owner"`
	Manifest    types.Hash    `json:"manifest"`
	ManifestURI string        `json:"manifest_uri"`
	// App is the salted hash of the file, Salt what it is salted with: only who is shown
	// file and salt can tell that they are this app's.
	App  types.Hash `json:"app"`
	Salt types.Hash `json:"salt"`
}

// PublishApp registers the app that a file describes, or a new version of it, and does
// not run it.
func PublishApp(ctx context.Context, cfg RoleConfig) (p Published, err error) {
	cfg.Role = RoleGateway
	if cfg.Note == nil {
		cfg.Note = func(string) {}
	}
	s := &Served{}
	defer func() { err = errors.Join(err, s.Close()) }()
	_, app, err := s.prepare(ctx, cfg)
	if err != nil {
		return p, err
	}
	if err := s.role.registerApp(ctx, app); err != nil {
		return p, err
	}
	a, err := s.role.ledger.AssetNow(ctx, s.role.asset)
	if err != nil {
		return p, err
	}
	file, err := os.ReadFile(cfg.AppFile)
	if err != nil {
		return p, err
	}
	secret, err := s.role.home.Secret("app-salt")
	return Published{
		Asset: a.ID, Version: a.Version, Owner: s.role.owner.Address(), Manifest: a.Manifest, ManifestURI: a.ManifestURI,
		App: a.Root, Salt: AppSalt(secret, file),
	}, err
}
