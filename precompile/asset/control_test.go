package asset_test

import (
	"encoding/json"
	"math/big"
	"strconv"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
	"github.com/stretchr/testify/require"

	evmtypes "github.com/cosmos/evm/x/vm/types"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/precompile/asset"
	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
	assettypes "github.com/weal-network/weal/x/asset/types"
)

// councils is a network in which anyone may act as the first asset: its account
// is a contract that passes calls on. Otherwise only what passes its council does.
// It has a thousand uusd, as everybody has.
func councils(t *testing.T) (*chain, common.Address) {
	t.Helper()
	at := common.Address(types.AssetAccount(1))
	p := program.New().Push(32).Op(vm.CALLDATASIZE, vm.SUB) // the size of what is passed on
	p.Op(vm.DUP1).Push(32).Push(0).Op(vm.CALLDATACOPY)
	p.Push(0).Push(0).Op(vm.DUP3).Push(0).Op(vm.CALLVALUE).Push(0).Op(vm.CALLDATALOAD, vm.GAS, vm.CALL)
	bubble(p)
	code := common.Bytes2Hex(p.Op(vm.STOP).Bytes())
	install := func(cdc codec.JSONCodec, state map[string]json.RawMessage) {
		var g evmtypes.GenesisState
		cdc.MustUnmarshalJSON(state[evmtypes.ModuleName], &g)
		g.Preinstalls = append(g.Preinstalls, evmtypes.Preinstall{Name: "the first asset", Address: at.Hex(), Code: "0x" + code})
		state[evmtypes.ModuleName] = cdc.MustMarshalJSON(&g)
	}
	coins := sdk.NewCoins(sdk.NewInt64Coin("uusd", 1000))
	c := newChain(t, apptest.Genesis(install), apptest.Balance(apptest.WEAL(1000).Add(coins...)))
	res := c.Deliver(c.Cosmos(c.Accounts[7], banktypes.NewMsgSend(c.Accounts[7].Cosmos(), at.Bytes(), coins)))[0]
	require.Zero(t, res.Code, res.Log)
	c.nonce[c.Accounts[7].EVM()]++
	return c, at
}

// as calls a function of the contract in the name of the first asset.
func (c *chain) as(council common.Address, signature string, args ...any) receipt {
	c.t.Helper()
	data := append(common.LeftPadBytes(asset.Address[:], 32), call(c.t, signature, args...)...)
	return c.run(c.Accounts[7], council, data)
}

// change is a new version with a price of 7 for a use.
func change(l solidity.Licence) solidity.Update {
	return solidity.Update{
		Manifest: [32]byte{3}, Uri: "ipfs://new", Root: [32]byte{4}, Licence: l,
		Prices: []solidity.Price{{Unit: "use", Denom: types.BaseDenom, Amount: big1(7)}},
	}
}

// TestPricesOfPassages: by the token and by band, kept as they were named, and why
// others are refused.
func TestPricesOfPassages(t *testing.T) {
	c := newChain(t)
	alice := c.Accounts[0]
	r := registration(100)
	r.Prices = []solidity.Price{
		{Unit: "token", Denom: types.BaseDenom, Amount: big1(3), Tokens: 100},
		{Unit: "token", Denom: types.BaseDenom, Amount: big1(9), Tokens: 50, Band: 8},
	}
	c.must(alice, solidity.RegisterSignature, r)
	a, err := c.App().AssetKeeper.GetAsset(c.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, []assettypes.Price{
		{Unit: "token", Denom: types.BaseDenom, Amount: "3", Tokens: 100},
		{Unit: "token", Denom: types.BaseDenom, Amount: "9", Tokens: 50, Band: 8},
	}, a.Prices)
	line := func(unit string, tokens uint32, band uint8) solidity.Price {
		return solidity.Price{Unit: unit, Denom: types.BaseDenom, Amount: big1(3), Tokens: tokens, Band: band}
	}
	for says, list := range map[string][]solidity.Price{
		"a price for band 8 in aweal and none for those below: name one for band 0": {line("token", 50, 8)},
		"band: want 0 to 9, got 10":                            {line("passage", 0, 0), line("passage", 0, 10)},
		`bands belong to the units "passage" and "token" only`: {line("use", 0, 1)},
		`the unit "token" needs tokens, at least 1`:            {line("token", 0, 0)},
	} {
		r.Prices = list
		require.Equal(t, says+": bad price", c.send(alice, solidity.RegisterSignature, r).reason())
	}
}

func kind(k types.LicenceKind) solidity.Licence {
	return solidity.Licence{Kind: uint8(k), Closed: k == types.LicenceCredential}
}

