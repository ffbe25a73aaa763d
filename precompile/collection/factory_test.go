package collection_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/precompile/collection"
	"github.com/weal-network/weal/precompile/contracttest"
)

// The code of every collection is part of the interface: spec/collections.md has it.
const published = "337f7765616c2f666f7277617264" + "0000000000000000000000000000000000000000" +
	"175f52365f6020375f5f366020015f3461352" + "65af13d5f5f3e6041573d5ffd5b3d5ff3"

func TestCode(t *testing.T) {
	require.Equal(t, published, hex.EncodeToString(collection.Code))
}

func TestCreate(t *testing.T) {
	c := newChain(t)
	c.factory.Is(0, "collectionCount()")
	r := c.factory.Must(c.alice, sigCreate, "Tickets", "TIX", uint8(2), true)
	require.Len(t, r.Logs, 1)
	require.Equal(t, collection.Address.Hex(), r.Logs[0].Address)
	require.Equal(t, "CollectionCreated "+contracttest.Short(nth(0))+" "+short(c.alice), c.factory.Event(r.Logs[0]))
	first := c.at(nth(0))
	first.Is("Tickets", "name()")
	first.Is("TIX", "symbol()")
	first.Is(uint8(2), "valueDecimals()")
	first.Is(c.alice.EVM(), "owner()")
	first.Is(0, "totalSupply()")

	c.factory.Must(c.bob, sigCreate, "", "", uint8(255), false)
	c.at(nth(1)).Is("", "name()")
	c.at(nth(1)).Is(c.bob.EVM(), "owner()")
	c.factory.Is(2, "collectionCount()")
	c.factory.Is(nth(0), "collectionByIndex(uint256)", big1(0))
	c.factory.Is(nth(1), "collectionByIndex(uint256)", big1(1))
	c.factory.Is(true, "isCollection(address)", nth(1))
	c.factory.Is(false, "isCollection(address)", nth(2))
	c.factory.Is(false, "isCollection(address)", collection.Address)
	for _, i := range []int64{2, 3} {
		_, reason := c.factory.View(c.alice, "collectionByIndex(uint256)", big1(i))
		require.Contains(t, reason, "there are 2: collection not found")
	}
	_, reason := c.factory.View(c.alice, "collectionByIndex(uint256)", most)
	require.Contains(t, reason, "collection not found")

	// The code is there for whoever looks.
	copier := c.Deploy(c.alice, program.New().Push(len(collection.Code)).Push0().Push0().Push(nth(0)).Op(vm.EXTCODECOPY).
		Return(0, len(collection.Code)))
	out, err := c.Call(c.alice, copier, nil)
	require.NoError(t, err)
	require.Equal(t, collection.Code, out)
}

func TestBadCollections(t *testing.T) {
	c := newChain(t, apptest.WithoutShadows())
	for name, text := range map[string]string{"long": strings.Repeat("x", 65), "no text": "\xff\xfe"} {
		for i := range 2 {
			names := [2]string{"Tickets", "TIX"}
			names[i] = text
			_, reason := c.factory.View(c.alice, sigCreate, names[0], names[1], uint8(0), false)
			require.True(t, strings.HasPrefix(reason, "name and symbol have at most 64 bytes of UTF-8"), "%s: %s", name, reason)
		}
	}
	r := c.Pay(c.alice, collection.Address, 1, c.factory.Input(sigCreate, "a", "b", uint8(0), false))
	require.Equal(t, "contract takes no coins", r.Reason())
	longest := strings.Repeat("é", 32)
	c.factory.Must(c.alice, sigCreate, longest, longest, uint8(0), false)
	c.at(nth(0)).Is(longest, "symbol()")

	// A number that is no uint8, and a bool that is two.
	for _, at := range []int{2, 3} {
		data := c.factory.Input(sigCreate, "a", "b", uint8(0), false)
		data[4+32*at+30], data[4+32*at+31] = 1, 2
		require.Contains(t, c.Run(c.alice, collection.Address, data).Reason(), "create: read arguments")
	}
}

// What opens a collection and fails afterwards opened none: the next one is at
// the same address.
func TestCreateUndone(t *testing.T) {
	c := newChain(t)
	create := step{To: collection.Address, Data: c.factory.Input(sigCreate, "Tickets", "TIX", uint8(2), true)}
	undone := c.Deploy(c.alice, contracttest.Script(vm.REVERT, create, create))
	around := c.Deploy(c.alice, contracttest.Script(vm.STOP, step{To: undone, MayFail: true}, create))
	require.True(t, c.Run(c.alice, undone, nil).Failed())
	c.factory.Is(0, "collectionCount()")
	require.False(t, c.Run(c.alice, around, nil).Failed())
	c.factory.Is(1, "collectionCount()")
	c.at(nth(0)).Is(around, "owner()")

	// Nor does one whose gas ends while its contract is made.
	input, made := create.Data, 1
	for gas := uint64(30_000); gas < 200_000; gas += 5_000 {
		r := c.Receipt(c.Deliver(c.EVM(c.bob, apptest.EVMTx{To: &collection.Address, Data: input, Gas: gas}))[0])
		if !r.Failed() {
			made++
		}
		c.factory.Is(made, "collectionCount()")
		c.factory.Is(false, "isCollection(address)", nth(uint64(made)))
	}
	require.Greater(t, made, 1)
	c.at(nth(uint64(made-1))).Is("Tickets", "name()")
}

