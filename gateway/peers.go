package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// endpointLife is how long an asset's address is believed.
const endpointLife = time.Minute

// peers calls the vaults and the models of an app.
type peers struct {
	endpoint func(context.Context, types.AssetID) (string, error)
	client   *http.Client
	now      func() time.Time

	mu    sync.Mutex
	known map[types.AssetID]address
}

type address struct {
	url string
	at  time.Time
}

func newPeers(client *http.Client, endpoint func(context.Context, types.AssetID) (string, error), now func() time.Time) *peers {
	if client == nil {
		t := http.DefaultTransport.(*http.Transport).Clone() //nolint:errcheck // that is what it is
		t.MaxIdleConns, t.MaxIdleConnsPerHost = 0, 256
		client = &http.Client{Transport: t}
	}
	return &peers{endpoint: endpoint, client: client, now: now, known: map[types.AssetID]address{}}
}

// url returns where an asset is served.
func (p *peers) url(ctx context.Context, id types.AssetID) (string, error) {
	p.mu.Lock()
	a, ok := p.known[id]
	p.mu.Unlock()
	if ok && p.now().Sub(a.at) < endpointLife {
		return a.url, nil
	}
	url, err := p.endpoint(ctx, id)
	if err != nil {
		return "", fmt.Errorf("find the endpoint of asset %d: %w", id, err)
	}
	url = strings.TrimRight(url, "/")
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known[id] = address{url: url, at: p.now()}
	return url, nil
}

// forget drops an address at which nobody answered.
func (p *peers) forget(id types.AssetID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.known, id)
}

// post sends body to an asset's endpoint. The caller closes the response.
func (p *peers) post(ctx context.Context, id types.AssetID, path string, body []byte, header http.Header) (*http.Response, error) {
	url, err := p.url(ctx, id)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	wire.CopyTrace(req.Header, header)
	if v := header.Get(wire.HeaderPayment); v != "" {
		req.Header.Set(wire.HeaderPayment, v)
	}
	resp, err := p.client.Do(req)
	if err != nil && ctx.Err() == nil {
		p.forget(id)
	}
	return resp, err
}

// call posts in and reads the answer into out. A failing status is the asset's
// own *wire.Error; all else is no *wire.Error.
func (p *peers) call(ctx context.Context, id types.AssetID, path string, in, out any, trace http.Header) error {
	body, err := wire.Marshal(in)
	if err != nil {
		return err
	}
	header := http.Header{}
	wire.CopyTrace(header, trace)
	resp, err := p.post(ctx, id, path, body, header)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	status, said, err := readAnswer(resp)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return wire.ReadError(status, said)
	}
	if err := wire.Unmarshal(said, out); err != nil {
		return fmt.Errorf("asset %d answered with something else than %s does: %w", id, path, err)
	}
	return nil
}

// readAnswer reads a whole answer of bounded size.
func readAnswer(resp *http.Response) (status int, body []byte, err error) {
	body, err = wire.ReadAll(resp.Body, resp.ContentLength)
	if err == nil && len(body) > wire.MaxBody {
		err = errors.New("the answer is too large")
	}
	return resp.StatusCode, body, err
}
