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
)

// State keeps what pages said of themselves, so that those that have not changed
// are not fetched again.
type State struct{ db *sql.DB }

// page is what is known of a page.
type page struct {
	etag, modified string
	kind           string // its Content-Type
	sha            types.Hash
	links          []string // in the scope of any run: each checks them anew
	seen           time.Time
}

var stateSchema = []string{`CREATE TABLE pages (
	url TEXT PRIMARY KEY,
	etag TEXT NOT NULL,
	modified TEXT NOT NULL,
	type TEXT NOT NULL,
	sha BYTEA NOT NULL,
	links TEXT NOT NULL,
	seen BIGINT NOT NULL)`}

// OpenState opens the database at path, or makes it.
func OpenState(ctx context.Context, path string) (*State, error) {
	db, err := keep.Open(path)
	if err != nil {
		return nil, fmt.Errorf("crawl: %w", err)
	}
	if err := keep.Schema(ctx, db, "crawl", 1, stateSchema...); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &State{db: db}, nil
}

// Close closes the database.
func (s *State) Close() error { return s.db.Close() }

func (s *State) get(ctx context.Context, url string) (*page, error) {
	if s == nil {
		return nil, nil
	}
	var p page
	var sha []byte
	var links string
	var seen int64
	err := s.db.QueryRowContext(ctx, `SELECT etag, modified, type, sha, links, seen FROM pages WHERE url = $1`, url).
		Scan(&p.etag, &p.modified, &p.kind, &sha, &links, &seen)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if p.sha, err = types.HashFromBytes(sha); err != nil {
		return nil, err
	}
	p.seen = time.Unix(seen, 0)
	return &p, json.Unmarshal([]byte(links), &p.links)
}

func (s *State) put(ctx context.Context, url string, p *page) error {
	if s == nil {
		return nil
	}
	links, err := json.Marshal(p.links)
	if err != nil {
		return err
	}
	_, err = s.db.ExecContext(ctx, `INSERT INTO pages (url, etag, modified, type, sha, links, seen) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (url) DO UPDATE SET etag = excluded.etag, modified = excluded.modified, type = excluded.type, sha = excluded.sha,
		links = excluded.links, seen = excluded.seen`, url, p.etag, p.modified, p.kind, p.sha[:], string(links), p.seen.Unix())
	return err
}

func (s *State) drop(ctx context.Context, url string) error {
	if s == nil {
		return nil
	}
	_, err := s.db.ExecContext(ctx, `DELETE FROM pages WHERE url = $1`, url)
	return err
}
