package keys

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"sync"
)

// seen remembers the keys that were read since the last write. Only this process writes
// the meter's tables, and all of it through within.
type seen struct {
	mu    sync.Mutex
	rows  map[[sha256.Size]byte]row
	wrote uint64 // how often was written
}

// read returns the key of a hash.
func (m *Meter) read(ctx context.Context, hash [sha256.Size]byte) (row, error) {
	s := &m.seen
	s.mu.Lock()
	r, ok := s.rows[hash]
	wrote := s.wrote
	s.mu.Unlock()
	if ok {
		return r, nil
	}
	r, err := find(ctx, m.cfg.DB, `hash = ?`, hash[:])
	if err != nil {
		return r, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wrote == wrote { // else what was read may be of before
		if s.rows == nil {
			s.rows = map[[sha256.Size]byte]row{}
		}
		s.rows[hash] = r
	}
	return r, nil
}

// forget drops what was read.
func (s *seen) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wrote++
	clear(s.rows)
}

// within runs f in a transaction, which is committed if f returns nil.
func (m *Meter) within(ctx context.Context, f func(*sql.Tx) error) error {
	defer m.seen.forget()
	tx, err := m.cfg.DB.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}
