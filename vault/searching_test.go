package vault_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/vault/embed/embedtest"
	"github.com/weal-network/weal/vault/fuse"
	"github.com/weal-network/weal/vault/library"
)

// fruit puts texts of red and of blue fruit into different directions.
func fruit(text string) []float32 {
	v := embedtest.Vector(text)
	clear(v[10:])
	for i, w := range []string{"crimson", "Apples", "azure", "Plums"} {
		if strings.Contains(text, w) {
			v[20+i/2] = 100
		}
	}
	return v
}

func TestOwnerHasTheVaultFindByMeaning(t *testing.T) {
	w := newWorld(t)
	w.add()
	status := func() library.MeaningStatus {
		s, err := w.vault.Status(t.Context())
		require.NoError(t, err)
		return s.Search
	}
	require.Empty(t, status().Model, "without an endpoint the vault is lexical, and says so")
	e := embedtest.New(fruit)
	base, stop, err := e.Start()
	require.NoError(t, err)
	t.Cleanup(func() { _ = stop() })
	set := func(body string) (int, string) {
		rec := do(t, w.vault.Admin("secret"), http.MethodPost, vault.PathAdminSearch, "secret", body)
		return rec.Code, rec.Body.String()
	}
	code, text := set(fmt.Sprintf(`{"embeddings":{"url":%q,"model":"wrong"}}`, base))
	require.Equal(t, http.StatusUnprocessableEntity, code)
	require.Contains(t, text, `has it the model`)
	code, text = set(`{"weight":2}`)
	require.Equal(t, http.StatusUnprocessableEntity, code, text)
	code, text = set(fmt.Sprintf(`{"embeddings":{"url":%q,"model":%q},"weight":0.6}`, base, embedtest.Model))
	require.Equal(t, http.StatusOK, code, text)
	require.Eventually(t, func() bool { return status().Ready }, 10*time.Second, time.Millisecond)
	require.Equal(t, 0.6, status().Weight)
	require.Equal(t, 3, status().Vectors)

	// What no word of the question is in is offered.
	found, err := w.vault.Search(t.Context(), "azure", 1)
	require.NoError(t, err)
	require.Equal(t, "plums.txt", found[0].Source)

	var questions []library.TuneQuestion
	for range 12 {
		questions = append(questions, library.TuneQuestion{Question: "azure", Sources: []string{"plums.txt"}})
	}
	tune := func(req vault.TuneRequest) (int, fuse.Tuned) {
		b, err := json.Marshal(req)
		require.NoError(t, err)
		rec := do(t, w.vault.Admin("secret"), http.MethodPost, vault.PathAdminTune, "secret", string(b))
		var tuned fuse.Tuned
		_ = json.Unmarshal(rec.Body.Bytes(), &tuned)
		return rec.Code, tuned
	}
	code, tuned := tune(vault.TuneRequest{Questions: questions, Keep: true})
	require.Equal(t, http.StatusOK, code)
	require.Equal(t, 12, tuned.Questions)
	require.Equal(t, tuned.Weight, status().Weight)
	require.InDelta(t, 1, tuned.After, 1e-9)
	code, _ = tune(vault.TuneRequest{})
	require.Equal(t, http.StatusUnprocessableEntity, code)

	find := func(body string) (int, vault.Findings) {
		rec := do(t, w.vault.Admin("secret"), http.MethodPost, vault.PathAdminFind, "secret", body)
		var f vault.Findings
		_ = json.Unmarshal(rec.Body.Bytes(), &f)
		return rec.Code, f
	}
	code, f := find(`{"question":"azure","limit":5,"filter":"source=apples.md"}`)
	require.Equal(t, http.StatusOK, code)
	require.NotEmpty(t, f.Passages)
	for _, p := range f.Passages {
		require.Equal(t, "apples.md", p.Source)
	}
	for _, wrong := range []string{`{"question":"q","limit":5,"filter":"x"}`, `{"question":"","limit":5}`, `{"question":"q","limit":99}`} {
		code, _ = find(wrong)
		require.GreaterOrEqual(t, code, 400, wrong)
		require.Less(t, code, 500, wrong)
	}

	code, text = set(`{"lexical":true}`)
	require.Equal(t, http.StatusOK, code, text)
	found, err = w.vault.Search(t.Context(), "azure", 1)
	require.NoError(t, err)
	require.Empty(t, found)
	for _, path := range []string{vault.PathAdminSearch, vault.PathAdminTune} {
		require.Equal(t, http.StatusUnauthorized, do(t, w.vault.Admin("secret"), http.MethodPost, path, "", "{}").Code)
		require.Equal(t, http.StatusBadRequest, do(t, w.vault.Admin("secret"), http.MethodPost, path, "secret", "[]").Code)
	}
}
