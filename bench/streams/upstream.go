package streams

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/weal-network/weal/wire"
)

// How an upstream's answer ends.
const (
	endsWhole = "whole"
	endsBreak = "break" // the connection is closed in the middle
	endsHang  = "hang"  // nothing more comes
)

// piece is what the upstream says at a time: a fraction of a tick.
const piece = "and so it goes on, "

// pauses of the upstream between two pieces.
const (
	leastPause = 50 * time.Millisecond
	mostPause  = 200 * time.Millisecond
)

// order is what a question tells the upstream to do. It goes along in its text.
type order struct {
	End    string
	Pieces int // before that
}

func (o order) String() string { return fmt.Sprintf("{%s %d}", o.End, o.Pieces) }

var orderInText = regexp.MustCompile(`\{(whole|break|hang) ([0-9]{1,3})\}`)

// upstream is an OpenAI-compatible server that does what questions say.
type upstream struct {
	server *http.Server
	url    string
	asked  atomic.Int64
	open   atomic.Int64 // answers under way
}

func newUpstream() (*upstream, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	u := &upstream{url: "http://" + l.Addr().String() + "/v1"}
	u.server = &http.Server{Handler: http.HandlerFunc(u.serve), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = u.server.Serve(l) }()
	return u, nil
}

func (u *upstream) serve(w http.ResponseWriter, r *http.Request) {
	u.asked.Add(1)
	u.open.Add(1)
	defer u.open.Add(-1)
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	o := order{End: endsWhole, Pieces: 1}
	if m := orderInText.FindSubmatch(body); m != nil {
		o.End = string(m[1])
		o.Pieces, _ = strconv.Atoi(string(m[2])) // three digits
	}
	events := wire.NewEvents(w)
	say := func(c wire.Choice) error {
		return events.Send(wire.Completion{ID: "bench", Object: "chat.completion.chunk", Model: "bench", Choices: []wire.Choice{c}})
	}
	for range o.Pieces {
		select {
		case <-r.Context().Done():
			return
		case <-time.After(leastPause + rand.N(mostPause-leastPause)): //nolint:gosec // not a secret
		}
		if say(wire.Choice{Delta: &wire.Content{Content: piece}}) != nil {
			return
		}
	}
	switch o.End {
	case endsBreak:
		panic(http.ErrAbortHandler) // closes the connection, with the answer cut
	case endsHang:
		<-r.Context().Done()
	default:
		stop := "stop"
		_ = say(wire.Choice{Delta: &wire.Content{}, FinishReason: &stop}) // whoever left has it not
		_ = events.End()
	}
}

func (u *upstream) close() error { return u.server.Close() }
