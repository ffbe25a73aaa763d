package attribution_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
)

// seeded returns 32 bytes that depend on name only.
func seeded(name string) types.Hash { return sha256.Sum256([]byte("weal vector: " + name)) }

// some returns passages of two vaults with the bands given; numbers skip 3.
func some(bands ...uint8) (all []attribution.Passage) {
	for i, b := range bands {
		n := uint32(i + 1)
		if n >= 3 {
			n++
		}
		all = append(all, attribution.Passage{N: n, Asset: types.AssetID(10 + i%2), Version: 4, Chunk: seeded(fmt.Sprint("chunk ", i)), Band: b})
	}
	return all
}

func record(t testing.TB, text string, bands ...uint8) attribution.Record {
	t.Helper()
	r, err := attribution.Make(some(bands...), text)
	require.NoError(t, err)
	return r
}

func TestMarks(t *testing.T) {
	for text, want := range map[string][]uint32{
		"":                         nil,
		"[1] and [2], [1][12].":    {1, 2, 1, 12},
		"[0] [01] [] [a] [1 [ 1]":  nil,
		"[12345] [9999]":           {9999},
		"[[3]] [":                  {3},
		"[4":                       nil,
		"über [7] – größer [8]":    {7, 8},
		"[1[2]":                    {2},
		"a[1]":                     {1},
		strings.Repeat("[2]", 100): slices.Repeat([]uint32{2}, 100),
	} {
		var got []uint32
		for m := range attribution.Marks(text) {
			got = append(got, m.N)
			require.Equal(t, fmt.Sprintf("[%d]", m.N), text[m.Start:m.End], text)
		}
		require.Equal(t, want, got, text)
	}
	for range attribution.Marks("[1][2]") {
		break // who stops is not asked again
	}
}

func TestMakeSharesByEachRule(t *testing.T) {
	r := record(t, "First [1], then [2] and [1] again, never [3], but [5].", 9, 4, 0, 0)
	require.NoError(t, r.Check())
	var cites, equal, score, citation []uint32
	for _, e := range r {
		cites, equal = append(cites, e.Cites), append(equal, e.Equal)
		score, citation = append(score, e.Score), append(citation, e.Citation)
		require.Equal(t, e.Equal, e.Share(attribution.Equal))
		require.Equal(t, e.Score, e.Share(attribution.ByScore))
		require.Equal(t, e.Citation, e.Share(attribution.ByCitation))
	}
	require.Equal(t, []uint32{2, 1, 0, 1}, cites)
	require.Equal(t, []uint32{250_000, 250_000, 250_000, 250_000}, equal)
	require.Equal(t, []uint32{588_235, 294_118, 58_824, 58_823}, score) // 10, 5, 1, 1 of 17; the tie goes to the first
	require.Equal(t, []uint32{500_000, 250_000, 0, 250_000}, citation)
	uncited := record(t, "Nothing is named.", 9, 4)
	require.Equal(t, uncited[0].Score, uncited[0].Citation)
	require.Equal(t, uncited[1].Score, uncited[1].Citation)
}

// TestSharesSum draws records and looks for shares that do not sum, or are off by a
// millionth or more from the exact ones.
func TestSharesSum(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		bands := make([]uint8, 1+rng.IntN(attribution.MaxPassages))
		var text strings.Builder
		for i := range bands {
			bands[i] = uint8(rng.IntN(10))
		}
		for range rng.IntN(400) {
			fmt.Fprintf(&text, "[%d]", rng.IntN(300))
		}
		r := record(t, text.String(), bands...)
		var equal, score, citation uint64
		for _, e := range r {
			equal, score, citation = equal+uint64(e.Equal), score+uint64(e.Score), citation+uint64(e.Citation)
		}
		require.Equal(t, [3]uint64{attribution.Million, attribution.Million, attribution.Million}, [3]uint64{equal, score, citation})
	}
}

func TestSplitIsTheLargestRemainder(t *testing.T) {
	require.Empty(t, attribution.Split(5, nil))
	require.Equal(t, []uint64{3, 2}, attribution.Split(5, []uint64{0, 0}))
	require.Equal(t, []uint64{math.MaxUint64, 0}, attribution.Split(math.MaxUint64, []uint64{math.MaxUint64, 0}))
	rng := rand.New(rand.NewPCG(3, 4))
	for range 5000 {
		total := rng.Uint64N(1 << (1 + rng.IntN(63)))
		weights := make([]uint64, 1+rng.IntN(9))
		sum := uint64(0)
		for i := range weights {
			weights[i] = rng.Uint64N(1 << rng.IntN(58))
			sum += weights[i]
		}
		got, back := attribution.Split(total, weights), uint64(0)
		for i, g := range got {
			back += g
			if sum == 0 {
				continue
			}
			// floor ≤ got ≤ floor + 1
			floor := new(big.Int).Mul(new(big.Int).SetUint64(total), new(big.Int).SetUint64(weights[i]))
			floor.Quo(floor, new(big.Int).SetUint64(sum))
			require.LessOrEqual(t, floor.Uint64(), g)
			require.LessOrEqual(t, g-floor.Uint64(), uint64(1))
		}
		require.Equal(t, total, back)
	}
}

func TestRulesAreNamed(t *testing.T) {
	for _, r := range attribution.Rules {
		got, err := attribution.ParseRule(string(r))
		require.NoError(t, err)
		require.Equal(t, r, got)
	}
	_, err := attribution.ParseRule("merit")
	require.ErrorContains(t, err, "equal, score or citation")
}

