package e2e

import (
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"

	"cosmossdk.io/math"

	"github.com/weal-network/weal/app"
	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
	assettypes "github.com/weal-network/weal/x/asset/types"
)

const (
	holderCount = 1_000
	questions   = 25
	perBlock    = 100 // transactions of holders
)

// claimFee is what the harness offers for a transaction: its gas limit at ten
// times the base fee.
var claimFee = math.NewInt(3_000_000).MulRaw(10 * app.BaseFee)

// asked are questions that the specification answers.
var asked = []string{
	"What does a voucher hold?", "Who can cheat whom, and by how much?", "How are royalties paid to ancestors?",
	"What is a lane of a tab?", "How does a vault make an offer?",
}

// TestTwentyFiveQuestionsOneSettlement plays the main story to the last unit.
func TestTwentyFiveQuestionsOneSettlement(t *testing.T) {
	w := newTown(t)
	holders, shares := w.spread()
	beforePayer := w.balance(w.payer)

	owed := w.askAll()
	w.settleOnce(owed)
	w.net.ForkExport() // from here on a chain that was exported and imported comes along

	w.checkConserved()
	w.claimAll(holders, shares, owed[w.dataAsset])
	for asset, owner := range map[types.AssetID]apptest.Account{w.modelAsset: w.model, w.appAsset: w.app} {
		w.claimWhole(asset, owner, owed[asset])
	}
	w.checkConserved()
	require.Equal(t, beforePayer.String(), w.balance(w.payer).String(), "asking and settling by others costs the payer nothing beyond the tab")
	w.closeTab(owed)
	w.net.CheckExports()
}

// spread sells the data asset to a thousand holders, holder i getting i+1 units.
func (w *town) spread() ([]apptest.Account, []types.ShareID) {
	w.t.Helper()
	contract := common.HexToAddress(types.AssetContract)
	var holders []apptest.Account
	var shares []types.ShareID
	for from := 0; from < holderCount; from += perBlock {
		var txs [][]byte
		for i := from; i < from+perBlock; i++ {
			h := apptest.NewAccount(fmt.Sprintf("holder/%d", i))
			holders = append(holders, h)
			data, err := solidity.Assets.Pack("transferFrom(uint256,address,uint256)",
				new(big.Int).SetUint64(uint64(w.dataShare)), h.EVM(), big.NewInt(int64(i+1)))
			require.NoError(w.t, err)
			txs = append(txs, w.net.EVM(w.data, apptest.EVMTx{To: &contract, Data: data, Gas: 390_000}))
		}
		for _, r := range w.net.Deliver(txs...) {
			require.Zero(w.t, r.Code, r.Log)
		}
	}
	for i, h := range holders {
		list, err := w.ledger.SharesOf(w.t.Context(), h.EVM().Hex())
		require.NoError(w.t, err)
		require.Len(w.t, list, 1)
		require.EqualValues(w.t, i+1, list[0].Value)
		shares = append(shares, list[0].ID)
	}
	return holders, shares
}

// askAll asks and returns what each asset is owed by what the answers say.
func (w *town) askAll() map[types.AssetID]types.Amount {
	w.t.Helper()
	owed := map[types.AssetID]types.Amount{}
	for i := range questions {
		a := w.ask(asked[i%len(asked)])
		require.NotEmpty(w.t, a.Text)
		require.Empty(w.t, a.Problems)
		require.NotEmpty(w.t, a.Citations)
		require.Len(w.t, a.Receipts, 3)
		owners := map[string]bool{}
		for _, c := range a.Citations {
			require.True(w.t, c.Proof, "passage %d of question %d", c.N, i)
		}
		for _, item := range a.Items {
			owners[item.Owner] = true
			sum, ok := owed[item.Asset].Add(item.Amount)
			require.True(w.t, ok)
			owed[item.Asset] = sum
		}
		require.Len(w.t, owners, 3, "three different owners")
	}
	require.Len(w.t, owed, 3)
	w.purse.Close() // its last ticks come a moment after the answers
	return owed
}

// settleOnce brings what all three roles hold to the chain in one message.
func (w *town) settleOnce(owed map[types.AssetID]types.Amount) {
	w.t.Helper()
	var all []pay.Settlement
	for _, b := range w.books {
		list, err := b.Unsettled(w.t.Context())
		require.NoError(w.t, err)
		all = append(all, list...)
	}
	credits, err := w.sender(w.data).SettleNow(w.t.Context(), all)
	require.NoError(w.t, err)
	got := map[types.AssetID]types.Amount{}
	for _, c := range credits {
		got[c.Asset] = c.Amount
	}
	require.Equal(w.t, owed, got)

	again, err := w.sender(w.data).SettleNow(w.t.Context(), all)
	require.NoError(w.t, err)
	for _, c := range again {
		require.True(w.t, c.Amount.IsZero(), "a settlement brought twice credits nothing")
	}
}

