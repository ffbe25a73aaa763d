package local

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"net/url"

	apikeys "github.com/weal-network/weal/gateway/keys"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// ownTab is the tab of a home's payer, and the API key that the home has for it.
type ownTab struct {
	purse *purse.Purse
	id    types.TabID
	key   string
}

// defaultKey is the name of the key that a home with a payer has from the start.
const defaultKey = "default"

// openKeys opens the choke point of a gateway.
func (r *role) openKeys(ctx context.Context, db *sql.DB, own *ownTab) (err error) {
	r.tabs = &keyTabs{home: r.home, ledger: r.ledger, app: r.asset, url: reachable(r.listen), tel: r.tel, asked: newAsked(r.tel), purses: map[types.TabID]*keyed{}}
	if own != nil {
		r.tabs.own, r.tabs.tab = own.purse, own.id
	}
	r.stops = append(r.stops, r.tabs.close)
	if r.meter, err = apikeys.Open(ctx, apikeys.Config{DB: db, Tabs: r.tabs, Log: r.log}); err != nil {
		return err
	}
	if own == nil {
		return nil
	}
	return r.meter.Ensure(ctx, defaultKey, own.key)
}

// pathLanes is where a gateway makes and lists keys of customers' lanes.
const pathLanes = adminPrefix + "lanes"

// lanesAsk is the body of a POST to pathLanes.
type lanesAsk struct {
	Count int `json:"count"`
}

// adminKeys adds what a gateway's owner can ask about keys.
func (r *role) adminKeys(mux *http.ServeMux) {
	if r.meter == nil {
		return
	}
	mux.Handle(apikeys.PathAdmin, r.meter.Admin())
	mux.Handle(apikeys.PathAdmin+"/", r.meter.Admin())
	mux.HandleFunc("POST "+pathLanes, func(w http.ResponseWriter, req *http.Request) {
		var ask lanesAsk
		body, err := wire.ReadBody(req)
		if err == nil {
			err = wire.Decode(body, &ask)
		}
		var made []types.Hash
		if err == nil {
			made, err = r.tabs.makeLanes(ask.Count)
		}
		if err != nil {
			wire.WriteError(w, err)
			return
		}
		wire.WriteJSON(w, http.StatusOK, LaneKeys{App: r.asset, Keys: made})
	})
	mux.HandleFunc("GET "+pathLanes, func(w http.ResponseWriter, _ *http.Request) {
		made, err := r.tabs.publicLanes()
		if err != nil {
			wire.WriteError(w, err)
			return
		}
		wire.WriteJSON(w, http.StatusOK, LaneKeys{App: r.asset, Keys: made})
	})
}

// LaneKeys are public keys of lanes whose private halves a gateway holds.
type LaneKeys struct {
	App  types.AssetID `json:"app"`
	Keys []types.Hash  `json:"keys"`
}

// keysURL is where the home's gateway serves its owner's requests about keys.
func (c *Client) keysURL(ref ...string) (string, error) {
	role, err := c.role(RoleGateway)
	u := role.URL + apikeys.PathAdmin
	for _, part := range ref {
		u += "/" + url.PathEscape(part)
	}
	return u, err
}

// CreateKey makes an API key of the home's gateway.
func (c *Client) CreateKey(ctx context.Context, change apikeys.Change) (k apikeys.Created, err error) {
	u, err := c.keysURL()
	if err != nil {
		return k, err
	}
	return k, c.admin(ctx, http.MethodPost, u, change, &k)
}

// Keys lists the API keys of the home's gateway.
func (c *Client) Keys(ctx context.Context) (all []apikeys.Key, err error) {
	u, err := c.keysURL()
	if err != nil {
		return nil, err
	}
	return all, c.admin(ctx, http.MethodGet, u, nil, &all)
}

// Key tells of one key, by its number or name.
func (c *Client) Key(ctx context.Context, ref string) (k apikeys.Key, err error) {
	u, err := c.keysURL(ref)
	if err != nil {
		return k, err
	}
	return k, c.admin(ctx, http.MethodGet, u, nil, &k)
}

// SetKey changes a key.
func (c *Client) SetKey(ctx context.Context, ref string, change apikeys.Change) (k apikeys.Key, err error) {
	u, err := c.keysURL(ref)
	if err != nil {
		return k, err
	}
	return k, c.admin(ctx, http.MethodPost, u, change, &k)
}

// RevokeKey ends the use of a key.
func (c *Client) RevokeKey(ctx context.Context, ref string) (k apikeys.Key, err error) {
	u, err := c.keysURL(ref, "revoke")
	if err != nil {
		return k, err
	}
	return k, c.admin(ctx, http.MethodPost, u, nil, &k)
}

// MakeLaneKeys has the home's gateway make keys for lanes of a customer's tab.
func (c *Client) MakeLaneKeys(ctx context.Context, count int) (k LaneKeys, err error) {
	role, err := c.role(RoleGateway)
	if err != nil {
		return k, err
	}
	return k, c.admin(ctx, http.MethodPost, role.URL+pathLanes, lanesAsk{Count: count}, &k)
}

// LaneKeys lists the lane keys that the home's gateway holds for customers.
func (c *Client) LaneKeys(ctx context.Context) (k LaneKeys, err error) {
	role, err := c.role(RoleGateway)
	if err != nil {
		return k, err
	}
	return k, c.admin(ctx, http.MethodGet, role.URL+pathLanes, nil, &k)
}

// FundLanes opens a tab whose lanes have keys that a gateway holds, in equal parts
// of amount. The home's payer pays it, and the gateway can spend it for this payer
// and nothing more. The bond is one lane's cap.
func (c *Client) FundLanes(ctx context.Context, app types.AssetID, amount types.Amount, lanes []types.Hash) (types.TabID, error) {
	payer, err := c.sender()
	if err != nil {
		return 0, err
	}
	if len(lanes) == 0 || len(lanes) > maxNewLanes {
		return 0, fmt.Errorf("fund lanes: want the keys of 1 to %d lanes", maxNewLanes)
	}
	t := ledger.NewTab{Denom: types.BaseDenom, Deposit: amount}
	for i, part := range parts(amount, len(lanes)) {
		if part.IsZero() {
			return 0, fmt.Errorf("fund lanes: %s is too little for %d lanes", amount, len(lanes))
		}
		t.Lanes = append(t.Lanes, ledger.NewLane{Key: lanes[i], Cap: part, Gateway: app})
		t.Bond = t.Lanes[0].Cap
	}
	return payer.OpenTab(ctx, t)
}
