package earn_test

import (
	"crypto/ed25519"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
)

func signKey(b byte) ed25519.PrivateKey {
	seed := [32]byte{b, 7}
	return ed25519.NewKeyFromSeed(seed[:])
}

func receiptOf(i uint32) pay.Receipt {
	return pay.Receipt{Lane: lane(i), Seq: 1, Asset: me, Version: 1, Amount: n(1), Policy: pay.PolicyAudit}
}

// serving lets in one order of each of k lanes, and returns how each ends.
func serving(t *testing.T, l *lab, k uint32) []func() {
	t.Helper()
	var ends []func()
	for i := range k {
		o := order(lane(i), 1, 1)
		l.mustLeaf(lane(i), 1, 1, 1)
		done, err := l.Serve(t.Context(), o.Hash())
		require.NoError(t, err)
		ends = append(ends, done)
	}
	return ends
}

// TestReceiptsOfManyShareASignature: four orders are served at once, and the last
// to end lets all go.
func TestReceiptsOfManyShareASignature(t *testing.T) {
	l := newLab(t, 500)
	ends := serving(t, l, 4)
	var wg sync.WaitGroup
	signed := make([]pay.SignedReceipt, 4)
	for i := range signed {
		wg.Go(func() {
			s, err := l.Sign(receiptOf(uint32(i)), signKey(1))
			require.NoError(t, err)
			signed[i] = s
		})
	}
	wg.Wait()
	key := pay.PublicKey(signKey(1))
	signatures := map[pay.Signature]bool{}
	for i, s := range signed {
		require.Equal(t, receiptOf(uint32(i)), s.Receipt, "each gets its own")
		require.NoError(t, s.Verify(key))
		signatures[s.Signature] = true
	}
	require.Less(t, len(signatures), 4, "some shared one, however slow this machine is")
	for _, end := range ends {
		end()
	}
	alone, err := l.Sign(receiptOf(9), signKey(1))
	require.NoError(t, err)
	require.EqualValues(t, 1, alone.Path.Count)
}

// TestReceiptWaitsForNobodyForLong: the other order does not end.
func TestReceiptWaitsForNobodyForLong(t *testing.T) {
	l := newLab(t, 500)
	for _, end := range serving(t, l, 2) {
		defer end()
	}
	done := make(chan pay.SignedReceipt)
	go func() {
		s, err := l.Sign(receiptOf(0), signKey(1))
		require.NoError(t, err)
		done <- s
	}()
	select {
	case s := <-done:
		require.NoError(t, s.Verify(pay.PublicKey(signKey(1))))
	case <-time.After(10 * time.Second):
		t.Fatal("it waits for ever")
	}
}

// TestReceiptsOfTwoKeysAreApart: a group is signed by one key.
func TestReceiptsOfTwoKeysAreApart(t *testing.T) {
	l := newLab(t, 500)
	for _, end := range serving(t, l, 3) {
		defer end()
	}
	var wg sync.WaitGroup
	for i := range uint32(3) {
		wg.Go(func() {
			s, err := l.Sign(receiptOf(i), signKey(byte(i)))
			require.NoError(t, err)
			require.NoError(t, s.Verify(pay.PublicKey(signKey(byte(i)))))
		})
	}
	wg.Wait()
}

// TestReceiptThatCannotBeSigned fails alone or with its group, and says why.
func TestReceiptThatCannotBeSigned(t *testing.T) {
	l := newLab(t, 500)
	r := receiptOf(0)
	r.Policy = 99
	_, err := l.Sign(r, signKey(1))
	require.ErrorIs(t, err, pay.ErrEncoding)
}
