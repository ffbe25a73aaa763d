// Command weal is the one binary of Weal: the chain, the roles off the chain,
// and what people do with them. Each file holds one command; the work is done
// in the packages that it calls.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/weal-network/weal/heap"
)

// room is how far a process's heap grows before it is collected, in bytes.
const room = 48 << 20

func main() {
	heap.Room(room)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	o := &options{}
	err := newRoot(o).ExecuteContext(ctx)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = errors.New("interrupted") // what was at work just then is nobody's concern
	}
	stop()
	if err != nil && !o.began {
		err = usageError{err}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
	}
	os.Exit(exitCode(err))
}
