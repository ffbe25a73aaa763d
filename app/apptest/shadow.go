package apptest

import (
	"bytes"
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
)

// shadow is a replica that must agree with the main one on every block.
type shadow struct {
	*replica
	// crash says at which heights it is dropped before it commits; nil is never.
	crash func(height int64) bool
}

func newShadows(set settings, genesis *abci.RequestInitChain) ([]*shadow, error) {
	sequential, err := newReplica("sequential shadow", true, genesis)
	if err != nil {
		return nil, err
	}
	crashing, err := newReplica("crashing shadow", false, genesis)
	if err != nil {
		return nil, err
	}
	return []*shadow{{replica: sequential}, {replica: crashing, crash: set.crash}}, nil
}

// follow runs a block that the main replica has come to want for.
func (s *shadow) follow(b *abci.RequestFinalizeBlock, want *abci.ResponseFinalizeBlock) error {
	got, err := s.finalize(b)
	if err != nil {
		return err
	}
	if err := s.agree(b.Height, got, want); err != nil {
		return err
	}
	// Before its first commit an application has nothing to open again; CometBFT
	// would then start it from genesis.
	if s.crash != nil && b.Height > 1 && s.crash(b.Height) {
		s.open()
		if h := s.app.LastBlockHeight(); h != b.Height-1 {
			return fmt.Errorf("%s: opened at height %d after a crash in block %d", s.name, h, b.Height)
		}
		if got, err = s.finalize(b); err != nil {
			return fmt.Errorf("after a crash: %w", err)
		}
		if err := s.agree(b.Height, got, want); err != nil {
			return fmt.Errorf("after a crash: %w", err)
		}
	}
	return s.commit()
}

// agree compares two runs of a block: state, and what each transaction came to.
func (s *shadow) agree(height int64, got, want *abci.ResponseFinalizeBlock) error {
	if len(got.TxResults) != len(want.TxResults) {
		return fmt.Errorf("%s: block %d: %d results, main has %d", s.name, height, len(got.TxResults), len(want.TxResults))
	}
	for i, w := range want.TxResults {
		g := got.TxResults[i]
		if g.Code != w.Code || g.GasUsed != w.GasUsed || !bytes.Equal(g.Data, w.Data) {
			return fmt.Errorf("%s: block %d: transaction %d: code %d, gas %d, %q; main has code %d, gas %d, %q",
				s.name, height, i, g.Code, g.GasUsed, g.Log, w.Code, w.GasUsed, w.Log)
		}
	}
	if !bytes.Equal(got.AppHash, want.AppHash) {
		return fmt.Errorf("%s: block %d: app hash %X, main has %X", s.name, height, got.AppHash, want.AppHash)
	}
	return nil
}
