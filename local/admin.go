package local

import (
	"crypto/subtle"
	"net/http"
	"strings"

	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/wire"
)

// What a role's owner can ask of it beside what the role itself serves. All of
// it needs the home's admin token as a bearer token.
const (
	adminPrefix = "/weal/v1/admin/"
	pathSettle  = adminPrefix + "settle"
	pathEarned  = adminPrefix + "earned"
)

// settled is the answer of pathSettle.
type settled struct {
	Lanes int `json:"lanes"`
}

// earned is the answer of pathEarned.
type earned struct {
	Settled   types.Amount `json:"settled"`
	Unsettled types.Amount `json:"unsettled"`
}

// adminHandler serves the owner's requests.
func (r *role) adminHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+pathSettle, func(w http.ResponseWriter, req *http.Request) {
		n, err := r.worker.Book().Settle(req.Context(), r.settler())
		if err != nil {
			wire.WriteError(w, err)
			return
		}
		wire.WriteJSON(w, http.StatusOK, settled{Lanes: n})
	})
	mux.HandleFunc("GET "+pathEarned, func(w http.ResponseWriter, req *http.Request) {
		var e earned
		var err error
		if e.Settled, e.Unsettled, err = r.worker.Book().Earned(req.Context()); err != nil {
			wire.WriteError(w, err)
			return
		}
		wire.WriteJSON(w, http.StatusOK, e)
	})
	r.adminKeys(mux)
	r.adminAnswer(mux)
	if g, ok := r.worker.(*gateway.Gateway); ok {
		g.Admin(mux)
	}
	if v, ok := r.worker.(*vault.Vault); ok {
		mux.Handle("/", v.Admin(r.admin))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		token := strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")
		if subtle.ConstantTimeCompare([]byte(token), []byte(r.admin)) != 1 {
			wire.WriteError(w, wire.NewError(http.StatusUnauthorized, wire.TypeAuthentication, "invalid_admin_token",
				"this needs the admin token of the %s's home; use the weal command with its --home", r.name))
			return
		}
		mux.ServeHTTP(w, req)
	})
}
