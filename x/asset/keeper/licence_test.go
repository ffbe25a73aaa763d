package keeper_test

import (
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

func TestLicenceLeftOutIsOpen(t *testing.T) {
	w := newWorld(t)
	id, _ := w.register(t, alice, 10)
	a, err := w.GetAsset(w.ctx, id)
	require.NoError(t, err)
	require.Equal(t, types.OpenLicence(), a.Licence)
	require.Equal(t, text(alice), a.Controller)
	v, err := w.GetVersion(w.ctx, id, 1)
	require.NoError(t, err)
	require.Equal(t, a.Licence, v.Licence)
	w.sound(t)
}

// TestLicenceOfAChild: each licence, and what a child of another's may be.
func TestLicenceOfAChild(t *testing.T) {
	priced := func(l types.Licence) func(*types.Registration) {
		return func(r *types.Registration) { r.Licence = l }
	}
	unpriced := func(l types.Licence) func(*types.Registration) {
		return func(r *types.Registration) { r.Licence, r.Prices = l, nil }
	}
	zero := func(r *types.Registration) {
		r.Licence = kind(weal.LicenceNonCommercial)
		r.Prices = []types.Price{{Unit: "use", Denom: "uusd", Amount: "0"}}
	}
	tests := []struct {
		name    string
		licence types.Licence
		child   func(*types.Registration)
		owes    uint32
		reason  string // empty if it may be
	}{
		{"open", kind(weal.LicenceOpen), nil, 0, ""},
		{"open, but uses are not", closed(weal.LicenceOpen), nil, 0, ""},
		{"attribution", kind(weal.LicenceAttribution), nil, 0, ""},
		{"commercial", kind(weal.LicenceCommercial), nil, 0, ""},
		{"commercial, paid", under(weal.LicenceCommercial, 500), nil, 500, ""},
		{"commercial, paid more", under(weal.LicenceCommercial, 500), nil, 501, ""},
		{"commercial, paid less", under(weal.LicenceCommercial, 500), nil, 499, "asset 1 is commercial: owe it at least 500 basis points, not 499"},
		{"commercial, not paid", under(weal.LicenceCommercial, 1), nil, 0, "asset 1 is commercial: owe it at least 1 basis points, not 0"},
		{"no derivatives", kind(weal.LicenceNoDerivatives), nil, 10_000, "asset 1 is noderivatives: nothing may be made from it"},
		{"non-commercial, sold", kind(weal.LicenceNonCommercial), priced(kind(weal.LicenceNonCommercial)), 0, "parent 1 is noncommercial: a price of 5 aweal is above zero"},
		{"non-commercial, open", kind(weal.LicenceNonCommercial), unpriced(kind(weal.LicenceOpen)), 0, "parent 1 is noncommercial: the licence must be noncommercial or noderivatives, not open"},
		{"non-commercial, commercial", kind(weal.LicenceNonCommercial), unpriced(kind(weal.LicenceCommercial)), 0, "not commercial"},
		{"non-commercial, for credentials", kind(weal.LicenceNonCommercial), unpriced(kind(weal.LicenceCredential)), 0, "not credential"},
		{"non-commercial, left out", kind(weal.LicenceNonCommercial), unpriced(types.Licence{}), 0, "not open"},
		{"non-commercial, the same", kind(weal.LicenceNonCommercial), free, 0, ""},
		{"non-commercial, a price of nothing", kind(weal.LicenceNonCommercial), zero, 0, ""},
		{"non-commercial, no derivatives", kind(weal.LicenceNonCommercial), unpriced(kind(weal.LicenceNoDerivatives)), 0, ""},
		{"non-commercial, closed", kind(weal.LicenceNonCommercial), unpriced(closed(weal.LicenceNonCommercial)), 0, ""},
		{"non-commercial, a part of gifts", under(weal.LicenceNonCommercial, 300), free, 299, "owe it at least 300"},
		{"for credentials, without", kind(weal.LicenceCredential), nil, 0, "it has no credential"},
		{"for credentials and paid, without", under(weal.LicenceCredential, 10), nil, 10, "it has no credential"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			parent := w.licensed(t, alice, tt.licence)
			_, err := w.derive(bob, tt.child, owed(parent, tt.owes))
			if tt.reason == "" {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, types.ErrLicence)
				require.ErrorContains(t, err, tt.reason)
			}
			w.sound(t)
		})
	}
}

// The maker of both is bound, too: who buys shares of the parent counts on it.
func TestLicenceBindsItsOwnMaker(t *testing.T) {
	w := newWorld(t)
	parent := w.licensed(t, alice, under(weal.LicenceCommercial, 500))
	_, err := w.derive(alice, nil, owed(parent, 0))
	require.ErrorIs(t, err, types.ErrLicence)
	_, err = w.derive(alice, nil, owed(parent, 500))
	require.NoError(t, err)
}

