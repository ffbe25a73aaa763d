package pay

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// manyPayees is how many payees one signature is shown to pay.
const manyPayees = 100

// verifications is how many checks a figure is the median of.
const verifications = 2_000

// signatures signs one voucher for 1 to 100 payees, and has each payee check it:
// the signature, its leaf and its path. It returns how many signatures that took,
// which is what fails if a payee cannot be shown its leaf by the only one.
func signatures() (int, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return 0, err
	}
	for n := 1; n <= manyPayees; n++ {
		v, leaves, split, err := voucher(key, n)
		if err != nil {
			return 0, err
		}
		for i, l := range leaves {
			if err := checkOne(v, key, l, split.Path(i)); err != nil {
				return 0, fmt.Errorf("payee %d of %d: %w", i+1, n, err)
			}
		}
	}
	return 1, nil
}

// voucher signs what is owed to n payees.
func voucher(key ed25519.PrivateKey, n int) (pay.SignedVoucher, []pay.Leaf, *pay.Split, error) {
	leaves := make([]pay.Leaf, n)
	for i := range leaves {
		leaves[i] = pay.Leaf{Asset: types.AssetID(i + 1), Amount: types.NewAmount(uint64(i+1) * 1000), Order: types.Hash{byte(i)}}
	}
	split, err := pay.NewSplit(leaves)
	if err != nil {
		return pay.SignedVoucher{}, nil, nil, err
	}
	return pay.Sign(pay.Voucher{
		Chain: pay.ChainHash(types.LocalChainID), Lane: types.LaneRef{Tab: 1}, Seq: 1, Total: split.Sum(), Split: split.Root(),
	}, key), leaves, split, nil
}

// checkOne is what a contributor computes of a voucher before it works.
func checkOne(v pay.SignedVoucher, key ed25519.PrivateKey, l pay.Leaf, p pay.Path) error {
	if err := v.Verify(pay.PublicKey(key)); err != nil {
		return err
	}
	return pay.VerifyLeaf(v.Voucher, l, p)
}

// verifyTimes measures by turns a contributor's check in a voucher of many
// payees, and Go's own check of an Ed25519 signature of the same bytes. Medians
// in microseconds, one after the other on one core.
func verifyTimes() (whole, alone float64, err error) {
	public, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return 0, 0, err
	}
	v, leaves, split, err := voucher(key, manyPayees)
	if err != nil {
		return 0, 0, err
	}
	path, message := split.Path(manyPayees/2), v.Voucher.Bytes()
	signature := ed25519.Sign(key, message)
	var checks, bare []time.Duration
	for range verifications {
		began := time.Now()
		if err := checkOne(v, key, leaves[manyPayees/2], path); err != nil {
			return 0, 0, err
		}
		checks = append(checks, time.Since(began))
		began = time.Now()
		if !ed25519.Verify(public, message, signature) {
			return 0, 0, fmt.Errorf("a signature of its own key does not hold")
		}
		bare = append(bare, time.Since(began))
	}
	return micros(percentile(checks, 50)), micros(percentile(bare, 50)), nil
}

// percentile returns the smallest of values that p percent do not exceed. It
// sorts them.
func percentile(values []time.Duration, p int) time.Duration {
	slices.Sort(values)
	return values[max(0, (len(values)*p+99)/100-1)]
}

func micros(d time.Duration) float64 {
	return float64(d.Round(100*time.Nanosecond).Nanoseconds()) / 1000
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
