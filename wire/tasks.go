package wire

import (
	"encoding/json"
	"net/http"
)

// MaxInputs is the most texts of one request for embeddings, or for a reranking.
const MaxInputs = 2048

// The formats of an embedding.
const (
	FormatFloat  = "float"
	FormatBase64 = "base64"
)

// EmbeddingsRequest is OpenAI's request for embeddings, understood.
type EmbeddingsRequest struct {
	Model string
	Input []string
	// Format is FormatFloat or FormatBase64.
	Format string
	// Dimensions is how many numbers are wanted; zero is what the model gives.
	Dimensions int
}

// ReadEmbeddings reads a body, or says what to send instead.
func ReadEmbeddings(body []byte) (r EmbeddingsRequest, err error) {
	var raw struct {
		Model      string          `json:"model"`
		Input      json.RawMessage `json:"input"`
		Format     *string         `json:"encoding_format"`
		Dimensions *int            `json:"dimensions"`
	}
	if err := Decode(body, &raw); err != nil {
		return r, err
	}
	r.Model, r.Format = raw.Model, FormatFloat
	if raw.Format != nil {
		r.Format = *raw.Format
	}
	if r.Format != FormatFloat && r.Format != FormatBase64 {
		return r, badField("encoding_format", "bad_format", "encoding_format is %.40q; want float or base64", r.Format)
	}
	if raw.Dimensions != nil {
		if r.Dimensions = *raw.Dimensions; r.Dimensions < 1 || r.Dimensions > 1<<16 {
			return r, badField("dimensions", "bad_dimensions", "dimensions is %d; want 1 to %d, or leave it out", r.Dimensions, 1<<16)
		}
	}
	r.Input, err = readInput(raw.Input)
	return r, err
}

// readInput reads one text or several.
func readInput(raw json.RawMessage) ([]string, error) {
	var one string
	if given(raw) && json.Unmarshal(raw, &one) == nil {
		return checkTexts("input", []string{one})
	}
	var several []string
	if json.Unmarshal(raw, &several) == nil {
		return checkTexts("input", several)
	}
	var ids []json.Number
	var lists [][]json.Number
	if json.Unmarshal(raw, &ids) == nil || json.Unmarshal(raw, &lists) == nil {
		return nil, badField("input", "token_ids", "input is a list of token ids, which mean nothing to another model than the one that they were made for; "+
			"send text: with LangChain for Python, set check_embedding_ctx_length=False of OpenAIEmbeddings")
	}
	return nil, badField("input", "bad_input", "input: want a text, or a list of texts")
}

func checkTexts(param string, texts []string) ([]string, error) {
	if len(texts) == 0 || len(texts) > MaxInputs {
		return nil, badField(param, "bad_input", "%s has %d texts; send 1 to %d", param, len(texts), MaxInputs)
	}
	for i, t := range texts {
		if t == "" {
			return nil, badField(param, "bad_input", "text %d of %s is empty; leave it out", i, param)
		}
	}
	return texts, nil
}

// RerankRequest is a request to order documents by what they say of a query, as Cohere
// and Jina have it, understood.
type RerankRequest struct {
	Model     string
	Query     string
	Documents []string
	// TopN is how many of the best are wanted: at most all.
	TopN int
	// Return asks for the documents' text beside the scores.
	Return bool
}

// ReadRerank reads a body, or says what to send instead.
func ReadRerank(body []byte) (r RerankRequest, err error) {
	var raw struct {
		Model     string            `json:"model"`
		Query     string            `json:"query"`
		Documents []json.RawMessage `json:"documents"`
		TopN      *int              `json:"top_n"`
		Return    *bool             `json:"return_documents"`
	}
	if err := Decode(body, &raw); err != nil {
		return r, err
	}
	if raw.Query == "" {
		return r, badField("query", "bad_input", "query is empty; send what the documents are to be about")
	}
	texts := make([]string, len(raw.Documents))
	for i, d := range raw.Documents {
		var object struct {
			Text string `json:"text"`
		}
		if json.Unmarshal(d, &texts[i]) == nil {
			continue
		}
		if json.Unmarshal(d, &object) != nil {
			return r, badField("documents", "bad_input", "document %d is neither a text nor an object with text", i)
		}
		texts[i] = object.Text
	}
	if texts, err = checkTexts("documents", texts); err != nil {
		return r, err
	}
	r = RerankRequest{Model: raw.Model, Query: raw.Query, Documents: texts, TopN: len(texts), Return: raw.Return != nil && *raw.Return}
	if raw.TopN != nil {
		if *raw.TopN < 1 {
			return r, badField("top_n", "bad_top_n", "top_n is %d; want 1 or more", *raw.TopN)
		}
		r.TopN = min(r.TopN, *raw.TopN)
	}
	return r, nil
}

// TaskInput is what a task is charged by.
type TaskInput struct {
	Model string
	Bytes int // of all its texts
}

// ReadTask reads a request to PathEmbeddings or PathRerank as far as its price goes.
func ReadTask(path string, body []byte) (in TaskInput, err error) {
	var texts []string
	if path == PathEmbeddings {
		r, failed := ReadEmbeddings(body)
		in.Model, texts, err = r.Model, r.Input, failed
	} else {
		r, failed := ReadRerank(body)
		in.Model, texts, err = r.Model, append(r.Documents, r.Query), failed
	}
	for _, t := range texts {
		in.Bytes += len(t)
	}
	return in, err
}

func badField(param, code, format string, args ...any) *Error {
	e := NewError(http.StatusBadRequest, TypeInvalidRequest, code, format, args...)
	e.Param = &param
	return e
}
