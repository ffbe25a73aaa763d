package node

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/weal-network/weal/app"
	"github.com/weal-network/weal/types"
)

const (
	// localStake is what the local chain's one validator has staked, in WEAL.
	localStake = 1_000
	// localEvidence is how many blocks a chain with one validator keeps for
	// evidence against it. The default keeps more than a day, and with that every
	// block of it: nothing younger than evidence is ever pruned.
	localEvidence = 1_000
)

// Initialized tells whether home holds a chain.
func Initialized(home string) bool {
	_, err := os.Stat(Config{Home: home}.file("config", "genesis.json"))
	return err == nil
}

// Init makes a chain with one validator, this node, whose stake belongs to
// nobody else's account. It writes the genesis file last, so that a home without
// one can be initialized again.
func Init(cfg Config) error {
	cfg = cfg.withDefaults()
	if Initialized(cfg.Home) {
		return fmt.Errorf("init chain in %s: %w; choose another home", cfg.Home, ErrChainExists)
	}
	validator, _, err := makeKeys(cfg)
	if err != nil {
		return fmt.Errorf("init chain: %w", err)
	}
	comet, appSettings := localSettings(cfg)
	if err := writeSettings(cfg, comet, appSettings); err != nil {
		return fmt.Errorf("init chain: %w", err)
	}
	funded, err := balances(cfg.Accounts)
	if err != nil {
		return fmt.Errorf("init chain: %w", err)
	}
	genesis, err := app.Template().Genesis(app.Chain{
		ID: cfg.ChainID, Time: time.Now(), Balances: funded, Validators: []app.Validator{validator},
	})
	if err != nil {
		return fmt.Errorf("init chain: %w", err)
	}
	genesis.Consensus.Params.Evidence.MaxAgeNumBlocks = localEvidence
	if err := writeGenesis(comet.GenesisFile(), genesis); err != nil {
		return fmt.Errorf("init chain: %w", err)
	}
	return nil
}

// writeGenesis writes the file whole or not at all: it is what tells that a home
// is initialized.
func writeGenesis(path string, g *genutiltypes.AppGenesis) error {
	part := path + ".part"
	if err := g.SaveAs(part); err != nil {
		return fmt.Errorf("write genesis: %w", err)
	}
	f, err := os.OpenFile(part, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("write genesis: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close(), os.Rename(part, path)); err != nil {
		return fmt.Errorf("write genesis: %w", err)
	}
	return nil
}

// balances reads the accounts to fund; one named twice gets both.
func balances(accounts []Account) (map[string]sdk.Coins, error) {
	all := map[string]sdk.Coins{}
	for _, a := range accounts {
		addr, err := address(a.Address)
		if err != nil {
			return nil, err
		}
		coin := sdk.NewCoin(types.BaseDenom, math.NewIntFromBigInt(a.Balance.Big()))
		all[string(addr)] = all[string(addr)].Add(coin)
	}
	return all, nil
}

// address reads either form of an address.
func address(s string) (sdk.AccAddress, error) {
	if common.IsHexAddress(s) {
		return sdk.AccAddress(common.HexToAddress(s).Bytes()), nil
	}
	addr, err := sdk.AccAddressFromBech32(s)
	if err != nil {
		return nil, fmt.Errorf("account %q: want 0x… or %s1…: %w", s, types.Bech32Prefix, err)
	}
	return addr, nil
}
