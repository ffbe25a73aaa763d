package earn

import (
	"crypto/ed25519"
	"sync"
	"time"

	"github.com/weal-network/weal/pay"
)

const (
	// groupWait is how long a receipt waits at most for others to be signed with.
	groupWait = 2 * time.Millisecond
	// groupMost is the most receipts of a group: with a path of three hashes a signed
	// receipt stays below the 400 bytes that spec/pay.md allows it.
	groupMost = 8
)

// signer signs receipts in groups: those of orders that are served at the same time
// share a signature. One that is alone waits for nobody.
type signer struct {
	mu      sync.Mutex
	serving int // orders that are served now, and may end with a receipt
	waiting *group
}

// group is receipts that are signed at once.
type group struct {
	key      ed25519.PrivateKey
	receipts []pay.Receipt
	late     *time.Timer
	done     chan struct{} // closed when what follows is known
	signed   []pay.SignedReceipt
	err      error
}

// Sign signs the receipt of an order that is being served, which Serve has let in.
// It may wait for the receipts of other orders, for no more than two milliseconds.
func (b *Book) Sign(r pay.Receipt, key ed25519.PrivateKey) (pay.SignedReceipt, error) {
	s := &b.signer
	s.mu.Lock()
	g := s.waiting
	if g != nil && !g.key.Equal(key) {
		s.mu.Unlock()
		alone := &group{receipts: []pay.Receipt{r}, key: key, done: make(chan struct{})}
		alone.sign()
		return alone.of(0)
	}
	if g == nil {
		g = &group{key: key, done: make(chan struct{})}
		s.waiting = g
	}
	place := len(g.receipts)
	g.receipts = append(g.receipts, r)
	full := len(g.receipts) >= min(s.serving, groupMost)
	switch {
	case full:
		s.waiting = nil
	case place == 0:
		g.late = time.AfterFunc(groupWait, func() { s.close(g) })
	}
	s.mu.Unlock()
	if full {
		g.sign()
	} else {
		<-g.done
	}
	return g.of(place)
}

// close signs a group that waits no longer, if nobody else does.
func (s *signer) close(g *group) {
	s.mu.Lock()
	mine := s.waiting == g
	if mine {
		s.waiting = nil
	}
	s.mu.Unlock()
	if mine {
		g.sign()
	}
}

// enter counts an order that is served now, until the function that it returns is
// called.
func (s *signer) enter() (leave func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serving++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.serving--
	}
}

// sign is called once, when nobody can join the group any more.
func (g *group) sign() {
	if g.late != nil {
		g.late.Stop()
	}
	g.signed, g.err = pay.SignGroup(g.receipts, g.key)
	close(g.done)
}

func (g *group) of(place int) (pay.SignedReceipt, error) {
	if g.err != nil {
		return pay.SignedReceipt{}, g.err
	}
	return g.signed[place], nil
}
