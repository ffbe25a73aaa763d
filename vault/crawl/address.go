package crawl

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"

	"github.com/weal-network/weal/wire/outside"
)

// ErrPrivate is returned for a connection to an address that is not public.
var ErrPrivate = errors.New("its address is of a private network or of this machine, which is only crawled if it is allowed")

// PublicOnly is a net.Dialer's Control that refuses addresses that are not public: it
// sees the one that is dialled, so that a name that resolves to another one the next
// time tricks nobody.
func PublicOnly(_, address string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%s: %w", address, err)
	}
	if !outside.Public(a.Addr()) {
		return ErrPrivate
	}
	return nil
}
