package gateway_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// askAll asks for n answers to one question.
func (d *desk) askAll(n int) (*purse.Answer, error) {
	d.t.Helper()
	a, err := d.purse.Ask(d.t.Context(), purse.Ask{Gateway: d.near.server.URL, Body: []byte(question), Answers: n})
	if a != nil {
		d.paid, _ = d.paid.Add(a.Total)
	}
	return a, err
}

// TestModelsSideBySide: one question, one voucher, passages once, two answers, each paid
// by its own ticks.
func TestModelsSideBySide(t *testing.T) {
	d := newDesk(t, gateway.RouteFirst, nil)
	a, err := d.askAll(2)
	require.NoError(t, err)
	require.Empty(t, a.Problems)
	require.Equal(t, []purse.Written{{Model: penA, Text: written, FinishReason: "stop"}, {Model: penB, Text: written, FinishReason: "stop"}}, a.Written)
	require.Equal(t, written+written, a.Text)
	require.Len(t, a.Receipts, 5)
	require.Equal(t, "2000", share(a, vaultA), "passages are paid for each model")
	require.Equal(t, "500", share(a, appID), "the use is paid for each model")
	ticks := func(id types.AssetID) string { return share(a, id) }
	require.NotEqual(t, "0", ticks(penA))
	require.NotEqual(t, "0", ticks(penB))
	require.NotEmpty(t, a.Attribution)
	d.balanced(a)

	// Who asks for one gets one, and pays one.
	one, err := d.ask()
	require.NoError(t, err)
	require.Nil(t, one.Written)
	require.Equal(t, "0", share(one, penB))
	require.Equal(t, ticks(penA), share(one, penA))
	d.balanced(a, one)
	// More than there are models are not had.
	more, err := d.askAll(9)
	require.NoError(t, err)
	require.Len(t, more.Written, 2)
	d.balanced(a, one, more)
}

func TestOneOfTheModelsSideBySideFails(t *testing.T) {
	d := newDesk(t, gateway.RouteFirst, nil)
	d.a.how.Store("refuses")
	a, err := d.askAll(2)
	require.NoError(t, err)
	require.Equal(t, []purse.Written{{Model: penB, Text: written, FinishReason: "stop"}}, a.Written)
	require.Equal(t, "0", share(a, penA))
	require.Empty(t, a.Problems)
	d.balanced(a)

	// The second one writes nothing: the first one's answer is the last.
	d = newDesk(t, gateway.RouteFirst, nil)
	d.b.how.Store("gone")
	a, err = d.askAll(2)
	require.NoError(t, err)
	require.Equal(t, []purse.Written{{Model: penA, Text: written, FinishReason: "stop"}}, a.Written)
	require.Equal(t, "stop", a.FinishReason)
	d.balanced(a)

	d = newDesk(t, gateway.RouteFirst, nil)
	d.a.how.Store("cut")
	a, err = d.askAll(2)
	require.ErrorIs(t, err, purse.ErrCut)
	require.Len(t, a.Written, 2)
	require.Equal(t, []string{written[:20], written}, []string{a.Written[0].Text, a.Written[1].Text})
	d.balanced(a)

	d = newDesk(t, gateway.RouteFirst, nil)
	d.a.how.Store("refuses")
	d.b.how.Store("gone")
	a, err = d.askAll(2)
	require.ErrorIs(t, err, purse.ErrCut)
	require.Empty(t, a.Written)
	require.Equal(t, "0", share(a, appID))
	d.balanced(a)
}

// TestPaymentOfSeveralAgain pays by hand: the same payment gets the same texts.
func TestPaymentOfSeveralAgain(t *testing.T) {
	d := newDesk(t, gateway.RouteFirst, nil)
	resp := d.do(t.Context(), question, wire.HeaderLane, wire.FormatLane(d.payer.Lane.Ref, 1), wire.HeaderModels, "4", wire.HeaderAnswers, "2")
	var reply wire.QuoteReply
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&reply))
	q := reply.Quote
	require.Equal(t, 2, q.Answers)
	p := d.payment(q)
	var first string
	for range 3 {
		var texts [2]string
		var ended []int
		resp := d.pay(t.Context(), p, question)
		events := wire.NewEventReader(resp.Body)
		writer := types.AssetID(0)
		for {
			data, err := events.Next()
			if err != nil {
				break
			}
			var c wire.Completion
			require.NoError(t, json.Unmarshal(data, &c))
			if c.Weal != nil && c.Weal.Writer != 0 {
				writer = c.Weal.Writer
			}
			for _, choice := range c.Choices {
				if choice.FinishReason != nil {
					ended = append(ended, choice.Index)
				}
				if choice.Delta == nil || choice.Delta.Content == "" {
					continue
				}
				texts[choice.Index] += choice.Delta.Content
				for _, m := range q.Meters {
					n := len(texts[choice.Index])
					if owed := owes(m, n); (m.Asset == writer || m.Asset == appID) && owed > d.payer.Revealed[m.Asset] {
						status, _ := d.tick(d.payer.Tick(m.Asset, owed))
						require.Equal(t, http.StatusOK, status)
					}
				}
			}
		}
		require.Equal(t, [2]string{written, written}, texts)
		require.Equal(t, []int{0, 1}, ended)
		all := strings.Join(texts[:], "|")
		if first == "" {
			first = all
		}
		require.Equal(t, first, all)
		d.start()
	}
	require.Equal(t, []int32{1, 1}, []int32{d.a.asked.Load(), d.b.asked.Load()}, "an answer is made anew")
}