func TestLicenceOf(t *testing.T) {
	c := newChain(t)
	alice := c.Accounts[0]
	full := solidity.Licence{
		Kind: uint8(types.LicenceCredential), Royalty: 250, Closed: true, Collection: asset.Address,
		Slots: []*big.Int{big1(1)}, Terms: [32]byte{9}, TermsUri: "ipfs://terms",
	}
	r := registration(100)
	r.Licence, r.Resale = full, 700
	c.must(alice, solidity.RegisterSignature, r)
	require.Equal(t, full, c.licence(1))
	open := kind(types.LicenceOpen)
	open.Slots = []*big.Int{}
	c.register(alice, 100)
	require.Equal(t, open, c.licence(2))

	c.must(alice, solidity.RegisterSignature, registration(100, solidity.Royalty{Asset: big1(2), BasisPoints: 3}, solidity.Royalty{Asset: big1(1), BasisPoints: 250}))
	values, reason := c.view(alice, "parentsOf(uint256)", big1(3))
	require.Empty(t, reason)
	require.Equal(t, []struct {
		Asset       *big.Int `json:"asset"`
		BasisPoints uint32   `json:"basisPoints"`
		Version     uint32   `json:"version"`
	}{{big1(2), 3, 1}, {big1(1), 250, 1}}, values[0])

	full.Slots = append(full.Slots, big1(2))
	r.Licence = full
	require.Equal(t, "name at most one slot, got 2: bad licence", c.send(alice, solidity.RegisterSignature, r).reason())
	r.Licence, r.Resale = solidity.Licence{}, 10_001
	require.Equal(t, "resale: at most 10000 basis points, got 10001: bad asset", c.send(alice, solidity.RegisterSignature, r).reason())
}

func (c *chain) licence(id int64) solidity.Licence {
	c.t.Helper()
	values, reason := c.view(c.Accounts[0], "licenceOf(uint256)", big1(id))
	require.Empty(c.t, reason)
	b, err := json.Marshal(values[0])
	require.NoError(c.t, err)
	var l solidity.Licence
	require.NoError(c.t, json.Unmarshal(b, &l))
	return l
}

func TestResale(t *testing.T) {
	c := newChain(t)
	alice, bob := c.Accounts[0], c.Accounts[1]
	r := registration(100)
	r.Resale = 333
	c.must(alice, solidity.RegisterSignature, r)
	c.must(alice, "transferFrom(address,address,uint256)", alice.EVM(), bob.EVM(), big1(1))
	c.must(alice, "setController(uint256,address)", big1(1), bob.EVM())
	most := new(big.Int).Sub(new(big.Int).Lsh(big1(1), 256), big1(1))
	for _, tt := range []struct{ price, due *big.Int }{
		{big1(0), big1(0)}, {big1(30), big1(0)}, {big1(31), big1(1)}, {big1(10_000), big1(333)},
		{most, new(big.Int).Div(new(big.Int).Mul(most, big1(333)), big1(10_000))},
	} {
		values, reason := c.view(bob, "royaltyInfo(uint256,uint256)", big1(1), tt.price)
		require.Empty(t, reason)
		require.Equal(t, alice.EVM(), values[0], "it is the maker's for ever")
		require.Zero(t, tt.due.Cmp(values[1].(*big.Int)), "%s of %s", values[1], tt.price)
	}
	c.is(true, "supportsInterface(bytes4)", [4]byte{0x2a, 0x55, 0x20, 0x5a})
	for _, id := range []*big.Int{big1(0), big1(2), most} {
		_, reason := c.view(bob, "royaltyInfo(uint256,uint256)", id, big1(1))
		require.Equal(t, "ERC721: invalid token ID", reason)
	}
}

