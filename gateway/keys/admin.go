package keys

import (
	"errors"
	"net/http"

	"github.com/weal-network/weal/wire"
)

// PathAdmin is where Admin serves; below it are /{key} and /{key}/revoke, with a
// key's number or name.
const PathAdmin = "/weal/v1/admin/keys"

// Created is the answer to a new key. Text is the key itself, told this once.
type Created struct {
	Key
	Text string `json:"key"`
}

// Admin serves the owner. Who calls it has made sure that it is the owner.
func (m *Meter) Admin() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+PathAdmin, answer(func(r *http.Request) (any, error) { return m.List(r.Context()) }))
	mux.HandleFunc("POST "+PathAdmin, answer(func(r *http.Request) (any, error) {
		c, err := readChange(r)
		if err != nil {
			return nil, err
		}
		k, text, err := m.Create(r.Context(), c)
		return Created{k, text}, err
	}))
	mux.HandleFunc("GET "+PathAdmin+"/{key}", answer(func(r *http.Request) (any, error) {
		return m.Show(r.Context(), r.PathValue("key"))
	}))
	mux.HandleFunc("POST "+PathAdmin+"/{key}", answer(func(r *http.Request) (any, error) {
		c, err := readChange(r)
		if err != nil {
			return nil, err
		}
		return m.Set(r.Context(), r.PathValue("key"), c)
	}))
	mux.HandleFunc("POST "+PathAdmin+"/{key}/revoke", answer(func(r *http.Request) (any, error) {
		return m.Revoke(r.Context(), r.PathValue("key"))
	}))
	return mux
}

func readChange(r *http.Request) (c Change, err error) {
	body, err := wire.ReadBody(r)
	if err == nil {
		err = wire.Decode(body, &c)
	}
	return c, err
}

// answer writes what f returns.
func answer(f func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := f(r)
		var e *wire.Error
		switch {
		case err == nil:
			wire.WriteJSON(w, http.StatusOK, v)
		case errors.As(err, &e):
			wire.WriteError(w, e)
		case errors.Is(err, ErrNoKey):
			wire.WriteError(w, wire.NewError(http.StatusNotFound, wire.TypeInvalidRequest, "no_such_key", "%v", err))
		default:
			wire.WriteError(w, err)
		}
	}
}
