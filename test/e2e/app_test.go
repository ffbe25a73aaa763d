package e2e

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/types"
)

// TestAppOfSeveralModels finds, checks and runs an app of two models, and kills the one
// that is asked first.
func TestAppOfSeveralModels(t *testing.T) {
	t.Parallel()
	chain := newHouse(t)
	chain.start(t)
	m := newLone(t, chain, "model")
	m.open(t, chain)

	type found struct {
		Asset  types.AssetID `json:"asset"`
		Name   string        `json:"name"`
		Health struct {
			Up bool `json:"up"`
		} `json:"health"`
	}
	var f struct {
		Found  []found `json:"found"`
		Assets int     `json:"assets"`
	}
	chain.read(t, &f, "find", "alone", "--kind", "model")
	require.Equal(t, 4, f.Assets)
	require.Len(t, f.Found, 1)
	require.Equal(t, m.asset, f.Found[0].Asset)
	require.True(t, f.Found[0].Health.Up)

	file := write(t, fmt.Sprintf(`name: handbook
models: [%d, 2]
vaults:
  - {topic: documents}
budget: 0.002 WEAL
fee: 0.003 WEAL
prompt: |
  A SECRET of {{.App}}.
  {{.Passages}}
`, m.asset), t.TempDir(), "app.yaml")
	node := home.Loopback(chain.ports.GRPC)
	var checked struct {
		Models, Vaults []found
		Most           struct {
			Passages types.Amount `json:"passages"`
			Use      types.Amount `json:"use"`
		} `json:"most"`
		Warnings []string `json:"warnings"`
	}
	chain.read(t, &checked, "app", "check", file, "--node", node)
	require.Equal(t, []types.AssetID{m.asset, 2, 1}, []types.AssetID{checked.Models[0].Asset, checked.Models[1].Asset, checked.Vaults[0].Asset})
	require.Equal(t, []types.Amount{milli(2), milli(3)}, []types.Amount{checked.Most.Passages, checked.Most.Use})
	require.Empty(t, checked.Warnings)

	app := newLone(t, chain, "gateway")
	app.args = append([]string{"app", "run", file}, app.args[2:]...)
	app.open(t, chain)
	id := strconv.FormatUint(uint64(app.asset), 10)
	require.Zero(t, chain.run(t, "tab", "open", "--app", id).code)

	got := func(args ...string) map[types.AssetID]string {
		t.Helper()
		var said struct {
			Written []struct{} `json:"written"`
			Cost    struct {
				Items []struct {
					Asset  types.AssetID `json:"asset"`
					Amount types.Amount  `json:"amount"`
				} `json:"items"`
			} `json:"cost"`
			Problems []string `json:"problems"`
		}
		chain.read(t, &said, append([]string{"ask", "--app", id}, args...)...)
		require.Empty(t, said.Problems)
		paid := map[types.AssetID]string{0: strconv.Itoa(len(said.Written))}
		for _, i := range said.Cost.Items {
			paid[i.Asset] = i.Amount.String()
		}
		require.Equal(t, milli(3).String(), paid[app.asset])
		require.Equal(t, milli(2).String(), paid[1])
		return paid
	}
	paid := got("What is exposure?")
	require.NotEqual(t, "0", paid[m.asset])
	require.Equal(t, "0", paid[2])
	both := got("--answers", "2", "What is exposure?")
	require.Equal(t, []string{"2", paid[m.asset], paid[m.asset]}, []string{both[0], both[m.asset], both[2]})
	m.kill()
	paid = got("What is exposure?")
	require.Equal(t, "0", paid[m.asset])
	require.NotEqual(t, "0", paid[2])

	// The chain has a hash of the file; what is served tells nothing of its prompt.
	var asset struct {
		Root    types.Hash `json:"root"`
		Version uint32     `json:"version"`
	}
	chain.read(t, &asset, "asset", "show", id)
	require.False(t, asset.Root.IsZero())
	require.Equal(t, uint32(1), asset.Version)
	o := chain.run(t, "find", "--output", "json")
	require.Contains(t, o.out, "alone-gateway")
	require.NotContains(t, o.out, "SECRET")
}
