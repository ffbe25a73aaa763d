// Package guard stands before a server that a web page in somebody's browser must not
// reach.
//
// What always holds:
//   - A server that listens on this machine alone answers requests for this machine
//     alone: a name that was bound anew to 127.0.0.1 (DNS rebinding) is refused.
//   - A request that a page sends says where the page is from. It is let through if
//     that is the server itself, an origin that the owner has named, or, where only this
//     machine is served, this machine.
//   - A body is no longer than a bound.
package guard

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/weal-network/weal/wire"
)

// Guard says who may ask.
type Guard struct {
	// Local says that only this machine is served.
	Local bool
	// Origins are those whose pages may ask, such as https://example.org.
	Origins []string
}

// Handler stands before h.
func (g Guard) Handler(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch origin := r.Header.Get("Origin"); {
		case g.Local && !IsLocal(r.Host):
			refuse(w, "wrong_host", "this server is for this machine; ask it as 127.0.0.1 or localhost, not as %.100q", r.Host)
		case origin != "" && !g.allowed(origin, r.Host):
			refuse(w, "wrong_origin", "pages from %.100q may not ask here; its owner can allow it", origin)
		default:
			r.Body = http.MaxBytesReader(w, r.Body, wire.MaxBody)
			h.ServeHTTP(w, r)
		}
	})
}

func refuse(w http.ResponseWriter, code, format string, args ...any) {
	wire.WriteError(w, wire.NewError(http.StatusForbidden, wire.TypePermission, code, format, args...))
}

func (g Guard) allowed(origin, host string) bool {
	if slices.Contains(g.Origins, origin) {
		return true
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false // "null", or no origin at all
	}
	return strings.EqualFold(u.Host, host) || g.Local && IsLocal(u.Host)
}

// IsLocal reports whether a host, with or without a port, is this machine by its
// loopback address or name.
func IsLocal(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	if strings.EqualFold(name, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(name)
	return err == nil && a.IsLoopback()
}