func TestLicenceIsWellFormed(t *testing.T) {
	w := newWorld(t)
	at := w.collection(t, bob)
	with := func(spoil func(*types.Licence)) types.Licence {
		l := types.Licence{
			Kind: uint32(weal.LicenceCredential), Royalty: 10, Closed: true, Collection: at.Hex(), Slot: "7",
			Terms: hash(9), TermsUri: "ipfs://terms",
		}
		spoil(&l)
		return l
	}
	tests := []struct {
		name    string
		licence types.Licence
		reason  string
	}{
		{"with everything", with(func(*types.Licence) {}), ""},
		{"a collection in small letters", with(func(l *types.Licence) { l.Collection = strings.ToLower(l.Collection) }), ""},
		{"all slots", with(func(l *types.Licence) { l.Slot = "" }), ""},
		{"the greatest slot", with(func(l *types.Licence) { l.Slot = maxNumber }), ""},
		{"shares", with(func(l *types.Licence) { l.Collection = weal.AssetContract }), ""},
		{"no uri", with(func(l *types.Licence) { l.TermsUri = "" }), ""},
		{"no kind, but more", with(func(l *types.Licence) { l.Kind = 0 }), "0 is not a kind of licence"},
		{"a kind there is not", with(func(l *types.Licence) { l.Kind = 7 }), "7 is not a kind of licence"},
		{"a kind that wraps", with(func(l *types.Licence) { l.Kind = 256 + 1 }), "257 is not a kind of licence"},
		{"more than all", with(func(l *types.Licence) { l.Royalty = 10_001 }), "more than 10000"},
		{"a royalty that open does not ask for", under(weal.LicenceOpen, 1), "open asks for no royalty"},
		{"a royalty that attribution does not ask for", under(weal.LicenceAttribution, 1), "attribution asks for no royalty"},
		{"a royalty nobody can owe", under(weal.LicenceNoDerivatives, 1), "noderivatives asks for no royalty"},
		{"for credentials, open", with(func(l *types.Licence) { l.Closed = false }), "credential is closed"},
		{"a collection nobody needs", types.Licence{Kind: 3, Collection: at.Hex()}, "needs closed"},
		{"a slot of nothing", types.Licence{Kind: 3, Closed: true, Slot: "1"}, "a slot needs a collection"},
		{"a slot beyond 256 bits", with(func(l *types.Licence) { l.Slot = maxNumber + "0" }), "slot: want a whole number"},
		{"a slot in another form", with(func(l *types.Licence) { l.Slot = "07" }), "slot: want a whole number"},
		{"a slot with a sign", with(func(l *types.Licence) { l.Slot = "+7" }), "slot: want a whole number"},
		{"a collection that is not there", with(func(l *types.Licence) { l.Collection = alice.Hex() }), "collection not found"},
		{"a collection that is no address", with(func(l *types.Licence) { l.Collection = "weal1" }), "collection: want an EIP-55 address"},
		{"a short hash", with(func(l *types.Licence) { l.Terms = l.Terms[1:] }), "terms: want the 32 bytes"},
		{"terms that may change", with(func(l *types.Licence) { l.Terms = nil }), "a uri of terms needs their hash"},
		{"a uri with a line", with(func(l *types.Licence) { l.TermsUri = "a\nb" }), "terms: uri: byte"},
		{"a long uri", with(func(l *types.Licence) { l.TermsUri = strings.Repeat("u", 513) }), "at most 512 bytes"},
	}
	asset, _ := w.register(t, alice, 10)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := w.derive(alice, func(r *types.Registration) { r.Licence = tt.licence })
			m := update(alice, asset)
			m.Licence = &tt.licence
			_, err2 := w.msgs.Update(w.ctx, m)
			if tt.reason == "" {
				require.NoError(t, err)
				require.NoError(t, err2)
				return
			}
			require.ErrorIs(t, err, types.ErrLicence)
			require.ErrorContains(t, err, tt.reason)
			require.ErrorIs(t, err2, types.ErrLicence)
		})
	}
	w.sound(t)
}

func TestLicenceChangesByAVersion(t *testing.T) {
	w := newWorld(t)
	asset := w.licensed(t, alice, under(weal.LicenceCommercial, 100))
	_, err := w.msgs.Update(w.ctx, update(alice, asset))
	require.NoError(t, err)
	v, err := w.GetVersion(w.ctx, asset, 2)
	require.NoError(t, err)
	require.Equal(t, under(weal.LicenceCommercial, 100), v.Licence, "left out, it stays")
	require.NotContains(t, w.events(), types.EventLicence)

	w.relicense(t, alice, asset, kind(weal.LicenceOpen))
	v, err = w.GetVersion(w.ctx, asset, 3)
	require.NoError(t, err)
	require.Equal(t, kind(weal.LicenceOpen), v.Licence)
	v, err = w.GetVersion(w.ctx, asset, 1)
	require.NoError(t, err)
	require.Equal(t, under(weal.LicenceCommercial, 100), v.Licence, "versions are kept")
	require.Contains(t, w.events(), types.EventLicence)
	w.sound(t)
}

