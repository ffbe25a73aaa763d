package library

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weal-network/weal/vault/embed"
	"github.com/weal-network/weal/vault/rerank"
	"github.com/weal-network/weal/vault/vector"
)

// ErrLexical is returned by Embed where no embedding endpoint is set.
var ErrLexical = errors.New("the vault has no embedding endpoint; it finds by words alone")

// ErrNotReady is why meaning does not count while vectors are made.
var ErrNotReady = errors.New("the vectors of the documents are not made yet; weal vault status says how far they are")

// errForgotten is returned by Embed when what it works on is out of date.
var errForgotten = errors.New("documents were removed, or the endpoint changed, meanwhile")

// The pauses after which making vectors is tried again.
const (
	firstPause = 5 * time.Second
	lastPause  = 5 * time.Minute
)

// progressEvery is how often who waits for vectors is told how far they are.
const progressEvery = 50 * time.Millisecond

// MeaningStatus says how far the vectors of the newest generation are.
type MeaningStatus struct {
	// Model is the endpoint's, empty if there is none: the vault is lexical.
	Model    string `json:"model,omitempty"`
	Endpoint string `json:"endpoint,omitempty"`
	Dims     int    `json:"dims,omitempty"`
	// Ready says that questions are answered by meaning as well, if the endpoint
	// answers. Vectors counts those that are kept, of Chunks.
	Ready   bool `json:"ready"`
	Vectors int  `json:"vectors"`
	Chunks  int  `json:"chunks"`
	// Weight is what meaning counts for, 0 to 1.
	Weight float64 `json:"weight"`
	// Reranker is the address of what orders passages anew, if anything does.
	Reranker string `json:"reranker,omitempty"`
	// Problem is why vectors are not made.
	Problem string `json:"problem,omitempty"`
	// Down is why the endpoint does not answer questions now: they are answered by
	// words alone for as long as it is so.
	Down string `json:"down,omitempty"`
	// Blank are documents of which passages are found by words alone, because the
	// endpoint says nothing of them: vectors that are all zeros.
	Blank []string `json:"blank,omitempty"`
}

// meaning is what memory has of vectors.
type meaning struct {
	client   atomic.Pointer[embed.Client] // nil for a lexical library
	weight   atomic.Pointer[float64]      // nil for the default
	reranker atomic.Pointer[rerank.Client]

	filling sync.Mutex // held while vectors are made

	kick chan struct{} // there may be something to do
	stop context.CancelFunc
	done sync.WaitGroup

	mu      sync.Mutex // guards what follows
	set     *vector.Set
	first   map[int64]uint32 // by document: its first vector, of as many as it has chunks
	blank   map[int64][]int  // by document: its chunks whose vectors are all zeros, and do not count
	round   int              // counts how often all was forgotten
	made    int              // vectors that the newest work has
	problem string
}

// reach is how a generation is searched by meaning.
type reach struct {
	client  *embed.Client
	far     far // where the vectors are not in memory; the rest is empty then
	set     *vector.Set
	among   vector.Bitmap
	numbers []int32  // passages, by the ids of their vectors
	first   []uint32 // ids of documents' first vectors, by their places
}

// startMeaning begins to make vectors, of whatever generation is in memory.
func (l *Library) startMeaning() {
	m := &l.meaning
	m.first, m.blank = map[int64]uint32{}, map[int64][]int{}
	m.kick = make(chan struct{}, 1)
	if l.cfg.Idle {
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	m.stop = stop
	m.done.Go(func() { l.embedAll(ctx) })
}

func (l *Library) stopMeaning() {
	if l.meaning.stop != nil {
		l.meaning.stop()
		l.meaning.done.Wait()
	}
}

// wake says that there may be a generation without vectors.
func (m *meaning) wake() {
	select {
	case m.kick <- struct{}{}:
	default:
	}
}

// forget lets go of all vectors.
func (m *meaning) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.set, m.first, m.blank, m.made = nil, map[int64]uint32{}, map[int64][]int{}, 0
	m.round++
}

func (m *meaning) note(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.problem = ""
	if err != nil {
		m.problem = err.Error()
	}
}

// Meaning says how far the vectors of the newest generation are.
func (l *Library) Meaning(ctx context.Context) (MeaningStatus, error) {
	m := &l.meaning
	s := MeaningStatus{Weight: l.Weight()}
	if r := m.reranker.Load(); r != nil {
		s.Reranker = r.URL()
	}
	client := m.client.Load()
	if client == nil {
		return s, nil
	}
	g, err := l.Latest(ctx)
	if err != nil && !errors.Is(err, ErrNoGeneration) {
		return MeaningStatus{}, err
	}
	if g != nil && g.reach.Load() != nil {
		if err := client.Answers(ctx); err != nil {
			s.Down = err.Error()
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	s.Model, s.Endpoint, s.Dims, s.Vectors, s.Problem = client.Name(), client.URL(), client.Dims(), m.made, m.problem
	if g != nil {
		s.Chunks, s.Ready = g.Len(), g.reach.Load() != nil
		if s.Ready {
			s.Vectors = s.Chunks
		}
		for _, i := range g.live {
			if n := len(m.blank[g.docs[i].id]); n > 0 {
				s.Vectors -= min(n, s.Vectors)
				s.Blank = append(s.Blank, g.docs[i].source)
			}
		}
	}
	return s, nil
}
