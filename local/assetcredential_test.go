package local

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
)

func TestCredentialTimesAreText(t *testing.T) {
	c := types.Credential{Asset: 1, Holder: "0xA", Granter: "0xB", Uses: 2, Used: 1, Until: 1_900_000_000, Height: 9}
	b, err := json.Marshal(credentialOf(c))
	require.NoError(t, err)
	require.JSONEq(t, `{"asset":1,"holder":"0xA","granter":"0xB","uses":2,"used":1,"until":"2030-03-17T17:46:40Z","revoked":false,"height":9}`, string(b))

	one := credentialOf(c)
	b, err = json.Marshal(Permit{Permit: types.Permit{Allowed: true, Reason: "x", Credential: &c}, Credential: &one})
	require.NoError(t, err)
	require.Contains(t, string(b), `"until":"2030-03-17T17:46:40Z"`)
	require.NotContains(t, string(b), "1900000000")

	c.Until = 0
	b, err = json.Marshal(credentialOf(c))
	require.NoError(t, err)
	require.NotContains(t, string(b), "until", "it is for ever")
	c.Until = 1 << 62
	_, err = json.Marshal(credentialOf(c))
	require.NoError(t, err, "a year that JSON does not have")
}

func TestCredentialState(t *testing.T) {
	end := time.Unix(1_900_000_000, 0)
	c := types.Credential{Uses: 2, Used: 1, Until: end.Unix()}
	require.Equal(t, "good", credentialOf(c).State(end.Add(-time.Second)))
	require.Equal(t, "over", credentialOf(c).State(end))
	c.Used = 2
	require.Equal(t, "used up", credentialOf(c).State(end.Add(-time.Second)))
	c.Revoked = true
	require.Equal(t, "revoked", credentialOf(c).State(end))
}
