package embed

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/weal-network/weal/vault/vector"
)

// reply is what an endpoint answers.
type reply struct {
	Data []struct {
		Index     *int            `json:"index"`
		Embedding json.RawMessage `json:"embedding"`
	} `json:"data"`
}

// parse reads the reply to n texts: n vectors of the same dimensions, brought to
// length one, in the order of the texts. A vector of length zero points nowhere: nil
// stands for it.
func parse(b []byte, n int) ([][]float32, error) {
	var r reply
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrReply, err)
	}
	if len(r.Data) != n {
		return nil, fmt.Errorf("%w: it has %d vectors for %d texts", ErrReply, len(r.Data), n)
	}
	vectors, met := make([][]float32, n), make([]bool, n)
	for i, d := range r.Data {
		at := i
		if d.Index != nil {
			at = *d.Index
		}
		if at < 0 || at >= n || met[at] {
			return nil, fmt.Errorf("%w: index %d of %d is wrong or there twice", ErrReply, at, n)
		}
		v, err := parseVector(d.Embedding)
		if err != nil {
			return nil, fmt.Errorf("%w: vector %d: %w", ErrReply, at, err)
		}
		vectors[at], met[at] = v, true
	}
	first := -1
	for i, v := range vectors {
		switch {
		case v == nil:
		case first < 0:
			first = i
		case len(v) != len(vectors[first]):
			return nil, fmt.Errorf("%w: vector %d has %d dimensions, vector %d has %d", ErrReply, i, len(v), first, len(vectors[first]))
		}
	}
	return vectors, nil
}

// parseVector reads a list of numbers, or base64 of float32, little endian; nil if
// all are zero.
func parseVector(b json.RawMessage) ([]float32, error) {
	var v []float32
	if bytes.HasPrefix(b, []byte(`"`)) {
		var text string
		if err := json.Unmarshal(b, &text); err != nil {
			return nil, err
		}
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, err
		}
		if len(raw)%4 != 0 {
			return nil, fmt.Errorf("%d bytes are no list of float32", len(raw))
		}
		for ; len(raw) > 0; raw = raw[4:] {
			v = append(v, math.Float32frombits(binary.LittleEndian.Uint32(raw)))
		}
	} else if err := json.Unmarshal(b, &v); err != nil {
		return nil, err
	}
	if len(v) > 0 && len(v) <= vector.MaxDims && !slices.ContainsFunc(v, func(x float32) bool { return x != 0 }) {
		return nil, nil
	}
	return v, normalise(v)
}

// normalise brings v to length one.
func normalise(v []float32) error {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	length := math.Sqrt(sum)
	if len(v) == 0 || len(v) > vector.MaxDims || !(length > 1e-30) || math.IsInf(length, 0) {
		return fmt.Errorf("%d dimensions and length %g; want 1 to %d dimensions and a length that is not zero", len(v), length, vector.MaxDims)
	}
	for i, x := range v {
		v[i] = float32(float64(x) / length)
	}
	return nil
}

// Encode returns a vector as it is kept: float32, little endian.
func Encode(v []float32) []byte {
	b := make([]byte, 0, 4*len(v))
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

// Decode reads what Encode has written, and returns it at length one.
func Decode(b []byte) ([]float32, error) {
	if len(b)%4 != 0 {
		return nil, fmt.Errorf("%w: %d bytes are no list of float32", ErrReply, len(b))
	}
	v := make([]float32, 0, len(b)/4)
	for ; len(b) > 0; b = b[4:] {
		v = append(v, math.Float32frombits(binary.LittleEndian.Uint32(b)))
	}
	if err := normalise(v); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrReply, err)
	}
	return v, nil
}
