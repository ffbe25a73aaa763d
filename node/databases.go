package node

import (
	"errors"
	"fmt"
	"path/filepath"
	"syscall"

	cmtdb "github.com/cometbft/cometbft-db"
	cmtcfg "github.com/cometbft/cometbft/config"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/storage"
)

// databases remembers what CometBFT opens, since it does not close all of it:
// a forgotten database keeps its lock until the process ends.
type databases struct {
	open []cmtdb.DB
}

// provide implements cmtcfg.DBProvider.
func (d *databases) provide(ctx *cmtcfg.DBContext) (cmtdb.DB, error) {
	db, err := cmtcfg.DefaultDBProvider(ctx)
	if err != nil {
		return nil, locked(ctx.ID, err)
	}
	d.open = append(d.open, db)
	return db, nil
}

// close closes what is still open.
func (d *databases) close() error {
	var errs []error
	for _, db := range d.open {
		if err := db.Close(); err != nil && !errors.Is(err, leveldb.ErrClosed) {
			errs = append(errs, err)
		}
	}
	d.open = nil
	return errors.Join(errs...)
}

// OpenState opens the database of the application's state in a chain's home. The
// error wraps ErrLocked if a node runs there.
func OpenState(home string) (dbm.DB, error) {
	db, err := dbm.NewDB("application", dbm.GoLevelDBBackend, filepath.Join(home, "data"))
	if err != nil {
		return nil, locked("application", err)
	}
	return db, nil
}

// locked says in words that another process holds a database.
func locked(name string, err error) error {
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, storage.ErrLocked) {
		return fmt.Errorf("open database %s: %w; stop it first", name, ErrLocked)
	}
	return fmt.Errorf("open database %s: %w", name, err)
}
