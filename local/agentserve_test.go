package local

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/agent"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
)

// TestNoKeyIsForThisMachine: nobody elsewhere can be let spend without a key.
func TestNoKeyIsForThisMachine(t *testing.T) {
	for name, c := range map[string]struct {
		server AgentServer
		want   string
	}{
		"standard input":         {AgentServer{}, ""},
		"an agent's":             {AgentServer{Name: "reader"}, ""},
		"keys, anywhere":         {AgentServer{Listen: "0.0.0.0:8400"}, ""},
		"this machine":           {AgentServer{Listen: "127.0.0.1:8400", NoKey: true}, ""},
		"this machine, by name":  {AgentServer{Listen: "localhost:8400", NoKey: true}, ""},
		"this machine, IPv6":     {AgentServer{Listen: "[::1]:8400", NoKey: true, Name: "reader"}, ""},
		"anywhere without a key": {AgentServer{Listen: "0.0.0.0:8400", NoKey: true}, "may be anybody"},
		"all addresses":          {AgentServer{Listen: ":8400", NoKey: true}, "may be anybody"},
		"an address outside":     {AgentServer{Listen: "192.0.2.1:8400", NoKey: true}, "may be anybody"},
		"an agent's, by keys":    {AgentServer{Listen: "127.0.0.1:8400", Name: "reader"}, "--no-key"},
		"no port":                {AgentServer{Listen: "127.0.0.1"}, "--listen"},
		"nothing listens":        {AgentServer{NoKey: true}, "--listen"},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.server.Check()
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestNewAgentCheck(t *testing.T) {
	good := NewAgent{Name: "reader-2", Amount: types.NewAmount(1), Lanes: 1}
	require.NoError(t, good.Check())
	for name, change := range map[string]func(*NewAgent){
		"no name":   func(n *NewAgent) { n.Name = "" },
		"a path":    func(n *NewAgent) { n.Name = "../purse" },
		"a capital": func(n *NewAgent) { n.Name = "Reader" },
		"no lane":   func(n *NewAgent) { n.Lanes = 0 },
		"lanes":     func(n *NewAgent) { n.Lanes = 17 },
		"nothing":   func(n *NewAgent) { n.Amount = types.Amount{} },
	} {
		n := good
		change(&n)
		require.Error(t, n.Check(), name)
	}
}

// TestWithin: what can cost more than was agreed to is refused before it is signed.
func TestWithin(t *testing.T) {
	b := purse.Bill{Denom: types.BaseDenom, Firm: types.NewAmount(4), Most: types.NewAmount(12)}
	require.NoError(t, within(types.Amount{})(context.Background(), b))
	require.NoError(t, within(types.NewAmount(12))(context.Background(), b))
	var dear *agent.DearError
	require.ErrorAs(t, within(types.NewAmount(11))(context.Background(), b), &dear)
	require.Equal(t, "12", dear.Quote.Most.Amount)
	require.Equal(t, "4", dear.Quote.Firm.Amount)
}

// TestManifestOfAnAgent: only that of an asset of kind agent is served, as it is.
func TestManifestOfAnAgent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "agent.json")
	s := AgentServer{Manifest: path}
	_, _, err := s.about()
	require.Error(t, err, "there is none")
	write := func(kind types.Kind) []byte {
		b, err := types.Manifest{Name: "researcher", Kind: kind, Description: "Answers.", Endpoint: "http://127.0.0.1:1", Policies: []string{}}.Bytes()
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, b, 0o600))
		return b
	}
	b := write(types.KindAgent)
	got, m, err := s.about()
	require.NoError(t, err)
	require.Equal(t, b, got)
	require.Equal(t, "researcher", m.Name)
	write(types.KindApp)
	_, _, err = s.about()
	require.ErrorContains(t, err, "not agent")
}
