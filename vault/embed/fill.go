package embed

import (
	"context"
	"fmt"

	"github.com/weal-network/weal/types"
)

// piece is how many texts are looked up in the cache at once.
const piece = 256

// Cache keeps vectors by the name of a model and the hash of what was embedded.
type Cache interface {
	// Vectors returns what PutVectors has kept, and nil where there is nothing.
	Vectors(ctx context.Context, model string, hashes []types.Hash) ([][]byte, error)
	// PutVectors keeps all or nothing.
	PutVectors(ctx context.Context, model string, hashes []types.Hash, data [][]byte) error
}

// Texts are what Fill has vectors for.
type Texts struct {
	// Hashes are of the texts; equal texts may be there more than once.
	Hashes []types.Hash
	// Text reads one of them. Only those are read that the cache does not know.
	Text func(ctx context.Context, i int) (string, error)
}

// Fill calls use with the vector of every text, in their order, nil where the endpoint
// has none that points anywhere, which it is asked for again the next time. It asks the
// endpoint for those that the cache lacks, into which they go first. progress, which
// may be nil, is told how many are done and how many the endpoint was asked for.
func (c *Client) Fill(ctx context.Context, cache Cache, texts Texts, use func(i int, v []float32) error, progress func(done, asked int)) error {
	asked := 0
	for from := 0; from < len(texts.Hashes); from += piece {
		to := min(from+piece, len(texts.Hashes))
		vectors, fresh, err := c.piece(ctx, cache, texts, from, to)
		if err != nil {
			return err
		}
		asked += fresh
		for i, v := range vectors {
			if err := use(from+i, v); err != nil {
				return err
			}
		}
		if progress != nil {
			progress(to, asked)
		}
	}
	return nil
}

// piece returns the vectors of the texts from to before to, and how many of them the
// endpoint was asked for.
func (c *Client) piece(ctx context.Context, cache Cache, texts Texts, from, to int) (vectors [][]float32, fresh int, err error) {
	hashes := texts.Hashes[from:to]
	kept, err := cache.Vectors(ctx, c.Name(), hashes)
	if err != nil {
		return nil, 0, err
	}
	vectors = make([][]float32, len(hashes))
	var missing []types.Hash
	var inputs []string
	at := map[types.Hash]int{} // of a hash in missing
	for i, b := range kept {
		if b == nil {
			if _, twice := at[hashes[i]]; twice {
				continue
			}
			text, err := texts.Text(ctx, from+i)
			if err != nil {
				return nil, 0, err
			}
			at[hashes[i]] = len(missing)
			missing, inputs = append(missing, hashes[i]), append(inputs, text)
			continue
		}
		if vectors[i], err = Decode(b); err == nil {
			err = c.settle(len(vectors[i]))
		}
		if err != nil {
			return nil, 0, fmt.Errorf("vector that was kept of text %s: %w", hashes[i], err)
		}
	}
	if len(missing) == 0 {
		return vectors, 0, nil
	}
	made, err := c.Documents(ctx, inputs)
	if err != nil {
		return nil, 0, err
	}
	var good []types.Hash
	var data [][]byte
	for i, v := range made {
		if v != nil {
			good, data = append(good, missing[i]), append(data, Encode(v))
		}
	}
	if len(good) > 0 {
		if err := cache.PutVectors(ctx, c.Name(), good, data); err != nil {
			return nil, 0, err
		}
	}
	for i, h := range hashes {
		if n, asked := at[h]; asked {
			vectors[i] = made[n]
		}
	}
	return vectors, len(missing), nil
}
