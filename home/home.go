package home

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Layout is the version of the directory's layout.
const Layout = 3

// Env names the variable that moves the default home.
const Env = "WEAL_HOME"

var (
	// ErrNoHome means that the directory holds no home yet.
	ErrNoHome = errors.New("no weal home here")
	// ErrLayout means that another version of weal made the home.
	ErrLayout = errors.New("home has another layout")
)

// Home is an opened home directory.
type Home struct {
	dir  string
	info info
}

// info is home.json.
type info struct {
	Layout  int    `json:"layout"`
	ChainID string `json:"chain_id"`
	// Use is what the home was made for: UseUp, or the name of a role that runs
	// alone. The same keys in another chain would be another owner's.
	Use string `json:"use"`
}

// UseUp is the use of a home with a chain and all roles.
const UseUp = "up"

// Default returns $WEAL_HOME, or .weal in the user's home directory.
func Default() string {
	if dir := os.Getenv(Env); dir != "" {
		return dir
	}
	if dir, err := os.UserHomeDir(); err == nil {
		return filepath.Join(dir, ".weal")
	}
	return ".weal"
}

// Open opens the home in dir. The error wraps ErrNoHome if there is none and
// ErrLayout if this version cannot read it.
func Open(dir string) (*Home, error) {
	b, err := os.ReadFile(filepath.Join(dir, "home.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open home %s: %w; start one with: weal up --home %s", dir, ErrNoHome, dir)
	}
	if err != nil {
		return nil, fmt.Errorf("open home: %w", err)
	}
	h := &Home{dir: dir}
	if err := json.Unmarshal(b, &h.info); err != nil {
		return nil, fmt.Errorf("open home: read home.json: %w; restore it from a backup or choose another --home", err)
	}
	if h.info.Layout != Layout {
		return nil, fmt.Errorf("open home %s: %w: it is of version %d, this weal reads %d; use the weal that made it, or another --home",
			dir, ErrLayout, h.info.Layout, Layout)
	}
	return h, nil
}

// OpenOrCreate opens the home in dir for the chain named and for a use, and makes
// it if the directory is empty or missing.
func OpenOrCreate(dir, chainID, use string) (*Home, error) {
	h, err := Open(dir)
	switch {
	case errors.Is(err, ErrNoHome):
		return create(dir, chainID, use)
	case err != nil:
		return nil, err
	case h.info.ChainID != chainID:
		return nil, fmt.Errorf("open home %s: it belongs to chain %s, not %s; choose another --home", dir, h.info.ChainID, chainID)
	case h.info.Use != use:
		return nil, fmt.Errorf("open home %s: it was made for: %s; choose another --home", dir, h.starter())
	}
	return h, nil
}

// starter is the command that runs what the home was made for.
func (h *Home) starter() string {
	if h.info.Use == UseUp {
		return "weal up --home " + h.dir
	}
	return "weal " + h.info.Use + " serve --home " + h.dir
}

func create(dir, chainID, use string) (*Home, error) {
	if err := os.MkdirAll(filepath.Join(dir, "keys"), 0o700); err != nil {
		return nil, fmt.Errorf("create home: %w", err)
	}
	h := &Home{dir: dir, info: info{Layout: Layout, ChainID: chainID, Use: use}}
	return h, writeJSON(h.Path("home.json"), h.info)
}

// Dir returns the home's directory.
func (h *Home) Dir() string { return h.dir }

// ChainID returns the chain that the home belongs to.
func (h *Home) ChainID() string { return h.info.ChainID }

// Path joins the home's directory and names.
func (h *Home) Path(names ...string) string {
	return filepath.Join(append([]string{h.dir}, names...)...)
}

// writeJSON replaces the file at path in one step.
func writeJSON(path string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", filepath.Base(path), err)
	}
	return writeFile(path, append(b, '\n'))
}

// writeFile replaces the file at path in one step, readable by its owner only,
// and has it on disk before it returns.
func writeFile(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // fails when renamed, as it should
	_, err = f.Write(b)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return nil
}
