package keep

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// Files of a journal are named by its stem and a number that counts up. The stem is
// that of the database with -log, and in a shared database the number of the
// journal after it: purse.db-log3-12 is the twelfth file of the fourth journal. The
// file that ends in .lock is locked for as long as the process that puts lives, and
// has that process's name; see Writer.

// maxJournals bounds how many processes put into a shared database at a time.
const maxJournals = 64

// ErrJournalTaken is returned by Put if another process puts into the database.
var ErrJournalTaken = errors.New("another process puts into this database")

// stem is the stem of the journal numbered id, from 1.
func (c *connector) stem(id int) string {
	if c.shared {
		return c.path + "-log" + strconv.Itoa(id-1)
	}
	return c.path + "-log"
}

// journals returns how many journals the database may have.
func (c *connector) journals() int {
	if c.shared {
		return maxJournals
	}
	return 1
}

// lockJournal takes the right to a journal, which ends with the process at the
// latest.
func lockJournal(stem string) (*os.File, error) {
	f, err := os.OpenFile(stem+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("%w (%w)", ErrJournalTaken, err), f.Close())
	}
	return f, nil
}

// logs lists the files of a journal, oldest first.
func logs(stem string) (names []string, highest uint64, err error) {
	found, err := filepath.Glob(escapeGlob(stem) + "-*")
	if err != nil {
		return nil, 0, err
	}
	number := func(name string) uint64 {
		n, err := strconv.ParseUint(strings.TrimPrefix(name, stem+"-"), 10, 64)
		if err != nil {
			return 0
		}
		return n
	}
	found = slices.DeleteFunc(found, func(name string) bool { return number(name) == 0 })
	slices.SortFunc(found, func(a, b string) int { return cmp.Compare(number(a), number(b)) })
	if len(found) > 0 {
		highest = number(found[len(found)-1])
	}
	return found, highest, nil
}

func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
