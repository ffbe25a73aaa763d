package library

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/weal-network/weal/vault/embed"
	"github.com/weal-network/weal/vault/fuse"
	"github.com/weal-network/weal/vault/rerank"
)

// Names of settings.
const (
	settingWeight     = "fuse.weight"
	settingEmbeddings = "embeddings"
	settingReranker   = "reranker"
	settingReading    = "reading"
)

// Embeddings says which endpoint makes the vectors. See embed.Config.
type Embeddings struct {
	URL   string `json:"url"`
	Model string `json:"model"`
	// KeyEnv names the environment variable that holds the endpoint's key; the key
	// itself is not kept.
	KeyEnv         string `json:"key_env,omitempty"`
	DocumentPrefix string `json:"document_prefix,omitempty"`
	QueryPrefix    string `json:"query_prefix,omitempty"`
	MaxInput       int    `json:"max_input,omitempty"`
	Batch          int    `json:"batch,omitempty"`
}

func (e Embeddings) config() embed.Config {
	return embed.Config{
		URL: e.URL, Model: e.Model, Key: os.Getenv(e.KeyEnv), DocumentPrefix: e.DocumentPrefix, QueryPrefix: e.QueryPrefix,
		MaxInput: e.MaxInput, Batch: e.Batch,
	}
}

// try asks the endpoint once or twice, and waits as long as it takes to load a model.
func (e Embeddings) try(ctx context.Context) error {
	cfg := e.config()
	cfg.Attempts = 2
	client, err := embed.New(cfg)
	if err == nil {
		var v [][]float32
		if v, err = client.Documents(ctx, []string{"Is anybody there?"}); err == nil && v[0] == nil {
			err = fmt.Errorf("%w: it is all zeros", embed.ErrReply)
		}
	}
	return err
}

// Reranker says which endpoint orders passages anew. See rerank.Config.
type Reranker struct {
	URL    string `json:"url"`
	Model  string `json:"model,omitempty"`
	KeyEnv string `json:"key_env,omitempty"`
}

func (r Reranker) config() rerank.Config {
	return rerank.Config{URL: r.URL, Model: r.Model, Key: os.Getenv(r.KeyEnv)}
}

// try asks the endpoint once, and waits as long as it takes to load a model.
func (r Reranker) try(ctx context.Context) error {
	cfg := r.config()
	cfg.Timeout = time.Minute
	client, err := rerank.New(cfg)
	if err == nil {
		_, err = client.Order(ctx, "Is anybody there?", []string{"Yes.", "No."})
	}
	return err
}

// SetEmbeddings has documents found by meaning as well, with vectors from an
// endpoint, which must answer now; nil has them found by words alone. Vectors are
// made in the background, and those that were made before are kept.
func (l *Library) SetEmbeddings(ctx context.Context, e *Embeddings) error {
	var client *embed.Client
	if e != nil {
		var err error
		if client, err = embed.New(e.config()); err == nil {
			err = e.try(ctx)
		}
		if err != nil {
			return err
		}
	}
	if err := l.keepJSON(ctx, settingEmbeddings, e); err != nil {
		return err
	}
	l.useEmbeddings(client)
	return nil
}

// useEmbeddings begins anew with a client, which may be nil.
func (l *Library) useEmbeddings(client *embed.Client) {
	l.loading.Lock()
	l.meaning.client.Store(client)
	l.meaning.forget()
	l.mu.Lock()
	for _, g := range l.recent {
		g.reach.Store(nil)
	}
	l.mu.Unlock()
	l.loading.Unlock()
	l.meaning.note(nil)
	l.meaning.wake()
}

// SetReranker has an endpoint order passages anew, which must answer now; nil has
// none.
func (l *Library) SetReranker(ctx context.Context, r *Reranker) error {
	var client *rerank.Client
	if r != nil {
		var err error
		if client, err = rerank.New(r.config()); err == nil {
			err = r.try(ctx)
		}
		if err != nil {
			return err
		}
	}
	if err := l.keepJSON(ctx, settingReranker, r); err != nil {
		return err
	}
	l.meaning.reranker.Store(client)
	return nil
}

// Weight returns what meaning counts for.
func (l *Library) Weight() float64 {
	if w := l.meaning.weight.Load(); w != nil {
		return *w
	}
	return fuse.DefaultWeight
}

// SetWeight says what meaning counts for from now on, 0 to 1.
func (l *Library) SetWeight(ctx context.Context, weight float64) error {
	if !(weight >= 0 && weight <= 1) {
		return fmt.Errorf("%w, got %g", fuse.ErrWeight, weight)
	}
	if err := l.keepJSON(ctx, settingWeight, weight); err != nil {
		return err
	}
	l.meaning.weight.Store(&weight)
	return nil
}

func (l *Library) keepJSON(ctx context.Context, name string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return l.SetSetting(ctx, name, b)
}

// readSettings takes up what the owner has set. An endpoint that does not answer now
// is asked again later.
func (l *Library) readSettings(ctx context.Context) error {
	var embeddings *Embeddings
	var reranker *Reranker
	var weight *float64
	var reading Reading
	for name, v := range map[string]any{settingEmbeddings: &embeddings, settingReranker: &reranker, settingWeight: &weight, settingReading: &reading} {
		b, err := l.Setting(ctx, name)
		if err == nil && b != nil {
			err = json.Unmarshal(b, v)
		}
		if err != nil {
			return fmt.Errorf("setting %s: %w", name, err)
		}
	}
	l.meaning.weight.Store(weight)
	l.useReading(reading)
	if reranker != nil {
		client, err := rerank.New(reranker.config())
		if err != nil {
			return err
		}
		l.meaning.reranker.Store(client)
	}
	client := l.cfg.Embeddings
	if client == nil && embeddings != nil {
		var err error
		if client, err = embed.New(embeddings.config()); err != nil {
			return err
		}
	}
	l.meaning.client.Store(client)
	return nil
}
