package operator

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"time"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// PathAnswers is where answers are served that are named by their hash: the hash in hex
// follows.
const PathAnswers = "/weal/v1/answers/"

// Status is what an operator keeps.
type Status struct {
	// Waiting, Working, Answered and Sent requests are under way; Delivered are answered
	// by this operator, Beaten by another, Expired by nobody; Refused are not served.
	Waiting   int `json:"waiting"`
	Working   int `json:"working"`
	Answered  int `json:"answered"`
	Sent      int `json:"sent"`
	Delivered int `json:"delivered"`
	Beaten    int `json:"beaten"`
	Expired   int `json:"expired"`
	Refused   int `json:"refused"`
	// Last are the requests that changed last.
	Last []Standing `json:"last"`
}

// Standing is where one request stands.
type Standing struct {
	Request uint64        `json:"request"`
	Asset   types.AssetID `json:"asset"`
	Stage   string        `json:"stage"`
	// Note is why it is refused, or why it was not answered yet.
	Note        string    `json:"note,omitempty"`
	Transaction string    `json:"transaction,omitempty"`
	Changed     time.Time `json:"changed"`
}

// lastRows is how many requests a Status tells of.
const lastRows = 20

// ReadStatus reads what an operator keeps in db, also one of another process.
func ReadStatus(ctx context.Context, db *sql.DB) (s Status, err error) {
	st, err := openStore(ctx, db, time.Now)
	if err != nil {
		return s, fmt.Errorf("read operator: %w", err)
	}
	counts := map[stage]*int{
		waiting: &s.Waiting, working: &s.Working, answered: &s.Answered, sent: &s.Sent,
		delivered: &s.Delivered, beaten: &s.Beaten, expired: &s.Expired, refused: &s.Refused,
	}
	if err := st.counts(ctx, counts); err != nil {
		return s, err
	}
	s.Last, err = st.last(ctx)
	return s, err
}

func (s *store) counts(ctx context.Context, into map[stage]*int) error {
	found, err := s.db.QueryContext(ctx, `SELECT stage, COUNT(*) FROM operator_requests GROUP BY stage`)
	if err != nil {
		return fmt.Errorf("read operator: %w", err)
	}
	defer found.Close()
	for found.Next() {
		var at stage
		var n int
		if err := found.Scan(&at, &n); err != nil {
			return fmt.Errorf("read operator: %w", err)
		}
		if to, ok := into[at]; ok {
			*to = n
		}
	}
	return found.Err()
}

func (s *store) last(ctx context.Context) ([]Standing, error) {
	found, err := s.db.QueryContext(ctx,
		`SELECT id, asset, stage, note, tx_hash, changed FROM operator_requests ORDER BY changed DESC, id DESC LIMIT ?`, lastRows)
	if err != nil {
		return nil, fmt.Errorf("read operator: %w", err)
	}
	defer found.Close()
	all := []Standing{}
	for found.Next() {
		var one Standing
		var id, asset, changed int64
		if err := found.Scan(&id, &asset, &one.Stage, &one.Note, &one.Transaction, &changed); err != nil {
			return nil, fmt.Errorf("read operator: %w", err)
		}
		one.Request, one.Asset, one.Changed = uint64(id), types.AssetID(asset), time.UnixMilli(changed).UTC()
		all = append(all, one)
	}
	return all, found.Err()
}

// Handler serves the answers that are named by their hash, to anyone: what is on the
// chain by value is as public.
func (o *Operator) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+PathAnswers+"{hash}", func(w http.ResponseWriter, r *http.Request) {
		hash, err := types.ParseHash(r.PathValue("hash"))
		if err != nil {
			wire.WriteError(w, wire.NewError(http.StatusBadRequest, wire.TypeInvalidRequest, "bad_hash", "want a SHA-256 in hex: %v", err))
			return
		}
		answer, err := o.store.published(r.Context(), hash)
		switch {
		case err != nil:
			wire.WriteError(w, err)
		case answer == nil:
			wire.WriteError(w, wire.NewError(http.StatusNotFound, wire.TypeInvalidRequest, "no_answer", "there is no answer with this hash here"))
		default:
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.Header().Set("X-Content-Type-Options", "nosniff")
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			_, _ = w.Write(answer)
		}
	})
	mux.HandleFunc("GET "+wire.PathHealth, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	return mux
}
