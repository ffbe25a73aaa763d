package keep

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"modernc.org/sqlite"
)

// ErrNotKept is returned by Sync for a database that Open did not open.
var ErrNotKept = errors.New("not a database of package keep")

// pragmas: with WAL and synchronous=NORMAL a commit is a write without an fsync,
// a checkpoint is one with, and a crash never leaves a torn database. The flusher
// adds the fsync of the log that bounds what a loss of power costs. A checkpoint
// holds up who commits, so that one comes only with every 16 MiB of log.
const pragmas = "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)" +
	"&_pragma=foreign_keys(1)&_pragma=wal_autocheckpoint(4000)&_pragma=cache_size(-16000)&_txlock=immediate"

// Open opens the SQLite database at path, or makes it, readable by its owner
// only. Closing it flushes it and ends its flusher.
func Open(path string) (*sql.DB, error) { return openAs(path, false) }

// OpenShared is Open for a database that several processes may put into at a time.
// Each has a journal of its own; what another has put is seen when that has brought
// it into the tables, or when [Gone] says so. Rows that are put by one must
// therefore not be written by another meanwhile: see [Writer].
func OpenShared(path string) (*sql.DB, error) { return openAs(path, true) }

func openAs(path string, shared bool) (*sql.DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if err := touch(path); err != nil {
		return nil, fmt.Errorf("open database: %w; check the folder's path and permissions", err)
	}
	base, err := sqlite.NewConnector("file:" + (&url.URL{Path: path}).EscapedPath() + pragmas)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	c := &connector{Connector: base, path: path, shared: shared, flusher: startFlusher(path + "-wal")}
	db := sql.OpenDB(c)
	c.group.db = db
	// One connection: SQLite has one writer anyway, and waiting in the pool is
	// fair and precise, while waiting for its lock is polling.
	db.SetMaxOpenConns(1)
	if err := db.Ping(); err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s: %w", path, err), db.Close())
	}
	if err := c.replayAll(db); err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s: %w", path, err), db.Close())
	}
	return db, nil
}

// Sync puts everything committed and put so far on the disk. db must come from
// Open.
func Sync(db *sql.DB) error {
	c, ok := db.Driver().(*connector)
	if !ok {
		return fmt.Errorf("sync: %w", ErrNotKept)
	}
	if j := c.journal.Load(); j != nil {
		if err := j.flush(); err != nil {
			return err
		}
	}
	return c.flusher.flush()
}

// connector ties a flusher, a group and a journal to a pool: sql.DB closes its
// connector with itself, and hands it out as its driver, by which Sync, Write and
// Put find it.
type connector struct {
	driver.Connector
	path    string
	shared  bool // several processes put into it
	flusher *flusher
	group   group

	beginning sync.Mutex // held while the journal is begun, and while it is closed
	closed    bool       // guarded by beginning
	journal   atomic.Pointer[journal]
}

var (
	_ driver.Connector = (*connector)(nil)
	_ driver.Driver    = (*connector)(nil)
)

// Connect implements driver.Connector. After a failed flush there are no new
// connections: what the disk has is then unknown until the database is reopened.
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	if err := c.flusher.failed(); err != nil {
		return nil, err
	}
	made, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return newConn(made, &c.journal)
}

// Driver implements driver.Connector.
func (c *connector) Driver() driver.Driver { return c }

// Open implements driver.Driver; the name is that of the connector.
func (c *connector) Open(string) (driver.Conn, error) { return c.Connect(context.Background()) }

// Close implements io.Closer for sql.DB.
func (c *connector) Close() error {
	c.beginning.Lock() // who puts from now on fails
	defer c.beginning.Unlock()
	var err error
	if j := c.journal.Load(); j != nil && !c.closed {
		err = j.close(func() (driver.Conn, error) { return c.Connect(context.Background()) })
	}
	c.closed = true
	return errors.Join(err, c.flusher.stop())
}

// touch makes the file with tight permissions, which SQLite gives to the files it
// puts beside it, and puts its name on the disk.
func touch(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return syncFile(filepath.Dir(path))
}
