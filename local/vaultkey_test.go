package local

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/vault/crawl"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/vault/seal"
)

// vaultHome is a home with a vault that has one document, whatever it is sealed by.
func vaultHome(t *testing.T) *home.Home {
	t.Helper()
	t.Setenv(EnvVaultPassphrase, "")
	t.Setenv(EnvVaultKey, "")
	t.Setenv(EnvVaultDB, "")
	h, err := home.OpenOrCreate(t.TempDir(), "weal_1-1", RoleVault)
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(h.Path("vault"), 0o700))
	return h
}

func kind(t *testing.T, h *home.Home) seal.Kind {
	t.Helper()
	l, err := openLibrary(t.Context(), h, "")
	require.NoError(t, err)
	defer l.Close()
	return l.SealedBy()
}

func TestNewVaultIsSealedByAFileInTheHome(t *testing.T) {
	h := vaultHome(t)
	require.Equal(t, seal.KindFile, kind(t, h))
	info, err := os.Stat(h.Path("keys", vaultKey))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	require.Equal(t, seal.KindFile, kind(t, h), "it opens again")

	require.NoError(t, os.Rename(h.Path("keys", vaultKey), h.Path("moved")))
	_, err = openLibrary(t.Context(), h, "")
	require.ErrorIs(t, err, seal.ErrWrongKey)
	require.ErrorContains(t, err, EnvVaultKey)
	require.NoFileExists(t, h.Path("keys", vaultKey), "no other key takes its name")
	t.Setenv(EnvVaultKey, h.Path("moved"))
	require.Equal(t, seal.KindFile, kind(t, h))
	t.Setenv(EnvVaultKey, h.Path("nowhere"))
	_, err = openLibrary(t.Context(), h, "")
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestRekeyVault(t *testing.T) {
	h := vaultHome(t)
	require.Equal(t, seal.KindFile, kind(t, h))
	_, err := RekeyVault(t.Context(), h.Dir(), "", true, "")
	require.ErrorContains(t, err, EnvVaultNewPassphrase)

	t.Setenv(EnvVaultNewPassphrase, "correct horse")
	r, err := RekeyVault(t.Context(), h.Dir(), "", true, "")
	require.NoError(t, err)
	require.Equal(t, Rekeyed{Before: seal.KindFile, Now: seal.KindPassphrase, OldKeyFile: h.Path("keys", vaultKey)}, r)
	require.FileExists(t, r.OldKeyFile, "backups need it")
	_, err = openLibrary(t.Context(), h, "")
	require.ErrorIs(t, err, seal.ErrWrongKey)
	require.ErrorContains(t, err, EnvVaultPassphrase)
	t.Setenv(EnvVaultPassphrase, "correct horse")
	require.Equal(t, seal.KindPassphrase, kind(t, h))

	stick := filepath.Join(t.TempDir(), "stick.age")
	r, err = RekeyVault(t.Context(), h.Dir(), "", false, stick)
	require.NoError(t, err)
	require.Equal(t, seal.KindFile, r.Now)
	require.Empty(t, r.OldKeyFile, "it was a passphrase before")
	_, err = openLibrary(t.Context(), h, "")
	require.ErrorIs(t, err, seal.ErrWrongKey)
	t.Setenv(EnvVaultKey, stick)
	require.Equal(t, seal.KindFile, kind(t, h))
}

func TestPassphraseIsAskedFor(t *testing.T) {
	h := vaultHome(t)
	t.Setenv(EnvVaultPassphrase, "correct horse")
	require.Equal(t, seal.KindPassphrase, kind(t, h))
	t.Setenv(EnvVaultPassphrase, "")
	asked := 0
	o := vaultOwner{home: h, ask: func(string) (string, error) { asked++; return "correct horse", nil }}
	l, err := library.Open(t.Context(), library.Config{Dir: h.Path("vault"), Owner: o})
	require.NoError(t, err)
	require.NoError(t, l.Close())
	require.Equal(t, 1, asked)
	o.ask = func(string) (string, error) { return "", errors.New("no terminal") }
	_, err = library.Open(t.Context(), library.Config{Dir: h.Path("vault"), Owner: o})
	require.ErrorContains(t, err, "no terminal")
}

func TestCopyVaultWithinAHome(t *testing.T) {
	h := vaultHome(t)
	require.Equal(t, seal.KindFile, kind(t, h))
	to := filepath.Join(t.TempDir(), "copy")
	c, err := CopyVault(t.Context(), h.Dir(), "", to, func(int, int) {})
	require.NoError(t, err)
	require.Zero(t, c.Documents)
	require.False(t, c.Crawled)
	_, err = CopyVault(t.Context(), h.Dir(), "", to, func(int, int) {})
	require.ErrorIs(t, err, library.ErrCopied)
}

// TestCopyTakesWhatWasCrawled: a copied vault fetches no page anew that has not changed.
func TestCopyTakesWhatWasCrawled(t *testing.T) {
	h := vaultHome(t)
	l, err := library.Open(t.Context(), library.Config{Dir: h.Path("vault"), Owner: owner(h)})
	require.NoError(t, err)
	state, err := crawl.OpenState(t.Context(), h.Path("vault", vault.CrawlFile), l)
	require.NoError(t, err)
	require.NoError(t, state.Close())
	require.NoError(t, l.Close())
	to := filepath.Join(t.TempDir(), "copy")
	c, err := CopyVault(t.Context(), h.Dir(), "", to, func(int, int) {})
	require.NoError(t, err)
	require.True(t, c.Crawled)
	faults, err := library.Integrity(t.Context(), filepath.Join(to, vault.CrawlFile), 1)
	require.NoError(t, err)
	require.Empty(t, faults)
	l, err = library.Open(t.Context(), library.Config{Dir: to, Owner: owner(h)})
	require.NoError(t, err)
	state, err = crawl.OpenState(t.Context(), filepath.Join(to, vault.CrawlFile), l)
	require.NoError(t, err)
	require.NoError(t, errors.Join(state.Close(), l.Close()))
}

func TestCheckVaultOfAHome(t *testing.T) {
	h := vaultHome(t)
	_, err := CheckVault(t.Context(), h.Dir(), "", nil)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.Equal(t, seal.KindFile, kind(t, h))
	require.NoError(t, os.WriteFile(h.Path("vault", vault.MoneyFile), []byte(strings.Repeat("no database ", 100)), 0o600))
	c, err := CheckVault(t.Context(), h.Dir(), "", nil)
	require.NoError(t, err)
	require.False(t, c.Sound)
	require.Contains(t, c.Faults[0], vault.MoneyFile)
	require.NoError(t, os.Remove(h.Path("vault", vault.MoneyFile)))
	c, err = CheckVault(t.Context(), h.Dir(), "", nil)
	require.NoError(t, err)
	require.True(t, c.Sound, c.Faults)
}
