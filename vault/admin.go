package vault

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/weal-network/weal/earn/points"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/wire"
)

// Paths of the owner's endpoints.
const (
	PathAdminAdd    = "/weal/v1/admin/add"
	PathAdminStatus = "/weal/v1/admin/status"
)

// progressEvery is how often an Add tells its progress.
const progressEvery = 100 * time.Millisecond

// AddRequest is the body of PathAdminAdd. Paths are those of the vault's machine.
type AddRequest struct {
	Paths []string `json:"paths"`
	// Contribution is what the documents belong to, by its number on the chain; 0 is
	// the owner's own. Without it each stays where it is.
	Contribution *uint64 `json:"contribution,omitempty"`
}

// AddLine is one line of the answer of PathAdminAdd. Lines have Progress; the
// last has Report, and Error if it failed on the way.
type AddLine struct {
	Progress *Progress   `json:"progress,omitempty"`
	Report   *Report     `json:"report,omitempty"`
	Error    *wire.Error `json:"error,omitempty"`
}

// Admin serves the owner, who shows token as a bearer token. Without a token it
// refuses everyone. It reads any file that the vault's process can read, so it
// must not be reachable with a token that others know.
func (v *Vault) Admin(token string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+PathAdminAdd, v.handleAdd)
	mux.HandleFunc("POST "+PathAdminCrawl, v.handleCrawl)
	mux.HandleFunc("POST "+PathAdminReading, v.handleReading)
	mux.HandleFunc("POST "+PathAdminSelling, v.handleSelling)
	mux.HandleFunc("POST "+PathAdminRemove, v.handleRemove)
	mux.HandleFunc("POST "+PathAdminSearch, v.handleSearch)
	mux.HandleFunc("POST "+PathAdminTune, v.handleTune)
	mux.HandleFunc("POST "+PathAdminFind, v.handleFind)
	mux.HandleFunc("GET "+PathAdminStatus, v.handleStatus)
	v.adminCounts(mux)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		wire.WriteError(w, wire.NewError(http.StatusNotFound, wire.TypeInvalidRequest, "not_found",
			"there is no %s %s; there is POST %s, and GET %s", r.Method, r.URL.Path,
			strings.Join([]string{
				PathAdminAdd, PathAdminCrawl, PathAdminReading, PathAdminSelling, PathAdminRemove, PathAdminSearch, PathAdminTune,
				PathAdminFind, PathAdminSharing, PathAdminStats, points.PathContributors, points.PathDistribution, points.PathDistributed,
			}, ", "), PathAdminStatus))
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok || token == "" || subtle.ConstantTimeCompare([]byte(given), []byte(token)) != 1 {
			wire.WriteError(w, wire.NewError(http.StatusUnauthorized, wire.TypeAuthentication, "bad_token",
				"this is for the vault's owner: send the header Authorization: Bearer TOKEN"))
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// handleAdd adds documents and tells its progress. It stops when the client goes.
func (v *Vault) handleAdd(w http.ResponseWriter, r *http.Request) {
	var req AddRequest
	if err := decode(r, &req); err != nil {
		v.fail(w, r, err)
		return
	}
	if len(req.Paths) == 0 {
		v.fail(w, r, wire.NewError(http.StatusBadRequest, wire.TypeInvalidRequest, "no_paths", "paths is empty; name files or folders"))
		return
	}
	stream(w, func(progress func(Progress)) (Report, error) {
		return v.AddTo(r.Context(), req.Paths, req.Contribution, progress)
	})
}

// stream answers with the progress of add and then its report.
func stream(w http.ResponseWriter, add func(progress func(Progress)) (Report, error)) {
	lines := &lineWriter{w: w, rc: http.NewResponseController(w)}
	var last time.Time
	report, err := add(func(p Progress) {
		if now := time.Now(); now.Sub(last) >= progressEvery || p.Files == p.FilesTotal {
			last = now
			lines.write(AddLine{Progress: &p})
		}
	})
	end := AddLine{Report: &report}
	if err != nil {
		end.Error = addError(err)
		if !lines.begun {
			w.Header().Set("Content-Type", "application/x-ndjson")
			w.WriteHeader(end.Error.Status)
			lines.begun = true
		}
	}
	lines.write(end)
}

// addError says err to the owner, who may see everything.
func addError(err error) *wire.Error {
	var e *wire.Error
	switch {
	case errors.Is(err, library.ErrBusy):
		return wire.NewError(http.StatusConflict, wire.TypeInvalidRequest, "busy", "%v", err)
	case errors.Is(err, library.ErrReading), errors.Is(err, errCrawl):
		return wire.NewError(http.StatusUnprocessableEntity, wire.TypeInvalidRequest, "bad_settings", "%v", err)
	case errors.As(err, &e):
		return wire.NewError(e.Status, e.Type, e.Code, "%v", err)
	}
	return wire.NewError(http.StatusInternalServerError, wire.TypeServer, "add_failed", "%v", err)
}

// lineWriter writes JSON lines, each at once.
type lineWriter struct {
	w     http.ResponseWriter
	rc    *http.ResponseController
	begun bool
}

// write sends one line. A client that is gone is noticed by the request's context.
func (l *lineWriter) write(line AddLine) {
	b, err := json.Marshal(line)
	if err != nil {
		return
	}
	if !l.begun {
		l.w.Header().Set("Content-Type", "application/x-ndjson")
		l.begun = true
	}
	_, _ = l.w.Write(append(b, '\n'))
	_ = l.rc.Flush()
}

func (v *Vault) handleStatus(w http.ResponseWriter, r *http.Request) {
	s, err := v.Status(r.Context())
	if err != nil {
		wire.WriteError(w, err)
		return
	}
	wire.WriteJSON(w, http.StatusOK, s)
}