// TestPartIsBound plays a gateway that shows a vault something else than the record.
func TestPartIsBound(t *testing.T) {
	r := record(t, "[1] [2] [2] [4]", 9, 5, 5, 1, 0)
	p := r.Part(10)
	require.Len(t, p.Entries, 3)
	require.NoError(t, p.Verify(r.Detail()))
	require.Len(t, r.Part(11).Entries, 2)
	require.Error(t, r.Part(12).Verify(r.Detail()), "a part of nothing shows nothing")
	for name, change := range map[string]func(*attribution.Part){
		"cites":      func(p *attribution.Part) { p.Entries[0].Cites++ },
		"share":      func(p *attribution.Part) { p.Entries[0].Citation-- },
		"asset":      func(p *attribution.Part) { p.Entries[1].Asset = 11 },
		"chunk":      func(p *attribution.Part) { p.Entries[1].Chunk[0] ^= 1 },
		"twice":      func(p *attribution.Part) { p.Entries[1] = p.Entries[0] },
		"order":      func(p *attribution.Part) { p.Entries[0], p.Entries[1] = p.Entries[1], p.Entries[0] },
		"count":      func(p *attribution.Part) { p.Count++ },
		"root":       func(p *attribution.Part) { p.Root[3] ^= 1 },
		"other tree": func(p *attribution.Part) { p.Entries[0].Path.Count++ },
		"band":       func(p *attribution.Part) { p.Entries[0].Band = 10 },
		"nothing":    func(p *attribution.Part) { p.Entries = nil },
		"too many":   func(p *attribution.Part) { p.Count = attribution.MaxPassages + 1 },
	} {
		p := r.Part(10)
		change(&p)
		require.ErrorIs(t, p.Verify(r.Detail()), attribution.ErrPart, name)
	}
	other := record(t, "[1]", 9, 5, 5, 1, 0)
	require.ErrorIs(t, p.Verify(other.Detail()), attribution.ErrPart)
	require.True(t, attribution.Record(nil).Detail().IsZero())
}

func TestMakeRefuses(t *testing.T) {
	for name, bad := range map[string][]attribution.Passage{
		"nothing":         nil,
		"number zero":     {{N: 0}},
		"not ascending":   {{N: 2}, {N: 2}},
		"band ten":        {{N: 1, Band: 10}},
		"too many by one": some(make([]uint8, attribution.MaxPassages+1)...),
	} {
		_, err := attribution.Make(bad, "")
		require.ErrorIs(t, err, attribution.ErrEncoding, name)
	}
}

func FuzzParse(f *testing.F) {
	r := record(f, "[1] [2] [2]", 9, 5, 0)
	f.Add(r.Bytes())
	f.Add(r.Bytes()[:attribution.EntrySize])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := attribution.Parse(b)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		require.Equal(t, b, r.Bytes())
		for _, e := range r {
			require.NoError(t, r.Part(e.Asset).Verify(r.Detail()))
		}
	})
}

func FuzzMarks(f *testing.F) {
	f.Add("Leaves never fall [1], [23] [[4]]")
	f.Fuzz(func(t *testing.T, text string) {
		at := 0
		for m := range attribution.Marks(text) {
			require.GreaterOrEqual(t, m.Start, at)
			require.Equal(t, fmt.Sprintf("[%d]", m.N), text[m.Start:m.End])
			at = m.End
		}
		for n := 1; n < 12; n++ { // as often as it is there
			got := 0
			for m := range attribution.Marks(text) {
				if m.N == uint32(n) {
					got++
				}
			}
			require.Equal(t, strings.Count(text, fmt.Sprintf("[%d]", n)), got)
		}
	})
}

func FuzzPart(f *testing.F) {
	r := record(f, "[1]", 9, 5, 0, 3)
	f.Add(uint8(0), uint8(0), []byte{1})
	f.Fuzz(func(t *testing.T, entry, sibling uint8, change []byte) {
		p := r.Part(10)
		e := &p.Entries[int(entry)%len(p.Entries)]
		before := e.Entry
		for i, x := range change {
			switch i % 4 {
			case 0:
				e.Chunk[i%32] ^= x
			case 1:
				e.Cites += uint32(x)
			case 2:
				e.Equal += uint32(x)
			case 3:
				s := e.Path.Siblings
				s[int(sibling)%len(s)][i%32] ^= x
			}
		}
		if p.Verify(r.Detail()) == nil {
			require.Equal(t, before, e.Entry)
		}
	})
}

// BenchmarkRecord is what an answer of four passages and two thousand bytes pays.
func BenchmarkRecord(b *testing.B) {
	passages := some(9, 7, 5, 3)
	text := strings.Repeat("Words that are said of a passage, and then it is cited [1].\n", 34)
	for b.Loop() {
		r, err := attribution.Make(passages, text)
		if err != nil || r.Detail().IsZero() {
			b.Fatal(err)
		}
	}
}

// FuzzPartJSON gives a vault whatever comes as a part of a record.
func FuzzPartJSON(f *testing.F) {
	r := record(f, "[1] [2]", 9, 5, 0, 3)
	detail := r.Detail()
	b, err := json.Marshal(r.Part(10))
	require.NoError(f, err)
	f.Add(b)
	f.Add([]byte(`{"count":4,"root":"","entries":[{"n":1,"path":""}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var p attribution.Part
		if json.Unmarshal(b, &p) != nil || p.Verify(detail) != nil {
			return
		}
		for _, e := range p.Entries {
			require.Contains(t, r, e.Entry)
		}
	})
}
