package library

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"github.com/weal-network/weal/types"
)

// DocumentState says which generations a document is in.
type DocumentState string

// The states of a document, seen from the generation that is served.
const (
	// Served: it is in the generation served, and stays.
	Served DocumentState = "served"
	// Staged: it is served once the chain knows the newest root.
	Staged DocumentState = "staged"
	// Leaving: it is served until the chain knows the newest root.
	Leaving DocumentState = "leaving"
	// Refused: it could not be read; Reason says why.
	Refused DocumentState = "refused"
)

// DocumentStatus is one line of a vault's status.
type DocumentStatus struct {
	Path   string        `json:"path"`
	Source string        `json:"source"`
	State  DocumentState `json:"state"`
	Reason string        `json:"reason,omitempty"`
	SHA    types.Hash    `json:"sha256"`
	Bytes  int64         `json:"bytes"`
	Chunks int           `json:"chunks"`
}

// Status lists all documents as seen from the served generation (0 for none), and
// the files that were refused, by source.
func (l *Library) Status(ctx context.Context, served int64) ([]DocumentStatus, error) {
	all, err := l.problems(ctx, l.read)
	if err != nil {
		return nil, err
	}
	rows, err := l.read.QueryContext(ctx, `SELECT d.path, d.source, d.sha, d.size, d.born, d.died,
		(SELECT COUNT(*) FROM chunks c WHERE c.document = d.id)
		FROM documents d WHERE d.died = 0 OR (d.born <= $1 AND d.died > $1)`, served)
	if err != nil {
		return nil, err
	}
	err = each(rows, func() error {
		s := DocumentStatus{State: Served}
		var sha []byte
		var born, died int64
		if err := rows.Scan(&s.Path, &s.Source, &sha, &s.Bytes, &born, &died, &s.Chunks); err != nil {
			return err
		}
		switch {
		case died != 0:
			s.State = Leaving
		case born > served:
			s.State = Staged
		}
		var err error
		s.SHA, err = types.HashFromBytes(sha)
		all = append(all, s)
		return err
	})
	slices.SortFunc(all, func(a, b DocumentStatus) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.State, b.State))
	})
	return all, err
}

func (l *Library) problems(ctx context.Context, db *sql.DB) (all []DocumentStatus, err error) {
	rows, err := db.QueryContext(ctx, `SELECT path, source, reason FROM problems`)
	if err != nil {
		return nil, err
	}
	err = each(rows, func() error {
		s := DocumentStatus{State: Refused}
		err := rows.Scan(&s.Path, &s.Source, &s.Reason)
		all = append(all, s)
		return err
	})
	return all, err
}
