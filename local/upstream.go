package local

import (
	"cmp"
	"fmt"
	"net/url"
	"time"

	"github.com/weal-network/weal/model"
)

// MaxUpstreamTimeout bounds Upstream.Timeout. Purses wait longer than that for a
// silent gateway (answerPatience), so that they hear the model's own reason.
const MaxUpstreamTimeout = 3 * time.Minute

// Upstream is an OpenAI-compatible server behind the model; with no URL the
// model is weal-reader.
type Upstream struct {
	URL, Key, Model string
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
		return nil
	}
	if p, err := url.Parse(u.URL); err != nil || p.Host == "" || (p.Scheme != "http" && p.Scheme != "https") {
		return fmt.Errorf("--upstream: want a URL like http://127.0.0.1:11434/v1, got %q", u.URL)
	}
	return nil
}

// open returns what the model asks, and the name it has.
func (u Upstream) open() (model.Upstream, string) {
	if u.URL == "" {
		return model.NewReader(), "weal-reader"
	}
	h := model.NewHTTP(u.URL, u.Key, u.Model)
	if u.Timeout > 0 {
		h.HeaderTimeout, h.IdleTimeout = u.Timeout, u.Timeout
	}
	return h, cmp.Or(u.Model, "upstream")
}
