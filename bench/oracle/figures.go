package oracle

import (
	"context"
	"fmt"
	"os/exec"
	"time"
)

// Config says how much to measure. The zero value of a field is its default.
type Config struct {
	// Requests are asked, and the operator is killed Kills times meanwhile.
	Requests, Kills int
	// Every is the time between two requests.
	Every time.Duration
	// Command is the program with some arguments.
	Command func(ctx context.Context, args ...string) *exec.Cmd
	// Progress, if set, is told what is going on: done of all steps of a part.
	Progress func(part string, done, all int)
}

func (c Config) orDefaults() Config {
	if c.Requests == 0 {
		c.Requests = 1000
	}
	if c.Every == 0 {
		c.Every = 250 * time.Millisecond
	}
	if c.Progress == nil {
		c.Progress = func(string, int, int) {}
	}
	return c
}

func (c Config) check() error {
	switch {
	case c.Requests < 1 || c.Requests > 100_000:
		return fmt.Errorf("want 1 to 100000 requests, got %d", c.Requests)
	case c.Kills < 0 || c.Kills > c.Requests:
		return fmt.Errorf("want 0 to %d kills, got %d", c.Requests, c.Kills)
	case c.Every < 10*time.Millisecond:
		return fmt.Errorf("want at least 10ms between two requests, got %s", c.Every)
	}
	return nil
}

// Figures is what Run measured. Blocks are those from the one with the request to the
// one with the call-back.
type Figures struct {
	BlocksMedian int `json:"blocks_median"`
	BlocksP90    int `json:"blocks_p90"`
	BlocksMost   int `json:"blocks_most"`
	Requests     int `json:"requests"`
	// Answered requests were told to the contract, with the answer that the chain has;
	// Refunded ones expired. Open are neither: there must be none.
	Answered int `json:"answered"`
	Refunded int `json:"refunded"`
	Open     int `json:"open"`
	// Twice were told more than once, Wrong with another answer than the chain has.
	Twice int `json:"twice"`
	Wrong int `json:"wrong"`
	Kills int `json:"kills"`
	// Deliveries are the operator's transactions; more than answered ones were refused
	// by the chain.
	Deliveries int     `json:"deliveries"`
	Seconds    float64 `json:"seconds"`
	Method     string  `json:"method"`
}

// method says how the figures were taken.
func (c Config) method() string {
	return fmt.Sprintf("weal up in a process of its own, with blocks of a second and weal-reader as the model, and weal operator --concurrency 4 in another. "+
		"A contract asks the model %d times, one transaction each, one every %s, with a call-back of %d gas that stores the answer, "+
		"how often it came and in which block. While requests are asked the operator is killed by SIGKILL %d times, evenly spread with "+
		"a random delay, and started again up to %s later. Blocks: the call-back's less the request's, of all that were answered. answered: the "+
		"contract holds the answer that the chain does; refunded: expired, after two minutes at the earliest; twice: the contract was told more "+
		"than once; deliveries: transactions of the operator's account since the first request",
		c.Requests, c.Every, callbackGas, c.Kills, maxAway)
}
