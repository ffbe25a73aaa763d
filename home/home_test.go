package home_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/home"
)

func TestOpenRefusesWhatItCannotRead(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want error
	}{
		"none":          {"", home.ErrNoHome},
		"other version": {`{"layout": 99, "chain_id": "weal-local-1"}`, home.ErrLayout},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if c.file != "" {
				require.NoError(t, os.WriteFile(filepath.Join(dir, "home.json"), []byte(c.file), 0o600))
			}
			_, err := home.Open(dir)
			require.ErrorIs(t, err, c.want)
		})
	}
}

func TestOpenRefusesGarbageAndOtherChains(t *testing.T) {
	dir := t.TempDir()
	_, err := home.OpenOrCreate(dir, "weal-local-1", home.UseUp)
	require.NoError(t, err)
	_, err = home.OpenOrCreate(dir, "weal-2", home.UseUp)
	require.ErrorContains(t, err, "belongs to chain weal-local-1")
	_, err = home.OpenOrCreate(dir, "weal-local-1", "vault")
	require.ErrorContains(t, err, "it was made for: weal up --home "+dir)

	require.NoError(t, os.WriteFile(filepath.Join(dir, "home.json"), []byte("{"), 0o600))
	_, err = home.Open(dir)
	require.ErrorContains(t, err, "read home.json")
}

func TestKeysAreMadeOnceAndPrivate(t *testing.T) {
	dir := t.TempDir()
	h, err := home.OpenOrCreate(dir, "weal-local-1", home.UseUp)
	require.NoError(t, err)
	first, err := h.Secret("payer")
	require.NoError(t, err)
	again, err := h.Secret("payer")
	require.NoError(t, err)
	require.Equal(t, first, again)
	other, err := h.Secret("model")
	require.NoError(t, err)
	require.NotEqual(t, first, other)

	st, err := os.Stat(h.Path("keys", "payer"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), st.Mode().Perm())
}

func TestBadKeyFileIsKept(t *testing.T) {
	h, err := home.OpenOrCreate(t.TempDir(), "weal-local-1", home.UseUp)
	require.NoError(t, err)
	path := h.Path("keys", "payer")
	require.NoError(t, os.WriteFile(path, []byte("not hex"), 0o600))
	_, err = h.Secret("payer")
	require.ErrorContains(t, err, "64 hex digits")
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "not hex", string(b))
}

func TestLockIsExclusive(t *testing.T) {
	h, err := home.OpenOrCreate(t.TempDir(), "weal-local-1", home.UseUp)
	require.NoError(t, err)
	unlock, err := h.Lock("purse")
	require.NoError(t, err)
	_, err = h.Lock("purse")
	require.ErrorIs(t, err, home.ErrBusy)

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = h.AwaitLock(ctx, "purse")
	require.ErrorIs(t, err, home.ErrBusy)

	unlock()
	unlock, err = h.AwaitLock(t.Context(), "purse")
	require.NoError(t, err)
	unlock()
}

func TestRunningNoticesADeadProcess(t *testing.T) {
	h, err := home.OpenOrCreate(t.TempDir(), "weal-local-1", home.UseUp)
	require.NoError(t, err)
	_, err = h.Running()
	require.ErrorIs(t, err, home.ErrNotRunning)

	unlock, err := h.Lock(home.UpLock)
	require.NoError(t, err)
	require.NoError(t, h.SetRunning(home.Running{PID: os.Getpid(), Ports: home.PortsFrom(4000)}))
	r, err := h.Running()
	require.NoError(t, err)
	require.Equal(t, 4000, r.Ports.Gateway)

	unlock() // as when the process dies
	_, err = h.Running()
	require.ErrorIs(t, err, home.ErrNotRunning)

	require.NoError(t, h.ClearRunning())
	require.NoError(t, h.ClearRunning())
}

func TestCheckNamesThePortInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	ports := home.Ports{Gateway: l.Addr().(*net.TCPAddr).Port}
	require.ErrorContains(t, ports.Check(), "for the gateway is not free")
	require.ErrorContains(t, ports.Check(), "--ports-from")
}
