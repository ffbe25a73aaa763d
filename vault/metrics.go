package vault

import (
	"context"
	"errors"

	"github.com/weal-network/weal/telemetry"
	"github.com/weal-network/weal/vault/library"
)

// seen is what the vault tells of what it offers and sells.
type seen struct {
	offered, unanswered, released, degraded *telemetry.Counter
}

// tell has t tell of the vault.
func (v *Vault) tell(t *telemetry.Role) {
	v.seen = seen{
		offered:    t.Counter("weal_vault_passages_offered_total", "Passages that were offered."),
		unanswered: t.Counter("weal_vault_questions_unanswered_total", "Questions for which nothing was found."),
		released:   t.Counter("weal_vault_passages_released_total", "Passages that were paid for and released."),
		degraded:   t.Counter("weal_vault_questions_degraded_total", "Questions that were answered without an endpoint that is set."),
	}
	t.Sums("weal_vault_index", "Passages that can be found (chunks), vectors that are kept of them, and those to be made (backlog).", "of",
		func(ctx context.Context, tell func(string, float64)) error {
			g, err := v.library.Latest(ctx)
			if errors.Is(err, library.ErrNoGeneration) {
				return nil
			}
			if err != nil {
				return err
			}
			tell("chunks", float64(g.Len()))
			if vectors, on := v.library.Made(g); on {
				tell("vectors", float64(vectors))
				tell("backlog", float64(max(g.Len()-vectors, 0)))
			}
			return nil
		})
	t.Check("documents", "the vault has nothing to offer that the chain knows; its owner publishes with: weal vault add PATH", func(ctx context.Context) error {
		_, _, err := v.served(ctx)
		return err
	})
}
