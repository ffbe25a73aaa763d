package model

import (
	"net/http"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/wire"
)

func (m *Model) routes(mux *http.ServeMux) {
	mux.HandleFunc("POST "+wire.PathCompletions, m.complete)
	mux.HandleFunc("POST "+wire.PathEmbeddings, m.task(Embeddings))
	mux.HandleFunc("POST "+wire.PathRerank, m.task(Rerank))
	mux.HandleFunc("POST "+wire.PathTicks, m.tick)
	mux.HandleFunc("POST "+wire.PathAdmit, m.admit)
	mux.HandleFunc("GET "+wire.PathModels, m.models)
	mux.HandleFunc("GET "+wire.PathManifest, m.manifest)
	mux.HandleFunc("GET "+wire.PathHealth, m.health)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		wire.WriteError(w, wire.NewError(http.StatusNotFound, wire.TypeInvalidRequest, "not_found",
			"there is no %s %s here; spec/wire.md lists what is", r.Method, r.URL.Path))
	})
}

func (m *Model) models(w http.ResponseWriter, _ *http.Request) {
	wire.WriteJSON(w, http.StatusOK, wire.ModelList{
		Object: "list", Data: []wire.Model{{ID: m.cfg.Name, Object: "model", OwnedBy: "weal", Supports: supports(m.cfg.Upstream)}},
	})
}

func (m *Model) manifest(w http.ResponseWriter, _ *http.Request) {
	if len(m.cfg.Manifest) == 0 {
		wire.WriteError(w, wire.NewError(http.StatusNotFound, wire.TypeInvalidRequest, "no_manifest",
			"this model keeps no manifest; the chain has its prices and key"))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(m.cfg.Manifest)
}

func (m *Model) health(w http.ResponseWriter, _ *http.Request) {
	wire.WriteJSON(w, http.StatusOK, map[string]any{"status": "ok", "role": "model", "asset": m.book.Asset()})
}

// admit says whether the payer of a lane would be served now, or why not. It is
// asked before a quote that names this model, if the model is not open to all, and
// before anyone is paid of a payment that pays it at once.
func (m *Model) admit(w http.ResponseWriter, r *http.Request) {
	body, err := wire.ReadBody(r)
	var req wire.AdmitRequest
	if err == nil {
		err = wire.Decode(body, &req)
	}
	if err == nil {
		_, err = m.book.Admit(r.Context(), req.Lane)
	}
	if err == nil && req.Price.Cmp(m.cfg.Exposure) > 0 {
		err = refuse(earn.CodeOverLimit, "this model lets a tab owe %s at most, the whole answer would be %s; ask for less, or pay by ticks", m.cfg.Exposure, req.Price)
	}
	if err != nil {
		wire.WriteError(w, err)
		return
	}
	wire.WriteJSON(w, http.StatusOK, wire.Admission{Asset: m.book.Asset()})
}

// tick takes a revealed preimage.
func (m *Model) tick(w http.ResponseWriter, r *http.Request) {
	body, err := wire.ReadBody(r)
	var t wire.Tick
	if err == nil {
		err = wire.Decode(body, &t)
	}
	if err != nil {
		wire.WriteError(w, err)
		return
	}
	paid, err := m.book.Tick(r.Context(), t)
	if err != nil {
		wire.WriteError(w, err)
		return
	}
	wire.WriteJSON(w, http.StatusOK, wire.TickReply{Paid: paid})
}
