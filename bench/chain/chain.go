package chain

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	stdmath "math"
	"os"
	"strconv"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	feemarkettypes "github.com/cosmos/evm/x/feemarket/types"

	"cosmossdk.io/log/v2"
	"cosmossdk.io/math"
	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	sdkserver "github.com/cosmos/cosmos-sdk/server"
	pruningtypes "github.com/cosmos/cosmos-sdk/store/v2/pruning/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/app"
	"github.com/weal-network/weal/types"
)

const (
	// power is the validator's weight, in WEAL staked.
	power = 100
	// funds is what each account has at first, in WEAL.
	funds = 1_000_000
)

// epoch is the time of genesis.
var epoch = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

// Config describes a chain.
type Config struct {
	// Accounts is how many funded accounts there are.
	Accounts int
	// Denoms are denominations beside the coin, of which each account has 10^24.
	Denoms []string
}

// Chain is one application and its database.
type Chain struct {
	Accounts []*Account

	app       *app.App
	dir       string
	validator []byte
	height    int64
	now       time.Time
}

// New starts a chain in a directory of its own; its first block is behind it.
func New(cfg Config) (_ *Chain, err error) {
	c := &Chain{now: epoch}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("start a chain to measure: %w", err), c.Close())
		}
	}()
	for i := range cfg.Accounts {
		a, err := newAccount("account/" + strconv.Itoa(i))
		if err != nil {
			return nil, err
		}
		c.Accounts = append(c.Accounts, a)
	}
	key := ed25519.GenPrivKeyFromSecret([]byte("weal/bench/validator"))
	c.validator = key.PubKey().Address()
	genesis, err := c.genesis(key, cfg.Denoms)
	if err != nil {
		return nil, err
	}
	return c, c.start(genesis)
}

// Fork ends the chain and starts another at the next height, from its exported
// state as edit leaves it, module by module.
func (c *Chain) Fork(edit func(codec.JSONCodec, map[string]json.RawMessage) error) (_ *Chain, err error) {
	next := &Chain{Accounts: c.Accounts, validator: c.validator, now: c.now}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("fork a chain to measure: %w", err), next.Close())
		}
	}()
	out, err := c.app.Export()
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	cdc := c.app.Codec()
	if err := c.Close(); err != nil {
		return nil, err
	}
	var state map[string]json.RawMessage
	if err := json.Unmarshal(out.AppState, &state); err != nil {
		return nil, err
	}
	out.AppState = nil // a state can be large
	if err := edit(cdc, state); err != nil {
		return nil, err
	}
	bz, err := json.Marshal(state)
	if err != nil {
		return nil, err
	}
	state = nil
	next.height = out.Height - 1
	return next, next.start(&abci.RequestInitChain{
		Time: c.now, ChainId: types.LocalChainID, InitialHeight: out.Height,
		ConsensusParams: &out.ConsensusParams, AppStateBytes: bz,
	})
}

// start makes an application with a genesis state and its first block.
func (c *Chain) start(genesis *abci.RequestInitChain) error {
	if err := c.open(); err != nil {
		return err
	}
	if _, err := c.app.InitChain(genesis); err != nil {
		return err
	}
	if _, err := c.Deliver(); err != nil {
		return err
	}
	return c.readNumbers()
}

// open makes the application over an empty database on disk.
func (c *Chain) open() error {
	dir, err := os.MkdirTemp("", "weal-bench-")
	if err != nil {
		return err
	}
	c.dir = dir
	db, err := dbm.NewDB("application", dbm.GoLevelDBBackend, dir)
	if err != nil {
		return err
	}
	c.app = app.New(log.NewNopLogger(), db, true, app.Options{
		app.OptSequential:           true,
		sdkserver.FlagMempoolMaxTxs: -1,
	}, baseapp.SetChainID(types.LocalChainID),
		baseapp.SetPruning(pruningtypes.NewPruningOptions(pruningtypes.PruningEverything)),
		baseapp.SetIAVLSyncPruning(true)) // so that no block pays for those before
	return nil
}

