package pay_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"pgregory.net/rapid"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// TestProofsHoldElsewhere shows every proof of every small tree to another
// implementation of RFC 6962.
func TestProofsHoldElsewhere(t *testing.T) {
	for n := 1; n <= 70; n++ {
		hashes := someHashes(n)
		tree := pay.NewTree(hashes)
		root := tree.Root()
		for i, h := range hashes {
			p := tree.Proof(i)
			siblings := make([][]byte, len(p.Siblings))
			for j, s := range p.Siblings {
				siblings[j] = s[:]
			}
			leaf := rfc6962.DefaultHasher.HashLeaf(h[:])
			require.NoError(t, proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(i), uint64(n), leaf, siblings, root[:]), fmt.Sprint(i, " of ", n))
		}
	}
	empty := pay.MerkleRoot(nil)
	require.Equal(t, rfc6962.DefaultHasher.EmptyRoot(), empty[:])
}

func TestMountainHasTheTreesRoot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hashes := someHashes(rapid.IntRange(0, 200).Draw(t, "hashes"))
		stop := rapid.IntRange(0, len(hashes)).Draw(t, "stop")
		var m pay.Mountain
		for i, h := range hashes {
			if i == stop { // as a restart would
				b, err := m.MarshalBinary()
				require.NoError(t, err)
				m = pay.Mountain{}
				require.NoError(t, m.UnmarshalBinary(b))
			}
			m.Append(h)
		}
		require.Equal(t, pay.MerkleRoot(hashes), m.Root())
		require.EqualValues(t, len(hashes), m.Len())
	})
}

func TestTamperedProofFails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hashes := someHashes(rapid.IntRange(2, 40).Draw(t, "hashes"))
		i := rapid.IntRange(0, len(hashes)-1).Draw(t, "hash")
		p := pay.MerkleProof(hashes, i).Bytes()
		at := rapid.IntRange(16, len(p)-1).Draw(t, "byte") // index and count are no claim
		p[at] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		q, err := pay.ParseProof(p)
		require.NoError(t, err)
		require.ErrorIs(t, q.Verify(hashes[i], pay.MerkleRoot(hashes)), pay.ErrPath)
	})
}

func TestTamperedReceiptFails(t *testing.T) {
	key := seededKey("asset key")
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 9).Draw(t, "receipts")
		signed, err := pay.SignGroup(someReceipts(n), key)
		require.NoError(t, err)
		b := signed[rapid.IntRange(0, n-1).Draw(t, "receipt")].Bytes()
		s, err := pay.ParseSignedReceipt(b)
		require.NoError(t, err)
		require.NoError(t, s.Verify(pay.PublicKey(key)))
		b[rapid.IntRange(0, len(b)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if s, err = pay.ParseSignedReceipt(b); err == nil {
			err = s.Verify(pay.PublicKey(key))
		}
		require.Error(t, err)
	})
}

func TestSignedReceiptIsSmall(t *testing.T) {
	signed, err := pay.SignGroup(someReceipts(8), seededKey("asset key"))
	require.NoError(t, err)
	for _, s := range signed {
		require.LessOrEqual(t, len(s.Bytes()), 400)
	}
}

func TestGroupsThatCannotBeSigned(t *testing.T) {
	_, err := pay.SignGroup(nil, seededKey("asset key"))
	require.Error(t, err)
	unknown := someReceipts(1)
	unknown[0].Policy = 9
	_, err = pay.SignGroup(unknown, seededKey("asset key"))
	require.ErrorIs(t, err, pay.ErrEncoding)
}

func TestTamperedVoucherFails(t *testing.T) {
	key := seededKey("lane key")
	b := pay.Sign(pay.Voucher{Chain: pay.ChainHash("weal-1"), Lane: types.LaneRef{Tab: 1}, Seq: 1, Total: types.NewAmount(9)}, key).Bytes()
	for i := range b {
		s, err := pay.ParseSignedVoucher(changed(b, i))
		require.NoError(t, err)
		require.ErrorIs(t, s.Verify(pay.PublicKey(key)), pay.ErrSignature, fmt.Sprint("byte ", i))
	}
}
