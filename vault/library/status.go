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
	// Removed: it is gone, and leaves with the next root that the chain knows.
	Removed DocumentState = "removed"
	// Refused: it could not be read; Reason says why.
	Refused DocumentState = "refused"
	// Gone: it is in no generation any more and held for the ones before, until it is
	// removed.
	Gone DocumentState = "retired"
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

// Totals sums a status up. Chunks and Bytes are of what is served or staged.
type Totals struct {
	Documents int                   `json:"documents"` // served, staged or leaving
	Chunks    int                   `json:"chunks"`
	Bytes     int64                 `json:"bytes"`
	States    map[DocumentState]int `json:"states"`
}

// Sum sums a status up.
func Sum(all []DocumentStatus) Totals {
	t := Totals{States: map[DocumentState]int{}}
	for _, d := range all {
		t.States[d.State]++
		switch d.State {
		case Served, Staged:
			t.Chunks += d.Chunks
			t.Bytes += d.Bytes
			t.Documents++
		case Leaving:
			t.Documents++
		case Removed, Refused, Gone:
		}
	}
	return t
}

// Status lists all documents as seen from the served generation (0 for none), those
// that are held for earlier generations alone, each in its newest version, and the
// files that were refused, by source.
func (l *Library) Status(ctx context.Context, served int64) ([]DocumentStatus, error) {
	all, err := l.problems(ctx, l.read)
	if err != nil {
		return nil, err
	}
	gone, living := map[string]DocumentStatus{}, map[string]bool{}
	rows, err := l.read.QueryContext(ctx, `SELECT id, about, chunks, born, died, removed FROM documents
		WHERE died = 0 OR removed = 0 OR (born <= $1 AND died > $1) ORDER BY id`, served)
	if err != nil {
		return nil, err
	}
	err = each(rows, func() error {
		s := DocumentStatus{State: Served}
		var sealed, chunks []byte
		var id, born, died, removed int64
		if err := rows.Scan(&id, &sealed, &chunks, &born, &died, &removed); err != nil {
			return err
		}
		a, err := l.sealed.openAbout(id, sealed)
		if err != nil {
			return err
		}
		list, err := l.sealed.openChunks(id, chunks)
		s.Path, s.Source, s.SHA, s.Bytes, s.Chunks = a.Path, a.Source, a.SHA, a.Size, len(list.hashes)
		switch {
		case removed != 0:
			s.State = Removed
		case died != 0 && (born > served || died <= served):
			s.State = Gone
			gone[s.Path] = s // the newest is the last
			return err
		case died != 0:
			s.State = Leaving
		case born > served:
			s.State = Staged
		}
		living[s.Path] = true
		all = append(all, s)
		return err
	})
	for path, s := range gone {
		if !living[path] {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b DocumentStatus) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.State, b.State))
	})
	return all, err
}

func (l *Library) problems(ctx context.Context, db *sql.DB) (all []DocumentStatus, err error) {
	rows, err := db.QueryContext(ctx, `SELECT name, data FROM problems`)
	if err != nil {
		return nil, err
	}
	err = each(rows, func() error {
		var name, data []byte
		if err := rows.Scan(&name, &data); err != nil {
			return err
		}
		p, err := l.sealed.openProblem(name, data)
		all = append(all, DocumentStatus{Path: p.Path, Source: p.Source, Reason: p.Reason, State: Refused})
		return err
	})
	return all, err
}
