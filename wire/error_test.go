package wire_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/wire"
)

func TestWriteErrorReadError(t *testing.T) {
	e := wire.NewError(http.StatusPaymentRequired, wire.TypePaymentRequired, "too_little", "sign %d more", 3)
	w := httptest.NewRecorder()
	wire.WriteError(w, e)
	require.Equal(t, http.StatusPaymentRequired, w.Code)
	require.Equal(t, "application/json", w.Header().Get("Content-Type"))
	require.JSONEq(t, `{"error":{"message":"sign 3 more","type":"payment_required","code":"too_little","param":null}}`, w.Body.String())
	got := wire.ReadError(w.Code, w.Body.Bytes())
	require.False(t, e.Relayed())
	require.True(t, got.Relayed(), "who reads it did not make it")
	require.Equal(t, []string{"too_little", "relayed", "ok"}, []string{e.Result(), got.Result(), (*wire.Error)(nil).Result()})
	var c wire.Completion
	require.NoError(t, wire.Unmarshal([]byte(`{"error":{"message":"m","code":"what it likes"}}`), &c))
	require.Equal(t, "relayed", c.Error.Result(), "an event of another's stream")
	require.Equal(t, []any{e.Message, e.Type, e.Code, e.Param, e.Status}, []any{got.Message, got.Type, got.Code, got.Param, got.Status})
}

func TestWriteErrorOfAnother(t *testing.T) {
	w := httptest.NewRecorder()
	wire.WriteError(w, errors.New("disk full"))
	require.Equal(t, http.StatusInternalServerError, w.Code)
	got := wire.ReadError(w.Code, w.Body.Bytes())
	require.Equal(t, wire.TypeServer, got.Type)
	require.Equal(t, "disk full", got.Message)
	require.Equal(t, "disk full", fmt.Sprint(got))
}

func TestReadErrorOfStrangers(t *testing.T) {
	for _, body := range []string{"", "<html>", "{}", `{"error":"text"}`, `{"error":{}}`, `{"error":null}`, strings.Repeat("x", 10_000)} {
		e := wire.ReadError(http.StatusBadGateway, []byte(body))
		require.Equal(t, http.StatusBadGateway, e.Status)
		require.Equal(t, wire.TypeUpstream, e.Type)
		require.Less(t, len(e.Message), 500)
	}
}

func TestWriteJSONOfWhatCannotBe(t *testing.T) {
	w := httptest.NewRecorder()
	wire.WriteJSON(w, http.StatusOK, func() {})
	require.Equal(t, http.StatusInternalServerError, w.Code)
}

func FuzzReadError(f *testing.F) {
	f.Add([]byte(`{"error":{"message":"m","type":"t","code":"c"}}`))
	f.Add([]byte(`{"error":[]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		e := wire.ReadError(http.StatusTeapot, b)
		require.NotEmpty(t, e.Message)
		require.Equal(t, http.StatusTeapot, e.Status)
	})
}
