package vectors

import (
	"fmt"

	"github.com/weal-network/weal/vault/vector"
)

// Config says how much to measure. The zero value of a field is its default.
type Config struct {
	Chunks, Dims, Questions int
	// ScanOnly leaves out the library.
	ScanOnly bool
	// Progress, if set, is told what is going on: done of all steps of a part.
	Progress func(part string, done, all int)
}

func (c Config) orDefaults() Config {
	for _, f := range []struct {
		field *int
		value int
	}{{&c.Chunks, 100_000}, {&c.Dims, 384}, {&c.Questions, 200}} {
		if *f.field == 0 {
			*f.field = f.value
		}
	}
	if c.Progress == nil {
		c.Progress = func(string, int, int) {}
	}
	return c
}

// check returns an error for what cannot be measured.
func (c Config) check() error {
	switch {
	case c.Chunks < wanted || c.Chunks > 10_000_000:
		return fmt.Errorf("want %d to 10000000 chunks, got %d", wanted, c.Chunks)
	case c.Dims < 8 || c.Dims > vector.MaxDims:
		return fmt.Errorf("want 8 to %d dimensions, got %d", vector.MaxDims, c.Dims)
	case c.Questions < 1 || c.Questions > 10_000:
		return fmt.Errorf("want 1 to 10000 questions, got %d", c.Questions)
	}
	return nil
}

// Figures is what Run measured.
type Figures struct {
	Chunks int `json:"chunks"`
	Dims   int `json:"dims"`
	// QueryP50Millis to Recall10 are of vectors that lie as embeddings of texts do.
	QueryP50Millis float64 `json:"query_p50_ms"`
	QueryP99Millis float64 `json:"query_p99_ms"`
	Recall10       float64 `json:"recall10"`
	// MemoryMB is this process's live heap, once garbage is collected, with a library
	// of as many chunks open, its vectors and words in memory; without a library it is
	// VectorsMemoryMB, that with the vectors alone.
	MemoryMB        float64 `json:"memory_mb"`
	VectorsMemoryMB float64 `json:"vectors_memory_mb"`
	BuildSeconds    float64 `json:"build_seconds"`
	// The same with vectors of any direction.
	ChanceQueryP50Millis float64 `json:"chance_query_p50_ms"`
	ChanceRecall10       float64 `json:"chance_recall10"`
	// chromem-go, on the vectors and some of the questions of the first figures.
	ChromemP50Millis float64 `json:"chromem_p50_ms"`
	ChromemRecall10  float64 `json:"chromem_recall10"`
	// Hybrid: a library of documents with these vectors, sealed on disk, asked for 8
	// passages by words and by meaning; the time of a test endpoint on this machine,
	// which makes the question's vector, and of reading the passages is included.
	HybridP50Millis float64 `json:"hybrid_p50_ms"`
	HybridP99Millis float64 `json:"hybrid_p99_ms"`
	Cores           int     `json:"cores"`
	Method          string  `json:"method"`
}

// method says what is measured and how.
const method = "vectors from a seed: a shared mean, subjects of about 480 chunks in it, documents of about 12, each moved away from the former, " +
	"most in few dimensions (standard deviations fall as rank^-0.35); questions moved 0.7 away from a chunk; chance_* with vectors of any direction; " +
	"query: the 10 nearest, one question at a time, on all cores, after a round to warm up; recall10 against a scan of all in float64; " +
	"memory: the live heap after collecting garbage, vectors in float32 with their codes, and for memory_mb all else that an open library has; " +
	"chromem-go: the same vectors and the first 40 of the questions in the same process afterwards; " +
	"hybrid: a library of documents of 12 chunks of 190 drawn words, sealed on disk, with these vectors from a test endpoint on this machine; " +
	"a question of 9 words for 8 passages, from its text to passages that differ, the endpoint's time and decryption included"
