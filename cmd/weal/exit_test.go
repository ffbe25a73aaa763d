package main

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/wire"
)

func TestExitCodes(t *testing.T) {
	said := func(status int, typ, code string) error { return wire.NewError(status, typ, code, "said") }
	for _, c := range []struct {
		err  error
		code int
	}{
		{nil, 0},
		{errors.New("anything"), 1},
		{fmt.Errorf("x: %w", home.ErrBusy), 1},
		{fmt.Errorf("x: %w", home.ErrLayout), 1},
		{usageError{errors.New("x")}, 2},
		{fmt.Errorf("x: %w", purse.ErrNothing), 3},
		{fmt.Errorf("x: %w: %w", purse.ErrDown, said(http.StatusServiceUnavailable, wire.TypeServer, "empty_vault")), 3},
		{fmt.Errorf("x: %w", purse.ErrLimit), 4},
		{fmt.Errorf("x: %w", purse.ErrFunds), 4},
		{fmt.Errorf("x: %w", purse.ErrNoLane), 4},
		{fmt.Errorf("x: %w: %w", purse.ErrRefused, said(http.StatusPaymentRequired, wire.TypePaymentRequired, "over_cap")), 4},
		{fmt.Errorf("x: %w: %w", purse.ErrRefused, said(http.StatusBadRequest, wire.TypeInvalidRequest, "bad_json")), 2},
		{fmt.Errorf("x: %w: %w", purse.ErrRefused, said(http.StatusTooManyRequests, wire.TypeRateLimit, "extraction_budget")), 4},
		{fmt.Errorf("x: %w", home.ErrNoHome), 5},
		{fmt.Errorf("x: %w", home.ErrNotRunning), 5},
		{fmt.Errorf("x: %w", purse.ErrDown), 5},
		{fmt.Errorf("x: %w", &local.DownError{What: "the node", Err: errors.New("refused")}), 5},
		{fmt.Errorf("x: %w", purse.ErrCut), 5},
		{fmt.Errorf("x: %w: %w", purse.ErrCut, said(0, wire.TypeUpstream, "upstream_down")), 5},
		{fmt.Errorf("x: %w: %w", purse.ErrCut, said(0, wire.TypePaymentRequired, "unpaid")), 1},
		{said(http.StatusGatewayTimeout, wire.TypeUpstream, "upstream_slow"), 5},
	} {
		require.Equal(t, c.code, exitCode(c.err), "%v", c.err)
	}
}