// genesis is a new chain's, with one validator and the funded accounts.
func (c *Chain) genesis(key *ed25519.PrivKey, denoms []string) (*abci.RequestInitChain, error) {
	operator, err := newAccount("operator")
	if err != nil {
		return nil, err
	}
	coins := sdk.NewCoins(sdk.NewCoin(types.BaseDenom, math.NewIntWithDecimal(funds, types.Decimals)))
	for _, d := range denoms {
		coins = coins.Add(sdk.NewCoin(d, math.NewIntWithDecimal(1, 24)))
	}
	balances := map[string]sdk.Coins{}
	for _, a := range c.Accounts {
		balances[string(a.Cosmos())] = coins
	}
	template := app.Template()
	g, err := template.Genesis(app.Chain{
		ID: types.LocalChainID, Time: epoch, Balances: balances,
		Validators: []app.Validator{{
			Key: key.PubKey(), Operator: operator.Cosmos(), Name: "validator",
			Stake: math.NewIntWithDecimal(power, types.Decimals),
		}},
	})
	if err != nil {
		return nil, err
	}
	state, err := steadyFees(template, g.AppState)
	if err != nil {
		return nil, fmt.Errorf("write genesis: %w", err)
	}
	params := app.ConsensusParams().ToProto()
	return &abci.RequestInitChain{
		Time: epoch, ChainId: types.LocalChainID, InitialHeight: 1, ConsensusParams: &params, AppStateBytes: state,
	}, nil
}

// steadyFees has the price of gas all but stand still in a genesis state: full
// blocks make it rise.
func steadyFees(a *app.App, bz []byte) ([]byte, error) {
	var state map[string]json.RawMessage
	if err := json.Unmarshal(bz, &state); err != nil {
		return nil, err
	}
	var fees feemarkettypes.GenesisState
	if err := a.Codec().UnmarshalJSON(state[feemarkettypes.ModuleName], &fees); err != nil {
		return nil, err
	}
	fees.Params.BaseFeeChangeDenominator = stdmath.MaxUint32
	var err error
	if state[feemarkettypes.ModuleName], err = a.Codec().MarshalJSON(&fees); err != nil {
		return nil, err
	}
	return json.Marshal(state)
}

// readNumbers looks up what signing needs of each account.
func (c *Chain) readNumbers() error {
	ctx := c.Context()
	for _, a := range c.Accounts {
		acc := c.app.AccountKeeper.GetAccount(ctx, a.Cosmos())
		if acc == nil {
			return fmt.Errorf("account %s is not in the genesis", a)
		}
		a.number, a.nonce = acc.GetAccountNumber(), acc.GetSequence()
	}
	return nil
}

// Deliver makes one block of txs and returns what each came to.
func (c *Chain) Deliver(txs ...[]byte) ([]*abci.ExecTxResult, error) {
	results, _, err := c.Timed(txs...)
	return results, err
}

// Timed is Deliver, and says how long the block took until its state was known:
// checking and running its transactions, and hashing what they changed.
func (c *Chain) Timed(txs ...[]byte) ([]*abci.ExecTxResult, time.Duration, error) {
	c.now = c.now.Add(time.Second)
	b := c.block(txs)
	began := time.Now()
	res, err := c.app.FinalizeBlock(b)
	took := time.Since(began)
	if err != nil {
		return nil, 0, fmt.Errorf("block %d: %w", b.Height, err)
	}
	if _, err := c.app.Commit(); err != nil {
		return nil, 0, fmt.Errorf("block %d: commit: %w", b.Height, err)
	}
	c.height = b.Height
	return res.TxResults, took, nil
}

// block describes the next block as consensus would.
func (c *Chain) block(txs [][]byte) *abci.RequestFinalizeBlock {
	h := c.height + 1
	hash := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("weal/bench/block"), uint64(h)))
	b := &abci.RequestFinalizeBlock{
		Txs: txs, Height: h, Time: c.now, Hash: hash[:],
		ProposerAddress: c.validator, NextValidatorsHash: bytes.Repeat([]byte{1}, 32),
	}
	if h > 1 {
		b.DecidedLastCommit = abci.CommitInfo{Votes: []abci.VoteInfo{{
			Validator:   abci.Validator{Address: c.validator, Power: power},
			BlockIdFlag: cmtproto.BlockIDFlagCommit,
		}}}
	}
	return b
}

// Context returns a context of the last block's state. What is written to it is
// lost with the next block, at the latest.
func (c *Chain) Context() sdk.Context {
	ctx := c.app.NewContextLegacy(true, cmtproto.Header{
		ChainID: types.LocalChainID, Height: c.height, Time: c.now, ProposerAddress: c.validator,
	})
	return ctx.WithConsensusParams(c.app.GetConsensusParams(ctx))
}

// Close stops the application and removes its files. Further calls do nothing.
func (c *Chain) Close() error {
	var err error
	if c.app != nil {
		err = c.app.Close()
	}
	return errors.Join(err, os.RemoveAll(c.dir))
}
