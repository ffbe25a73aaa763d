package keep

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Writer names who puts into a database that db, opened by OpenShared, is of: its
// caller, the only one that is given the name, for as long as db is open. Rows that
// name their writer are its own: no other writes them before Gone says that this one
// is.
func Writer(db *sql.DB) (string, error) {
	c, ok := db.Driver().(*connector)
	if !ok || !c.shared {
		return "", fmt.Errorf("name writer: %w: open it with OpenShared", ErrNotKept)
	}
	j, err := c.openJournal(db)
	if err != nil {
		return "", fmt.Errorf("name writer: %w", err)
	}
	if j.claimed.Swap(true) {
		return "", fmt.Errorf("name writer: %w through this handle; open the database again", ErrJournalTaken)
	}
	return j.name, nil
}

// Gone reports whether the writer of that name has closed its database or has died.
// If it has, everything that it has put is in the tables. That a writer does nothing
// does not make it gone: it may go on at any time.
func Gone(ctx context.Context, db *sql.DB, name string) (bool, error) {
	c, ok := db.Driver().(*connector)
	if !ok || !c.shared {
		return false, fmt.Errorf("look for writer: %w", ErrNotKept)
	}
	number, _, ok := strings.Cut(name, "/")
	id, err := strconv.Atoi(number)
	if !ok || err != nil || id < 1 || id > maxJournals {
		return false, fmt.Errorf("look for writer: %q is no writer's name", name)
	}
	gone, err := c.gone(ctx, db, id, name)
	if err != nil {
		return false, fmt.Errorf("look for writer %s: %w", name, err)
	}
	return gone, nil
}

func (c *connector) gone(ctx context.Context, db *sql.DB, id int, name string) (bool, error) {
	if j := c.journal.Load(); j != nil && j.id == id {
		return j.name != name, nil // who had the journal before is in the tables since ours began
	}
	lock, err := lockJournal(c.stem(id))
	if errors.Is(err, ErrJournalTaken) {
		// A writer names itself after it has brought into the tables what was there
		// before. Until then the file names the one before it.
		now, err := os.ReadFile(c.stem(id) + ".lock")
		return string(now) != name, err
	}
	if err != nil {
		return false, err
	}
	return true, errors.Join(c.replay(ctx, db, id), lock.Close())
}

// writeName writes a new name into the lock of a journal, and returns it.
func writeName(lock *os.File, id int) (string, error) {
	name := strconv.Itoa(id) + "/" + rand.Text()
	// Written over at once: who reads it meanwhile must find neither nothing nor half.
	// All names of a journal are of one length.
	if _, err := lock.WriteAt([]byte(name), 0); err != nil {
		return "", err
	}
	return name, nil
}
