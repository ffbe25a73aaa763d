package pay_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

//go:generate go test -run TestVectors -update .

var update = flag.Bool("update", false, "write spec/vectors anew")

// TestVectors checks that spec/vectors says what this implementation does, and
// then that this implementation does what the files say: the checks read nothing
// but the files.
func TestVectors(t *testing.T) {
	t.Run("keys", func(t *testing.T) { checkAll(t, vectors(t, "keys.json", makeKeys(t)), keyCase.check) })
	t.Run("signatures", func(t *testing.T) {
		checkAll(t, vectors(t, "signatures.json", makeSignatures(t)), signatureCase.check)
	})
	t.Run("vouchers", func(t *testing.T) { checkAll(t, vectors(t, "vouchers.json", makeVouchers(t)), voucherCase.check) })
	t.Run("brought", func(t *testing.T) { checkAll(t, vectors(t, "brought.json", makeBrought(t)), broughtCase.check) })
	t.Run("checkpoints", func(t *testing.T) {
		checkAll(t, vectors(t, "checkpoints.json", makeCheckpoints(t)), checkpointCase.check)
	})
	t.Run("trees", func(t *testing.T) { checkAll(t, vectors(t, "trees.json", makeTrees(t)), treeCase.check) })
	t.Run("paths", func(t *testing.T) { checkAll(t, vectors(t, "paths.json", makePaths(t)), pathCase.check) })
	t.Run("ticks", func(t *testing.T) { checkAll(t, vectors(t, "ticks.json", makeTicks(t)), tickCase.check) })
	t.Run("hashes", func(t *testing.T) { checkAll(t, vectors(t, "hashes.json", makeHashes(t)), hashCase.check) })
	t.Run("merkle", func(t *testing.T) { checkAll(t, vectors(t, "merkle.json", makeMerkle(t)), merkleCase.check) })
	t.Run("proofs", func(t *testing.T) { checkAll(t, vectors(t, "proofs.json", makeProofs(t)), proofCase.check) })
	t.Run("receipts", func(t *testing.T) { checkAll(t, vectors(t, "receipts.json", makeReceipts(t)), receiptCase.check) })
	t.Run("claims", func(t *testing.T) { checkAll(t, vectors(t, "claims.json", makeClaims(t)), claimCase.check) })
}

// vectorFile is how a file of spec/vectors looks.
type vectorFile[C any] struct {
	About string `json:"about"`
	Cases []C    `json:"cases"`
}

// vectors compares the file called name with what made says it should be, or
// writes it, and returns what the file says.
func vectors[C any](t *testing.T, name string, made vectorFile[C]) []C {
	t.Helper()
	path := filepath.Join("..", "spec", "vectors", name)
	want, err := json.MarshalIndent(made, "", " ")
	require.NoError(t, err)
	want = append(want, '\n')
	if *update {
		require.NoError(t, os.WriteFile(path, want, 0o644))
	}
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, got), "%s is not what this implementation makes; look at why, then run go generate ./pay", name)
	var file vectorFile[C]
	d := json.NewDecoder(bytes.NewReader(got))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&file))
	require.NotEmpty(t, file.Cases)
	return file.Cases
}

func checkAll[C any](t *testing.T, cases []C, check func(C, *testing.T)) {
	for _, c := range cases {
		check(c, t)
	}
}

// verdict is the part of a case that says how it must come out.
type verdict struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	// Why is the reason of a case that is not ok: encoding, chain, lane, key,
	// signature, path, sum, ticks or claim.
	Why string `json:"why,omitempty"`
}

// require checks that err is what the verdict says.
func (v verdict) require(t *testing.T, err error) {
	t.Helper()
	require.Equal(t, v.OK, v.Why == "", "%s: a case is ok or has a reason", v.Name)
	if v.OK {
		require.NoError(t, err, v.Name)
		return
	}
	require.Error(t, err, v.Name)
	require.Equal(t, v.Why, why(err), "%s: %v", v.Name, err)
}

func good(name string) verdict { return verdict{Name: name, OK: true} }

func bad(name, why string) verdict { return verdict{Name: name, Why: why} }

// why names the reason of an error as the vectors do.
func why(err error) string {
	for _, r := range []struct {
		err  error
		name string
	}{
		{pay.ErrEncoding, "encoding"}, {pay.ErrKey, "key"}, {pay.ErrSignature, "signature"},
		{pay.ErrSum, "sum"}, {pay.ErrPath, "path"}, {pay.ErrTicks, "ticks"}, {pay.ErrClaim, "claim"},
		{errChain, "chain"}, {errLane, "lane"},
	} {
		if errors.Is(err, r.err) {
			return r.name
		}
	}
	return "unnamed"
}

// hexBytes are bytes that JSON carries as hex.
type hexBytes []byte

func (b hexBytes) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(b)), nil }

func (b *hexBytes) UnmarshalText(text []byte) (err error) {
	*b, err = hex.DecodeString(string(text))
	return err
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}

// seeded returns 32 bytes that depend on name only.
func seeded(name string) types.Hash { return sha256.Sum256([]byte("weal vector: " + name)) }

func seededKey(name string) ed25519.PrivateKey {
	seed := seeded(name)
	return ed25519.NewKeyFromSeed(seed[:])
}

// changed returns a copy of b with one bit of byte i other than it was. A
// negative i counts from the end.
func changed(b []byte, i int) []byte {
	c := bytes.Clone(b)
	if i < 0 {
		i += len(c)
	}
	c[i] ^= 1
	return c
}

// changedBits returns a copy of b with those bits of byte i other than they were.
func changedBits(b []byte, i int, bits byte) []byte {
	c := bytes.Clone(b)
	c[i] ^= bits
	return c
}

func amount(t *testing.T, s string) types.Amount {
	t.Helper()
	a, err := types.ParseAmount(s)
	require.NoError(t, err)
	return a
}

// most is the greatest amount.
const most = "340282366920938463463374607431768211455"
