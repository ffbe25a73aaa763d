package vault

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// Handler serves what the vault says to gateways and to anyone.
func (v *Vault) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+wire.PathOffers, v.handleOffers)
	mux.HandleFunc("POST "+wire.PathRelease, v.handleRelease)
	mux.HandleFunc("POST "+wire.PathAttribution, v.handleAttribution)
	mux.HandleFunc("GET "+wire.PathManifest, v.handleManifest)
	mux.HandleFunc("GET "+wire.PathHealth, v.handleHealth)
	mux.HandleFunc("/", notFound)
	return mux
}

func notFound(w http.ResponseWriter, r *http.Request) {
	wire.WriteError(w, wire.NewError(http.StatusNotFound, wire.TypeInvalidRequest, "not_found",
		"a vault has no %s %s; it has POST %s, POST %s, POST %s, GET %s and GET %s",
		r.Method, r.URL.Path, wire.PathOffers, wire.PathRelease, wire.PathAttribution, wire.PathManifest, wire.PathHealth))
}

func (v *Vault) handleOffers(w http.ResponseWriter, r *http.Request) {
	var req wire.OfferRequest
	if err := decode(r, &req); err != nil {
		v.fail(w, r, err)
		return
	}
	if req.Lane.Tab == 0 {
		if err := v.nameLane(r, &req); err != nil {
			v.challengeOffer(w, r, req, err)
			return
		}
	}
	offer, err := v.Offer(r.Context(), req)
	if err != nil {
		v.fail(w, r, err)
		return
	}
	wire.WriteJSON(w, http.StatusOK, offer)
}

func (v *Vault) handleRelease(w http.ResponseWriter, r *http.Request) {
	body, err := wire.ReadBody(r)
	var req wire.ReleaseRequest
	if err == nil {
		err = wire.Decode(body, &req)
	}
	if err != nil {
		v.fail(w, r, err)
		return
	}
	if v.cfg.Unpaid {
		v.giveAway(w, r, req)
		return
	}
	if req.Voucher.Seq == 0 && req.Offer != "" && len(req.IDs) > 0 {
		v.releaseDirect(w, r, req, body)
		return
	}
	b, err := v.Release(r.Context(), req)
	if err != nil {
		v.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b)
}

// decode reads a request's body into req.
func decode(r *http.Request, req any) error {
	body, err := wire.ReadBody(r)
	if err != nil {
		return err
	}
	return wire.Decode(body, req)
}

// fail answers with err. What is no *wire.Error is the vault's own trouble: it
// goes to the owner's log, and the other side learns only that it may retry.
func (v *Vault) fail(w http.ResponseWriter, r *http.Request, err error) {
	var refusal *wire.Error
	if !errors.As(err, &refusal) {
		v.cfg.Log.LogAttrs(r.Context(), slog.LevelError, "request failed", slog.String("path", r.URL.Path), slog.Any("err", err))
		refusal = wire.NewError(http.StatusInternalServerError, wire.TypeServer, "internal",
			"the vault failed to answer; retry, what was paid is kept")
	}
	wire.WriteError(w, refusal)
}

// Manifest returns the vault's manifest for a root.
func (v *Vault) Manifest(root types.Hash) types.Manifest {
	m := v.cfg.About
	m.Kind, m.Root = types.KindData, root
	return m
}

// handleManifest answers with the manifest of the root that the chain knows, in
// its canonical form.
func (v *Vault) handleManifest(w http.ResponseWriter, r *http.Request) {
	root := v.Root()
	if a, err := v.asset(r.Context()); err == nil {
		root = a.Root
	}
	b, err := v.Manifest(root).Bytes()
	if err != nil {
		v.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b)
}

func (v *Vault) handleHealth(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), healthTime)
	defer cancel()
	if err := v.money.PingContext(ctx); err != nil {
		v.fail(w, r, err)
		return
	}
	wire.WriteJSON(w, http.StatusOK, map[string]any{"status": "ok", "role": "vault", "asset": v.book.Asset()})
}
