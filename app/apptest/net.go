package apptest

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"

	"cosmossdk.io/math"
	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/app"
	"github.com/weal-network/weal/types"
)

// epoch is the time of genesis.
var epoch = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

// power is the validator's weight, in WEAL staked.
const power = 100

// Net is a network of one application and its shadows.
type Net struct {
	// Accounts are funded in genesis.
	Accounts []Account

	t    testing.TB
	set  settings
	main *replica

	mu        sync.Mutex
	shadows   []*shadow
	imported  []*replica
	validator []byte
	height    int64
	now       time.Time
	sequences map[string]uint64
	results   map[string]found
	// spoiled says that a test of this harness has run the main application by
	// hand: it is compared with nothing any more.
	spoiled bool
}

// New starts a network at height 1: the genesis block is behind it.
func New(t testing.TB, opts ...Option) *Net {
	t.Helper()
	set := defaults()
	for _, o := range opts {
		o(&set)
	}
	key := ed25519.GenPrivKeyFromSecret([]byte("weal/apptest/validator"))
	n := &Net{
		t: t, set: set, validator: key.PubKey().Address(), now: epoch,
		sequences: map[string]uint64{}, results: map[string]found{},
	}
	for i := range set.accounts {
		n.Accounts = append(n.Accounts, account(i))
	}
	genesis, err := n.genesis(key)
	require.NoError(t, err)
	n.main, err = newReplica("main", false, genesis)
	require.NoError(t, err)
	t.Cleanup(n.close)
	if set.shadows {
		n.shadows, err = newShadows(set, genesis)
		require.NoError(t, err)
		t.Cleanup(n.forkAtTheEnd) // before close
	}
	n.Deliver()
	return n
}

// genesis is what every replica starts from.
func (n *Net) genesis(key *ed25519.PrivKey) (*abci.RequestInitChain, error) {
	tpl := app.Template()
	g, err := tpl.Genesis(app.Chain{
		ID: types.LocalChainID, Time: epoch, Balances: n.set.balances(),
		Validators: []app.Validator{{
			Key: key.PubKey(), Operator: NewAccount("validator").Cosmos(), Name: "validator",
			Stake: math.NewIntWithDecimal(power, types.Decimals),
		}},
	})
	if err != nil {
		return nil, err
	}
	var state map[string]json.RawMessage
	if err := json.Unmarshal(g.AppState, &state); err != nil {
		return nil, fmt.Errorf("read genesis: %w", err)
	}
	for _, f := range n.set.genesis {
		f(tpl.Codec(), state)
	}
	bz, err := json.Marshal(state)
	if err != nil {
		return nil, fmt.Errorf("write genesis: %w", err)
	}
	params := app.ConsensusParams().ToProto()
	return &abci.RequestInitChain{
		Time: epoch, ChainId: types.LocalChainID, InitialHeight: 1, ConsensusParams: &params, AppStateBytes: bz,
	}, nil
}

func (n *Net) close() {
	replicas := append([]*replica{n.main}, n.imported...)
	for _, s := range n.shadows {
		replicas = append(replicas, s.replica)
	}
	for _, r := range replicas {
		if err := r.app.Close(); err != nil {
			n.t.Errorf("close %s: %v", r.name, err)
		}
	}
}

// Deliver makes one block of txs and returns what each came to. The test fails
// if a shadow disagrees about the block, or an invariant does not hold after it.
func (n *Net) Deliver(txs ...[]byte) []*abci.ExecTxResult {
	n.t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	res, err := n.deliver(txs)
	require.NoError(n.t, err)
	return res
}

// Advance makes count empty blocks, each dt after the one before.
func (n *Net) Advance(count int, dt time.Duration) {
	n.t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	for range count {
		n.now = n.now.Add(dt - n.set.blockTime)
		_, err := n.deliver(nil)
		require.NoError(n.t, err)
	}
}

// deliver makes a block on every replica. The caller holds the lock.
func (n *Net) deliver(txs [][]byte) ([]*abci.ExecTxResult, error) {
	n.now = n.now.Add(n.set.blockTime)
	b := n.block(txs)
	if err := n.main.proposed(b); err != nil {
		return nil, err
	}
	res, err := n.main.finalize(b)
	if err != nil {
		return nil, err
	}
	for _, s := range n.shadows {
		if err := s.follow(b, res); err != nil {
			return nil, err
		}
	}
	if err := n.main.commit(); err != nil {
		return nil, err
	}
	for _, r := range n.imported {
		if _, err := r.finalize(b); err != nil {
			return nil, err
		}
		if err := r.commit(); err != nil {
			return nil, err
		}
	}
	n.height = b.Height
	if err := n.checkInvariants(); err != nil {
		return nil, err
	}
	clear(n.sequences)
	n.remember(txs, res.TxResults)
	return res.TxResults, nil
}

// checkInvariants looks whether the committed state is one that can be.
func (n *Net) checkInvariants() error {
	if !n.set.shadows {
		return nil
	}
	ctx, err := n.main.app.CreateQueryContext(0, false)
	if err != nil {
		return fmt.Errorf("read block %d: %w", n.height, err)
	}
	if err := n.main.app.CheckInvariants(ctx); err != nil {
		return fmt.Errorf("block %d: %w", n.height, err)
	}
	return nil
}

// block describes the next block as consensus would.
func (n *Net) block(txs [][]byte) *abci.RequestFinalizeBlock {
	h := n.height + 1
	hash := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("weal/apptest/block"), uint64(h)))
	b := &abci.RequestFinalizeBlock{
		Txs: txs, Height: h, Time: n.now, Hash: hash[:],
		ProposerAddress: n.validator, NextValidatorsHash: bytes.Repeat([]byte{1}, 32),
	}
	if h > 1 {
		b.DecidedLastCommit = votes(n.validator, power)
	}
	return b
}

// App returns the main application.
func (n *Net) App() *app.App { return n.main.app }

// Context returns a context of the last committed state. What is written to it
// is lost.
func (n *Net) Context() sdk.Context {
	n.t.Helper()
	ctx, err := n.main.app.CreateQueryContext(0, false)
	require.NoError(n.t, err)
	return ctx
}

// Height returns the last block's height.
func (n *Net) Height() int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.height
}

// Now returns the last block's time.
func (n *Net) Now() time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.now
}