// A child keeps what it was made under, to its good and to its harm.
func TestChildKeepsTheLicenceItWasMadeUnder(t *testing.T) {
	w := newWorld(t)
	parent := w.licensed(t, alice, kind(weal.LicenceOpen))
	early, err := w.derive(bob, nil, owed(parent, 0))
	require.NoError(t, err)

	w.relicense(t, alice, parent, kind(weal.LicenceNonCommercial))
	_, err = w.derive(bob, nil, owed(parent, 0))
	require.ErrorIs(t, err, types.ErrLicence, "nobody registers under an old version")
	bound, err := w.derive(bob, free, owed(parent, 0))
	require.NoError(t, err)

	w.relicense(t, alice, parent, kind(weal.LicenceNoDerivatives))
	_, err = w.derive(bob, free, owed(parent, 0))
	require.ErrorIs(t, err, types.ErrLicence)
	w.relicense(t, alice, parent, kind(weal.LicenceOpen))

	_, err = w.msgs.Update(w.ctx, update(bob, early)) // with a price
	require.NoError(t, err, "what was allowed stays allowed")
	_, err = w.msgs.Update(w.ctx, update(bob, bound))
	require.ErrorIs(t, err, types.ErrLicence, "the parent's new licence frees new children only")
	for id, version := range map[weal.AssetID]uint32{early: 1, bound: 2} {
		a, err := w.GetAsset(w.ctx, id)
		require.NoError(t, err)
		require.Equal(t, []types.Parent{{Asset: uint64(parent), Version: version}}, a.Parents)
	}
	w.sound(t)
}

// Registered for nothing, a child of a non-commercial asset cannot be sold later,
// nor be laundered by another licence or by a child of its own.
func TestNonCommercialStays(t *testing.T) {
	w := newWorld(t)
	parent := w.licensed(t, alice, kind(weal.LicenceNonCommercial))
	child, err := w.derive(mallory, free, owed(parent, 0))
	require.NoError(t, err)

	for _, spoil := range []func(*types.MsgUpdate){
		func(*types.MsgUpdate) {}, // a price of 7
		func(m *types.MsgUpdate) { m.Prices = nil; m.Licence = ptr(kind(weal.LicenceOpen)) },
		func(m *types.MsgUpdate) { m.Prices = nil; m.Licence = ptr(kind(weal.LicenceCommercial)) },
		func(m *types.MsgUpdate) { m.Prices = nil; m.Licence = ptr(kind(weal.LicenceCredential)) },
		func(m *types.MsgUpdate) { m.Licence = ptr(kind(weal.LicenceNoDerivatives)) },
	} {
		m := update(mallory, child)
		spoil(m)
		_, err := w.msgs.Update(w.ctx, m)
		require.ErrorIs(t, err, types.ErrLicence)
	}
	m := update(mallory, child)
	m.Prices = m.Prices[:1]
	m.Prices[0].Amount = "0"
	_, err = w.msgs.Update(w.ctx, m)
	require.NoError(t, err)

	// Handing control over, to another or to the council, changes nothing.
	require.NoError(t, w.SetController(w.ctx, mallory, child, bob))
	_, err = w.msgs.Update(w.ctx, update(bob, child))
	require.ErrorIs(t, err, types.ErrLicence)
	_, err = w.msgs.Update(w.ctx, update(weal.AssetAccount(child), child))
	require.ErrorIs(t, err, types.ErrLicence)

	// The grand-child is bound by the child's licence, which cannot be another.
	_, err = w.derive(mallory, nil, owed(child, 0))
	require.ErrorIs(t, err, types.ErrLicence)
	grand, err := w.derive(mallory, free, owed(child, 0))
	require.NoError(t, err)
	_, err = w.msgs.Update(w.ctx, update(mallory, grand))
	require.ErrorIs(t, err, types.ErrLicence)

	// The parent itself may be sold: its licence binds others.
	_, err = w.msgs.Update(w.ctx, update(alice, parent))
	require.NoError(t, err)
	w.sound(t)
}

