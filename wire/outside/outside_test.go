package outside_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/wire/outside"
)

func TestPublic(t *testing.T) {
	for s, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true, "127.0.0.1": false, "127.9.9.9": false, "10.1.2.3": false, "172.16.0.1": false,
		"172.32.0.1": true, "192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false, "0.0.0.0": false, "255.255.255.255": false,
		"224.0.0.1": false, "::1": false, "::": false, "fe80::1%eth0": false, "fc00::1": false, "fd12::1": false, "ff02::1": false,
		"::ffff:10.0.0.1": false, "::ffff:8.8.8.8": true, "64:ff9b::a00:1": false, "2002:a00:1::": false, "2001:db8::1": false, "fec0::1": false,
		"198.18.0.1": false, "192.0.0.1": false, "240.0.0.1": false,
	} {
		require.Equal(t, want, outside.Public(netip.MustParseAddr(s)), s)
	}
}

func TestGetAsksNoPrivateAddress(t *testing.T) {
	asked := false
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer s.Close()
	_, port, err := net.SplitHostPort(strings.TrimPrefix(s.URL, "http://"))
	require.NoError(t, err)
	c := outside.New(false, 5*time.Second)
	defer c.Close()
	t.Setenv("HTTP_PROXY", s.URL)
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254"} {
		_, err = c.Get(t.Context(), "http://"+host+":"+port+"/", 10)
		require.ErrorIs(t, err, outside.ErrAddress, host)
	}
	require.False(t, asked)
	// Where private networks are allowed, link-local addresses are not.
	_, err = outside.New(true, 5*time.Second).Get(t.Context(), "http://169.254.169.254/latest/meta-data/", 10)
	require.ErrorIs(t, err, outside.ErrAddress)
}

func TestGet(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/ten":
			_, _ = w.Write([]byte("0123456789"))
		case "/away":
			http.Redirect(w, r, "/ten", http.StatusFound)
		case "/slow":
			<-r.Context().Done()
		default:
			w.WriteHeader(http.StatusTeapot)
		}
	}))
	defer s.Close()
	c := outside.New(true, 200*time.Millisecond)
	defer c.Close()
	b, err := c.Get(t.Context(), s.URL+"/ten", 10)
	require.NoError(t, err)
	require.Equal(t, "0123456789", string(b))
	for path, want := range map[string]string{"/ten": "more than 9", "/away": "302", "/no": "418", "/slow": "exceeded"} {
		_, err := c.Get(t.Context(), s.URL+path, 9)
		require.ErrorContains(t, err, want, path)
		require.NotContains(t, err.Error(), s.URL)
	}
	for _, address := range []string{"", "ftp://example.org/", "http://", "http://user@example.org/", "file:///etc/passwd", "http:opaque", "http://a b/", "://"} {
		_, err := c.Get(t.Context(), address, 9)
		require.ErrorContains(t, err, "it ", address)
	}
}

func FuzzCheck(f *testing.F) {
	for _, s := range []string{"http://example.org/a", "https://[::1]:1/", "http://user:p@h/", "//h", "http://%31/", "http://a\x00b/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := outside.Check(s)
		if err != nil {
			return
		}
		if (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.User != nil {
			t.Fatalf("%q passes as %v", s, u)
		}
	})
}