func TestUpdateByContract(t *testing.T) {
	c, council := councils(t)
	alice, mallory := c.Accounts[0], c.Accounts[1]
	c.register(alice, 100)
	r := c.must(alice, solidity.UpdateSignature, big1(1), change(solidity.Licence{}))
	require.Equal(t, []string{"AssetUpdated 1"}, logs(t, r))
	out, err := solidity.Assets.Unpack(solidity.UpdateSignature, r.Ret)
	require.NoError(t, err)
	require.Equal(t, []any{uint32(2)}, out)

	// The council has a say in everything, and strangers have none.
	r = c.as(council, solidity.UpdateSignature, big1(1), change(kind(types.LicenceNonCommercial)))
	require.False(t, r.Failed(), r.reason())
	require.Equal(t, []string{"AssetUpdated 1", "LicenceChanged 1"}, logs(t, r))
	a, err := c.App().AssetKeeper.GetAsset(c.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, uint32(3), a.Version)
	require.Equal(t, "7", a.Prices[0].Amount)
	require.Equal(t, "asset 1 is controlled by "+alice.String()+", and by its council: not the asset's controller",
		c.send(mallory, solidity.UpdateSignature, big1(1), change(solidity.Licence{})).reason())
	require.Equal(t, "asset 9: asset not found", c.send(alice, solidity.UpdateSignature, big1(9), change(solidity.Licence{})).reason())
	require.Equal(t, "0 is not a kind of licence: bad licence", c.send(alice, solidity.UpdateSignature, big1(1), change(solidity.Licence{Royalty: 1})).reason())

	// A child is bound, whoever makes its versions.
	child := registration(100, solidity.Royalty{Asset: big1(1)})
	child.Licence = kind(types.LicenceNoDerivatives)
	bound := "parent 1 is noncommercial: a price of 5 aweal is above zero: bad licence"
	require.Equal(t, bound, c.send(mallory, solidity.RegisterSignature, child).reason())
	child.Prices = nil
	c.must(mallory, solidity.RegisterSignature, child)
	require.Equal(t, "parent 1 is noncommercial: a price of 7 aweal is above zero: bad licence",
		c.send(mallory, solidity.UpdateSignature, big1(2), change(solidity.Licence{})).reason())
}

func TestControlByContract(t *testing.T) {
	c, council := councils(t)
	alice, bob := c.Accounts[0], c.Accounts[1]
	c.register(alice, 100)
	c.is(alice.EVM(), "controllerOf(uint256)", big1(1))
	require.Equal(t, []string{"ControllerChanged 1 " + short(bob)}, logs(t, c.must(alice, "setController(uint256,address)", big1(1), bob.EVM())))
	c.is(bob.EVM(), "controllerOf(uint256)", big1(1))
	require.Contains(t, c.send(alice, "setController(uint256,address)", big1(1), alice.EVM()).reason(), "not the asset's controller")
	require.Contains(t, c.send(bob, "setController(uint256,address)", big1(1), common.Address{}).reason(), "zero address")
	r := c.as(council, "setController(uint256,address)", big1(1), council)
	require.False(t, r.Failed(), r.reason())
	require.Contains(t, c.send(bob, "grant(uint256,address,uint64,uint64)", big1(1), bob.EVM(), uint64(0), uint64(0)).reason(), "not the asset's controller")
	for _, unknown := range []*big.Int{big1(0), big1(9), new(big.Int).Lsh(big1(1), 64)} {
		for signature, more := range map[string][]any{
			"controllerOf(uint256)": nil, "licenceOf(uint256)": nil, "parentsOf(uint256)": nil,
			"hasCredential(uint256,address)": {bob.EVM()},
		} {
			_, reason := c.view(alice, signature, append([]any{unknown}, more...)...)
			require.Equal(t, "asset "+unknown.String()+": asset not found", reason)
		}
	}
}

func TestWatcherByContract(t *testing.T) {
	c, council := councils(t)
	alice, bob := c.Accounts[0], c.Accounts[1]
	c.register(alice, 100)
	const sig = "setWatcher(uint256,address,uint16)"
	watcher := func() []any {
		values, reason := c.view(bob, "watcherOf(uint256)", big1(1))
		require.Empty(t, reason)
		return values
	}
	require.Equal(t, []any{common.Address{}, uint16(0)}, watcher())
	require.Equal(t, []string{"WatcherNamed 1 " + short(bob)}, logs(t, c.must(alice, sig, big1(1), bob.EVM(), uint16(200))))
	require.Equal(t, []any{bob.EVM(), uint16(200)}, watcher())

	require.Contains(t, c.send(bob, sig, big1(1), bob.EVM(), uint16(1)).reason(), "not the asset's controller")
	require.Contains(t, c.send(alice, sig, big1(1), bob.EVM(), uint16(1001)).reason(), "at most 1000 basis points")
	require.Contains(t, c.send(alice, sig, big1(1), common.Address{}, uint16(1)).reason(), "nobody")
	require.Contains(t, c.send(alice, sig, big1(9), bob.EVM(), uint16(1)).reason(), "asset not found")
	require.Equal(t, []any{bob.EVM(), uint16(200)}, watcher())

	// An asset that is left to its council can still name one.
	c.must(alice, "setController(uint256,address)", big1(1), council)
	require.Contains(t, c.send(alice, sig, big1(1), alice.EVM(), uint16(1)).reason(), "not the asset's controller")
	r := c.as(council, sig, big1(1), common.Address{}, uint16(0))
	require.False(t, r.Failed(), r.reason())
	require.Equal(t, []any{common.Address{}, uint16(0)}, watcher())
}

