package local

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/weal-network/weal/operator"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// modelWorker asks the home's own model, which is not paid by its owner.
type modelWorker struct {
	client *Client
	url    string
}

// Answer implements operator.Worker.
func (w *modelWorker) Answer(ctx context.Context, q operator.Question) (string, error) {
	var a operatorAnswer
	err := w.client.admin(ctx, http.MethodPost, w.url+pathAnswer, json.RawMessage(q.Body), &a)
	return a.Text, lasting(err)
}

// payingWorker asks the home's own app, and pays vaults and model from the home's tab.
type payingWorker struct {
	client *Client
	purse  *purse.Purse
	app    types.AssetID
	url    string
	// spend is what an answer may cost beyond what its request brings.
	spend types.Amount
}

// Answer implements operator.Worker.
func (w *payingWorker) Answer(ctx context.Context, q operator.Question) (string, error) {
	body, err := withModel(q.Body, AppName)
	if err != nil {
		return "", err
	}
	most, err := w.most(ctx, q)
	if err != nil {
		return "", err
	}
	a, err := ask(ctx, w.purse, purse.Ask{Gateway: w.url, App: w.app, Body: body, AtMost: most})
	switch {
	case err == nil:
		return a.Text, nil
	case a != nil:
		// What was signed stays promised: who can have answers broken off could
		// otherwise have the same request paid for again and again.
		return "", operator.Refuse("its answer was paid for and broke off: %v", err)
	case errors.Is(err, purse.ErrLimit):
		return "", operator.Refuse("%v; raise what asset %d asks for a use (weal asset price), or let answers cost more (--spend)", err, w.app)
	}
	return "", lasting(err)
}

// most is what an answer may cost: what the request brings, what may be spent beyond
// it, and what the app itself is paid, which comes back.
func (w *payingWorker) most(ctx context.Context, q operator.Question) (types.Amount, error) {
	a, err := w.client.Ledger.Asset(ctx, w.app)
	if err != nil {
		return types.Amount{}, err
	}
	most, ok := q.Brings.Add(w.spend)
	for _, p := range a.Prices {
		if p.Unit == types.PerUse && p.Denom == types.BaseDenom && ok {
			most, ok = most.Add(p.Amount)
		}
	}
	switch {
	case !ok:
		return most, operator.Refuse("what its answer may cost does not fit 128 bits")
	case most.IsZero():
		return most, operator.Refuse("it brings nothing that its answer could be paid from; see --spend")
	}
	return most, nil
}

// keyWorker asks the home's own app with an API key, whose tab and limits bound what it
// spends.
type keyWorker struct{ url, key string }

// Answer implements operator.Worker.
func (w *keyWorker) Answer(ctx context.Context, q operator.Question) (string, error) {
	var list wire.ModelList
	if err := getJSON(ctx, w.url+wire.PathModels, &list); err != nil {
		return "", err
	}
	if len(list.Data) == 0 {
		return "", fmt.Errorf("the gateway at %s lists no model", w.url)
	}
	body, err := withModel(q.Body, list.Data[0].ID)
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url+wire.PathCompletions, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+w.key)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", &DownError{What: w.url, Err: err}
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(res.Body, wire.MaxBody))
	if err != nil {
		return "", operator.Refuse("its answer was paid for and broke off: %v", err)
	}
	if res.StatusCode != http.StatusOK {
		return "", lasting(wire.ReadError(res.StatusCode, b))
	}
	return completionText(b)
}

// completionText reads the text of a whole chat completion.
func completionText(b []byte) (string, error) {
	var c struct {
		Choices []struct {
			Message struct {
				Content string `json:"content"`
			} `json:"message"`
		} `json:"choices"`
	}
	if err := json.Unmarshal(b, &c); err != nil || len(c.Choices) == 0 {
		return "", operator.Refuse("its answer was no chat completion")
	}
	return c.Choices[0].Message.Content, nil
}

// withModel names the model in a chat completion request.
func withModel(body []byte, name string) ([]byte, error) {
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(body, &fields); err != nil || fields == nil {
		return nil, operator.Refuse("its input is no chat completion request")
	}
	var err error
	if fields["model"], err = json.Marshal(name); err != nil {
		return nil, err
	}
	return json.Marshal(fields)
}

// lasting makes an error that says that a request is wrong one that is not tried again.
func lasting(err error) error {
	var e *wire.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return operator.Refuse("%s", e.Message)
	}
	return err
}
