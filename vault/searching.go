package vault

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/weal-network/weal/vault/embed"
	"github.com/weal-network/weal/vault/filter"
	"github.com/weal-network/weal/vault/fuse"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/vault/rerank"
	"github.com/weal-network/weal/wire"
)

// Where the owner says how the vault is searched, and has that tuned.
const (
	PathAdminSearch = "/weal/v1/admin/search"
	PathAdminTune   = "/weal/v1/admin/tune"
	PathAdminFind   = "/weal/v1/admin/find"
)

// SearchRequest is the body of PathAdminSearch: what is to change. Lexical takes the
// embeddings away, and Plain the reranker.
type SearchRequest struct {
	Embeddings *library.Embeddings `json:"embeddings,omitempty"`
	Lexical    bool                `json:"lexical,omitempty"`
	Reranker   *library.Reranker   `json:"reranker,omitempty"`
	Plain      bool                `json:"plain,omitempty"`
	Weight     *float64            `json:"weight,omitempty"`
}

// TuneRequest is the body of PathAdminTune. With Keep the vault searches by what was
// found from then on.
type TuneRequest struct {
	Questions []library.TuneQuestion `json:"questions"`
	Keep      bool                   `json:"keep"`
}

// SetSearch changes how the vault is searched. Endpoints must answer now.
func (v *Vault) SetSearch(ctx context.Context, req SearchRequest) (library.MeaningStatus, error) {
	if req.Embeddings != nil || req.Lexical {
		if err := v.library.SetEmbeddings(ctx, req.Embeddings); err != nil {
			return library.MeaningStatus{}, err
		}
	}
	if req.Reranker != nil || req.Plain {
		if err := v.library.SetReranker(ctx, req.Reranker); err != nil {
			return library.MeaningStatus{}, err
		}
	}
	if req.Weight != nil {
		if err := v.library.SetWeight(ctx, *req.Weight); err != nil {
			return library.MeaningStatus{}, err
		}
	}
	return v.library.Meaning(ctx)
}

// Tune finds how much meaning is to count for the owner's questions.
func (v *Vault) Tune(ctx context.Context, req TuneRequest) (fuse.Tuned, error) {
	return v.library.Tune(ctx, req.Questions, req.Keep)
}

// FindRequest is the body of PathAdminFind. A Filter is as in package filter.
type FindRequest struct {
	Question string `json:"question"`
	Limit    int    `json:"limit"`
	Filter   string `json:"filter,omitempty"`
}

// Findings are what the vault would offer for a question, the best first.
type Findings struct {
	Passages []Preview `json:"passages"`
	// Missing says what did not count, such as an endpoint that does not answer.
	Missing string `json:"missing,omitempty"`
}

// Find returns the passages of the newest generation that the vault would offer for
// a question. It is for the owner.
func (v *Vault) Find(ctx context.Context, req FindRequest) (Findings, error) {
	f, err := filter.Parse(req.Filter)
	if err != nil {
		return Findings{}, err
	}
	g, err := v.library.Latest(ctx)
	if errors.Is(err, library.ErrNoGeneration) {
		return Findings{}, errEmpty
	}
	if err != nil {
		return Findings{}, err
	}
	answer, err := g.Ask(ctx, library.Ask{Question: req.Question, Limit: req.Limit, Filter: f})
	if err != nil {
		return Findings{}, err
	}
	found := Findings{Passages: []Preview{}}
	if answer.Missing != nil {
		found.Missing = answer.Missing.Error()
	}
	for _, a := range answer.Found {
		c, _, err := g.Passage(ctx, a.Number)
		if err != nil {
			return Findings{}, err
		}
		found.Passages = append(found.Passages, Preview{Chunk: c, Band: a.Band})
	}
	return found, nil
}

// warnEvery is how often the log is told of an endpoint that does not answer.
const warnEvery = time.Minute

// warnOf tells the log what questions are answered without, though the owner has set
// it.
func (v *Vault) warnOf(missing error) {
	if missing == nil || errors.Is(missing, library.ErrLexical) || errors.Is(missing, library.ErrNotReady) {
		return
	}
	v.seen.degraded.Inc()
	now := v.cfg.Now().UnixNano()
	if last := v.warned.Load(); now-last >= int64(warnEvery) && v.warned.CompareAndSwap(last, now) {
		v.cfg.Log.Warn("questions are answered without an endpoint that is set", "error", missing)
	}
}

func (v *Vault) handleFind(w http.ResponseWriter, r *http.Request) {
	var req FindRequest
	if err := decode(r, &req); err != nil {
		v.fail(w, r, err)
		return
	}
	if req.Question == "" || req.Limit < 1 || req.Limit > maxLimit {
		v.fail(w, r, wire.NewError(http.StatusBadRequest, wire.TypeInvalidRequest, "bad_limit", "send a question, and a limit of 1 to %d", maxLimit))
		return
	}
	f, err := v.Find(r.Context(), req)
	if err != nil {
		wire.WriteError(w, searchError(err))
		return
	}
	wire.WriteJSON(w, http.StatusOK, f)
}

func (v *Vault) handleSearch(w http.ResponseWriter, r *http.Request) {
	var req SearchRequest
	if err := decode(r, &req); err != nil {
		v.fail(w, r, err)
		return
	}
	s, err := v.SetSearch(r.Context(), req)
	if err != nil {
		wire.WriteError(w, searchError(err))
		return
	}
	wire.WriteJSON(w, http.StatusOK, s)
}

func (v *Vault) handleTune(w http.ResponseWriter, r *http.Request) {
	var req TuneRequest
	if err := decode(r, &req); err != nil {
		v.fail(w, r, err)
		return
	}
	t, err := v.Tune(r.Context(), req)
	if err != nil {
		wire.WriteError(w, searchError(err))
		return
	}
	wire.WriteJSON(w, http.StatusOK, t)
}

// searchError says err to the owner, who may see everything.
func searchError(err error) *wire.Error {
	var e *wire.Error
	if errors.As(err, &e) {
		return e
	}
	for _, mine := range []error{
		filter.ErrSyntax, embed.ErrConfig, embed.ErrEndpoint, embed.ErrRefused, embed.ErrReply, embed.ErrDims, rerank.ErrConfig, rerank.ErrRerank,
		fuse.ErrTooFew, fuse.ErrWeight, library.ErrUnknownSource, library.ErrLexical, library.ErrNotReady, library.ErrNoGeneration,
	} {
		if errors.Is(err, mine) {
			return wire.NewError(http.StatusUnprocessableEntity, wire.TypeInvalidRequest, "search_settings", "%v", err)
		}
	}
	return wire.NewError(http.StatusInternalServerError, wire.TypeServer, "search_failed", "%v", err)
}
