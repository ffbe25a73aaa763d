package vault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/vault/library"
)

// Progress says how far an Add is.
type Progress = library.Progress

// Report says what an Add did.
type Report struct {
	library.Report
	// Published says that the chain was told of Root, by this Add or before.
	Published bool `json:"published"`
	// Missed says why a crawl may not have come by all pages that are there, so that
	// none were retired.
	Missed string `json:"missed,omitempty"`
}

// Add takes in the files at and below paths and tells the chain the new root, if
// there is one. If only telling the chain fails, the documents are kept all the
// same, and the next Add tells it again. See library.Library.Add.
func (v *Vault) Add(ctx context.Context, paths []string, progress func(Progress)) (Report, error) {
	return v.AddTo(ctx, paths, nil, progress)
}

// AddTo is Add of what belongs to a contribution. See library.Library.AddTo.
func (v *Vault) AddTo(ctx context.Context, paths []string, contribution *uint64, progress func(Progress)) (Report, error) {
	return v.change(ctx, func() (library.Report, error) {
		return v.library.AddTo(ctx, paths, contribution, v.noting(progress))
	})
}

// change has the library change and tells the chain the new root.
func (v *Vault) change(ctx context.Context, do func() (library.Report, error)) (Report, error) {
	if !v.adding.CompareAndSwap(false, true) {
		return Report{}, library.ErrBusy
	}
	defer v.adding.Store(false)
	defer v.progress.Store(nil)
	r, err := do()
	report := Report{Report: r}
	if err != nil {
		return report, err
	}
	if err := v.readRoot(ctx); err != nil {
		return report, err
	}
	report.Published, err = v.publish(ctx)
	return report, err
}

// noting keeps how far an Add is, for the status, and passes it on.
func (v *Vault) noting(progress func(Progress)) func(Progress) {
	return func(p Progress) {
		v.progress.Store(&p)
		if progress != nil {
			progress(p)
		}
	}
}

// publish tells the chain the newest root unless that was done.
func (v *Vault) publish(ctx context.Context) (bool, error) {
	g, err := v.library.Latest(ctx)
	if errors.Is(err, library.ErrNoGeneration) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	open, err := v.library.Unpublished(ctx, g)
	if err != nil || !open {
		return !open, err
	}
	if v.cfg.Publish == nil {
		return false, nil
	}
	if err := v.cfg.Publish(ctx, g.Root); err != nil {
		return false, fmt.Errorf("the vault has changed, but the chain could not be told the new root: %w; the next weal vault add, or remove, tells it", err)
	}
	v.forget() // the chain's answer of a moment ago is the version before
	return true, v.library.Published(ctx, g)
}

// Preview is a passage as the owner sees it.
type Preview struct {
	pay.Chunk
	Band uint8
}

// MarshalJSON implements json.Marshaler.
func (p Preview) MarshalJSON() ([]byte, error) { return json.Marshal(preview(p.Chunk, p.Band)) }

// UnmarshalJSON implements json.Unmarshaler.
func (p *Preview) UnmarshalJSON(b []byte) error {
	var v previewJSON
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	*p = Preview{Chunk: pay.Chunk{Source: v.Source, Heading: v.Heading, Start: v.Start, End: v.End, Text: v.Text}, Band: v.Band}
	return nil
}

// previewJSON is a Preview as it travels: named as passages are on the wire.
type previewJSON struct {
	Source  string `json:"source"`
	Heading string `json:"heading"`
	Start   uint64 `json:"start"`
	End     uint64 `json:"end"`
	Text    string `json:"text"`
	Band    uint8  `json:"band"`
}

func preview(c pay.Chunk, band uint8) previewJSON {
	return previewJSON{Source: c.Source, Heading: c.Heading, Start: c.Start, End: c.End, Text: c.Text, Band: band}
}

// Search returns the passages of the newest generation that the vault would offer
// for a question, best first, at most limit. It is for the owner.
func (v *Vault) Search(ctx context.Context, question string, limit int) ([]Preview, error) {
	f, err := v.Find(ctx, FindRequest{Question: question, Limit: limit})
	return f.Passages, err
}
