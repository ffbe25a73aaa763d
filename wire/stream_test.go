package wire_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/wire"
)

func TestEvents(t *testing.T) {
	w := httptest.NewRecorder()
	e := wire.NewEvents(w)
	require.NoError(t, e.Send(wire.Completion{ID: "a\n\nb", Object: "chat.completion.chunk"}))
	require.NoError(t, e.Send(map[string]string{"k": "v"}))
	require.Error(t, e.Send(func() {}))
	require.NoError(t, e.End())
	require.Equal(t, "text/event-stream", w.Header().Get("Content-Type"))
	require.True(t, w.Flushed)

	r := wire.NewEventReader(w.Body)
	b, err := r.Next()
	require.NoError(t, err)
	var c wire.Completion
	require.NoError(t, json.Unmarshal(b, &c))
	require.Equal(t, "a\n\nb", c.ID)
	b, err = r.Next()
	require.NoError(t, err)
	require.JSONEq(t, `{"k":"v"}`, string(b))
	_, err = r.Next()
	require.ErrorIs(t, err, io.EOF)
}

func TestEventReader(t *testing.T) {
	read := func(s string) (all []string, err error) {
		r := wire.NewEventReader(strings.NewReader(s))
		for {
			b, err := r.Next()
			if err != nil {
				return all, err
			}
			all = append(all, string(b))
		}
	}
	all, err := read(": hello\r\nevent: x\r\nid: 1\r\ndata: 1\r\n\r\ndata:2\n\ndata:\n\ndata: [DONE]\n\ndata: 3\n\n")
	require.ErrorIs(t, err, io.EOF)
	require.Equal(t, []string{"1", "2"}, all)
	all, err = read("data: 1\n\n")
	require.ErrorIs(t, err, io.ErrUnexpectedEOF, "a stream that is cut off is no answer")
	require.Equal(t, []string{"1"}, all)
	_, err = read("data: " + strings.Repeat("x", wire.MaxBody+1))
	require.ErrorContains(t, err, "read event")
}

func FuzzEventReader(f *testing.F) {
	f.Add("data: {}\n\ndata: [DONE]\n\n")
	f.Add("data:\r\n")
	f.Fuzz(func(t *testing.T, s string) {
		r := wire.NewEventReader(strings.NewReader(s))
		for range len(s) + 1 {
			b, err := r.Next()
			if err != nil {
				return
			}
			require.NotEmpty(t, b)
			require.Contains(t, s, string(b))
		}
		t.Fatal("there are more events than bytes")
	})
}

func TestMessageText(t *testing.T) {
	for content, want := range map[string]string{
		``: "", `null`: "", `"hi"`: "hi", `[]`: "",
		`[{"type":"text","text":"a"},{"type":"text","text":"b"}]`: "a\nb",
	} {
		got, err := wire.ChatMessage{Content: json.RawMessage(content)}.Text()
		require.NoError(t, err, content)
		require.Equal(t, want, got)
	}
	for _, content := range []string{`5`, `{}`, `[1]`, `[{"type":"image_url"}]`, `"cut`} {
		_, err := wire.ChatMessage{Content: json.RawMessage(content)}.Text()
		status(t, http.StatusBadRequest, err)
	}
	text, err := wire.TextMessage("user", "a \"b\" \u2028").Text()
	require.NoError(t, err)
	require.Equal(t, "a \"b\" \u2028", text)
}

func FuzzMessageText(f *testing.F) {
	f.Add([]byte(`[{"type":"text","text":"a"}]`))
	f.Add([]byte(`"a"`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := (wire.ChatMessage{Content: b}).Text(); err != nil {
			status(t, http.StatusBadRequest, err)
		}
	})
}

func TestCopyTrace(t *testing.T) {
	from := http.Header{"Traceparent": {"00-a-b-01"}, "Tracestate": {"x=1"}, "Authorization": {"secret"}}
	to := http.Header{}
	wire.CopyTrace(to, from)
	require.Equal(t, http.Header{"Traceparent": {"00-a-b-01"}, "Tracestate": {"x=1"}}, to)
}
