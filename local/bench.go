package local

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// AskFigures is what BenchAsk measured.
type AskFigures struct {
	Questions   int     `json:"questions"`
	AskP50      float64 `json:"ask_p50_ms"`
	AskP99      float64 `json:"ask_p99_ms"`
	FirstP50    float64 `json:"first_text_p50_ms"`
	OverheadP50 float64 `json:"gateway_overhead_p50_ms"`
	Payees      int     `json:"payees"`
	Method      string  `json:"method"`
}

// BenchAsk asks one question n times, one after the other, and times each from
// before the quote is asked for until the last receipt is checked.
func (c *Client) BenchAsk(ctx context.Context, question string, n int, progress func(done, all int)) (AskFigures, error) {
	f := AskFigures{Questions: n, Method: "one purse, one question at a time, each from before the quote until receipts and " +
		"Merkle proofs are checked; one warm-up question not counted; all roles and the chain on this machine"}
	var whole, first, overhead []float64
	for i := range n + 1 {
		start := time.Now()
		var text time.Time
		a, err := c.Ask(ctx, Question{Text: question, OnDelta: func(string) {
			if text.IsZero() {
				text = time.Now()
			}
		}})
		if err != nil {
			return f, fmt.Errorf("question %d of %d: %w", i+1, n, err)
		}
		progress(i, n)
		if i == 0 {
			continue
		}
		whole = append(whole, millis(time.Since(start)))
		first = append(first, millis(text.Sub(start)))
		overhead = append(overhead, a.OverheadMillis)
		f.Payees = len(a.Items)
	}
	f.AskP50, f.AskP99 = percentile(whole, 50), percentile(whole, 99)
	f.FirstP50, f.OverheadP50 = percentile(first, 50), percentile(overhead, 50)
	return f, nil
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// percentile returns the smallest value that p percent of values do not exceed.
func percentile(values []float64, p int) float64 {
	slices.Sort(values)
	return values[max(0, (len(values)*p+99)/100-1)]
}
