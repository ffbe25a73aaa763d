package apptest

import (
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"
	"github.com/cosmos/cosmos-sdk/baseapp"
	sdkserver "github.com/cosmos/cosmos-sdk/server"

	"github.com/weal-network/weal/app"
	"github.com/weal-network/weal/types"
)

// replica is one application with its own database.
type replica struct {
	name       string
	db         dbm.DB
	app        *app.App
	sequential bool
}

// newReplica starts an application on an empty database.
func newReplica(name string, sequential bool, genesis *abci.RequestInitChain) (*replica, error) {
	r := &replica{name: name, db: dbm.NewMemDB(), sequential: sequential}
	r.open()
	if _, err := r.app.InitChain(genesis); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	return r, nil
}

// open builds the application over the database as it is. What an application
// before it had not committed is lost, as in a crash.
func (r *replica) open() {
	r.app = app.New(log.NewNopLogger(), r.db, true, app.Options{
		app.OptSequential:           r.sequential,
		sdkserver.FlagMempoolMaxTxs: -1,
	}, baseapp.SetChainID(types.LocalChainID))
}

// finalize runs a block without committing it.
func (r *replica) finalize(b *abci.RequestFinalizeBlock) (*abci.ResponseFinalizeBlock, error) {
	res, err := r.app.FinalizeBlock(b)
	if err != nil {
		return nil, fmt.Errorf("%s: finalize block %d: %w", r.name, b.Height, err)
	}
	return res, nil
}

// commit makes the finalized block permanent.
func (r *replica) commit() error {
	if _, err := r.app.Commit(); err != nil {
		return fmt.Errorf("%s: commit: %w", r.name, err)
	}
	return nil
}

// proposed shows the block to the application first, as consensus does: it may
// then run it ahead of FinalizeBlock.
func (r *replica) proposed(b *abci.RequestFinalizeBlock) error {
	res, err := r.app.ProcessProposal(&abci.RequestProcessProposal{
		Txs: b.Txs, ProposedLastCommit: b.DecidedLastCommit, Misbehavior: b.Misbehavior, Hash: b.Hash,
		Height: b.Height, Time: b.Time, NextValidatorsHash: b.NextValidatorsHash, ProposerAddress: b.ProposerAddress,
	})
	if err != nil {
		return fmt.Errorf("%s: propose block %d: %w", r.name, b.Height, err)
	}
	if !res.IsAccepted() {
		return fmt.Errorf("%s: propose block %d: refused", r.name, b.Height)
	}
	return nil
}

// votes is the last commit with the one validator's signature.
func votes(validator []byte, power int64) abci.CommitInfo {
	return abci.CommitInfo{Votes: []abci.VoteInfo{{
		Validator:   abci.Validator{Address: validator, Power: power},
		BlockIdFlag: cmtproto.BlockIDFlagCommit,
	}}}
}