// checkConserved checks credited = claimed + claimable + carried for each asset.
func (w *town) checkConserved() {
	w.t.Helper()
	for _, asset := range []types.AssetID{w.dataAsset, w.modelAsset, w.appAsset} {
		rows, err := w.ledger.Revenue(w.t.Context(), asset)
		require.NoError(w.t, err)
		require.Len(w.t, rows, 1)
		sum := toInt(rows[0].Claimed).Add(toInt(rows[0].Claimable)).Add(toInt(rows[0].Carried))
		require.Equal(w.t, rows[0].Credited.String(), sum.String(), "asset %d", asset)
	}
}

// worth returns floor(credited · value / units), what a share of value is worth
// after one credit: the accumulator holds floor(credited·2^64/units), and a share
// gets the whole part of value times it.
func worth(credited types.Amount, value int64) math.Int {
	perUnit := new(big.Int).Lsh(credited.Big(), 64)
	perUnit.Quo(perUnit, big.NewInt(types.DefaultUnits))
	return math.NewIntFromBigInt(new(big.Int).Rsh(perUnit.Mul(perUnit, big.NewInt(value)), 64))
}

// claimAll claims for every holder. None of them has ever had a coin.
func (w *town) claimAll(holders []apptest.Account, shares []types.ShareID, credited types.Amount) {
	w.t.Helper()
	for from := 0; from < len(holders); from += perBlock {
		var txs [][]byte
		for i := from; i < from+perBlock; i++ {
			require.True(w.t, w.balance(holders[i]).IsZero())
			txs = append(txs, w.net.Cosmos(holders[i], &assettypes.MsgClaim{
				Sender: holders[i].String(), Shares: []uint64{uint64(shares[i])},
			}))
		}
		results := w.net.Deliver(txs...)
		w.net.Advance(10, time.Second) // lets the base fee, which a full block raises, come down again
		for i, r := range results {
			n := from + i
			want := worth(credited, int64(n+1))
			if want.LT(claimFee) { // what does not pay for its claim is not lost: it waits for more
				require.NotZero(w.t, r.Code, "holder %d", n)
				require.True(w.t, w.balance(holders[n]).IsZero(), "holder %d", n)
				continue
			}
			require.Zero(w.t, r.Code, "holder %d: %s", n, r.Log)
			require.Equal(w.t, claimFee.String(), paidFee(w.t, r).String(), "holder %d", n)
			require.Equal(w.t, want.Sub(claimFee).String(), w.balance(holders[n]).String(), "holder %d", n)
		}
	}
}

// paidFee is what a transaction cost its sender.
func paidFee(t *testing.T, r *abci.ExecTxResult) math.Int {
	t.Helper()
	for _, e := range r.Events {
		for _, a := range e.Attributes {
			if e.Type == "tx" && a.Key == "fee" && a.Value != "" {
				n, ok := math.NewIntFromString(strings.TrimSuffix(a.Value, types.BaseDenom))
				require.True(t, ok, a.Value)
				return n
			}
		}
	}
	return math.ZeroInt()
}

// claimWhole claims for an owner who holds all units.
func (w *town) claimWhole(asset types.AssetID, owner apptest.Account, credited types.Amount) {
	w.t.Helper()
	list, err := w.ledger.SharesOf(w.t.Context(), owner.EVM().Hex())
	require.NoError(w.t, err)
	require.Len(w.t, list, 1)
	require.Equal(w.t, asset, list[0].Asset)
	before := w.balance(owner)
	paid, err := w.sender(owner).Claim(w.t.Context(), []types.ShareID{list[0].ID})
	require.NoError(w.t, err)
	require.Equal(w.t, []ledger.Coins{{Denom: types.BaseDenom, Amount: amountOf(w.t, worth(credited, types.DefaultUnits))}}, paid)
	gained := w.balance(owner).Sub(before)
	require.True(w.t, gained.LTE(toInt(paid[0].Amount)), "the fee comes off")
	require.True(w.t, gained.GT(toInt(paid[0].Amount).QuoRaw(2)), "the fee is small")
}

// closeTab waits out the window and checks that the payer gets back all that was
// not credited.
func (w *town) closeTab(owed map[types.AssetID]types.Amount) {
	w.t.Helper()
	spent := math.ZeroInt()
	for _, a := range owed {
		spent = spent.Add(toInt(a))
	}
	require.NoError(w.t, w.sender(w.payer).CloseTab(w.t.Context(), w.tab))
	_, err := w.sender(w.data).Withdraw(w.t.Context(), w.tab)
	require.ErrorIs(w.t, err, ledger.ErrChain, "the window has not passed")
	w.net.Advance(101, 10*time.Second)
	before := w.balance(w.payer)
	refund, err := w.sender(w.data).Withdraw(w.t.Context(), w.tab)
	require.NoError(w.t, err)
	want := toInt(milli(1_100_000)).Sub(spent) // deposit and bond
	require.Equal(w.t, want.String(), refund.String())
	require.Equal(w.t, want.String(), w.balance(w.payer).Sub(before).String())
}

func amountOf(t *testing.T, n math.Int) types.Amount {
	t.Helper()
	a, err := types.ParseAmount(n.String())
	require.NoError(t, err)
	return a
}
