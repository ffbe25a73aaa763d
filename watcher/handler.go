package watcher

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/wire"
)

// PathWatch takes claims, and tells who the watcher is.
const PathWatch = "/weal/v1/watch"

const (
	// MaxClaims is how many claims a request may have.
	MaxClaims = 64
	// maxBody is the most bytes of a request: each claim has at most two paths.
	maxBody = 1 << 20
	// readTime is how long a body may take to arrive.
	readTime = 10 * time.Second
)

// request is the body of POST PathWatch.
type request struct {
	Claims []pay.Settlement `json:"claims"` // each of one claim
}

// reply is the answer: every claim that it does not name is kept.
type reply struct {
	Refused []refusal `json:"refused"`
}

type refusal struct {
	Claim   int    `json:"claim"` // index in the request
	Code    string `json:"code"`
	Message string `json:"message"`
}

// About is the answer of GET PathWatch.
type About struct {
	ChainID string `json:"chain_id"`
	// Account is what an asset names to be watched.
	Account string `json:"account"`
}

// Handler serves contributors.
func (w *Watcher) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+PathWatch, func(rw http.ResponseWriter, req *http.Request) {
		answer, err := w.serve(rw, req)
		if err != nil {
			wire.WriteError(rw, err)
			return
		}
		wire.WriteJSON(rw, http.StatusOK, answer)
	})
	mux.HandleFunc("GET "+PathWatch, func(rw http.ResponseWriter, _ *http.Request) {
		wire.WriteJSON(rw, http.StatusOK, About{ChainID: w.cfg.ChainID, Account: w.cfg.Account})
	})
	mux.HandleFunc("GET "+wire.PathHealth, func(rw http.ResponseWriter, _ *http.Request) {
		wire.WriteJSON(rw, http.StatusOK, struct {
			Status string `json:"status"`
		}{"ok"})
	})
	return mux
}

// serve takes the claims of a request. Who sends slowly takes nobody's place.
func (w *Watcher) serve(rw http.ResponseWriter, req *http.Request) (reply, error) {
	_ = http.NewResponseController(rw).SetReadDeadline(time.Now().Add(readTime)) // a test's writer has none
	body, err := io.ReadAll(io.LimitReader(req.Body, maxBody+1))
	if err != nil {
		return reply{}, refuse(http.StatusBadRequest, "unreadable_body", "read the request's body: %v", err)
	}
	select {
	case w.busy <- struct{}{}:
		defer func() { <-w.busy }()
	default:
		return reply{}, refuse(http.StatusTooManyRequests, CodeBusy, "too many requests at once; retry in a second")
	}
	return w.take(req.Context(), body)
}

// parse reads the body of a request.
func parse(body []byte) (request, error) {
	var r request
	if len(body) > maxBody {
		return r, refuse(http.StatusRequestEntityTooLarge, "body_too_large", "the request's body is larger than %d KiB; send fewer claims at once", maxBody>>10)
	}
	if err := wire.Decode(body, &r); err != nil {
		return r, err
	}
	if len(r.Claims) == 0 || len(r.Claims) > MaxClaims {
		return r, refuse(http.StatusBadRequest, CodeBadClaim, "want 1 to %d claims at once, got %d", MaxClaims, len(r.Claims))
	}
	return r, nil
}

// take keeps the claims of a body that are right, and names the others.
func (w *Watcher) take(ctx context.Context, body []byte) (reply, error) {
	r, err := parse(body)
	if err != nil {
		return reply{}, err
	}
	answer := reply{Refused: []refusal{}}
	var rows []row
	for i, s := range r.Claims {
		row, err := w.check(ctx, s)
		var e *wire.Error
		switch {
		case errors.As(err, &e):
			answer.Refused = append(answer.Refused, refusal{Claim: i, Code: e.Code, Message: e.Message})
		case err != nil:
			return reply{}, fmt.Errorf("claim %d: %w", i, err)
		case row != nil:
			rows = append(rows, *row)
		}
	}
	if len(rows) == 0 {
		return answer, nil
	}
	switch err := w.store.put(ctx, rows, w.cfg.Now()); {
	case errors.Is(err, errFull):
		return reply{}, refuse(http.StatusTooManyRequests, CodeFull, "this watcher keeps as many claims as it can, %d; name another, or retry later", w.cfg.MaxRows)
	case err != nil:
		return reply{}, err
	}
	return answer, nil
}
