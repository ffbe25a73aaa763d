package conformance

import (
	"crypto/ed25519"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/precompile/solidity"
)

// maxUnits is the most that the shares of one asset have together.
const maxUnits = 1 << 48

// signingKey is an Ed25519 public key, which every asset must have.
var signingKey = [32]byte(ed25519.NewKeyFromSeed(make([]byte, 32)).Public().(ed25519.PublicKey))

// registration is the call that registers an asset with so many units.
func registration(t *testing.T, units uint64) []byte {
	t.Helper()
	data, err := solidity.Assets.Pack(solidity.RegisterSignature, solidity.Registration{
		Kind: 1, Manifest: common.Hash{1}, Uri: "https://example.org/asset", Key: signingKey, Units: units, Denoms: []string{"aweal"},
	})
	require.NoError(t, err)
	return data
}

// Registering mints one share with all units in a new slot; nobody mints more.
func TestRegister(t *testing.T) {
	t.Parallel()
	f := newFixture(t, allKinds[0])
	for _, units := range []uint64{1, maxUnits} {
		r := f.sendTo(f.alice, f.at, registration(t, units))
		require.Len(t, r.Logs, 4)
		id, slot := r.Logs[1].Topics[1], r.Logs[1].Topics[3]
		got, err := lines(f.at, r.Logs[:3])
		require.NoError(t, err)
		require.Equal(t, texts([]event{
			ev("Transfer", zero, f.alice, id), ev("SlotChanged", id, 0, slot), ev("TransferValue", 0, id, new(big.Int).SetUint64(units)),
		}), got)
		f.is(1, "tokenSupplyInSlot(uint256)", slot.Big())
		f.is(id, "tokenInSlotByIndex(uint256,uint256)", slot.Big(), 0)
		f.slots[slot.Hex()] = &slotInfo{number: slot}
	}
	require.NotContains(t, []string{"", "0x"}, f.reason(f.alice.addr, f.at, registration(t, maxUnits+1)))
	f.audit()
}

// everything is what can be looked up of all shares at a block.
type everything struct{ ids, slots []common.Hash }

func (f *fixture) everything(block *big.Int) (e everything) {
	f.t.Helper()
	at := hexutil.EncodeBig(block)
	look := func(signatures []string, args ...[]any) (out []common.Hash) {
		f.t.Helper()
		var calls []ethereum.CallMsg
		for i, s := range signatures {
			calls = append(calls, ethereum.CallMsg{To: &f.at, Data: pack(s, args[i]...)})
		}
		outs, errs, err := chain.lookAt(f.t.Context(), at, calls)
		require.NoError(f.t, err)
		for i := range outs {
			require.NoError(f.t, errs[i])
			out = append(out, common.BytesToHash(outs[i]))
		}
		return out
	}
	counts := look([]string{"totalSupply()", "slotCount()"}, nil, nil)
	for i, signature := range []string{"tokenByIndex(uint256)", "slotByIndex(uint256)"} {
		var signatures []string
		var args [][]any
		for j := range counts[i].Big().Int64() {
			signatures, args = append(signatures, signature), append(args, []any{big.NewInt(j)})
		}
		list := look(signatures, args...)
		if i == 0 {
			e.ids = list
		} else {
			e.slots = list
		}
	}
	return e
}

// All shares and slots are listed, in the order in which they were made, while
// others make, move and burn them.
func TestAllShares(t *testing.T) {
	t.Parallel()
	f := newFixture(t, allKinds[0])
	ids := f.grant(grant{f.alice, "red", 10}, grant{f.bob, "red", 10}, grant{f.alice, "blue", 1}, grant{f.alice, "blue", 1})
	head, err := chain.eth.BlockNumber(t.Context())
	require.NoError(t, err)
	first := new(big.Int).SetUint64(head)
	before := f.everything(first)
	receipts := f.all(f.tx(f.alice, fnBurn, ids[0].Big()), f.tx(f.alice, fnSplit, ids[2].Big(), f.carol, 1), f.tx(f.alice, fnBurn, ids[2].Big()))
	for _, r := range receipts {
		require.Equal(t, ethtypes.ReceiptStatusSuccessful, r.Status)
	}
	f.grant(grant{f.carol, "green", 3})
	head, err = chain.eth.BlockNumber(t.Context())
	require.NoError(t, err)
	last := new(big.Int).SetUint64(head)
	after := f.everything(last)

	logs := f.find(ethereum.FilterQuery{FromBlock: first.Add(first, common.Big1), ToBlock: last, Addresses: []common.Address{f.at}})
	for _, l := range logs {
		switch {
		case l.Topics[0] == topic("Transfer") && l.Topics[1] == (common.Hash{}):
			before.ids = append(before.ids, l.Topics[3])
		case l.Topics[0] == topic("Transfer") && l.Topics[2] == (common.Hash{}):
			before.ids = drop(before.ids, l.Topics[3])
		case l.Topics[0] == topic("SlotChanged") && l.Topics[2] == (common.Hash{}) && l.Topics[3].Big().Cmp(before.slots[len(before.slots)-1].Big()) > 0:
			before.slots = append(before.slots, l.Topics[3])
		}
	}
	require.Equal(t, before, after)
	f.audit()
}
