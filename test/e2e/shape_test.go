package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/types"
)

// What commands print with --output json, as a script of somebody else reads it:
// the names here are the promise, so they are written out once more.
type (
	answerJSON struct {
		Answer    string         `json:"answer"`
		Citations []citationJSON `json:"citations"`
		Cost      struct {
			Total types.Amount `json:"total"`
			Denom string       `json:"denom"`
			Items []itemJSON   `json:"items"`
		} `json:"cost"`
		Receipts []receiptJSON `json:"receipts"`
		Tab      types.TabID   `json:"tab"`
		Lane     types.LaneRef `json:"lane"`
		Seq      uint64        `json:"seq"`
		Problems []string      `json:"problems"`
	}
	citationJSON struct {
		Asset   types.AssetID `json:"asset"`
		Version uint32        `json:"version"`
		Source  string        `json:"source"`
		Chunk   string        `json:"chunk"`
		Root    string        `json:"root"`
		Proof   bool          `json:"proof"`
		Text    string        `json:"text"`
	}
	itemJSON struct {
		Asset  types.AssetID `json:"asset"`
		Kind   string        `json:"kind"`
		Owner  string        `json:"owner"`
		Amount types.Amount  `json:"amount"`
	}
	receiptJSON struct {
		ID      string        `json:"id"`
		Asset   types.AssetID `json:"asset"`
		Version uint32        `json:"version"`
		Amount  types.Amount  `json:"amount"`
	}
	statusJSON struct {
		ChainID string     `json:"chain_id"`
		Height  int64      `json:"height"`
		Node    string     `json:"node"`
		Ports   home.Ports `json:"ports"`
		APIKey  string     `json:"api_key"`
		Assets  []struct {
			Role  string        `json:"role"`
			Asset types.AssetID `json:"asset"`
			Owner string        `json:"owner"`
			URL   string        `json:"url"`
		} `json:"assets"`
		Tab types.TabID `json:"tab"`
	}
	assetJSON struct {
		ID      types.AssetID `json:"id"`
		Kind    string        `json:"kind"`
		Owner   string        `json:"owner"`
		Version uint32        `json:"version"`
		Root    string        `json:"root"`
		Revenue []struct {
			Credited  types.Amount `json:"credited"`
			Claimable types.Amount `json:"claimable"`
			Claimed   types.Amount `json:"claimed"`
		} `json:"revenue"`
	}
	tabJSON struct {
		ID      types.TabID  `json:"id"`
		Payer   string       `json:"payer"`
		State   string       `json:"state"`
		Deposit types.Amount `json:"deposit"`
		Lanes   []struct {
			Cap      types.Amount `json:"cap"`
			Promised types.Amount `json:"promised"`
			Credited types.Amount `json:"credited"`
			Left     types.Amount `json:"left"`
		} `json:"lanes"`
	}
	earningJSON struct {
		Role      string        `json:"role"`
		Asset     types.AssetID `json:"asset"`
		Owner     string        `json:"owner"`
		Unsettled types.Amount  `json:"unsettled"`
		Credited  types.Amount  `json:"credited"`
		Claimable types.Amount  `json:"claimable"`
		Claimed   types.Amount  `json:"claimed"`
	}
	settlementJSON struct {
		Asset    types.AssetID `json:"asset"`
		Credited types.Amount  `json:"credited"`
	}
	payoutJSON struct {
		Owner  string       `json:"owner"`
		Amount types.Amount `json:"amount"`
	}
	vaultJSON struct {
		Version    uint32 `json:"version"`
		Root       string `json:"root"`
		ServedRoot string `json:"served_root"`
		Staged     bool   `json:"staged"`
		Adding     bool   `json:"adding"`
		Chunks     int    `json:"chunks"`
		Documents  []struct {
			Source string `json:"source"`
			State  string `json:"state"`
			Reason string `json:"reason"`
		} `json:"documents"`
	}
	reportJSON struct {
		Added     int `json:"added"`
		Changed   int `json:"changed"`
		Unchanged int `json:"unchanged"`
		Retired   int `json:"retired"`
		Failed    int `json:"failed"`
		Files     []struct {
			Path   string `json:"path"`
			State  string `json:"state"`
			Reason string `json:"reason"`
		} `json:"files"`
		Root      string `json:"root"`
		Published bool   `json:"published"`
		Missed    string `json:"missed"`
	}
)

// sums is an amount by asset.
type sums map[types.AssetID]types.Amount

// add adds amount to an asset's.
func (s sums) add(t *testing.T, asset types.AssetID, amount types.Amount) {
	t.Helper()
	sum, ok := s[asset].Add(amount)
	require.True(t, ok)
	s[asset] = sum
}

// total returns the sum over all assets.
func (s sums) total(t *testing.T) types.Amount {
	t.Helper()
	all := sums{}
	for _, amount := range s {
		all.add(t, 0, amount)
	}
	return all[0]
}

// items returns what each asset got for an answer.
func (a answerJSON) items(t *testing.T) sums {
	t.Helper()
	s := sums{}
	for _, i := range a.Cost.Items {
		s.add(t, i.Asset, i.Amount)
	}
	return s
}

// ask asks and checks all that holds of every whole answer.
func (h *house) ask(t *testing.T, question string) answerJSON {
	t.Helper()
	var a answerJSON
	h.read(t, &a, "ask", question)
	a.check(t)
	return a
}

func (a answerJSON) check(t *testing.T) {
	t.Helper()
	require.NotEmpty(t, a.Answer)
	require.Empty(t, a.Problems)
	require.NotEmpty(t, a.Citations)
	for _, c := range a.Citations {
		require.True(t, c.Proof)
		require.NotZero(t, c.Asset)
		require.NotZero(t, c.Version)
		require.NotEmpty(t, c.Source)
		require.NotEmpty(t, c.Text)
		require.Len(t, c.Chunk, 64)
		require.Len(t, c.Root, 64)
	}
	owners, kinds := map[string]bool{}, map[string]bool{}
	for _, i := range a.Cost.Items {
		owners[i.Owner], kinds[i.Kind] = true, true
		require.False(t, i.Amount.IsZero(), "asset %d got nothing", i.Asset)
	}
	require.Len(t, owners, 3, "three different owners")
	require.Equal(t, map[string]bool{"data": true, "model": true, "app": true}, kinds)
	require.Equal(t, a.items(t).total(t), a.Cost.Total)
	require.Equal(t, types.BaseDenom, a.Cost.Denom)
	require.Len(t, a.Receipts, len(a.Cost.Items))
	got := sums{}
	for _, r := range a.Receipts {
		require.Len(t, r.ID, 64)
		got.add(t, r.Asset, r.Amount)
	}
	require.Equal(t, a.items(t), got, "a receipt for each item")
	require.NotZero(t, a.Tab)
}

// books reads what the home's assets have earned, settled or not.
func (h *house) books(t *testing.T) (earned sums, rows []earningJSON) {
	t.Helper()
	h.read(t, &rows, "earnings")
	earned = sums{}
	for _, e := range rows {
		earned.add(t, e.Asset, e.Unsettled)
		earned.add(t, e.Asset, e.Credited)
	}
	return earned, rows
}
