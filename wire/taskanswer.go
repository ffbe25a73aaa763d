package wire

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// EmbeddingList is the answer to a request for embeddings.
type EmbeddingList struct {
	Object string      `json:"object"` // "list"
	Data   []Embedding `json:"data"`
	Model  string      `json:"model"`
	Usage  *TaskUsage  `json:"usage,omitempty"`
	Weal   *Trailer    `json:"weal,omitempty"`
}

// Embedding is one text's.
type Embedding struct {
	Object string `json:"object"` // "embedding"
	Index  int    `json:"index"`
	Vector Vector `json:"embedding"`
}

// TaskUsage counts metered tokens of the input of a task.
type TaskUsage struct {
	PromptTokens uint64 `json:"prompt_tokens"`
	TotalTokens  uint64 `json:"total_tokens"`
	Weal         *Cost  `json:"weal,omitempty"`
}

// Vector is an embedding. It is written as FormatBase64, unless Floats is set: that is
// little-endian 32-bit floats, or a list of numbers. It is read from either.
type Vector struct {
	Values []float32
	Floats bool
}

// MarshalJSON implements json.Marshaler.
func (v Vector) MarshalJSON() ([]byte, error) {
	if v.Floats {
		return json.Marshal(v.Values)
	}
	b := make([]byte, 0, 4*len(v.Values))
	for _, x := range v.Values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return json.Marshal(base64.StdEncoding.EncodeToString(b))
}

// UnmarshalJSON implements json.Unmarshaler.
func (v *Vector) UnmarshalJSON(data []byte) error {
	var packed string
	if json.Unmarshal(data, &packed) != nil {
		v.Floats = true
		return json.Unmarshal(data, &v.Values)
	}
	b, err := base64.StdEncoding.DecodeString(packed)
	if err != nil {
		return fmt.Errorf("read embedding: %w", err)
	}
	if len(b)%4 != 0 {
		return errors.New("read embedding: its bytes are no 32-bit floats")
	}
	v.Values = make([]float32, len(b)/4)
	for i := range v.Values {
		v.Values[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		if x := float64(v.Values[i]); math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("number %d of an embedding is none", i)
		}
	}
	return nil
}

// Reranking is the answer to a request to rerank, best first.
type Reranking struct {
	ID      string      `json:"id,omitempty"`
	Model   string      `json:"model"`
	Results []Ranked    `json:"results"`
	Usage   *TaskUsage  `json:"usage,omitempty"`
	Meta    *RerankMeta `json:"meta,omitempty"`
	Weal    *Trailer    `json:"weal,omitempty"`
}

// Ranked is one document of the request, by its place there.
type Ranked struct {
	Index    int        `json:"index"`
	Score    float64    `json:"relevance_score"`
	Document *RankedDoc `json:"document,omitempty"`
}

// RankedDoc is a document's text.
type RankedDoc struct {
	Text string `json:"text"`
}

// RerankMeta is what Cohere's clients look for.
type RerankMeta struct {
	BilledUnits struct {
		SearchUnits int `json:"search_units"`
	} `json:"billed_units"`
}

// TaskAnswer is the answer to the request body at path, of what a model has sold as
// result, with what is to be told beside it.
func TaskAnswer(path string, body []byte, result, model string, usage *TaskUsage, t *Trailer) (any, error) {
	if path == PathEmbeddings {
		return embeddings(body, result, model, usage, t)
	}
	r, err := ReadRerank(body)
	if err != nil {
		return nil, err
	}
	var out Reranking
	if err := Unmarshal([]byte(result), &out); err != nil {
		return nil, fmt.Errorf("read reranking: %w", err)
	}
	out.Model, out.Usage, out.Weal, out.Meta = model, usage, t, &RerankMeta{}
	out.Meta.BilledUnits.SearchUnits = 1
	for i, d := range out.Results {
		if d.Index < 0 || d.Index >= len(r.Documents) {
			return nil, fmt.Errorf("read reranking: there is no document %d", d.Index)
		}
		if r.Return {
			out.Results[i].Document = &RankedDoc{Text: r.Documents[d.Index]}
		}
	}
	return out, nil
}

func embeddings(body []byte, result, model string, usage *TaskUsage, t *Trailer) (any, error) {
	r, err := ReadEmbeddings(body)
	if err != nil {
		return nil, err
	}
	var out EmbeddingList
	if err := Unmarshal([]byte(result), &out); err != nil {
		return nil, fmt.Errorf("read embeddings: %w", err)
	}
	if len(out.Data) != len(r.Input) {
		return nil, fmt.Errorf("read embeddings: there are %d of %d texts", len(out.Data), len(r.Input))
	}
	out.Object, out.Model, out.Usage, out.Weal = "list", model, usage, t
	for i := range out.Data {
		out.Data[i].Vector.Floats = r.Format == FormatFloat
	}
	return out, nil
}
