package vault_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/wire"
)

func do(t *testing.T, h http.Handler, method, path, token, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

func TestAdminAddStreamsProgressAndAReport(t *testing.T) {
	w := newWorld(t)
	w.write("bad.txt", "a\x00b")
	body := fmt.Sprintf(`{"paths":[%q]}`, w.docs)
	rec := do(t, w.vault.Admin("secret"), http.MethodPost, vault.PathAdminAdd, "secret", body)
	require.Equal(t, http.StatusOK, rec.Code)
	var lines []vault.AddLine
	for s := bufio.NewScanner(rec.Body); s.Scan(); {
		var l vault.AddLine
		require.NoError(t, json.Unmarshal(s.Bytes(), &l))
		lines = append(lines, l)
	}
	require.GreaterOrEqual(t, len(lines), 2)
	last := lines[len(lines)-1]
	require.Nil(t, last.Error)
	require.Equal(t, 2, last.Report.Added)
	require.Equal(t, 1, last.Report.Failed)
	require.True(t, last.Report.Published)
	require.Equal(t, w.vault.Root(), last.Report.Root)
	before := lines[len(lines)-2].Progress
	require.Equal(t, 3, before.Files)
	require.Equal(t, 3, before.FilesTotal)
	require.Equal(t, 3, before.Chunks)
}

func TestAdminStatus(t *testing.T) {
	w := newWorld(t)
	w.add()
	w.hold = true
	w.write("new.md", "New.")
	w.write("bad.txt", "\x00")
	w.add()
	rec := do(t, w.vault.Admin("secret"), http.MethodGet, vault.PathAdminStatus, "secret", "")
	require.Equal(t, http.StatusOK, rec.Code)
	var s vault.Status
	require.NoError(t, json.Unmarshal(rec.Body.Bytes(), &s))
	require.Equal(t, me, s.Asset)
	require.EqualValues(t, 1, s.Version)
	require.True(t, s.Staged)
	require.Equal(t, 4, s.Chunks)
	require.Empty(t, s.Problem)
	var states []string
	for _, d := range s.Documents {
		states = append(states, d.Source+" "+string(d.State))
	}
	require.Equal(t, []string{"apples.md served", "bad.txt refused", "new.md staged", "plums.txt served"}, states)
}

func TestAdminRefusesStrangers(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ set, given string }{{"secret", ""}, {"secret", "Secret"}, {"", ""}, {"", "x"}} {
		for _, path := range []string{vault.PathAdminAdd, vault.PathAdminStatus} {
			rec := do(t, w.vault.Admin(c.set), http.MethodGet, path, c.given, "")
			require.Equal(t, http.StatusUnauthorized, rec.Code)
		}
	}
	admin := w.vault.Admin("secret")
	require.Equal(t, http.StatusBadRequest, do(t, admin, http.MethodPost, vault.PathAdminAdd, "secret", `{"paths":[]}`).Code)
	require.Equal(t, http.StatusBadRequest, do(t, admin, http.MethodPost, vault.PathAdminAdd, "secret", `{`).Code)
	require.Equal(t, http.StatusNotFound, do(t, admin, http.MethodGet, "/other", "secret", "").Code)
	require.True(t, w.vault.Root().IsZero())
}

func TestManifestIsThatOfTheRootOnTheChain(t *testing.T) {
	w := newWorld(t)
	w.add()
	rec := do(t, w.vault.Handler(), http.MethodGet, wire.PathManifest, "", "")
	require.Equal(t, http.StatusOK, rec.Code)
	m, err := types.ParseManifest(rec.Body.Bytes())
	require.NoError(t, err)
	require.Equal(t, w.asset.Root, m.Root)
	require.Equal(t, types.KindData, m.Kind)
	require.Equal(t, "fruit", m.Name)
	hash, err := w.vault.Manifest(w.asset.Root).Hash()
	require.NoError(t, err)
	require.Equal(t, hash, types.ManifestHash(rec.Body.Bytes()))
}

func TestHealthAndUnknownPaths(t *testing.T) {
	w := newWorld(t)
	require.Equal(t, http.StatusOK, do(t, w.vault.Handler(), http.MethodGet, wire.PathHealth, "", "").Code)
	rec := do(t, w.vault.Handler(), http.MethodGet, "/weal/v1/nothing", "", "")
	require.Equal(t, http.StatusNotFound, rec.Code)
	require.Equal(t, "not_found", wire.ReadError(rec.Code, rec.Body.Bytes()).Code)
}

func FuzzHandlers(f *testing.F) {
	f.Add(`{"lane":{"tab":1,"epoch":0,"lane":0},"seq":1,"gateway":7,"question":"apples","limit":4}`)
	f.Add(`{"offer":"AAAA","ids":["00"],"voucher":"","paid":{"leaf":{},"path":"","order":{}}}`)
	f.Add(`{"offer":"","ids":[],"paid":{"order":{"price":"1"}}} x`)
	f.Add(`null`)
	w := newWorld(f)
	w.add()
	h := w.vault.Handler()
	f.Fuzz(func(t *testing.T, body string) {
		for _, path := range []string{wire.PathOffers, wire.PathRelease} {
			rec := do(t, h, http.MethodPost, path, "", body)
			if rec.Code == http.StatusInternalServerError {
				t.Fatalf("%s answers %q with %s", path, body, rec.Body)
			}
			if rec.Code == http.StatusOK && path == wire.PathRelease {
				t.Fatalf("%s releases for %q", path, body)
			}
		}
	})
}
