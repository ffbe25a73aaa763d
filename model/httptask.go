package model

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"

	"github.com/weal-network/weal/wire"
)

// maxTask is the most bytes that an upstream may answer a task with: numbers in full.
const maxTask = 4 * wire.MaxBody

var _ Supporter = (*HTTP)(nil)

// Supports implements Supporter. Whether the server behind it takes tools nobody
// knows before it is asked: what it refuses it says.
func (h *HTTP) Supports() []string {
	can := []string{wire.NeedsTools, wire.NeedsFormat}
	if h.Embeddings != "" {
		can = append(can, string(Embeddings))
	}
	if h.Rerank != "" {
		can = append(can, string(Rerank))
	}
	return can
}

// openTask asks for embeddings or a reranking, and returns it as one piece.
func (h *HTTP) openTask(ctx context.Context, p Prompt) (Answer, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, h.HeaderTimeout, errIdle)
	defer cancel()
	var path string
	var ask map[string]any
	var read func([]byte) (any, error)
	switch p.Task {
	case Embeddings:
		r, err := wire.ReadEmbeddings(p.Body)
		if err != nil {
			return nil, err
		}
		path, read = "/embeddings", func(b []byte) (any, error) { return readVectors(r, b) }
		ask = map[string]any{"model": h.Embeddings, "input": r.Input, "encoding_format": wire.FormatFloat}
		if r.Dimensions > 0 {
			ask["dimensions"] = r.Dimensions
		}
	default:
		r, err := wire.ReadRerank(p.Body)
		if err != nil {
			return nil, err
		}
		path, read = "/rerank", func(b []byte) (any, error) { return readRanks(r, b) }
		ask = map[string]any{"model": h.Rerank, "query": r.Query, "documents": r.Documents, "top_n": r.TopN}
	}
	body, err := wire.Marshal(ask)
	if err != nil {
		return nil, err
	}
	said, err := h.whole(ctx, path, body, p.Trace)
	if err != nil {
		return nil, err
	}
	out, err := read(said)
	if err != nil {
		return nil, err
	}
	text, err := wire.Marshal(out)
	if err == nil && len(text) > wire.MaxBody {
		err = wire.NewError(http.StatusBadRequest, wire.TypeInvalidRequest, "too_long",
			"what this comes to is larger than %d MiB; send fewer texts at once", wire.MaxBody>>20)
	}
	if err != nil {
		return nil, err
	}
	return &readerAnswer{pieces: []string{string(text)}, finish: finishStop}, nil
}

// whole asks the upstream at path and reads its answer.
func (h *HTTP) whole(ctx context.Context, path string, body []byte, trace http.Header) ([]byte, error) {
	slow := "no answer within " + h.HeaderTimeout.String()
	resp, err := h.send(ctx, path, body, trace)
	if err != nil {
		return nil, h.explain(ctx, err, slow)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxTask+1))
	switch {
	case err != nil:
		return nil, h.explain(ctx, err, slow)
	case resp.StatusCode/100 != 2:
		e := wire.ReadError(resp.StatusCode, b[:min(len(b), wire.MaxBody)])
		return nil, upstreamError(CodeRefused, "the model's upstream refused with status %d: %s", resp.StatusCode, e.Message)
	case len(b) > maxTask:
		return nil, upstreamError(CodeNonsense, "the model's upstream answered with more than %d MiB", maxTask>>20)
	}
	return b, nil
}

// readVectors checks what an upstream says of r.
func readVectors(r wire.EmbeddingsRequest, b []byte) (*wire.EmbeddingList, error) {
	var said wire.EmbeddingList
	if err := json.Unmarshal(b, &said); err != nil {
		return nil, upstreamError(CodeNonsense, "the model's upstream answered with something that is no list of embeddings: %v", err)
	}
	if len(said.Data) != len(r.Input) {
		return nil, upstreamError(CodeNonsense, "the model's upstream answered with %d embeddings for %d texts", len(said.Data), len(r.Input))
	}
	slices.SortStableFunc(said.Data, func(a, b wire.Embedding) int { return cmp.Compare(a.Index, b.Index) })
	out := &wire.EmbeddingList{Object: "list", Data: make([]wire.Embedding, len(said.Data))}
	for i, d := range said.Data {
		n := len(d.Vector.Values)
		switch {
		case d.Index != i || n == 0 || n != len(said.Data[0].Vector.Values):
			return nil, upstreamError(CodeNonsense, "the model's upstream answered with embeddings of different lengths, or not one for each text")
		case r.Dimensions > 0 && n != r.Dimensions:
			return nil, upstreamError(CodeRefused, "the model's upstream gives embeddings of %d dimensions, asked were %d; leave dimensions out", n, r.Dimensions)
		}
		out.Data[i] = wire.Embedding{Object: "embedding", Index: i, Vector: wire.Vector{Values: d.Vector.Values}}
	}
	return out, nil
}

// readRanks checks what an upstream says of r.
func readRanks(r wire.RerankRequest, b []byte) (*wire.Reranking, error) {
	var said wire.Reranking
	if err := json.Unmarshal(b, &said); err != nil || len(said.Results) == 0 {
		return nil, upstreamError(CodeNonsense, "the model's upstream answered with something that is no reranking")
	}
	slices.SortStableFunc(said.Results, func(a, b wire.Ranked) int { return cmp.Compare(b.Score, a.Score) })
	out := &wire.Reranking{}
	seen := map[int]bool{}
	for _, d := range said.Results[:min(len(said.Results), r.TopN)] {
		if d.Index < 0 || d.Index >= len(r.Documents) || seen[d.Index] {
			return nil, upstreamError(CodeNonsense, "the model's upstream ranked a document that is not there, or one twice")
		}
		seen[d.Index] = true
		out.Results = append(out.Results, wire.Ranked{Index: d.Index, Score: d.Score})
	}
	return out, nil
}
