package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

const elsewhere = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"

// do runs a command that must succeed.
func (h *house) do(t *testing.T, args ...string) string {
	t.Helper()
	o := h.run(t, args...)
	require.Zero(t, o.code, "%v: %s", args, o.err)
	return o.out
}

// TestAssetCommands plays a maker's day with the commands alone: an asset from a
// file, its shares, prices, licence, credentials, collections and family.
func TestAssetCommands(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.start(t)
	var status local.Status
	h.read(t, &status, "status")
	require.Equal(t, map[string]string{
		"asset": types.AssetContract, "collections": types.CollectionsContract,
		"market": types.MarketContract, "council": types.CouncilContract,
		"contributions": types.ContributionsContract,
	}, status.Contracts)
	data := strconv.FormatUint(uint64(status.Assets[0].ID), 10)

	h.theMakerOfAFile(t, data)
	h.theSeller(t, data)
	h.theOwnerOfAClosedVault(t, data)
}

// theMakerOfAFile registers a child of the home's vault and looks at the family.
func (h *house) theMakerOfAFile(t *testing.T, data string) {
	t.Helper()
	h.do(t, "asset", "licence", data, "--kind", "commercial", "--royalty", "3%")
	dir := t.TempDir()
	file := write(t, `
name: labels
kind: work
manifest_uri: https://example.org/labels.json
prices: [{unit: use, amount: 0.5 WEAL}]
parents: [{asset: `+data+`, bps: 250}]
licence: noderivatives
resale: 2.5%
`, dir, "labels.yaml")
	h.fails(t, 1, []string{"at least 300 basis points"}, "asset", "register", file)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	write(t, strings.Replace(string(text), "bps: 250", "bps: 3%", 1), file)
	var made local.Registered
	out := filepath.Join(dir, "labels.json")
	h.read(t, &made, "asset", "register", file, "--manifest", out)
	manifest, err := os.ReadFile(out)
	require.NoError(t, err)
	require.Equal(t, made.Manifest, types.ManifestHash(manifest))
	child := strconv.FormatUint(uint64(made.Asset), 10)

	var a local.AssetDetail
	h.read(t, &a, "asset", "show", child)
	require.Equal(t, made.Manifest, a.Manifest)
	require.Equal(t, made.Maker, a.Controller)
	require.Equal(t, types.LicenceNoDerivatives, a.Licence.Kind)
	require.EqualValues(t, 250, a.Resale)
	require.Equal(t, []types.Royalty{{Asset: a.Parents[0].Asset, BasisPoints: 300}}, a.Ancestors)

	var f local.Family
	h.read(t, &f, "asset", "family", data)
	require.Len(t, f.Members, 2)
	dot := h.do(t, "asset", "family", child, "--dot")
	require.True(t, strings.HasPrefix(dot, "digraph family {"), dot)
	require.Contains(t, dot, "a"+data+" -> a"+child+` [label="300 bp"];`)
	require.Contains(t, dot, "commercial 3 %")
	require.Contains(t, h.do(t, "asset", "family", child), "3 % to "+data)

	h.do(t, "asset", "price", child, "--use", "0.25")
	h.read(t, &a, "asset", "show", child)
	require.Equal(t, milli(250), a.Prices[0].Amount)
	require.EqualValues(t, 2, a.Version)
	h.fails(t, 2, []string{`"nobody"`, "want one of payer"}, "asset", "controller", child, elsewhere, "--from", "nobody")
}

// theSeller moves shares of the home's vault about.
func (h *house) theSeller(t *testing.T, data string) {
	t.Helper()
	var shares []ledger.Share
	h.read(t, &shares, "asset", "shares", data)
	require.Len(t, shares, 1)
	whole := strconv.FormatUint(uint64(shares[0].ID), 10)
	var split struct{ Share types.ShareID }
	h.read(t, &split, "asset", "split", whole, "payer", "250000")
	part := strconv.FormatUint(uint64(split.Share), 10)
	h.do(t, "asset", "move", part, whole, "50000")
	h.do(t, "asset", "approve", elsewhere, "--share", part, "--units", "7")
	h.do(t, "asset", "approve", elsewhere, "--share", part)
	h.do(t, "asset", "approve", elsewhere, "--share", part, "--end")
	h.do(t, "asset", "approve", elsewhere, "--all")
	h.do(t, "asset", "approve", elsewhere, "--all", "--end")
	h.do(t, "asset", "burn", part, "--units", "100000", "--yes")
	h.do(t, "asset", "transfer", part, elsewhere)
	h.read(t, &shares, "asset", "shares", data, "--owner", elsewhere)
	require.Equal(t, []ledger.Share{{ID: split.Share, Asset: shares[0].Asset, Owner: elsewhere, Value: 100_000}}, shares)
	h.fails(t, 1, []string{elsewhere, "owns share " + part, "payer 0x"}, "asset", "burn", part, "--yes")
	var a local.AssetDetail
	h.read(t, &a, "asset", "show", data)
	require.EqualValues(t, 900_000, a.Circulating)
	h.read(t, &shares, "asset", "shares", "--owner", "vault")
	require.EqualValues(t, 800_000, shares[0].Value)
}

// theOwnerOfAClosedVault closes the vault, and lets the payer in by a credential
// and by a token of a collection.
func (h *house) theOwnerOfAClosedVault(t *testing.T, data string) {
	t.Helper()
	asks := func(words string) func() bool {
		return func() bool {
			o := h.run(t, "ask", question)
			return strings.Contains(o.out+o.err, words) && (o.code == 0) == (words == "Paid")
		}
	}
	h.do(t, "asset", "licence", data, "--kind", "credential", "--royalty", "0")
	await(t, "the vault to be closed", asks("has no credential"))
	h.fails(t, 1, []string{"asset " + data + " is closed"}, "ask", question)
	h.do(t, "asset", "grant", data, "payer", "--uses", "1", "--until", "72h")
	await(t, "the payer to be served", asks("Paid"))
	h.fails(t, 1, []string{"is used up"}, "ask", question)
	require.Contains(t, h.do(t, "asset", "credentials", data), "good")
	h.do(t, "asset", "revoke", data, "payer")
	var all []local.Credential
	h.read(t, &all, "asset", "credentials", data)
	require.Len(t, all, 1)
	require.True(t, all[0].Revoked)
	var p local.Permit
	h.read(t, &p, "asset", "credentials", data, "--holder", "payer")
	require.False(t, p.Allowed)

	var made ledger.Collection
	h.read(t, &made, "collection", "create", "Readers", "READ", "--from", "vault")
	var token ledger.Token
	h.read(t, &token, "collection", "mint", made.Address, "payer", "--slot", "7")
	h.do(t, "asset", "licence", data, "--collection", made.Address, "--slot", "7")
	await(t, "the holder of a token to be served", asks("Paid"))
	require.Contains(t, h.do(t, "collection", "list"), made.Address)
	var shown map[string]any
	h.read(t, &shown, "collection", "show", made.Address)
	b, err := json.Marshal(shown["tokens"])
	require.NoError(t, err)
	require.JSONEq(t, `[{"id":"1","slot":"7","value":"1","owner":"`+token.Owner+`"}]`, string(b))

	h.do(t, "asset", "controller", data, "council")
	h.fails(t, 1, []string{"controls the asset"}, "asset", "price", data, "--passage", "1")
	h.do(t, "ask", question)
}
