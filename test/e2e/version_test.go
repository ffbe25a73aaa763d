package e2e

import (
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// TestOldReceiptsStayProvable: what was answered from one version of a vault can
// be proven from the chain alone after later versions, by the version that the
// receipt and each citation name.
func TestOldReceiptsStayProvable(t *testing.T) {
	w := newTown(t)
	a := w.ask("What is a voucher?")
	first, err := w.ledger.AssetNow(t.Context(), w.dataAsset)
	require.NoError(t, err)
	for _, root := range []string{"second", "third"} {
		_, err := w.sender(w.data).Update(t.Context(), ledger.Update{
			Asset: w.dataAsset, Manifest: sha256.Sum256([]byte(root)), ManifestURI: first.ManifestURI,
			Root: sha256.Sum256([]byte(root)), Prices: first.Prices,
		})
		require.NoError(t, err)
	}
	now, err := w.ledger.AssetNow(t.Context(), w.dataAsset)
	require.NoError(t, err)
	require.EqualValues(t, 3, now.Version)

	require.NotEmpty(t, a.Citations)
	var receipt *pay.SignedReceipt
	for i := range a.Receipts {
		if a.Receipts[i].Asset == w.dataAsset {
			receipt = &a.Receipts[i]
		}
	}
	require.NotNil(t, receipt)
	require.EqualValues(t, 1, receipt.Version)
	require.NoError(t, receipt.Verify(now.Key))
	then, err := w.ledger.Version(t.Context(), w.dataAsset, receipt.Version)
	require.NoError(t, err)
	require.Equal(t, first.Manifest, then.Manifest)
	var chunks []types.Hash
	for _, c := range a.Citations {
		require.Equal(t, receipt.Version, c.Version)
		chunk := pay.Chunk{Source: c.Source, Heading: c.Heading, Start: c.Start, End: c.End, Text: c.Text}.Hash()
		require.NoError(t, c.Path.Verify(chunk, then.Root))
		require.Error(t, c.Path.Verify(chunk, now.Root))
		chunks = append(chunks, chunk)
	}
	require.Equal(t, pay.ItemsHash(chunks), receipt.Output, "the receipt is over these passages")
}