func TestCredentialsByContract(t *testing.T) {
	c, council := councils(t)
	alice, bob, carol := c.Accounts[0], c.Accounts[1], c.Accounts[2]
	r := registration(100)
	r.Licence = kind(types.LicenceCredential)
	c.must(alice, solidity.RegisterSignature, r)
	has := func(who common.Address, want bool) {
		t.Helper()
		c.is(want, "hasCredential(uint256,address)", big1(1), who)
	}
	has(alice.EVM(), true)
	has(council, true)
	has(bob.EVM(), false)
	derive := registration(100, solidity.Royalty{Asset: big1(1)})
	require.Equal(t, "asset 1 is credential: "+bob.EVM().Hex()+" may not derive from it: it has no credential: bad licence",
		c.send(bob, solidity.RegisterSignature, derive).reason())

	granted := c.must(alice, "grant(uint256,address,uint64,uint64)", big1(1), bob.EVM(), uint64(1), uint64(0))
	require.Equal(t, []string{"CredentialGranted 1 " + short(bob)}, logs(t, granted))
	has(bob.EVM(), true)

	// A child that is undone uses nothing.
	at := c.deploy(bob, script(vm.REVERT, step{to: asset.Address, data: call(t, solidity.RegisterSignature, derive)}))
	c.must(alice, "grant(uint256,address,uint64,uint64)", big1(1), at, uint64(1), uint64(0))
	require.True(t, c.run(bob, at, nil).Failed())
	has(at, true)
	c.must(bob, solidity.RegisterSignature, derive)
	has(bob.EVM(), false)
	require.Contains(t, c.send(bob, solidity.RegisterSignature, derive).reason(), "its credential's 1 uses are used up")

	// For a time, by the council; one block takes a second.
	until := uint64(c.Context().BlockTime().Unix() + 3)
	granted = c.as(council, "grant(uint256,address,uint64,uint64)", big1(1), carol.EVM(), uint64(0), until)
	require.False(t, granted.Failed(), granted.reason())
	has(carol.EVM(), true)
	for c.Context().BlockTime().Unix() < int64(until) {
		c.Deliver()
	}
	has(carol.EVM(), false)
	for _, bad := range []uint64{1, 1 << 63, 1<<64 - 1} {
		require.Contains(t, c.send(alice, "grant(uint256,address,uint64,uint64)", big1(1), bob.EVM(), uint64(1), bad).reason(), "bad credential")
	}

	// Shares as tokens of the licence: the value that bob is given is his licence.
	tokens := kind(types.LicenceCredential)
	tokens.Collection, tokens.Slots = asset.Address, []*big.Int{big1(1)}
	c.must(alice, solidity.UpdateSignature, big1(1), change(tokens))
	c.must(alice, "transferFrom(uint256,address,uint256)", big1(1), bob.EVM(), big1(1))
	has(bob.EVM(), true)
	c.must(bob, solidity.RegisterSignature, derive)

	r2 := c.must(alice, "revoke(uint256,address)", big1(1), carol.EVM())
	require.Equal(t, []string{"CredentialRevoked 1 " + short(carol)}, logs(t, r2))
	require.Contains(t, c.send(alice, "revoke(uint256,address)", big1(1), carol.EVM()).reason(), "bad credential")
}

