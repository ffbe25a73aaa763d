package apptest

import (
	"encoding/json"
	"strconv"
	"time"

	"cosmossdk.io/math"
	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/types"
)

// Option changes a network before its first block.
type Option func(*settings)

type settings struct {
	accounts  int
	balance   sdk.Coins
	extra     map[string]sdk.Coins
	genesis   []func(codec.JSONCodec, map[string]json.RawMessage)
	blockTime time.Duration
	crash     func(height int64) bool
	shadows   bool
}

func defaults() settings {
	return settings{
		accounts:  8,
		balance:   WEAL(1_000_000),
		extra:     map[string]sdk.Coins{},
		blockTime: time.Second,
		crash:     func(h int64) bool { return h%3 == 0 },
		shadows:   true,
	}
}

// WEAL returns n coins.
func WEAL(n int64) sdk.Coins {
	return sdk.NewCoins(sdk.NewCoin(types.BaseDenom, math.NewIntWithDecimal(n, types.Decimals)))
}

// Accounts sets how many funded accounts there are; 8 if not given.
func Accounts(n int) Option { return func(s *settings) { s.accounts = n } }

// Balance sets what each funded account has; a million WEAL if not given.
func Balance(c sdk.Coins) Option { return func(s *settings) { s.balance = c } }

// Fund gives a further account coins.
func Fund(addr sdk.AccAddress, c sdk.Coins) Option {
	return func(s *settings) { s.extra[string(addr)] = c }
}

// Genesis changes the genesis state, module by module.
func Genesis(f func(codec.JSONCodec, map[string]json.RawMessage)) Option {
	return func(s *settings) { s.genesis = append(s.genesis, f) }
}

// BlockTime sets how far the clock moves with each block; a second if not given.
func BlockTime(d time.Duration) Option { return func(s *settings) { s.blockTime = d } }

// CrashAt says at which heights the crashing shadow is dropped before it
// commits; every third if not given.
func CrashAt(f func(height int64) bool) Option { return func(s *settings) { s.crash = f } }

// WithoutShadows runs the main application alone and checks no invariants, for
// measurements.
func WithoutShadows() Option { return func(s *settings) { s.shadows = false } }

func (s settings) balances() map[string]sdk.Coins {
	all := map[string]sdk.Coins{}
	for addr, c := range s.extra {
		all[addr] = c
	}
	for i := range s.accounts {
		all[string(account(i).Cosmos())] = s.balance
	}
	return all
}

// account returns the i-th funded account.
func account(i int) Account { return NewAccount("account/" + strconv.Itoa(i)) }
