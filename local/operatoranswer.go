package local

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/weal-network/weal/model"
	"github.com/weal-network/weal/operator"
	"github.com/weal-network/weal/wire"
)

// pathAnswer is where a model answers its owner's operator, unpaid: what the chain pays
// for it is the asset's.
const pathAnswer = adminPrefix + "answer"

// operatorAnswer is the answer of pathAnswer.
type operatorAnswer struct {
	Text string `json:"text"`
}

// adminAnswer serves what the home's operator asks of a model's upstream: the body is an
// OpenAI chat completion request.
func (r *role) adminAnswer(mux *http.ServeMux) {
	if r.upstream == nil {
		return
	}
	mux.HandleFunc("POST "+pathAnswer, func(w http.ResponseWriter, req *http.Request) {
		body, err := wire.ReadBody(req)
		var text string
		if err == nil {
			text, err = whole(req, r.upstream, body)
		}
		if err != nil {
			wire.WriteError(w, err)
			return
		}
		wire.WriteJSON(w, http.StatusOK, operatorAnswer{text})
	})
}

// whole returns the text of an upstream's answer, up to what any answer may have.
func whole(req *http.Request, up model.Upstream, body []byte) (string, error) {
	a, err := up.Open(req.Context(), model.Prompt{Body: body, Trace: req.Header})
	if err != nil {
		return "", err
	}
	defer func() { _ = a.Close() }()
	var text strings.Builder
	for text.Len() <= operator.MostAnswer {
		piece, err := a.Next()
		if errors.Is(err, io.EOF) {
			return text.String(), nil
		}
		if err != nil {
			return "", err
		}
		text.WriteString(piece.Content)
	}
	return "", wire.NewError(http.StatusBadRequest, wire.TypeInvalidRequest, "too_long", "the answer has more than %d bytes", operator.MostAnswer)
}
