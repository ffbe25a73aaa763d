package model_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/model/modeltest"
	"github.com/weal-network/weal/vault/seal"
)

// onDisk moves the lab's model to a database of which the folder is known.
func (l *lab) onDisk() (path string) {
	l.t.Helper()
	path = filepath.Join(l.t.TempDir(), "model.db")
	l.reopen(path)
	return path
}

// reopen opens the model on the database at path.
func (l *lab) reopen(path string) {
	l.t.Helper()
	db, err := keep.Open(path)
	require.NoError(l.t, err)
	l.t.Cleanup(func() { _ = db.Close() })
	l.db = db
	l.start()
}

// written reports whether any file beside path has a word, as it is or encoded.
func written(t *testing.T, path, word string) bool {
	t.Helper()
	files, err := filepath.Glob(path + "*")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range files {
		b, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, form := range []string{word, hex.EncodeToString([]byte(word)), base64.RawStdEncoding.EncodeToString([]byte(word))[:len(word)]} {
			if bytes.Contains(b, []byte(form)) {
				return true
			}
		}
	}
	return false
}

const secret = "wombat"

// TestNothingPlainIsOnTheDisk looks for a word of an answer in all that a model has
// written, open and closed. That the search would find it is shown by a row in plain.
func TestNothingPlainIsOnTheDisk(t *testing.T) {
	l := newLab(t, "A "+secret+" sleeps [1].")
	path := l.onDisk()
	o := l.order(60)
	s := l.payer.Sign(o)
	first := l.send(t.Context(), s, body(60), l.honest(o))
	require.Nil(t, first.err)
	require.Contains(t, first.text, secret)
	require.NoError(t, keep.Sync(l.db))
	require.False(t, written(t, path, secret), "while it is open")
	require.False(t, written(t, path, "voucher is one"), "the passages")
	l.server.Close()
	require.NoError(t, l.model.Close())
	require.NoError(t, l.db.Close())
	require.False(t, written(t, path, secret), "when it is closed")

	l.server = nil
	l.reopen(path)
	require.Equal(t, first, l.send(t.Context(), s, body(60), nil), "the retry")
	require.Equal(t, 1, l.asked)

	// An answer that was kept before answers were sealed is still given.
	var kept []byte
	require.NoError(t, l.db.QueryRow(`SELECT response FROM earn_lanes`).Scan(&kept))
	box, err := seal.Answers("model", modeltest.Key("asset", uint64(asset)).Seed())
	require.NoError(t, err)
	hash := o.Hash()
	plain, err := box.Open(kept[1:], hash[:])
	require.NoError(t, err)
	_, err = l.db.Exec(`UPDATE earn_lanes SET response = ?`, plain)
	require.NoError(t, err)
	require.NoError(t, keep.Sync(l.db))
	require.True(t, written(t, path, secret), "the search finds nothing anywhere")
	l.start()
	require.Equal(t, first, l.send(t.Context(), s, body(60), nil), "the retry of an answer in plain")
}

// TestKeptAnswerOfAnotherPlace puts what was sealed for one order in another's place.
func TestKeptAnswerOfAnotherPlace(t *testing.T) {
	l := newLab(t, "A "+secret+" sleeps [1].")
	o := l.order(60)
	s := l.payer.Sign(o)
	require.Nil(t, l.send(t.Context(), s, body(60), l.honest(o)).err)
	box, err := seal.Answers("model", modeltest.Key("asset", uint64(asset)).Seed())
	require.NoError(t, err)
	_, err = l.db.Exec(`UPDATE earn_lanes SET response = ?`, append([]byte{1}, box.Seal([]byte("{}"), []byte("elsewhere"))...))
	require.NoError(t, err)
	l.start()
	a := l.send(t.Context(), s, body(60), nil)
	require.NotNil(t, a.err, "it is given all the same")
	require.Equal(t, 1, l.asked)
}
