package model

import (
	"context"
	"fmt"

	"github.com/weal-network/weal/types"
)

// atRest marks an answer that is kept sealed. One that an earlier version kept is
// plain JSON, which begins otherwise.
const atRest = 1

// keepAnswer keeps what an order was served with, sealed: it may quote passages, and
// its question was nobody else's business.
func (m *Model) keepAnswer(ctx context.Context, order types.Hash, answer []byte, ticks uint32) error {
	return m.book.MarkGiven(ctx, order, append([]byte{atRest}, m.answers.Seal(answer, order[:])...), ticks)
}

// keptAnswer returns what an order was served with.
func (m *Model) keptAnswer(ctx context.Context, order types.Hash) ([]byte, bool, error) {
	kept, served, err := m.book.Served(ctx, order)
	if err != nil || !served || len(kept) == 0 || kept[0] != atRest {
		return kept, served, err
	}
	answer, err := m.answers.Open(kept[1:], order[:])
	if err != nil {
		err = fmt.Errorf("read kept answer: it does not open with the model's key: %w", err)
	}
	return answer, true, err
}
