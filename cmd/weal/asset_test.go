package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func TestPriceLines(t *testing.T) {
	before := func() *types.Asset {
		return &types.Asset{Prices: []types.Price{
			{Unit: types.PerPassage, Denom: "aweal", Amount: types.NewAmount(5)},
			{Unit: types.PerTick, Denom: "aweal", Amount: types.NewAmount(6), Tokens: 8},
			{Unit: types.PerTick, Denom: "other", Amount: types.NewAmount(7), Tokens: 9},
		}}
	}
	apply := func(p priceFlags) []types.Price {
		lines, err := p.lines()
		require.NoError(t, err)
		a := before()
		for _, l := range lines {
			l.set(a)
		}
		return a.Prices
	}
	all := before().Prices
	require.Equal(t, []types.Price{{Unit: types.PerPassage, Denom: "aweal", Amount: types.NewAmount(9)}, all[1], all[2]},
		apply(priceFlags{passage: "9aweal", denom: "aweal"}))
	require.Equal(t, []types.Price{all[0], {Unit: types.PerTick, Denom: "aweal", Amount: types.NewAmount(1), Tokens: 8}, all[2]},
		apply(priceFlags{tick: "1aweal", denom: "aweal"}), "the tokens stay")
	require.Equal(t, []types.Price{all[0], all[1], {Unit: types.PerTick, Denom: "other", Amount: types.NewAmount(3), Tokens: 16}},
		apply(priceFlags{tick: "3", tokens: 16, denom: "other"}))
	require.Equal(t, []types.Price{all[0], all[2]}, apply(priceFlags{tick: none, denom: "aweal"}))
	require.Equal(t, append(before().Prices, types.Price{Unit: types.PerUse, Denom: "aweal", Amount: types.NewAmount(4)}),
		apply(priceFlags{use: "4aweal", denom: "aweal"}))
	band := types.Price{Unit: types.PerPassage, Denom: "aweal", Amount: types.NewAmount(9), Band: 8}
	require.Equal(t, append(before().Prices, band), apply(priceFlags{passage: "9aweal", band: 8, denom: "aweal"}))
	token := types.Price{Unit: types.PerToken, Denom: "aweal", Amount: types.NewAmount(4), Tokens: 1000}
	require.Equal(t, []types.Price{all[1], all[2], token}, apply(priceFlags{token: "4aweal", denom: "aweal"}), "another unit takes the passage's off")
	require.Equal(t, append(before().Prices, types.Price{Unit: types.PerToken, Denom: "other", Amount: types.NewAmount(4), Tokens: 7}),
		apply(priceFlags{token: "4", tokens: 7, denom: "other"}), "of its own denomination only")
	banded := &types.Asset{Prices: []types.Price{all[0], band, all[1]}}
	line{Price: types.Price{Unit: types.PerPassage, Denom: "aweal", Band: 8}, off: true}.set(banded)
	require.Equal(t, []types.Price{all[0], all[1]}, banded.Prices)
	banded.Prices = []types.Price{all[0], band, all[1]}
	line{Price: types.Price{Unit: types.PerPassage, Denom: "aweal"}, off: true}.set(banded)
	require.Equal(t, []types.Price{all[1]}, banded.Prices, "all bands")
	for _, p := range []priceFlags{
		{denom: "aweal"}, {tokens: 3, use: "1", denom: "aweal"}, {tick: none, tokens: 3, denom: "aweal"},
		{use: "1", band: 3, denom: "aweal"}, {passage: "1", band: 10, denom: "aweal"}, {passage: "1", token: "1", denom: "aweal"},
		{use: "-1", denom: "aweal"}, {use: "0.5", denom: "other"},
	} {
		_, err := p.lines()
		require.Error(t, err, "%+v", p)
	}
}

func TestLicenceFlags(t *testing.T) {
	set := func(names ...string) func(string) bool {
		return func(name string) bool { return strings.Contains(" "+strings.Join(names, " ")+" ", " "+name+" ") }
	}
	now := types.Licence{Kind: types.LicenceCommercial, Royalty: 300, Collection: "0x1", Terms: types.Hash{1}, TermsURI: "x"}
	change, err := licenceFlags{kind: "credential"}.change(set("kind"))
	require.NoError(t, err)
	want := now
	want.Kind, want.Closed = types.LicenceCredential, true
	require.Equal(t, want, change(now), "what is not named stays, and that kind is closed")
	change, err = licenceFlags{royalty: "2.5%", closed: true}.change(set("royalty", "closed", "collection", "terms", "terms-uri"))
	require.NoError(t, err)
	require.Equal(t, types.Licence{Kind: types.LicenceCommercial, Royalty: 250, Closed: true}, change(now))
	for _, l := range []licenceFlags{{kind: "free"}, {royalty: "many"}, {terms: "/nonexistent"}} {
		_, err := l.change(set("kind", "royalty", "terms"))
		require.Error(t, err)
	}

	at, err := licenceFlags{}.licence()
	require.NoError(t, err)
	require.Equal(t, types.Licence{}, at, "a role without flags says nothing of its licence")
	at, err = licenceFlags{closed: true}.licence()
	require.NoError(t, err)
	require.Equal(t, types.Licence{Kind: types.LicenceOpen, Closed: true}, at)
	at, err = licenceFlags{kind: "commercial", royalty: "3%"}.licence()
	require.NoError(t, err)
	require.Equal(t, types.Licence{Kind: types.LicenceCommercial, Royalty: 300}, at)
}

