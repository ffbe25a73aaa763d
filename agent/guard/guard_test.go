package guard_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/agent/guard"
)

func TestWhoMayAsk(t *testing.T) {
	local := guard.Guard{Local: true, Origins: []string{"https://example.org"}}
	open := guard.Guard{}
	for name, c := range map[string]struct {
		guard        guard.Guard
		host, origin string
		want         int
	}{
		"this machine":               {local, "127.0.0.1:8400", "", 200},
		"by name":                    {local, "localhost:8400", "", 200},
		"by its other address":       {local, "[::1]:8400", "", 200},
		"without a port":             {local, "localhost", "", 200},
		"a name bound anew":          {local, "evil.example:8400", "", 403},
		"a name that looks like it":  {local, "localhost.evil.example:8400", "", 403},
		"an address that is another": {local, "128.0.0.1:8400", "", 403},
		"no host":                    {local, "", "", 403},
		"a page of this machine":     {local, "127.0.0.1:8400", "http://localhost:6274", 200},
		"a page of elsewhere":        {local, "127.0.0.1:8400", "https://evil.example", 403},
		"a page without an origin":   {local, "127.0.0.1:8400", "null", 403},
		"a page that was named":      {local, "127.0.0.1:8400", "https://example.org", 200},
		"another scheme of it":       {local, "127.0.0.1:8400", "http://example.org", 403},
		"open":                       {open, "agent.example.org", "", 200},
		"open, its own page":         {open, "agent.example.org", "https://agent.example.org", 200},
		"open, a page of elsewhere":  {open, "agent.example.org", "https://evil.example", 403},
		"open, a page of a machine":  {open, "agent.example.org", "http://localhost:6274", 403},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/", http.NoBody)
			r.Host = c.host
			if c.origin != "" {
				r.Header.Set("Origin", c.origin)
			}
			w := httptest.NewRecorder()
			c.guard.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })).ServeHTTP(w, r)
			require.Equal(t, c.want, w.Code)
		})
	}
}

func FuzzOrigin(f *testing.F) {
	f.Add("evil.example", "http://localhost")
	f.Add("127.0.0.1:1", "null")
	f.Add("[::1", "http://[::1")
	f.Fuzz(func(t *testing.T, host, origin string) {
		r := httptest.NewRequest(http.MethodPost, "/", http.NoBody)
		r.Host = host
		r.Header["Origin"] = []string{origin}
		w := httptest.NewRecorder()
		guard.Guard{Local: true}.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).ServeHTTP(w, r)
		if w.Code == 200 && !guard.IsLocal(host) {
			t.Fatalf("host %q was let through", host)
		}
	})
}