// The same by messages, without the EVM.
func TestCredentialsByMessage(t *testing.T) {
	c := newChain(t)
	alice, bob, mallory := c.Accounts[0], c.Accounts[1], c.Accounts[2]
	r := registration(100)
	r.Licence = kind(types.LicenceCredential)
	c.must(alice, solidity.RegisterSignature, r)
	send := func(from apptest.Account, msg sdk.Msg) string {
		t.Helper()
		res := c.Deliver(c.Cosmos(from, msg))[0]
		if res.Code != 0 {
			require.NotEmpty(t, res.Log)
		}
		return res.Log
	}
	grant := &assettypes.MsgGrant{Sender: alice.String(), Asset: 1, Holder: bob.EVM().Hex(), Uses: 5}
	require.Empty(t, send(alice, grant), "an address in either form")
	ask := func(who apptest.Account) *assettypes.QueryCredentialResponse {
		t.Helper()
		res, err := assettypes.NewQueryClient(c.Conn()).Credential(t.Context(), &assettypes.QueryCredentialRequest{Asset: 1, Holder: who.String()})
		require.NoError(t, err)
		return res
	}
	require.True(t, ask(bob).Allowed)
	require.True(t, ask(bob).Counted)
	require.Equal(t, bob.String(), ask(bob).Credential.Holder)
	require.False(t, ask(mallory).Allowed)
	require.Contains(t, send(mallory, &assettypes.MsgGrant{Sender: mallory.String(), Asset: 1, Holder: mallory.String()}), "not the asset's controller")
	require.Contains(t, send(bob, &assettypes.MsgRevoke{Sender: bob.String(), Asset: 1, Holder: bob.String()}), "not the asset's controller")
	require.Empty(t, send(alice, &assettypes.MsgRevoke{Sender: alice.String(), Asset: 1, Holder: bob.String()}))
	require.Equal(t, "its credential was revoked", ask(bob).Reason)
	require.Empty(t, send(alice, &assettypes.MsgSetController{Sender: alice.String(), Asset: 1, Controller: bob.String()}))
	c.is(bob.EVM(), "controllerOf(uint256)", big1(1))
}

func TestPayFromTheTreasury(t *testing.T) {
	c, council := councils(t)
	alice, bob := c.Accounts[0], c.Accounts[1]
	c.register(alice, 100)
	has := func(who common.Address) string {
		return c.App().BankKeeper.GetBalance(c.Context(), who.Bytes(), "uusd").Amount.String()
	}
	const pay = "pay(uint256,address,string,uint256)"
	huge := new(big.Int).Lsh(big1(1), 128)
	escrow := common.BytesToAddress(authtypes.NewModuleAddress(types.Escrow))
	require.Contains(t, c.send(alice, pay, big1(1), alice.EVM(), "uusd", big1(1)).reason(), "not the asset's controller")
	for _, tt := range []struct {
		asset  *big.Int
		to     common.Address
		denom  string
		amount *big.Int
		reason string
	}{
		{big1(2), bob.EVM(), "uusd", big1(1), "asset 2: asset not found"},
		{big1(1), bob.EVM(), types.BaseDenom, big1(1), "aweal is sent as the value of a call: bad amount"},
		{big1(1), bob.EVM(), "uusd", big1(0), "pay at least 1: bad amount"},
		{big1(1), bob.EVM(), "uusd", huge, "amount: want a whole number from 0 to 2^128-1, got 340282366920938463463374607431768211456"},
		{big1(1), escrow, "uusd", big1(1), "the chain never pays this receiver"},
		{big1(1), common.Address{}, "uusd", big1(1), "the chain never pays this receiver"},
	} {
		require.Equal(t, tt.reason, c.as(council, pay, tt.asset, tt.to, tt.denom, tt.amount).reason())
	}
	require.Contains(t, c.as(council, pay, big1(1), bob.EVM(), "uusd", big1(1001)).reason(), "insufficient funds")
	require.Equal(t, "1000", has(council))

	r := c.as(council, pay, big1(1), bob.EVM(), "uusd", big1(400))
	require.False(t, r.Failed(), r.reason())
	require.Equal(t, []string{"TreasuryPaid 1 " + short(bob) + " 400"}, logs(t, r))
	require.Equal(t, []string{"600", "1400"}, []string{has(council), has(bob.EVM())})

	// What is undone paid nobody.
	payment := append(common.LeftPadBytes(asset.Address[:], 32), call(t, pay, big1(1), bob.EVM(), "uusd", big1(600))...)
	at := c.deploy(bob, script(vm.REVERT, step{to: council, data: payment}))
	require.True(t, c.run(bob, at, nil).Failed())
	require.Equal(t, []string{"600", "1400"}, []string{has(council), has(bob.EVM())})
}

// The family as the chain tells it, over an export.
func TestFamilyOfTheChain(t *testing.T) {
	c := newChain(t)
	alice := c.Accounts[0]
	c.register(alice, 100)
	c.register(alice, 100, solidity.Royalty{Asset: big1(1), BasisPoints: 100})
	c.ForkExport()
	c.register(alice, 100, solidity.Royalty{Asset: big1(2), BasisPoints: 100})
	c.CheckExports()
	res, err := assettypes.NewQueryClient(c.Conn()).Family(t.Context(), &assettypes.QueryFamilyRequest{Asset: 2})
	require.NoError(t, err)
	require.Len(t, res.Assets, 3)
	for i, a := range res.Assets {
		require.Equal(t, strconv.Itoa(i+1), strconv.FormatUint(a.Id, 10))
	}
}
