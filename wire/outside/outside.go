// Package outside asks hosts that strangers name: an asset's manifest is wherever
// its maker says it is.
//
// What always holds:
//   - A connection is refused by the address that is dialled, after names were
//     resolved, so that a name that resolves to another one the next time tricks
//     nobody. No proxy dials instead.
//   - Addresses of this machine and of private networks are asked only if that is
//     allowed; link-local ones, where clouds keep their secrets, never.
//   - No redirect is followed, nothing compressed is asked for, and no more is read
//     than was asked for.
package outside

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// ErrAddress is returned for a connection to an address that is not to be asked.
var ErrAddress = errors.New("its address is of a private network or of this machine, which is only asked if it is allowed")

// dialTime bounds how long a connection may take.
const dialTime = 10 * time.Second

// special are blocks that lead somewhere else than to a public host.
var special = func() (blocks []netip.Prefix) {
	for _, s := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "240.0.0.0/4", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16",
		"3fff::/20", "5f00::/16", "fec0::/10",
	} {
		blocks = append(blocks, netip.MustParsePrefix(s))
	}
	return blocks
}()

// Public reports whether an address is of the public internet.
func Public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, block := range special {
		if block.Contains(a) {
			return false
		}
	}
	return true
}

// near reports whether an address is of this machine or of a private network.
func near(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	return a.IsLoopback() || a.IsPrivate()
}

// Client asks hosts that strangers name. It is safe for concurrent use.
type Client struct{ http *http.Client }

// New returns a client. Private lets it ask this machine and private networks, timeout
// bounds one request with all that belongs to it.
func New(private bool, timeout time.Duration) *Client {
	t := transport(private)
	t.ResponseHeaderTimeout, t.MaxResponseHeaderBytes, t.DisableCompression, t.MaxIdleConns = timeout, 16<<10, true, 64
	return &Client{&http.Client{Timeout: timeout, Transport: t, CheckRedirect: noRedirect}}
}

// HTTP returns an HTTP client for work with hosts that strangers name. It bounds no
// request: a stream may take its time.
func HTTP(private bool) *http.Client {
	t := transport(private)
	t.MaxIdleConnsPerHost = 256
	return &http.Client{Transport: t, CheckRedirect: noRedirect}
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// transport connects to public addresses, and if private says so to near ones.
func transport(private bool) *http.Transport {
	dialer := &net.Dialer{Timeout: dialTime, KeepAlive: dialTime, Control: func(_, address string, _ syscall.RawConn) error {
		a, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("%s: %w", address, err)
		}
		if !Public(a.Addr()) && (!private || !near(a.Addr())) {
			return ErrAddress
		}
		return nil
	}}
	return &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: dialTime, IdleConnTimeout: 90 * time.Second}
}

// Check says what is wrong with an address that a stranger gave, if anything is.
func Check(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, errors.New("it is no URL")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("it is no URL of http or https")
	case u.Hostname() == "" || u.User != nil || u.Opaque != "":
		return nil, errors.New("it names no host, or a user")
	}
	return u, nil
}

// Get reads what is at an address: at most most bytes of an answer with status 200.
func (c *Client) Get(ctx context.Context, address string, most int) ([]byte, error) {
	u, err := Check(address)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) { // it repeats the address
			err = wrapped.Err
		}
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answers %d", resp.StatusCode)
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, int64(most)+1))
	switch {
	case err != nil:
		return nil, err
	case len(b) > most:
		return nil, fmt.Errorf("it answers with more than %d bytes", most)
	}
	return b, nil
}

// Close lets connections go that nobody uses.
func (c *Client) Close() { c.http.CloseIdleConnections() }