// Opened, filled and used by one call of a contract, in a transaction beside
// others that open some, too.
func TestOneTransaction(t *testing.T) {
	c := newChain(t)
	k := c.at(nth(0))
	all := c.Deploy(c.alice, contracttest.Script(vm.STOP,
		step{To: collection.Address, Data: c.factory.Input(sigCreate, "Tickets", "TIX", uint8(2), true)},
		step{To: nth(0), Data: nil, MayFail: true},
		step{To: nth(0), Data: k.Input(sigMint, c.bob.EVM(), big1(7), big1(1), big1(100))},
		step{To: nth(0), Data: k.Input(sigMint, nth(5), big1(8), big1(1), big1(100))},
		step{To: nth(0), Data: k.Input("ownerOf(uint256)", big1(7)), Op: vm.STATICCALL},
	))
	var txs [][]byte
	for _, from := range c.Accounts[:3] {
		txs = append(txs, c.EVM(from, apptest.EVMTx{To: &all, Gas: 2_000_000}))
	}
	failed := 0
	for _, res := range c.Deliver(txs...) {
		if c.Receipt(res).Failed() {
			failed++
		}
	}
	require.Equal(t, 2, failed, "only the first finds the addresses that it was made for")
	k.Is(c.bob.EVM(), "ownerOf(uint256)", big1(7))
	k.Is(2, "totalSupply()")
	c.ForkExport()
	k.Must(c.bob, sigMove, big1(7), big1(8), big1(60))
	k.Is(160, "balanceOf(uint256)", big1(8))
	c.factory.Must(c.bob, sigCreate, "more", "M", uint8(0), false)
	c.factory.Is(2, "collectionCount()")
	c.CheckExports("auth")
}

func TestDescriptions(t *testing.T) {
	c := newChain(t, apptest.WithoutShadows())
	c.factory.Must(c.alice, sigCreate, `"<é>"`, "TIX", uint8(2), false)
	k := c.at(nth(0))
	k.Must(c.alice, sigMint, c.bob.EVM(), most, most, most)
	read := func(signature string, args ...any) map[string]any {
		values, reason := k.View(c.alice, signature, args...)
		require.Empty(t, reason)
		encoded, ok := strings.CutPrefix(values[0].(string), "data:application/json;base64,")
		require.True(t, ok)
		b, err := base64.StdEncoding.DecodeString(encoded)
		require.NoError(t, err)
		var meta map[string]any
		require.NoError(t, json.NewDecoder(bytes.NewReader(b)).Decode(&meta))
		return meta
	}
	require.Equal(t, map[string]any{
		"name": `"<é>"`, "symbol": "TIX", "valueDecimals": 2.0,
		"description": "A collection that " + c.alice.EVM().Hex() + " opened.",
	}, read("contractURI()"))
	require.Equal(t, `"<é>", slot 3`, read("slotURI(uint256)", big1(3))["name"])
	token := read("tokenURI(uint256)", most)
	require.Equal(t, `"<é>" #`+most.String(), token["name"])
	require.Equal(t, []any{most.String(), most.String()}, []any{token["slot"], token["balance"]})
	_, reason := k.View(c.alice, "tokenURI(uint256)", big1(1))
	require.Equal(t, "ERC721: invalid token ID", reason)
}

// Operators for slots are there only where the collection was opened with them.
func TestSlotApprovable(t *testing.T) {
	c := newChain(t)
	with, without := c.create(c.alice, true), c.create(c.alice, false)
	set := []any{c.bob.EVM(), big1(1), c.mallory.EVM(), true}
	const sigSet, sigIs = "setApprovalForSlot(address,uint256,address,bool)", "isApprovedForSlot(address,uint256,address)"
	for _, k := range []contracttest.Contract{with, without} {
		k.Must(c.alice, sigMint, c.bob.EVM(), big1(1), big1(1), big1(100))
		for _, id := range [][4]byte{
			{0x01, 0xff, 0xc9, 0xa7}, {0x80, 0xac, 0x58, 0xcd}, {0x5b, 0x5e, 0x13, 0x9f}, {0x78, 0x0e, 0x9d, 0x63},
			{0xd5, 0x35, 0x81, 0x40}, {0xe1, 0x60, 0x09, 0x02}, {0x3b, 0x74, 0x1b, 0x9e},
		} {
			k.Is(true, "supportsInterface(bytes4)", id)
		}
		k.Is(false, "supportsInterface(bytes4)", [4]byte{0xff, 0xff, 0xff, 0xff})
	}
	with.Is(true, "supportsInterface(bytes4)", [4]byte{0xb6, 0x88, 0xbe, 0x58})
	without.Is(false, "supportsInterface(bytes4)", [4]byte{0xb6, 0x88, 0xbe, 0x58})

	require.Equal(t, []string{"ApprovalForSlot " + short(c.bob) + " 1 " + short(c.mallory)}, with.Logs(with.Must(c.bob, sigSet, set...)))
	with.Is(true, sigIs, set[:3]...)
	with.Must(c.mallory, sigSplit, big1(1), c.mallory.EVM(), big1(40))
	require.Equal(t, unknown(t, without, sigSet), without.Send(c.bob, sigSet, set...).Reason())
	_, reason := without.View(c.bob, sigIs, set[:3]...)
	require.Equal(t, unknown(t, without, sigIs), reason)
	require.Equal(t, "ERC3525: insufficient allowance", without.Send(c.mallory, sigSplit, big1(1), c.mallory.EVM(), big1(40)).Reason())
}

// unknown is what a contract says of a function that it does not have.
func unknown(t *testing.T, k contracttest.Contract, signature string) string {
	t.Helper()
	m, err := k.Method(signature)
	require.NoError(t, err)
	return "unknown function 0x" + hex.EncodeToString(m.ID)
}
