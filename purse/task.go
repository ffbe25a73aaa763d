package purse

import (
	"context"
	"crypto/sha256"

	ticks "github.com/weal-network/weal/model/meter"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// Do has a task done: embeddings or a reranking, at path. It is paid for at once, by
// its input; the Answer's text is its JSON. Body is sent as it is.
func (p *Purse) Do(ctx context.Context, path string, ask Ask) (*Answer, error) {
	if _, err := wire.ReadTask(path, ask.Body); err != nil {
		return nil, err
	}
	return p.buy(ctx, &question{Ask: ask, path: path, body: ask.Body, hash: sha256.Sum256(ask.Body), task: true})
}

// onlyTask refuses what a task is not to pay for: all of it is paid at once, so that
// a tick too many would be paid too.
func (q *question) onlyTask(quote *wire.Quote) error {
	if !q.task {
		return nil
	}
	if len(quote.Vaults) > 0 {
		return bad("vault %d is in it; a task has no passages", quote.Vaults[0].Asset)
	}
	in, err := wire.ReadTask(q.path, q.body)
	if err != nil {
		return err
	}
	for _, m := range quote.Meters {
		if m.Tokens == 0 {
			continue // a use, which is paid once
		}
		want, err := ticks.Input(m.Tokens, in.Bytes)
		if err != nil || m.Prompt != want.Prompt || m.Most != want.Most {
			return bad("asset %d asks %d ticks of %d tokens for a task of %d bytes; it costs %d", m.Asset, m.Most, m.Tokens, in.Bytes, want.Most)
		}
	}
	return nil
}

// taskTokens is how many metered tokens the input of a task has; zero if q is none.
func (q *question) taskTokens() uint64 {
	if !q.task {
		return 0
	}
	in, _ := wire.ReadTask(q.path, q.body) // Do has read it
	return types.Tokens(in.Bytes)
}
