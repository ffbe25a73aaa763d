package crawl

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/seal"
)

// State keeps what pages said of themselves, so that those that have not changed
// are not fetched again. On disk all of it is sealed, addresses as well.
type State struct {
	db    *sql.DB
	keys  Sealer
	table seal.Table
}

// Sealer has the keys that a State is sealed under.
type Sealer interface {
	Name(kind string, b []byte) []byte
	Table(name string) (seal.Table, error)
}

// page is what is known of a page.
type page struct {
	ETag     string     `json:"etag,omitempty"`
	Modified string     `json:"modified,omitempty"`
	Kind     string     `json:"type"` // its Content-Type
	SHA      types.Hash `json:"sha"`
	Links    []string   `json:"links"` // in the scope of any run: each checks them anew
	Seen     time.Time  `json:"seen"`
}

const sealName = "crawl"

var stateSchema = []string{`CREATE TABLE pages (name BYTEA PRIMARY KEY, data BYTEA NOT NULL)`}

// OpenState opens the database at path, or makes it.
func OpenState(ctx context.Context, path string, keys Sealer) (*State, error) {
	table, err := keys.Table(sealName)
	if err != nil {
		return nil, fmt.Errorf("crawl: %w", err)
	}
	db, err := keep.Open(path)
	if err != nil {
		return nil, fmt.Errorf("crawl: %w", err)
	}
	if err := keep.Schema(ctx, db, "crawl", 1, stateSchema...); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &State{db: db, keys: keys, table: table}, nil
}

// Close closes the database.
func (s *State) Close() error { return s.db.Close() }

// Forget deletes what pages said.
func (s *State) Forget(ctx context.Context, urls []string) error {
	for _, url := range urls {
		if err := s.drop(ctx, url); err != nil {
			return fmt.Errorf("crawl: forget %s: %w", url, err)
		}
	}
	return nil
}

func (s *State) name(url string) []byte { return s.keys.Name(sealName, []byte(url)) }

func (s *State) get(ctx context.Context, url string) (*page, error) {
	if s == nil {
		return nil, nil
	}
	name := s.name(url)
	var data []byte
	err := s.db.QueryRowContext(ctx, `SELECT data FROM pages WHERE name = $1`, name).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err == nil {
		data, err = s.table.Open(data, name)
	}
	if err != nil {
		return nil, err
	}
	p := new(page)
	return p, json.Unmarshal(data, p)
}

func (s *State) put(ctx context.Context, url string, p *page) error {
	if s == nil {
		return nil
	}
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	name := s.name(url)
	_, err = s.db.ExecContext(ctx, `INSERT INTO pages (name, data) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET data = excluded.data`, name, s.table.Seal(data, name))
	return err
}

func (s *State) drop(ctx context.Context, url string) error {
	if s == nil {
		return nil
	}
	_, err := s.db.ExecContext(ctx, `DELETE FROM pages WHERE name = $1`, s.name(url))
	return err
}
