package node

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const (
	// keepWAL is how many full files of consensus's log stay beside the one that is
	// written: a file holds thousands of blocks, and a restart reads the last one.
	keepWAL = 1
	// pruneWALEvery is after how many blocks the log is looked at.
	pruneWALEvery = 1_000
)

// pruneWAL removes old files of consensus's log. CometBFT lets it grow to a
// gigabyte, of which a restart needs the last block only. The files of the log in
// head are head.000, head.001 and so on, and head itself, which is the newest.
func pruneWAL(head string) error {
	entries, err := os.ReadDir(filepath.Dir(head))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("prune log: %w", err)
	}
	type file struct {
		path  string
		index int
	}
	var full []file
	for _, e := range entries {
		suffix, ok := strings.CutPrefix(e.Name(), filepath.Base(head)+".")
		if !ok {
			continue
		}
		if i, err := strconv.Atoi(suffix); err == nil {
			full = append(full, file{path: filepath.Join(filepath.Dir(head), e.Name()), index: i})
		}
	}
	slices.SortFunc(full, func(a, b file) int { return cmp.Compare(a.index, b.index) })
	for _, f := range full[:max(0, len(full)-keepWAL)] {
		if err := os.Remove(f.path); err != nil {
			return fmt.Errorf("prune log: %w", err)
		}
	}
	return nil
}
