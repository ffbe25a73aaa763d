package attribution_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
)

//go:generate go test -run TestVectors -update .

var update = flag.Bool("update", false, "write spec/vectors/attributions.json anew")

// attributionCase is a record, and of one that holds what it was made of.
type attributionCase struct {
	Name   string             `json:"name"`
	OK     bool               `json:"ok"`
	Why    string             `json:"why,omitempty"`
	Record string             `json:"record"` // hex
	Text   *string            `json:"text,omitempty"`
	Detail *types.Hash        `json:"detail,omitempty"`
	Says   attribution.Record `json:"says,omitempty"`
	Part   *attribution.Part  `json:"part,omitempty"` // of asset 10
}

func cases(t *testing.T) (all []attributionCase) {
	good := func(name, text string, bands ...uint8) attribution.Record {
		r := record(t, text, bands...)
		d, p := r.Detail(), r.Part(10)
		all = append(all, attributionCase{Name: name, OK: true, Record: hex.EncodeToString(r.Bytes()), Text: &text, Detail: &d, Says: r, Part: &p})
		return r
	}
	good("one passage", "It is so [1].", 9)
	good("nothing is cited", "It is so.", 9, 4, 0)
	good("what is no citation", "[0] [01] [12345] [ 1] [1 ] [7] [2", 9, 9)
	good("32 passages", "[1][2][3][4][5][6][7][8][9][10][11][12][33]", make([]uint8, 32)...)
	r := good("some are cited", "First [1], then [2] and [1] again, but [5].", 9, 4, 0, 0)
	bad := func(name string, b []byte) {
		all = append(all, attributionCase{Name: name, Why: "encoding", Record: hex.EncodeToString(b)})
	}
	changed := func(at int) []byte {
		b := r.Bytes()
		b[at] ^= 1
		return b
	}
	bad("empty", nil)
	bad("truncated by a byte", r.Bytes()[:len(r.Bytes())-1])
	bad("an entry missing", r.Bytes()[attribution.EntrySize:])
	bad("entries swapped", append(r.Bytes()[attribution.EntrySize:], r.Bytes()[:attribution.EntrySize]...))
	bad("number zero", changed(3))
	bad("band above nine", append(r.Bytes()[:48:48], append([]byte{10}, r.Bytes()[49:]...)...))
	bad("another number of citations", changed(51))
	bad("a share by equals changed", changed(56))
	bad("a share by score changed", changed(60))
	bad("a share by citation changed", changed(64))
	return all
}

// TestVectors checks that the file says what this implementation does, and that
// this implementation does what the file says.
func TestVectors(t *testing.T) {
	path := filepath.Join("..", "..", "spec", "vectors", "attributions.json")
	want, err := json.MarshalIndent(map[string]any{
		"about": "Attribution records: 65 bytes a passage. Of one that holds, the text and what a receipt commits to it by.",
		"cases": cases(t),
	}, "", " ")
	require.NoError(t, err)
	want = append(want, '\n')
	if *update {
		require.NoError(t, os.WriteFile(path, want, 0o644))
	}
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, got), "attributions.json is not what this implementation makes; look at why, then run go generate ./pay/attribution")
	var file struct{ Cases []attributionCase }
	require.NoError(t, json.Unmarshal(got, &file))
	require.NotEmpty(t, file.Cases)
	for _, c := range file.Cases {
		b, err := hex.DecodeString(c.Record)
		require.NoError(t, err)
		r, err := attribution.Parse(b)
		require.Equal(t, c.OK, err == nil, "%s: %v", c.Name, err)
		if !c.OK {
			continue
		}
		require.Equal(t, c.Says, r, c.Name)
		require.Equal(t, *c.Detail, r.Detail(), c.Name)
		var passages []attribution.Passage
		for _, e := range r {
			passages = append(passages, e.Passage)
		}
		again, err := attribution.Make(passages, *c.Text)
		require.NoError(t, err)
		require.Equal(t, r, again, c.Name)
		require.Equal(t, r.Part(10), *c.Part, c.Name)
		require.NoError(t, c.Part.Verify(*c.Detail), c.Name)
	}
}
