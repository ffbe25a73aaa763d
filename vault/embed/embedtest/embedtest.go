// Package embedtest is an embedding endpoint for tests and measurements. It knows no
// language: a text's vector is the sum of one direction by chance for each of its
// words and parts of words, rarer-looking ones counting more. So texts of the same
// words, and of words that are spelt alike, lie near each other. The same text has
// the same vector everywhere.
package embedtest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/weal-network/weal/vault/embed"
	"github.com/weal-network/weal/vault/index"
)

// Model is the name of the model that the endpoint has.
const Model = "weal-test"

// Dims is how many dimensions its vectors have.
const Dims = 384

// directions is how many dimensions one word moves a vector in.
const directions = 24

// Vector returns the vector of a text.
func Vector(text string) []float32 {
	counts := map[string]float64{}
	for _, w := range index.Terms(text) {
		counts[w]++
		padded := []rune("^" + w + "$")
		for i := 0; i+4 <= len(padded); i++ {
			counts["~"+string(padded[i:i+4])] += 0.2
		}
	}
	v := make([]float64, Dims)
	for _, feature := range slices.Sorted(maps.Keys(counts)) {
		weight := math.Sqrt(float64(min(len(feature), 10))) * counts[feature]
		rng := rand.NewPCG(hash(feature), 0)
		for range directions {
			n := rng.Uint64()
			v[n>>1%Dims] += weight * float64(1-2*int(n&1))
		}
	}
	out := make([]float32, Dims)
	out[0] = 1e-3 // a text without words has a vector as well
	for i, x := range v {
		out[i] += float32(x)
	}
	return out
}

func hash(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s))
	return h.Sum64()
}

// Endpoint answers POST /v1/embeddings.
type Endpoint struct {
	mu     sync.Mutex
	inputs []string
	fail   []int
	vector func(string) []float32
}

// New returns an endpoint that gives vectors by vector, or by [Vector] if that is nil.
func New(vector func(string) []float32) *Endpoint {
	if vector == nil {
		vector = Vector
	}
	return &Endpoint{vector: vector}
}

// Fail makes the next requests fail with these statuses.
func (e *Endpoint) Fail(statuses ...int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fail = append(e.fail, statuses...)
}

// maxInputs is from how many texts on no more are remembered.
const maxInputs = 4096

// Inputs returns the first texts that were embedded.
func (e *Endpoint) Inputs() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.inputs)
}

// ServeHTTP implements http.Handler.
func (e *Endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Model    string   `json:"model"`
		Input    []string `json:"input"`
		Encoding string   `json:"encoding_format"`
	}
	if r.Method != http.MethodPost || r.URL.Path != "/v1/embeddings" {
		refuse(w, http.StatusNotFound, "want POST /v1/embeddings")
		return
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	if body.Model != Model {
		refuse(w, http.StatusNotFound, fmt.Sprintf("model %q not found, try %q", body.Model, Model))
		return
	}
	if status := e.failure(); status != 0 {
		w.Header().Set("Retry-After", "0.001")
		refuse(w, status, "for the test")
		return
	}
	type item struct {
		Object    string `json:"object"`
		Index     int    `json:"index"`
		Embedding any    `json:"embedding"`
	}
	items := make([]item, len(body.Input))
	for i, text := range body.Input {
		items[i] = item{Object: "embedding", Index: i, Embedding: e.vector(text)}
		if body.Encoding == "base64" {
			items[i].Embedding = base64.StdEncoding.EncodeToString(embed.Encode(e.vector(text)))
		}
	}
	slices.Reverse(items) // who reads them goes by the index
	e.mu.Lock()
	if len(e.inputs) < maxInputs {
		e.inputs = append(e.inputs, body.Input...)
	}
	e.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"object": "list", "model": Model, "data": items}) // who went away needs none
}

func (e *Endpoint) failure() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.fail) == 0 {
		return 0
	}
	status := e.fail[0]
	e.fail = e.fail[1:]
	return status
}

func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]string{"message": message}})
}

// Start serves an endpoint on an address of this machine, which it returns as a base
// for clients, until stop is called.
func (e *Endpoint) Start() (base string, stop func() error, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	s := &http.Server{Handler: e, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.Serve(l) }() // ends with Close
	return "http://" + l.Addr().String() + "/v1", s.Close, nil
}
