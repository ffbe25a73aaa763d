package wire

import (
	"context"
	"net/http"
)

// Handle serves what do says to a request's body, both JSON.
func Handle[In, Out any](do func(context.Context, In) (Out, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in In
		body, err := ReadBody(r)
		if err == nil {
			err = Decode(body, &in)
		}
		var out Out
		if err == nil {
			out, err = do(r.Context(), in)
		}
		if err != nil {
			WriteError(w, err)
			return
		}
		WriteJSON(w, http.StatusOK, out)
	}
}
