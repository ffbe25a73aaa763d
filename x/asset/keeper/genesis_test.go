package keeper_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/x/asset/types"
)

// requireSameAfterExport loads what w exports into a new chain, and compares.
func requireSameAfterExport(t tester, w *world) {
	t.Helper()
	before, err := w.ExportGenesis(w.ctx)
	require.NoError(t, err)
	next := newWorld(t)
	next.bank.restore(w.bank)
	require.NoError(t, next.InitGenesis(next.ctx, before))
	next.commit()
	after, err := next.ExportGenesis(next.ctx)
	require.NoError(t, err)
	require.Equal(t, before, after)
}

// busy returns a world in which everything that a genesis has is there.
func busy(t tester) *world {
	w := newWorld(t)
	one, first := w.register(t, alice, 1000)
	two, _ := w.register(t, bob, 7, owed(one, 1234))
	second, _, _, err := w.SplitValue(w.ctx, alice, first, carol, units(333))
	require.NoError(t, err)
	w.credit(t, one, "aweal", 1_000_003)
	w.credit(t, two, "uusd", 999)
	_, err = w.PullRoyalty(w.ctx, two, one, "uusd")
	require.NoError(t, err)
	_, err = w.Claim(w.ctx, carol, nobody, shares(second))
	require.NoError(t, err)
	_, err = w.Approve(w.ctx, alice, bob, first)
	require.NoError(t, err)
	require.NoError(t, w.SetOperator(w.ctx, alice, carol, true))
	require.NoError(t, w.ApproveValue(w.ctx, alice, bob, first, units(12)))
	_, err = w.msgs.Update(w.ctx, update(alice, one))
	require.NoError(t, err)
	return w
}

func TestGenesisRoundTrip(t *testing.T) {
	w := busy(t)
	require.NoError(t, w.CheckInvariants(w.ctx))
	requireSameAfterExport(t, w)
}

// tokens is the state of the collection of shares.
func tokens(g *types.GenesisState) *types.CollectionState { return &g.Tokens.States[0] }

func TestGenesisRefused(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*types.GenesisState)
		err   error
	}{
		{"no parameters", func(g *types.GenesisState) { g.Params = types.Params{} }, types.ErrParams},
		{"a share too few", func(g *types.GenesisState) { tokens(g).Tokens = tokens(g).Tokens[1:] }, types.ErrGenesis},
		{"a share twice", func(g *types.GenesisState) { tokens(g).Tokens[1].Id = tokens(g).Tokens[0].Id }, types.ErrGenesis},
		{"an owner that is none", func(g *types.GenesisState) { tokens(g).Tokens[0].Owner = "weal1" }, types.ErrGenesis},
		{"more value than units", func(g *types.GenesisState) { tokens(g).Tokens[0].Value = "1001" }, types.ErrBroken},
		{"a value beyond 64 bits", func(g *types.GenesisState) { tokens(g).Tokens[0].Value = "18446744073709551616" }, types.ErrGenesis},
		{"a slot that no asset is", func(g *types.GenesisState) {
			tokens(g).Slots = append(tokens(g).Slots, types.SlotTokens{Slot: "9"})
		}, types.ErrBroken},
		{"an asset beyond the next", func(g *types.GenesisState) { g.NextAsset = 2 }, types.ErrGenesis},
		{"an asset twice", func(g *types.GenesisState) { g.Assets[1].Id = 1 }, types.ErrGenesis},
		{"an ancestor that is younger", func(g *types.GenesisState) { g.Assets[0].Ancestors = []types.Royalty{owed(2, 1)} }, types.ErrGenesis},
		{"too many units", func(g *types.GenesisState) { g.Assets[0].Units = 1 << 50 }, types.ErrGenesis},
		{"no denominations", func(g *types.GenesisState) { g.Assets[0].Denoms = nil }, types.ErrGenesis},
		{"more claimed", func(g *types.GenesisState) { g.Revenues[0].Claimed = "1000" }, types.ErrBroken},
		{"more for holders", func(g *types.GenesisState) { g.Revenues[0].Holders = "1000004" }, types.ErrBroken},
		{"another accumulator", func(g *types.GenesisState) { g.Revenues[0].PerUnit += "0" }, types.ErrBroken},
		{"a remainder that is no number", func(g *types.GenesisState) { g.Revenues[0].Remainder = "-1" }, types.ErrGenesis},
		{"a number in another form", func(g *types.GenesisState) { g.Revenues[0].PerUnit = "0" + g.Revenues[0].PerUnit }, types.ErrGenesis},
		{"revenue of no asset", func(g *types.GenesisState) { g.Revenues[0].Asset = 9 }, types.ErrGenesis},
		{"revenue in another denomination", func(g *types.GenesisState) { g.Revenues[0].Denom = "uatom" }, types.ErrGenesis},
		{"a mark with more", func(g *types.GenesisState) { g.Marks[0].Owed = "999999" }, types.ErrBroken},
		{"a mark lost", func(g *types.GenesisState) { g.Marks = g.Marks[1:] }, types.ErrBroken},
		{"royalties nobody got", func(g *types.GenesisState) { g.RoyaltiesPaid[0].Amount = "1" }, types.ErrBroken},
		{"an allowance that is no number", func(g *types.GenesisState) { tokens(g).Tokens[0].Allowances[0].Value = "-1" }, types.ErrGenesis},
		{"an operator that is its owner", func(g *types.GenesisState) { tokens(g).Operators[0].Operator = tokens(g).Operators[0].Owner }, types.ErrGenesis},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := busy(t)
			g, err := w.ExportGenesis(w.ctx)
			require.NoError(t, err)
			tt.spoil(g)
			next := newWorld(t)
			next.bank.restore(w.bank)
			require.ErrorIs(t, next.InitGenesis(next.ctx, g), tt.err)
		})
	}
	t.Run("an empty escrow", func(t *testing.T) {
		w := busy(t)
		g, err := w.ExportGenesis(w.ctx)
		require.NoError(t, err)
		next := newWorld(t)
		require.ErrorIs(t, next.InitGenesis(next.ctx, g), types.ErrBroken)
	})
}

func FuzzGenesis(f *testing.F) {
	w := busy(f)
	g, err := w.ExportGenesis(w.ctx)
	require.NoError(f, err)
	seed, err := json.Marshal(g)
	require.NoError(f, err)
	f.Add(seed)
	f.Add([]byte(`{"params":{"max_prices":1,"max_uri_bytes":1},"next_asset":1}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var g types.GenesisState
		if json.Unmarshal(b, &g) != nil {
			return
		}
		next := newWorld(t)
		next.bank.restore(w.bank)
		if next.InitGenesis(next.ctx, &g) == nil {
			require.NoError(t, next.CheckInvariants(next.ctx), "what is loaded adds up")
		}
	})
}
