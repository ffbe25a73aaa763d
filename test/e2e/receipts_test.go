package e2e

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// TestReceiptsAreExportedAndProven has a user export its receipts, prove one to
// somebody else, and that one check it against the chain.
func TestReceiptsAreExportedAndProven(t *testing.T) {
	t.Parallel()
	h := shared(t)
	a := h.ask(t, question)

	var listed []local.Receipt
	h.read(t, &listed, "receipts", "--limit", "100000")
	o := h.run(t, "receipts", "export", "--format", "json", "--tab", fmt.Sprint(a.Tab))
	require.Zero(t, o.code, o.err)
	var exported []local.Receipt
	o.decode(t, &exported)
	var last local.Receipt
	for _, r := range listed {
		require.Equal(t, r.Hash(), r.ID)
		i := slices.IndexFunc(exported, func(e local.Receipt) bool { return e.ID == r.ID })
		require.GreaterOrEqual(t, i, 0, "receipt %s is exported", r.ID)
		require.Equal(t, r, exported[i])
		if r.Lane == a.Lane && r.Seq == a.Seq {
			last = r
		}
	}
	require.NotZero(t, last.Asset)

	o = h.run(t, "receipts", "export", "--asset", fmt.Sprint(last.Asset), "--since", "1h")
	require.Zero(t, o.code, o.err)
	rows, err := csv.NewReader(strings.NewReader(o.out)).ReadAll()
	require.NoError(t, err)
	column := func(name string) int { return slices.Index(rows[0], name) }
	i := slices.IndexFunc(rows, func(r []string) bool { return r[column("id")] == last.ID.String() })
	require.Positive(t, i, "%s", o.out)
	require.Equal(t, last.Amount.String(), rows[i][column("amount")])
	require.Equal(t, fmt.Sprint(last.Seq), rows[i][column("seq")])

	// The newest receipt: no voucher covers it until it is to be proven.
	o = h.run(t, "receipts", "prove", last.ID.String()[:16])
	require.Zero(t, o.code, o.err)
	file := write(t, o.out, t.TempDir(), "use.json")
	var use local.Use
	h.read(t, &use, "receipts", "verify", file)
	require.Equal(t, last.ID, use.Receipt)
	require.Equal(t, last.Amount, use.Amount)
	require.Equal(t, last.Lane, use.Lane)
	h.ask(t, question) // the lanes go on

	h.appSaysWhatCounted(t, listed, a.Seq, last.Lane)

	var proof pay.UseProof
	require.NoError(t, json.Unmarshal([]byte(o.out), &proof))
	proof.Receipt.Amount = types.NewAmount(1)
	forged, err := json.Marshal(proof)
	require.NoError(t, err)
	h.fails(t, 1, []string{"the proof does not hold"}, "receipts", "verify", write(t, string(forged), t.TempDir(), "use.json"))
	h.fails(t, 2, []string{"is no proof"}, "receipts", "verify", write(t, "{", t.TempDir(), "use.json"))
	h.fails(t, 1, []string{"no such receipt"}, "receipts", "prove", "00000000")
	h.fails(t, 2, []string{"csv or json"}, "receipts", "export", "--format", "xml")
	h.fails(t, 2, []string{"2027-01-31"}, "receipts", "export", "--until", "soon")
}

// appSaysWhatCounted shows and proves the receipt of the app for one answer.
func (h *house) appSaysWhatCounted(t *testing.T, listed []local.Receipt, seq uint64, lane types.LaneRef) {
	t.Helper()
	i := slices.IndexFunc(listed, func(r local.Receipt) bool { return r.Seq == seq && r.Lane == lane && !r.Detail.IsZero() })
	require.GreaterOrEqual(t, i, 0)
	app := listed[i]
	require.NoError(t, app.Attribution.Check())
	require.Equal(t, app.Detail, app.Attribution.Detail())
	var shown local.Receipt
	h.read(t, &shown, "receipts", "show", app.ID.String()[:12])
	require.Equal(t, app, shown)
	text := h.do(t, "receipts", "show", app.ID.String())
	require.Contains(t, text, "[1]")
	require.Contains(t, text, app.Detail.String())
	var use local.Use
	h.read(t, &use, "receipts", "verify", write(t, h.do(t, "receipts", "prove", app.ID.String()), t.TempDir(), "use.json"))
	require.Equal(t, app.Attribution, use.Attribution)
	h.fails(t, 1, []string{"no such receipt"}, "receipts", "show", "00000000")
	h.fails(t, 2, []string{"hex digits"}, "receipts", "show", "zz")
}
