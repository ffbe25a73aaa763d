package ingest

import (
	"context"
	"iter"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// Parallel calls work for every input on all cores, and sink with the results,
// one at a time, in no particular order. It ends with the first error of sink or
// when ctx does. It holds only a few results at once, however many inputs come.
func Parallel[T any](ctx context.Context, inputs iter.Seq[Input], work func(Input) T, sink func(T) error) error {
	g, ctx := errgroup.WithContext(ctx)
	queue, results := make(chan Input), make(chan T)
	g.Go(func() error {
		defer close(queue)
		for in := range inputs {
			select {
			case queue <- in:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	workers, wctx := errgroup.WithContext(ctx)
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() error {
			for in := range queue {
				select {
				case results <- work(in):
				case <-wctx.Done():
					return wctx.Err()
				}
			}
			return nil
		})
	}
	g.Go(func() error {
		defer close(results)
		return workers.Wait()
	})
	g.Go(func() error {
		for r := range results {
			if err := sink(r); err != nil {
				return err
			}
		}
		return nil
	})
	return g.Wait()
}
