package keep

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func (f *flusher) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.synced
}

// TestFlushedSoon watches the bound that spec and package promise for a loss of
// power. A whole second is allowed here, for a busy machine.
func TestFlushedSoon(t *testing.T) {
	db, err := Open(filepath.Join(t.TempDir(), "role.db"))
	require.NoError(t, err)
	defer db.Close()
	f := db.Driver().(*connector).flusher
	require.Less(t, 2*flushEvery, 100*time.Millisecond)

	before := f.count()
	_, err = db.Exec(`CREATE TABLE t (n INTEGER)`)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return f.count() > before }, time.Second, time.Millisecond)

	// Once nothing changes, nothing is flushed.
	require.Eventually(t, func() bool {
		quiet := f.count()
		time.Sleep(3 * flushEvery)
		return f.count() == quiet
	}, 5*time.Second, time.Millisecond)
}

func TestCloseEndsTheFlusher(t *testing.T) {
	db, err := Open(filepath.Join(t.TempDir(), "role.db"))
	require.NoError(t, err)
	f := db.Driver().(*connector).flusher
	require.NoError(t, db.Close())
	<-f.done
	require.NoError(t, db.Close(), "closing twice is harmless")
}

// TestFailedFlushStays: what the kernel could not write it may have forgotten, so
// that neither a later Sync nor a new connection may say that all is well.
func TestFailedFlushStays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "role.db")
	db, err := Open(path)
	require.NoError(t, err)
	c := db.Driver().(*connector)
	c.flusher.mu.Lock()
	c.flusher.err = os.ErrInvalid
	c.flusher.mu.Unlock()
	require.ErrorIs(t, Sync(db), os.ErrInvalid)
	_, err = c.Connect(t.Context())
	require.ErrorIs(t, err, os.ErrInvalid)
	_, err = c.Open(path)
	require.ErrorIs(t, err, os.ErrInvalid)
	require.ErrorIs(t, db.Close(), os.ErrInvalid)
}
