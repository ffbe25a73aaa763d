package seal_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/vault/seal"
)

func table(t *testing.T, k seal.Key, name string) seal.Table {
	t.Helper()
	s, err := seal.New(k)
	require.NoError(t, err)
	tab, err := s.Table(name)
	require.NoError(t, err)
	return tab
}

func TestSealedBytesOpenOnlyInTheirPlace(t *testing.T) {
	key := seal.NewKey()
	texts := table(t, key, "texts")
	plain := []byte("apples are red")
	b := texts.Seal(plain, seal.At(7, 2))
	require.Len(t, b, len(plain)+seal.Overhead)
	require.False(t, bytes.Contains(b, plain))
	require.NotEqual(t, b, texts.Seal(plain, seal.At(7, 2)), "the same text is never sealed to the same bytes")
	got, err := texts.Open(b, seal.At(7, 2))
	require.NoError(t, err)
	require.Equal(t, plain, got)

	for name, open := range map[string]func() ([]byte, error){
		"another row":      func() ([]byte, error) { return texts.Open(b, seal.At(8, 2)) },
		"another part":     func() ([]byte, error) { return texts.Open(b, seal.At(7, 3)) },
		"another table":    func() ([]byte, error) { return table(t, key, "about").Open(b, seal.At(7, 2)) },
		"another key":      func() ([]byte, error) { return table(t, seal.NewKey(), "texts").Open(b, seal.At(7, 2)) },
		"cut off":          func() ([]byte, error) { return texts.Open(b[:len(b)-1], seal.At(7, 2)) },
		"nothing":          func() ([]byte, error) { return texts.Open(nil, seal.At(7, 2)) },
		"one bit is other": func() ([]byte, error) { b := bytes.Clone(b); b[20] ^= 1; return texts.Open(b, seal.At(7, 2)) },
	} {
		_, err := open()
		require.ErrorIs(t, err, seal.ErrChanged, name)
	}
}

func TestNames(t *testing.T) {
	a, err := seal.New(seal.NewKey())
	require.NoError(t, err)
	b, err := seal.New(seal.NewKey())
	require.NoError(t, err)
	require.Len(t, a.Name("path", []byte("x")), seal.NameSize)
	require.Equal(t, a.Name("path", []byte("x")), a.Name("path", []byte("x")))
	require.NotEqual(t, a.Name("path", []byte("x")), a.Name("path", []byte("y")))
	require.NotEqual(t, a.Name("path", []byte("x")), a.Name("sha", []byte("x")))
	require.NotEqual(t, a.Name("path", []byte("x")), b.Name("path", []byte("x")))
}

func TestOwners(t *testing.T) {
	dir := t.TempDir()
	owner := func(o seal.Owner, err error) seal.Owner { t.Helper(); require.NoError(t, err); return o }
	path := filepath.Join(dir, "a.age")
	owners := map[string]seal.Owner{
		"file":               owner(seal.FileOrNew(path)),
		"another file":       owner(seal.FileOrNew(filepath.Join(dir, "b.age"))),
		"passphrase":         seal.Quick("correct horse"),
		"another passphrase": seal.Quick("battery staple"),
		"secret":             owner(seal.Secret(bytes.Repeat([]byte{1}, 32))),
		"another secret":     owner(seal.Secret(bytes.Repeat([]byte{2}, 32))),
	}
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	key := seal.NewKey()
	for name, by := range owners {
		wrapped, err := by.Wrap(key)
		require.NoError(t, err)
		require.False(t, bytes.Contains(wrapped, key[:]))
		require.Equal(t, by.Kind(), seal.KindOf(wrapped), name)
		for other, o := range owners {
			got, err := o.Unwrap(wrapped)
			if other == name {
				require.NoError(t, err)
				require.Equal(t, key, got)
				continue
			}
			require.ErrorIs(t, err, seal.ErrWrongKey, "%s opens what %s has wrapped", other, name)
			require.ErrorContains(t, err, string(by.Kind()))
		}
	}
	again := owner(seal.FileOrNew(path))
	wrapped, err := owners["file"].Wrap(key)
	require.NoError(t, err)
	got, err := again.Unwrap(wrapped)
	require.NoError(t, err)
	require.Equal(t, key, got)
	_, err = again.Unwrap(wrapped[:len(wrapped)-40])
	require.Error(t, err)
	require.NotErrorIs(t, err, seal.ErrWrongKey)
}

func TestBadOwners(t *testing.T) {
	_, err := seal.Passphrase("")
	require.ErrorContains(t, err, "empty")
	_, err = seal.Secret([]byte("short"))
	require.ErrorContains(t, err, "32 bytes")
	path := filepath.Join(t.TempDir(), "key")
	_, err = seal.File(path)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(path, []byte("not a key"), 0o600))
	_, err = seal.FileOrNew(path)
	require.ErrorContains(t, err, "AGE-SECRET-KEY")
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "not a key", string(b), "a file that is there is never written over")
	_, err = seal.FileOrNew(filepath.Join(path, "in", "no", "folder"))
	require.Error(t, err)
}
