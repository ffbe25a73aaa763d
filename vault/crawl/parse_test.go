package crawl

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestRobotsFiles(t *testing.T) {
	for _, c := range []struct {
		text, path string
		want       bool
	}{
		{"", "/x", true},
		{"User-agent: *\nDisallow: /", "/x", false},
		{"User-agent: *\nDisallow:", "/x", true},
		{"User-agent: *\nDisallow: /x", "/xyz", false},
		{"User-agent: *\nDisallow: /x$", "/xyz", true},
		{"User-agent: *\nDisallow: /x$", "/x", false},
		{"User-agent: *\nDisallow: /a/*/c", "/a/b/cd", false},
		{"User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf", false},
		{"User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf?x", true},
		{"User-agent: *\nDisallow: /b", "/a/b", true}, // rules begin at the root
		{"User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", true},
		{"User-agent: *\nAllow: /a\nDisallow: /a", "/a", true},
		{"User-agent: *\nDisallow: /a?x=", "/a?x=1", false},
		{"User-agent: *\nDisallow: /%61%20b", "/a%20b", false},
		{"User-agent: *\nDisallow: /ü", "/%C3%BC", false},
		{"User-agent: other\nDisallow: /", "/x", true},
		{"User-agent: Weal-Vault\nDisallow: /x", "/x", false},
		{"User-agent: weal-vault/1.0\nDisallow: /x", "/x", false},
		{"User-agent: *\nDisallow: /x\n\nUser-agent: weal-vault\nDisallow: /y", "/x", true},
		{"User-agent: a\nUser-agent: weal-vault\nDisallow: /x\nUser-agent: b\nDisallow: /y", "/x", false},
		{"User-agent: a\nUser-agent: weal-vault\nDisallow: /x\nUser-agent: b\nDisallow: /y", "/y", true},
		{"User-agent: weal-vault\nDisallow: /x\n\nUser-agent: weal-vault\nDisallow: /y", "/y", false},
		{"user-agent:*\r\ndisallow:/x # why\r", "/x", false},
		{"\uFEFFUser-agent: *\nSitemap: https://x/y\nDisallow: /x", "/x", false},
		{"Disallow: /x\nnonsense\nUser-agent *", "/x", true},
		{"User-agent: *\n\n\nDisallow: /x", "/x", false},
	} {
		u, err := url.Parse("https://h" + c.path)
		require.NoError(t, err)
		require.Equal(t, c.want, parseRobots(c.text, Product).allows(u), "%q %s", c.text, c.path)
	}
	require.Equal(t, 1500*time.Millisecond, parseRobots("User-agent: *\nCrawl-delay: 1.5", Product).delay)
	require.Equal(t, maxDelay, parseRobots("User-agent: *\nCrawl-delay: 1e300", Product).delay)
	require.Zero(t, parseRobots("User-agent: *\nCrawl-delay: -5\nCrawl-delay: NaN", Product).delay)
}

func TestPublicAddressesOnly(t *testing.T) {
	require.NoError(t, PublicOnly("tcp", "8.8.8.8:80", nil))
	require.NoError(t, PublicOnly("tcp", "[::ffff:8.8.8.8]:80", nil))
	for _, address := range []string{"127.0.0.1:80", "[::1]:80", "10.0.0.1:80", "169.254.169.254:80"} {
		require.ErrorIs(t, PublicOnly("tcp", address, nil), ErrPrivate, address)
	}
	require.Error(t, PublicOnly("tcp", "nonsense", nil))
}

func TestAddressesAreWrittenOneWay(t *testing.T) {
	base, _ := url.Parse("https://Example.org/a/b?q#f")
	for in, want := range map[string]string{
		"c":                                "https://example.org/a/c",
		"../../x/./y/../z":                 "https://example.org/x/z",
		"HTTP://USER:pw@EXAMPLE.ORG:80/#x": "http://example.org/",
		"https://example.org:443/?b=1&a=2": "https://example.org/?b=1&a=2",
		"https://example.org:8443":         "https://example.org:8443/",
		"//other.test/x/":                  "https://other.test/x/",
		"https://münchen.de/ü":             "https://xn--mnchen-3ya.de/%C3%BC",
		"https://[::1]:8080/x":             "https://[::1]:8080/x",
		"a%2Fb":                            "https://example.org/a/a%2Fb",
		"?p=2":                             "https://example.org/a/b?p=2",
	} {
		u, err := parseURL(base, in)
		require.NoError(t, err, in)
		require.Equal(t, want, u.String(), in)
		again, err := parseURL(nil, u.String())
		require.NoError(t, err)
		require.Equal(t, want, again.String(), in)
	}
	for _, in := range []string{"ftp://x/y", "javascript:alert(1)", "http://", "http:x", "https://%zz", "mailto:a@b", strings.Repeat("x", 3000)} {
		_, err := parseURL(nil, in)
		require.Error(t, err, in)
	}
}

func TestScope(t *testing.T) {
	var s scope
	u := func(raw string) *url.URL {
		u, err := parseURL(nil, raw)
		require.NoError(t, err)
		return u
	}
	s.add(u("https://h/docs/index.html"), false)
	for raw, want := range map[string]bool{
		"https://h/docs/": true, "http://h/docs/a/b": true, "https://h/docs": true, "https://h/docs/../x": false,
		"https://h/docsx": false, "https://h:444/docs/": false, "https://docs.h/docs/": false, "https://h/docs/%2e%2e/x": false,
	} {
		require.Equal(t, want, s.holds(u(raw)), raw)
	}
}

func FuzzRobots(f *testing.F) {
	f.Add("User-agent: *\nDisallow: /a*b$\nAllow: /%61\nCrawl-delay: 3\n", "/ab?c=%zz")
	f.Fuzz(func(t *testing.T, text, path string) {
		r := parseRobots(text, Product)
		if r.delay < 0 || r.delay > maxDelay || len(r.rules) > maxRules {
			t.Fatal(r.delay, len(r.rules))
		}
		r.allows(&url.URL{Path: path})
	})
}

func FuzzLinks(f *testing.F) {
	f.Add([]byte(`<base href="//x/y"><a href="a?b#c">x</a><meta name=robots content=none><link rel=canonical href=/z>`))
	f.Add([]byte(`<urlset><url><loc><![CDATA[http://a/b]]></loc></url></urlset>`))
	f.Add([]byte("\x1f\x8b\x08http://x/\n# y"))
	f.Fuzz(func(t *testing.T, data []byte) {
		base, _ := url.Parse("https://h/a/b")
		found := readLinks(base, data)
		for _, link := range found.links {
			u, err := parseURL(nil, link)
			if err != nil || u.String() != link {
				t.Fatalf("%q is written %v, %v", link, u, err)
			}
		}
		if pages, maps, err := readMap(data); err == nil && len(pages)+len(maps) > 2*maxMap {
			t.Fatal(len(pages), len(maps))
		}
	})
}
