package wire_test

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// status checks that err is a *wire.Error that tells a client what is wrong.
func status(t *testing.T, want int, err error) {
	t.Helper()
	var e *wire.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, want, e.Status)
	require.NotEmpty(t, e.Message)
	require.NotEmpty(t, e.Code)
}

func TestReadBody(t *testing.T) {
	read := func(n int) ([]byte, error) {
		return wire.ReadBody(httptest.NewRequest(http.MethodPost, "/", strings.NewReader(strings.Repeat("a", n))))
	}
	b, err := read(wire.MaxBody)
	require.NoError(t, err)
	require.Len(t, b, wire.MaxBody)
	_, err = read(wire.MaxBody + 1)
	status(t, http.StatusRequestEntityTooLarge, err)
	_, err = wire.ReadBody(httptest.NewRequest(http.MethodPost, "/", broken{}))
	status(t, http.StatusBadRequest, err)
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("cut off") }

func TestDecode(t *testing.T) {
	var r wire.OfferRequest
	require.NoError(t, wire.Decode([]byte(` {"question":"why?","limit":3,"new":1} `), &r))
	require.Equal(t, wire.OfferRequest{Question: "why?", Limit: 3}, r)
	for _, s := range []string{"", "  ", "{", `{"limit":"3"}`, "{}{}", "{} x", "{}]", "{}}", `{"lane":{"tab":-1}}`} {
		status(t, http.StatusBadRequest, wire.Decode([]byte(s), &r))
	}
}

// payment is a payment with everything in it.
func payment(t testing.TB) wire.Payment {
	order := pay.Order{Lane: types.LaneRef{Tab: 1}, Seq: 2, Gateway: 9, Asset: 5, Price: types.NewAmount(30)}
	leaf := pay.Leaf{Asset: 5, Amount: types.NewAmount(30), Order: order.Hash()}
	split, err := pay.NewSplit([]pay.Leaf{leaf, {Asset: 6, Amount: types.NewAmount(1)}})
	require.NoError(t, err)
	tick := pay.TickLeaf{Asset: 6, Price: types.NewAmount(3), Tokens: 16, Prompt: 1, Most: 4, Head: types.Hash{1}}
	ticks, err := pay.NewTicks([]pay.TickLeaf{tick})
	require.NoError(t, err)
	return wire.Payment{
		Quote:   "q1",
		Voucher: pay.SignedVoucher{Voucher: pay.Voucher{Lane: order.Lane, Seq: 2, Total: split.Sum(), Split: split.Root()}},
		Leaves:  []wire.PaidLeaf{{LeafProof: wire.LeafProof{Leaf: leaf, Path: split.Path(0)}, Order: order}},
		Ticks: []wire.PaidTick{{
			TickProof: wire.TickProof{Leaf: tick, Path: ticks.Path(0)}, Order: order,
			Firm: &wire.LeafProof{Leaf: pay.Leaf{Asset: 6, Amount: types.NewAmount(1)}, Path: split.Path(1)},
		}},
	}
}

func TestPaymentHeader(t *testing.T) {
	p := payment(t)
	s, err := wire.EncodeHeader(p)
	require.NoError(t, err)
	require.NotContains(t, s, "=")
	var back wire.Payment
	require.NoError(t, wire.DecodeHeader(wire.HeaderPayment, s, &back))
	require.Equal(t, p, back)
	for _, wrong := range []string{"", "%", s + "=", s[1:], "bnVsbA=="} {
		status(t, http.StatusBadRequest, wire.DecodeHeader(wire.HeaderPayment, wrong, &back))
	}
	_, err = wire.EncodeHeader(func() {})
	require.Error(t, err)
}

func FuzzDecodeHeader(f *testing.F) {
	s, err := wire.EncodeHeader(payment(f))
	require.NoError(f, err)
	f.Add(s)
	f.Add("e30")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		var p wire.Payment
		if err := wire.DecodeHeader(wire.HeaderPayment, s, &p); err != nil {
			status(t, http.StatusBadRequest, err)
			return
		}
		again, err := wire.EncodeHeader(p)
		require.NoError(t, err)
		var back wire.Payment
		require.NoError(t, wire.DecodeHeader(wire.HeaderPayment, again, &back))
		require.Equal(t, p, back)
	})
}

func FuzzDecodeRelease(f *testing.F) {
	f.Add([]byte(`{"asset":5,"version":1,"passages":[{"id":"00","proof":""}],"receipt":{"policy":"audit","path":"","signature":""}}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var r wire.Release
		if err := wire.Decode(b, &r); err != nil {
			status(t, http.StatusBadRequest, err)
			return
		}
		for _, p := range r.Passages {
			require.Error(t, p.Proof.Verify(p.Chunk().Hash(), types.Hash{1}), "nothing proves itself")
		}
	})
}

func TestLaneHeader(t *testing.T) {
	ref := types.LaneRef{Tab: 7, Epoch: 1, Lane: 2}
	got, seq, err := wire.ParseLane(wire.FormatLane(ref, math.MaxUint64))
	require.NoError(t, err)
	require.Equal(t, ref, got)
	require.EqualValues(t, uint64(math.MaxUint64), seq)
	for _, s := range []string{"", "7/1/2", "7/1/2 ", "7/1/2 0", "7/1/2 -1", "7/1/2  1", "7/1 1", "0/0/0 1", "7/1/2 1 1"} {
		_, _, err := wire.ParseLane(s)
		status(t, http.StatusBadRequest, err)
	}
}

func FuzzParseLane(f *testing.F) {
	f.Add("7/1/2 41")
	f.Add("7/1/2 0")
	f.Add(" ")
	f.Fuzz(func(t *testing.T, s string) {
		ref, seq, err := wire.ParseLane(s)
		if err != nil {
			status(t, http.StatusBadRequest, err)
			return
		}
		again, seq2, err := wire.ParseLane(wire.FormatLane(ref, seq))
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint(ref, seq), fmt.Sprint(again, seq2))
	})
}

func TestPassageIsItsChunk(t *testing.T) {
	p := wire.Passage{Source: "a.md", Heading: "A", Start: 1, End: 3, Text: "hi"}
	require.Equal(t, pay.Chunk{Source: "a.md", Heading: "A", Start: 1, End: 3, Text: "hi"}, p.Chunk())
}