// Each parent's licence binds, whatever the others allow, and on every way.
func TestLicencesOfADiamond(t *testing.T) {
	w := newWorld(t)
	top := w.licensed(t, alice, under(weal.LicenceCommercial, 1000))
	strict := w.licensed(t, carol, kind(weal.LicenceNonCommercial))
	left, err := w.derive(bob, nil, owed(top, 1000))
	require.NoError(t, err)

	_, err = w.derive(mallory, nil, owed(left, 0), owed(strict, 0))
	require.ErrorIs(t, err, types.ErrLicence, "one that allows does not make up for one that does not")
	_, err = w.derive(mallory, nil, owed(left, 0), owed(top, 999))
	require.ErrorIs(t, err, types.ErrLicence, "what is owed through another parent is not what is owed as a parent")
	both, err := w.derive(mallory, nil, owed(left, 0), owed(top, 1000))
	require.NoError(t, err)
	a, err := w.GetAsset(w.ctx, both)
	require.NoError(t, err)
	require.Equal(t, []types.Royalty{owed(left, 0), owed(top, 2000)}, a.Ancestors)

	// Naming only the child does not shake off what the grand-parent is owed.
	below, err := w.derive(mallory, nil, owed(left, 0))
	require.NoError(t, err)
	a, err = w.GetAsset(w.ctx, below)
	require.NoError(t, err)
	require.Equal(t, []types.Royalty{owed(left, 0), owed(top, 1000)}, a.Ancestors)
	w.sound(t)
}

func TestNoParentOfItself(t *testing.T) {
	w := newWorld(t)
	one := w.licensed(t, alice, kind(weal.LicenceOpen))
	for _, id := range []weal.AssetID{0, one + 1, one + 2, 1 << 63} {
		_, err := w.derive(alice, nil, owed(id, 0))
		require.ErrorIs(t, err, types.ErrAssetNotFound)
	}
}

// A registration that fails at the last parent uses no credential of the first.
func TestFailedRegistrationUsesNothing(t *testing.T) {
	w := newWorld(t)
	parent := w.licensed(t, alice, kind(weal.LicenceCredential))
	never := w.licensed(t, alice, kind(weal.LicenceNoDerivatives))
	require.NoError(t, w.Grant(w.ctx, alice, parent, bob, 1, 0))
	_, err := w.derive(bob, nil, owed(parent, 0), owed(never, 0))
	require.ErrorIs(t, err, types.ErrLicence)
	_, err = w.derive(bob, nil, owed(parent, 0))
	require.NoError(t, err)
	_, err = w.derive(bob, nil, owed(parent, 0))
	require.ErrorContains(t, err, "uses are used up")
	w.sound(t)
}

// The checks notice what no registration and no update could make.
func TestGenesisBreaksALicence(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*types.GenesisState)
	}{
		{"a price on what may not be sold", func(g *types.GenesisState) {
			g.Assets[1].Prices = []types.Price{{Unit: "use", Denom: "uusd", Amount: "1"}}
		}},
		{"another licence than its version's", func(g *types.GenesisState) { g.Assets[0].Licence.Royalty = 1 }},
		{"a licence that frees", func(g *types.GenesisState) {
			g.Assets[1].Licence, g.Versions[1].Licence = types.OpenLicence(), types.OpenLicence()
		}},
		{"no licence", func(g *types.GenesisState) {
			g.Assets[0].Licence, g.Versions[0].Licence = types.Licence{}, types.Licence{}
		}},
		{"a version of the parent's that is not there", func(g *types.GenesisState) { g.Assets[1].Parents[0].Version = 2 }},
		{"less than its parent asked for", func(g *types.GenesisState) { g.Versions[0].Licence.Royalty, g.Assets[0].Licence.Royalty = 1, 1 }},
		{"no controller", func(g *types.GenesisState) { g.Assets[0].Controller = "" }},
		{"more uses than granted", func(g *types.GenesisState) { g.Credentials[0].Used = 3 }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			parent := w.licensed(t, alice, kind(weal.LicenceNonCommercial))
			_, err := w.derive(bob, free, owed(parent, 0))
			require.NoError(t, err)
			require.NoError(t, w.Grant(w.ctx, alice, parent, carol, 2, 0))
			w.sound(t)
			g, err := w.ExportGenesis(w.ctx)
			require.NoError(t, err)
			tt.spoil(g)
			next := newWorld(t)
			require.ErrorIs(t, next.InitGenesis(next.ctx, g), types.ErrBroken)
		})
	}
}

// collection opens one of maker's.
func (w *world) collection(t tester, maker common.Address) common.Address {
	t.Helper()
	n, err := w.Tokens.Opened(w.ctx)
	require.NoError(t, err)
	at := common.BytesToAddress([]byte{0xc0, byte(n)})
	_, err = w.Tokens.Open(w.ctx, at, types.Collection{Maker: maker.Hex(), Name: "Licences", Symbol: "L"})
	require.NoError(t, err)
	return at
}

func ptr[T any](v T) *T { return &v }

// events returns the kinds of events so far.
func (w *world) events() (kinds []string) {
	for _, e := range w.ctx.EventManager().Events() {
		kinds = append(kinds, e.Type)
	}
	return kinds
}

// maxNumber is 2^256-1.
const maxNumber = "115792089237316195423570985008687907853269984665640564039457584007913129639935"
