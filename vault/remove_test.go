package vault_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/vault/seal"
)

// TestRemovedDocumentIsNeitherOfferedNorReleased: an offer that was made before
// is refused for it, before anything is paid, and the chain is told the new root.
func TestRemovedDocumentIsNeitherOfferedNorReleased(t *testing.T) {
	w := newWorld(t)
	w.add()
	o := w.offer(lane(0), 1, "plums blue")
	sold := w.offer(lane(1), 1, "plums blue")
	bought := w.buy(lane(1), 1, sold, 0)
	r, refusal := w.release(bought)
	require.Nil(t, refusal)
	require.Equal(t, "Plums are blue.", r.Passages[0].Text)

	w.hold = true // the chain does not know the new root yet
	rec := do(t, w.vault.Admin("secret"), http.MethodPost, vault.PathAdminRemove, "secret", fmt.Sprintf(`{"dir":%q,"names":["plums.txt"]}`, w.docs))
	require.Equal(t, http.StatusOK, rec.Code, rec.Body.String())
	var report vault.Report
	require.NoError(t, json.Unmarshal(rec.Body.Bytes(), &report))
	require.Equal(t, 1, report.Erased)
	require.True(t, report.Published)
	require.Equal(t, w.vault.Root(), report.Root)

	_, refusal = w.release(w.buy(lane(0), 1, o, 0))
	require.NotNil(t, refusal)
	require.Equal(t, vault.CodeRemoved, refusal.Code)
	settled, unsettled, err := w.vault.Book().Earned(t.Context())
	require.NoError(t, err)
	require.Zero(t, settled.Cmp(n(0)))
	require.Zero(t, unsettled.Cmp(n(5)), "nothing was taken for it")
	require.Empty(t, w.offer(lane(2), 1, "plums blue").Items)

	// What was sold before is still good: the answer, its proof and its receipt.
	again, refusal := w.release(bought)
	require.Nil(t, refusal)
	require.Equal(t, r, again)
	w.verify(bought, again)

	w.hold = false
	w.know(report.Root)
	require.NotEmpty(t, w.offer(lane(3), 1, "apples").Items)
	require.Empty(t, w.offer(lane(3), 2, "plums blue").Items)
}

func TestRemoveRefuses(t *testing.T) {
	w := newWorld(t)
	w.add()
	for body, status := range map[string]int{
		`{"names":[]}`: http.StatusBadRequest, `{"names":["none.md"]}`: http.StatusNotFound, `{`: http.StatusBadRequest,
	} {
		require.Equal(t, status, do(t, w.vault.Admin("secret"), http.MethodPost, vault.PathAdminRemove, "secret", body).Code, body)
	}
	require.Equal(t, http.StatusUnauthorized, do(t, w.vault.Admin("secret"), http.MethodPost, vault.PathAdminRemove, "", `{}`).Code)
	require.NotEmpty(t, w.offer(lane(0), 1, "plums").Items)
}

// TestNothingPlainIsInTheFolder looks for a document's words in all files of a
// vault that has sold it: documents, payments and answers.
func TestNothingPlainIsInTheFolder(t *testing.T) {
	w := newWorld(t)
	w.add()
	req := w.buy(lane(0), 1, w.offer(lane(0), 1, "apples"), 0)
	_, refusal := w.release(req)
	require.Nil(t, refusal)
	search := func(words ...string) (hits []string) {
		require.NoError(t, filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			for _, word := range words {
				if bytes.Contains(bytes.ToLower(b), []byte(word)) {
					hits = append(hits, word+" in "+d.Name())
				}
			}
			return err
		}))
		return hits
	}
	require.Empty(t, search("apple", "pears", "plum"))
	require.NotEmpty(t, search("earn_lanes"), "the search finds what is there")
	require.NoError(t, w.vault.Close())
	require.Empty(t, search("apple", "pears", "plum"))
	w.open(nil)
	again, refusal := w.release(req)
	require.Nil(t, refusal)
	w.verify(req, again)
}

func TestVaultOfAnotherOwnerIsRefused(t *testing.T) {
	w := newWorld(t)
	w.add()
	require.NoError(t, w.vault.Close())
	_, err := vault.Open(t.Context(), vault.Config{
		Dir: w.dir, ChainID: "weal_31337-1", Key: key(1), Owner: seal.Fresh(), Exposure: n(500), Chain: w,
	})
	require.ErrorIs(t, err, seal.ErrWrongKey)
	w.open(nil)
	s, err := w.vault.Status(t.Context())
	require.NoError(t, err)
	require.Equal(t, library.Sealing{Engine: "SQLite", By: seal.KindRole, Index: true}, s.Sealing)
	require.Equal(t, "SQLite; all content and the index are sealed, by role key", s.Sealing.String())
}
