package main

import (
	"errors"
	"net/http"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/wire"
)

// The exit codes; scripts rest on them, see the root command's help.
const (
	exitFine    = 0
	exitFailed  = 1
	exitUsage   = 2
	exitNoMatch = 3
	exitMoney   = 4
	exitDown    = 5
)

// exitCode tells how the process ends for err.
func exitCode(err error) int {
	var usage usageError
	var answer *wire.Error
	var down *local.DownError
	said := errors.As(err, &answer)
	switch {
	case err == nil:
		return exitFine
	case errors.As(err, &usage):
		return exitUsage
	case errors.Is(err, purse.ErrNothing), said && (answer.Code == "no_match" || answer.Code == "empty_vault"):
		return exitNoMatch
	case errors.Is(err, purse.ErrLimit), errors.Is(err, purse.ErrFunds), errors.Is(err, purse.ErrNoLane), errors.Is(err, ledger.ErrCoins):
		return exitMoney
	case errors.Is(err, home.ErrNotRunning), errors.Is(err, home.ErrNoHome), errors.Is(err, purse.ErrDown), errors.As(err, &down):
		return exitDown
	case said:
		return statusCode(answer)
	case errors.Is(err, purse.ErrCut):
		return exitDown
	}
	return exitFailed
}

// statusCode maps what a role answered. What comes in the middle of a stream has
// no status.
func statusCode(e *wire.Error) int {
	switch {
	case e.Status == http.StatusBadRequest:
		return exitUsage
	case e.Status == http.StatusPaymentRequired || e.Status == http.StatusTooManyRequests || e.Code == "limit":
		return exitMoney
	case e.Status == http.StatusBadGateway || e.Status == http.StatusServiceUnavailable || e.Status == http.StatusGatewayTimeout || e.Type == wire.TypeUpstream:
		return exitDown
	}
	return exitFailed
}