func TestLicenceKindDropsWhatItHasNoRoomFor(t *testing.T) {
	sold := types.Licence{Kind: types.LicenceCommercial, Royalty: 700, Closed: true, Collection: "0x1", Slot: "2", Terms: types.Hash{1}}
	for _, c := range []struct {
		args []string
		want types.Licence
	}{
		{[]string{"--kind", "open"}, types.Licence{Kind: types.LicenceOpen, Terms: types.Hash{1}}},
		{[]string{"--kind", "open", "--royalty", "0", "--closed=false"}, types.Licence{Kind: types.LicenceOpen, Terms: types.Hash{1}}},
		{
			[]string{"--kind", "open", "--closed"},
			types.Licence{Kind: types.LicenceOpen, Closed: true, Collection: "0x1", Slot: "2", Terms: types.Hash{1}},
		},
		{[]string{"--kind", "open", "--royalty", "3%"}, types.Licence{Kind: types.LicenceOpen, Royalty: 300, Terms: types.Hash{1}}},
		{
			[]string{"--kind", "attribution"},
			types.Licence{Kind: types.LicenceAttribution, Closed: true, Collection: "0x1", Slot: "2", Terms: types.Hash{1}},
		},
		{
			[]string{"--kind", "noncommercial"},
			types.Licence{Kind: types.LicenceNonCommercial, Royalty: 700, Closed: true, Collection: "0x1", Slot: "2", Terms: types.Hash{1}},
		},
		{[]string{"--closed=false"}, types.Licence{Kind: types.LicenceCommercial, Royalty: 700, Terms: types.Hash{1}}},
		{[]string{"--collection", ""}, types.Licence{Kind: types.LicenceCommercial, Royalty: 700, Closed: true, Terms: types.Hash{1}}},
	} {
		var l licenceFlags
		cmd := &cobra.Command{Use: "licence"}
		l.add(cmd)
		cmd.Flags().StringVar(&l.collection, "collection", "", "")
		require.NoError(t, cmd.ParseFlags(c.args))
		change, err := l.change(cmd.Flags().Changed)
		require.NoError(t, err)
		require.Equal(t, c.want, change(sold), "%v", c.args)
	}
}

// TestNoUnitsAreNotAll: --units 0 is refused before anything is connected to.
func TestNoUnitsAreNotAll(t *testing.T) {
	for _, c := range []struct {
		command func(*options) *cobra.Command
		args    []string
		all     string
	}{
		{assetBurn, []string{"14", "--yes"}, "the whole share"},
		{assetApprove, []string{"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "--share", "3"}, "the whole share"},
		{marketList, []string{"3", "25"}, "the whole share"},
		{marketBuy, []string{"7"}, "all that are left"},
		{marketAccept, []string{"2", "3"}, "as many as both have"},
	} {
		cmd := c.command(&options{home: t.TempDir()})
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		cmd.SetArgs(append(c.args, "--units", "0"))
		err := cmd.Execute()
		require.EqualError(t, err, cmd.Name()+": units: want at least 1; leave --units out for "+c.all)
		require.Equal(t, exitUsage, exitCode(err))
		cmd = c.command(&options{home: t.TempDir()})
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		cmd.SetArgs(c.args)
		require.NotEqual(t, exitUsage, exitCode(cmd.Execute()), "without the flag it is about all")
	}
}

func TestUntilNever(t *testing.T) {
	for _, text := range []string{"", "never"} {
		until, err := untilArg(&cobra.Command{Use: "grant"}, text)
		require.NoError(t, err)
		require.True(t, until.IsZero())
	}
	_, err := untilArg(&cobra.Command{Use: "grant"}, "soon")
	require.Equal(t, exitUsage, exitCode(err))
}

func TestTimeArg(t *testing.T) {
	now := time.Unix(1_800_000_000, 0).UTC()
	for text, want := range map[string]time.Time{
		"": {}, "72h": now.Add(72 * time.Hour), "2027-01-31": time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC),
		"2027-01-31T12:00:00Z": time.Date(2027, 1, 31, 12, 0, 0, 0, time.UTC),
		"2027-01-31 12:00:00":  time.Date(2027, 1, 31, 12, 0, 0, 0, time.UTC),
	} {
		got, err := timeArg(text, now)
		require.NoError(t, err, text)
		require.True(t, want.Equal(got), text)
	}
	for _, text := range []string{"soon", "-1h", "31.1.2027"} {
		_, err := timeArg(text, now)
		require.Error(t, err, text)
	}
}

func TestAssetIsPrintedForPeople(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, printAsset(&b, local.AssetDetail{Asset: types.Asset{
		ID: 3, Kind: types.KindModel, Version: 2, Units: 1000, Circulating: 900, Resale: 250, Controller: "0xC", Account: "0xA",
		Licence: types.Licence{Kind: types.LicenceCommercial, Royalty: 300, Closed: true, Collection: "0xLIC", Slot: "7"},
		Parents: []types.Parent{{Asset: 1, Version: 4, BasisPoints: 500}}, Ancestors: []types.Royalty{{Asset: 1, BasisPoints: 500}},
	}}))
	for _, says := range []string{
		"900 of 1000 units", "control   0xC", "account   0xA", "commercial 3 %, closed", "tokens of slot 7 of 0xLIC", "2.5 % of each sale",
		"parent    asset 1, version 4", "royalty   5 % to asset 1", "the first share was burned",
	} {
		require.Contains(t, b.String(), says)
	}
}
