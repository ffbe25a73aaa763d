package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// sender returns the sender of the home's payer.
func (c *Client) sender() (*ledger.Sender, error) {
	if c.Running.Tab == 0 {
		return nil, errors.New("there is no payer in this home; use the home of weal up")
	}
	secret, err := c.Home.Secret(payerAccount)
	if err != nil {
		return nil, err
	}
	return c.Ledger.Sender(secret)
}

// Send sends coins to an address in either form, from the account called from, or
// from the home's first.
func (c *Client) Send(ctx context.Context, from, to string, amount types.Amount) error {
	sender, err := c.Signer(from, "", "")
	if err != nil {
		return err
	}
	return sender.SendCoins(ctx, to, types.BaseDenom, amount)
}

// OpenTab opens a tab with one lane to an app, paid by the home's payer, and
// gives the lane to the home's purse.
func (c *Client) OpenTab(ctx context.Context, app types.AssetID, lane types.Amount) (types.TabID, error) {
	payer, err := c.sender()
	if err != nil {
		return 0, err
	}
	if err := c.isApp(ctx, app); err != nil {
		return 0, err
	}
	p, err := c.purse(ctx)
	if err != nil {
		return 0, err
	}
	key, err := c.Home.Ed25519(appLaneKey(app))
	if err != nil {
		return 0, err
	}
	tab, err := payer.OpenTab(ctx, ledger.NewTab{
		Denom: types.BaseDenom, Deposit: lane, Bond: lane, FeeReserve: feeReserve,
		Lanes: []ledger.NewLane{{Key: pay.PublicKey(key), Cap: lane, Gateway: app}},
	})
	if err != nil {
		return 0, err
	}
	return tab, p.AddLane(ctx, types.LaneRef{Tab: tab}, key)
}

// isApp returns an error unless an asset is an app: the purse asks nothing else.
func (c *Client) isApp(ctx context.Context, id types.AssetID) error {
	a, err := c.Ledger.Asset(ctx, id)
	if err == nil && a.Kind != types.KindApp {
		err = fmt.Errorf("asset %d is of kind %s, and only apps are asked; see: weal asset list", id, a.Kind)
	}
	return err
}

// getJSON reads a JSON answer that anyone may ask for.
func getJSON(ctx context.Context, url string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return &DownError{What: url, Err: err}
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(res.Body, wire.MaxBody))
	if err != nil {
		return fmt.Errorf("read answer of %s: %w", url, err)
	}
	if res.StatusCode != http.StatusOK {
		return wire.ReadError(res.StatusCode, b)
	}
	return json.Unmarshal(b, into)
}
