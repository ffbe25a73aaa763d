package local

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/types"
)

// TestAppHash: what the chain knows of an app file tells nothing of it, not even to who
// was shown the salt of another file.
func TestAppHash(t *testing.T) {
	one, two := []byte("name: a"), []byte("name: b")
	secret := [32]byte{1}
	salt := AppSalt(secret, one)
	require.Equal(t, salt, AppSalt(secret, one))
	require.NotEqual(t, salt, AppSalt(secret, two))
	require.NotEqual(t, salt, AppSalt([32]byte{2}, one))
	require.Equal(t, AppHash(salt, one), AppHash(salt, one))
	require.NotEqual(t, AppHash(salt, one), AppHash(salt, two))
	require.NotEqual(t, AppHash(salt, two), AppHash(AppSalt(secret, two), two))
	require.Equal(t, "f9298e3e5c0a3b3b07b0ab35b9e2f5309f92763f031e5c31b76f135fe947811c", AppHash(types.Hash{}, nil).String())
}

func TestOfApp(t *testing.T) {
	app := gateway.App{Name: "handbook", Endpoint: "https://app.example.org", Contact: "mailto:a@example.org"}
	cfg := ofApp(RoleConfig{}, app)
	require.Equal(t, []string{"handbook", "https://app.example.org", "mailto:a@example.org"}, []string{cfg.Name, cfg.Endpoint, cfg.Contact})
	flags := RoleConfig{Name: "n", Endpoint: "e", Contact: "c"}
	require.Equal(t, flags, ofApp(flags, app))
}

func TestDenomsOf(t *testing.T) {
	require.Equal(t, []string{types.BaseDenom}, denomsOf(nil))
	require.Equal(t, []string{types.BaseDenom, "uusd"}, denomsOf([]types.Price{{Denom: "uusd"}, {Denom: types.BaseDenom}, {Denom: "uusd"}}))
}
