package model_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/model"
)

func TestUpstreamFailsBeforeTheFirstByte(t *testing.T) {
	l := newLab(t, "at last")
	good := l.upstream
	l.upstream = model.NewHTTP("http://127.0.0.1:1/v1", "", "m")
	o := l.order(60)
	s := l.payer.Sign(o)
	a := l.send(t.Context(), s, body(60), nil)
	require.Equal(t, http.StatusBadGateway, a.status)
	require.Equal(t, model.CodeDown, a.err.Code)

	l.upstream = good
	a = l.send(t.Context(), s, body(60), l.honest(o))
	require.Nil(t, a.err)
	require.Equal(t, "at last", a.text)
}

func TestUpstreamFailsInTheMiddle(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, `data: {"choices":[{"delta":{"content":"Half an answer, more than a tick"}}]}`+"\n\n")
		_, _ = io.WriteString(w, `data: {"error":{"message":"out of memory"}}`+"\n\n")
	}))
	defer s.Close()
	l := newLab(t)
	l.upstream = model.NewHTTP(s.URL, "", "m")
	o := l.order(60)
	signed := l.payer.Sign(o)
	a := l.send(t.Context(), signed, body(60), l.honest(o))
	require.NoError(t, a.cut)
	require.Equal(t, model.CodeRefused, a.err.Code)
	require.Contains(t, a.err.Message, "out of memory")
	require.Equal(t, "Half an answer, more than a tick", a.text)
	require.Empty(t, a.finish)
	l.checkReceipt(a, o, o.Prompt+2)
	require.Equal(t, a, l.send(t.Context(), signed, body(60), nil), "a retry gets what was sent")
}

func TestClientGoesAway(t *testing.T) {
	l := newLab(t)
	stopped := make(chan struct{})
	l.upstream = upstreamFunc(func(ctx context.Context, _ model.Prompt) (model.Answer, error) {
		context.AfterFunc(ctx, func() { close(stopped) })
		return &script{pieces: []string{long(500)}}, nil
	})
	o := l.order(200)
	s := l.payer.Sign(o)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	a := l.send(ctx, s, body(200), func(int) { cancel() })
	require.Error(t, a.cut)
	select {
	case <-stopped:
	case <-time.After(5 * time.Second):
		t.Fatal("the upstream works on for nobody")
	}
	again := l.send(t.Context(), s, body(200), nil)
	require.Equal(t, "cut", again.err.Code)
	require.Equal(t, 16, len(again.text), "a retry gets what was sent, and no more")
	require.Equal(t, 1, l.asked)
}
