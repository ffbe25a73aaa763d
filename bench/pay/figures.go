package pay

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"time"
)

// Config says how much to measure. The zero value of a field is its default.
type Config struct {
	// Command returns a command that runs Serve with a text, its standard input and
	// output; it must be set.
	Command func(ctx context.Context, text string) *exec.Cmd
	// Lanes is how many queries are asked at once, Time for how long, after Warm.
	Lanes int
	Time  time.Duration
	Warm  time.Duration
	// Queries is how many are asked one after the other, paid and not by turns.
	Queries int
	// Profile is a folder for CPU profiles of all processes; empty for none.
	Profile string
	// Progress, if set, is told what is going on: done of all steps of a part.
	Progress func(part string, done, all int)
}

func (c Config) orDefaults() Config {
	if c.Lanes == 0 {
		c.Lanes = 64
	}
	if c.Time == 0 {
		c.Time = time.Minute
	}
	if c.Warm == 0 {
		c.Warm = 3 * time.Second
	}
	if c.Queries == 0 {
		c.Queries = 2_000
	}
	if c.Progress == nil {
		c.Progress = func(string, int, int) {}
	}
	return c
}

func (c Config) check() error {
	switch {
	case c.Command == nil:
		return errors.New("there is no command for the roles' processes")
	case c.Lanes < 1 || c.Lanes > 256 || c.Queries < 10 || c.Time < 0 || c.Warm < 0:
		return fmt.Errorf("want 1 to 256 lanes and at least 10 queries by turns, got %d and %d", c.Lanes, c.Queries)
	}
	return nil
}

// Figures is what Run measured.
type Figures struct {
	Signatures int     `json:"signatures_per_query"`
	Payees     int     `json:"payees"`
	Verify     float64 `json:"verify_us"`
	Ed25519    float64 `json:"ed25519_verify_us"`

	AddedP50 float64 `json:"added_p50_ms"`
	AddedP99 float64 `json:"added_p99_ms"`
	PaidP50  float64 `json:"paid_p50_ms"`
	PaidP99  float64 `json:"paid_p99_ms"`
	FreeP50  float64 `json:"free_p50_ms"`
	FreeP99  float64 `json:"free_p99_ms"`

	QPSOneProcess float64 `json:"qps_one_process"`
	QPSProcesses  float64 `json:"qps_processes"`
	CPUOneProcess float64 `json:"cpu_ms_per_query_one_process"`
	CPUProcesses  float64 `json:"cpu_ms_per_query_processes"`

	Lost        int    `json:"lost"`
	Queries     int    `json:"queries"` // all that were paid
	SumReceipts string `json:"sum_receipts"`
	SumSettled  string `json:"sum_settled"`

	Method string `json:"method"`
}

// method says how the figures were taken.
func (c Config) method() string {
	return fmt.Sprintf("%d CPUs; Go's collector at GOGC=%d. A chain in a process of its own, a block a second; one vault of %d passages, an echo model that says the "+
		"first %d bytes of its prompt, one gateway; one passage of about 600 bytes is bought for a query, and three payees paid. A query is timed from "+
		"before the quote is asked for until passages, proofs and receipts are checked and kept. "+
		"signatures_per_query: one voucher for each of 1 to %d payees, by which each payee was shown its leaf. verify_us: signature, leaf and "+
		"path of one of %d payees, median of %d on one core; ed25519_verify_us: crypto/ed25519 alone, by turns with it. "+
		"added_*: percentile of %d paid queries less that of as many unpaid ones, by turns in one run, one at a time, all roles in processes "+
		"of their own over loopback; unpaid is the same pipeline, quote and answer, without voucher, verification, keeping, ticks and receipts. "+
		"qps_*: a closed loop of %d lanes of one tab for %s after %s, load generator included: roles in processes of their own, and all "+
		"in the generator's, the same messages handed over in memory. cpu_ms_*: processor time of roles and generator by query. lost: queries "+
		"without answer, proofs or receipts that hold. sum_receipts: what the receipts of all queries say; sum_settled: what the chain credited "+
		"from the lanes, after the roles have brought all",
		runtime.NumCPU(), collect, chunks, echoBytes, manyPayees, manyPayees, verifications, c.Queries, c.Lanes, c.Time, c.Warm)
}
