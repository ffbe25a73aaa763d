package local

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/model"
)

func TestUpstreamCheck(t *testing.T) {
	for _, u := range []Upstream{
		{}, {URL: "http://127.0.0.1:11434/v1"}, {URL: "https://example.org/v1", Timeout: MaxUpstreamTimeout},
	} {
		require.NoError(t, u.Check(), "%v", u)
	}
	for _, u := range []Upstream{
		{URL: "127.0.0.1:11434"}, {URL: "localhost"}, {URL: "ftp://example.org"}, {URL: "http://"}, {URL: "http://%"},
		{Timeout: -1}, {Timeout: MaxUpstreamTimeout + 1},
	} {
		require.ErrorContains(t, u.Check(), "--upstream", "%v", u)
	}
}

func TestUpstreamOpen(t *testing.T) {
	_, name := Upstream{}.open()
	require.Equal(t, "weal-reader", name)
	up, name := Upstream{URL: "http://127.0.0.1:1/v1", Timeout: time.Second}.open()
	require.Equal(t, "upstream", name)
	h, ok := up.(*model.HTTP)
	require.True(t, ok)
	require.Equal(t, []time.Duration{time.Second, time.Second}, []time.Duration{h.HeaderTimeout, h.IdleTimeout})
	require.Greater(t, answerPatience, MaxUpstreamTimeout, "a purse waits for what the model says")
}
