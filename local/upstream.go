package local

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/model"
)

// MaxUpstreamTimeout bounds Upstream.Timeout. Purses wait longer than that for a
// silent gateway (answerPatience), so that they hear the model's own reason.
const MaxUpstreamTimeout = 3 * time.Minute

// Upstream is an OpenAI-compatible server behind the model; with no URL the
// model is weal-reader.
type Upstream struct {
	URL, Key, Model string
	// Embeddings and Rerank are its models for these tasks; empty for none.
	Embeddings, Rerank string
	// Timeout is how long it may be silent, before an answer and within it; zero
	// for the defaults of model.NewHTTP.
	Timeout time.Duration
}

// Check says what is wrong with the settings, if anything is.
func (u Upstream) Check() error {
	if u.Timeout < 0 || u.Timeout > MaxUpstreamTimeout {
		return fmt.Errorf("--upstream-timeout: want up to %s, got %s", MaxUpstreamTimeout, u.Timeout)
	}
	if u.URL == "" {
		if u.Embeddings != "" || u.Rerank != "" {
			return errors.New("--upstream-embeddings and --upstream-rerank name models of an upstream; say which server that is: --upstream URL")
		}
		return nil
	}
	if p, err := url.Parse(u.URL); err != nil || p.Host == "" || (p.Scheme != "http" && p.Scheme != "https") {
		return fmt.Errorf("--upstream: want a URL like http://127.0.0.1:11434/v1, got %q", u.URL)
	}
	return nil
}

// tasks returns app with those tasks that its own model does with this upstream.
func (u Upstream) tasks(app gateway.App) gateway.App {
	if u.Embeddings != "" {
		app.Embeddings = app.Model
	}
	if u.Rerank != "" {
		app.Rerank = app.Model
	}
	return app
}

// open returns what the model asks, and the name it has.
func (u Upstream) open() (model.Upstream, string) {
	if u.URL == "" {
		return model.NewReader(), "weal-reader"
	}
	h := model.NewHTTP(u.URL, u.Key, u.Model)
	h.Embeddings, h.Rerank = u.Embeddings, u.Rerank
	if u.Timeout > 0 {
		h.HeaderTimeout, h.IdleTimeout = u.Timeout, u.Timeout
	}
	return h, cmp.Or(u.Model, "upstream")
}
