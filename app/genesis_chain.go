package app

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	cmttypes "github.com/cometbft/cometbft/types"

	"cosmossdk.io/math"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/version"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/weal-network/weal/types"
)

// Validator is a validator of a chain's first block.
type Validator struct {
	// Key signs blocks.
	Key cryptotypes.PubKey
	// Operator owns the stake.
	Operator sdk.AccAddress
	Name     string
	// Stake is in aweal; one WEAL is one vote in consensus.
	Stake math.Int
}

// Chain describes the first state of a chain with validators and balances.
type Chain struct {
	ID         string
	Time       time.Time
	Validators []Validator
	// Balances maps address bytes (as a string) to what the account has.
	Balances map[string]sdk.Coins
}

// ConsensusParams are the rules of blocks: BlockGas of gas, and for the rest
// CometBFT's defaults.
func ConsensusParams() *cmttypes.ConsensusParams {
	p := cmttypes.DefaultConsensusParams()
	p.Block.MaxGas = BlockGas
	return p
}

// Genesis returns the genesis file of c. The validators' stakes are added to the
// supply; their first bonding happens in the genesis state, so that no signed
// genesis transaction is needed.
func (a *App) Genesis(c Chain) (*genutiltypes.AppGenesis, error) {
	state := a.DefaultGenesis()
	balances := maps.Clone(c.Balances)
	if balances == nil {
		balances = map[string]sdk.Coins{}
	}
	if err := a.addValidators(state, balances, c.Validators); err != nil {
		return nil, err
	}
	if err := a.addBalances(state, balances); err != nil {
		return nil, err
	}
	bz, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write genesis: %w", err)
	}
	g := &genutiltypes.AppGenesis{
		AppName:       Name,
		AppVersion:    version.Version,
		GenesisTime:   c.Time.UTC(),
		ChainID:       c.ID,
		InitialHeight: 1,
		AppState:      bz,
		Consensus:     &genutiltypes.ConsensusGenesis{Params: ConsensusParams()},
	}
	return g, g.ValidateAndComplete()
}

// addValidators writes validators that are not bonded yet, each with its own
// delegation; the module bonds them and calls the hooks when it reads them.
func (a *App) addValidators(state map[string]json.RawMessage, balances map[string]sdk.Coins, vals []Validator) error {
	var s stakingtypes.GenesisState
	if err := a.cdc.UnmarshalJSON(state[stakingtypes.ModuleName], &s); err != nil {
		return fmt.Errorf("read staking genesis: %w", err)
	}
	total := math.ZeroInt()
	for _, v := range vals {
		key, err := codectypes.NewAnyWithValue(v.Key)
		if err != nil {
			return fmt.Errorf("write validator %s: %w", v.Name, err)
		}
		op := sdk.ValAddress(v.Operator).String()
		shares := math.LegacyNewDecFromInt(v.Stake)
		s.Validators = append(s.Validators, stakingtypes.Validator{
			OperatorAddress:   op,
			ConsensusPubkey:   key,
			Status:            stakingtypes.Unbonded,
			Tokens:            v.Stake,
			DelegatorShares:   shares,
			Description:       stakingtypes.Description{Moniker: v.Name},
			UnbondingTime:     time.Unix(0, 0).UTC(),
			Commission:        stakingtypes.NewCommission(math.LegacyNewDecWithPrec(5, 2), math.LegacyOneDec(), math.LegacyOneDec()),
			MinSelfDelegation: math.OneInt(),
		})
		s.Delegations = append(s.Delegations, stakingtypes.NewDelegation(v.Operator.String(), op, shares))
		if _, ok := balances[string(v.Operator)]; !ok {
			balances[string(v.Operator)] = sdk.NewCoins()
		}
		total = total.Add(v.Stake)
	}
	pool := authtypes.NewModuleAddress(stakingtypes.NotBondedPoolName)
	balances[string(pool)] = sdk.NewCoins(sdk.NewCoin(types.BaseDenom, total))
	state[stakingtypes.ModuleName] = a.cdc.MustMarshalJSON(&s)
	return nil
}

// addBalances writes an account for every address and what it has. Module
// accounts are left to their modules, which know their permissions.
func (a *App) addBalances(state map[string]json.RawMessage, balances map[string]sdk.Coins) error {
	var bank banktypes.GenesisState
	if err := a.cdc.UnmarshalJSON(state[banktypes.ModuleName], &bank); err != nil {
		return fmt.Errorf("read bank genesis: %w", err)
	}
	pool := string(authtypes.NewModuleAddress(stakingtypes.NotBondedPoolName))
	var accounts []authtypes.GenesisAccount
	for _, addr := range slices.Sorted(maps.Keys(balances)) {
		acc := sdk.AccAddress(addr)
		if addr != pool {
			accounts = append(accounts, authtypes.NewBaseAccountWithAddress(acc))
		}
		if has := balances[addr]; !has.IsZero() {
			bank.Balances = append(bank.Balances, banktypes.Balance{Address: acc.String(), Coins: has.Sort()})
			bank.Supply = bank.Supply.Add(has...)
		}
	}
	state[banktypes.ModuleName] = a.cdc.MustMarshalJSON(&bank)
	state[authtypes.ModuleName] = a.cdc.MustMarshalJSON(
		authtypes.NewGenesisState(authtypes.DefaultParams(), accounts))
	return nil
}
