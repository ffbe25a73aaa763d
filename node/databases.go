package node

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	cmtdb "github.com/cometbft/cometbft-db"
	cmtcfg "github.com/cometbft/cometbft/config"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/syndtr/goleveldb/leveldb/storage"
)

// databases holds what CometBFT opens. CometBFT closes some of it too late, that
// is never, and some too early, while its goroutines for each peer still read and
// panic; here all are closed once everything has stopped.
type databases struct {
	open []cmtdb.DB
}

// keptOpen is a database that only its provider closes.
type keptOpen struct{ cmtdb.DB }

// Close does nothing.
func (keptOpen) Close() error { return nil }

// provide implements cmtcfg.DBProvider.
func (d *databases) provide(ctx *cmtcfg.DBContext) (cmtdb.DB, error) {
	if err := removeHalfMade(filepath.Join(ctx.Config.DBDir(), ctx.ID+".db")); err != nil {
		return nil, locked(ctx.ID, err)
	}
	db, err := cmtcfg.DefaultDBProvider(ctx)
	if err != nil {
		return nil, locked(ctx.ID, err)
	}
	d.open = append(d.open, db)
	return keptOpen{db}, nil
}

// close closes all of them.
func (d *databases) close() error {
	var errs []error
	for _, db := range d.open {
		errs = append(errs, db.Close())
	}
	d.open = nil
	return errors.Join(errs...)
}

// OpenState opens the database of the application's state in a chain's home. The
// error wraps ErrLocked if a node runs there.
func OpenState(home string) (dbm.DB, error) {
	data := filepath.Join(home, "data")
	// The application opens the second by itself.
	for _, path := range []string{filepath.Join(data, "application.db"), filepath.Join(data, "snapshots", "metadata.db")} {
		if err := removeHalfMade(path); err != nil {
			return nil, locked("application", err)
		}
	}
	db, err := dbm.NewDB("application", dbm.GoLevelDBBackend, data)
	if err != nil {
		return nil, locked("application", err)
	}
	cut, err := neverCommitted(db)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open database application: %w", err), db.Close())
	}
	if !cut {
		return db, nil
	}
	if err := errors.Join(db.Close(), os.RemoveAll(filepath.Join(data, "application.db"))); err != nil {
		return nil, fmt.Errorf("open database application: %w", err)
	}
	return dbm.NewDB("application", dbm.GoLevelDBBackend, data)
}

// neverCommitted reports whether a kill interrupted the commit of the first block:
// some modules' trees were written and the key that says which version counts was
// not. The engine would make the genesis anew on top of them; without them it does
// so on nothing, and the block comes from the block store again.
func neverCommitted(db dbm.DB) (bool, error) {
	committed, err := db.Has([]byte("s/latest"))
	if err != nil || committed {
		return false, err
	}
	keys, err := db.Iterator(nil, nil)
	if err != nil {
		return false, err
	}
	return keys.Valid(), keys.Close()
}

// removeHalfMade removes a database that a kill interrupted while it was made. It
// could never be opened again, and nothing was ever written to it: the file
// CURRENT is the first that goleveldb makes durable, by renaming CURRENT.<n>.
func removeHalfMade(path string) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, name := range []string{"CURRENT", "CURRENT.bak"} {
		if _, err := os.Stat(filepath.Join(path, name)); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	lock, err := storage.OpenFile(path, false) // another process may be making it now
	if err != nil {
		return err
	}
	return errors.Join(lock.Close(), os.RemoveAll(path))
}

// locked says in words that another process holds a database.
func locked(name string, err error) error {
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, storage.ErrLocked) {
		return fmt.Errorf("open database %s: %w; stop it first", name, ErrLocked)
	}
	return fmt.Errorf("open database %s: %w", name, err)
}
