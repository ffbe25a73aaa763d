package vault

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/vault/tally"
	"github.com/weal-network/weal/wire"
)

// CountsFile is the name, in a vault's folder, of the database of what was counted.
const CountsFile = "counts.db"

// openCounts opens what counts questions and sales.
func (v *Vault) openCounts(ctx context.Context) (err error) {
	if v.countsDB, err = keep.Open(filepath.Join(v.cfg.Dir, CountsFile)); err != nil {
		return err
	}
	v.counts, err = tally.Open(ctx, tally.Config{
		DB: v.countsDB, Table: v.library.Table, Name: v.library.Name, Lane: v.book.Funded, Contribution: v.library.ContributionOf,
		Now: v.cfg.Now, Log: v.cfg.Log,
	})
	if err != nil {
		return err
	}
	return v.readSharing(ctx)
}

func (v *Vault) closeCounts() error {
	var errs []error
	if v.counts != nil {
		errs = append(errs, v.counts.Close())
	}
	if v.countsDB != nil {
		errs = append(errs, v.countsDB.Close())
	}
	return errors.Join(errs...)
}

// forgetCounts deletes what was counted of documents that are removed.
func (v *Vault) forgetCounts(ctx context.Context, r library.Report) error {
	var gone []string
	for _, f := range r.Files {
		if f.State == library.Erased {
			gone = append(gone, f.Source)
		}
	}
	return v.counts.Forget(ctx, gone)
}

// shelf tells what passages of a generation are called.
type shelf struct{ *library.Generation }

// Heading implements tally.Shelf.
func (s shelf) Heading(ctx context.Context, number int) (string, error) {
	c, _, err := s.Passage(ctx, number)
	return c.Heading, err
}

// noteQuestion notes a question and what was offered for it.
func (v *Vault) noteQuestion(payer, question string, g *library.Generation, found []library.Found) {
	all := make([]tally.Found, len(found))
	for i, f := range found {
		all[i] = tally.Found{Number: f.Number, Chunk: f.Hash}
	}
	v.seen.offered.Add(uint64(len(found)))
	if len(found) == 0 {
		v.seen.unanswered.Inc()
	}
	v.counts.Asked(tally.Asked{Payer: payer, Question: question, Shelf: shelf{g}, Found: all})
}

// noteSale notes passages that are released for an order.
func (v *Vault) noteSale(o pay.Order, order types.Hash, release wire.Release, chunks []types.Hash, items []offeredItem) error {
	s := tally.Sale{Order: order, Lane: o.Lane, Seq: o.Seq, Passages: make([]tally.SoldPassage, len(chunks))}
	for i, p := range release.Passages {
		s.Passages[i] = tally.SoldPassage{Chunk: chunks[i], Source: p.Source, Heading: p.Heading, Price: items[i].price}
	}
	v.seen.released.Add(uint64(len(chunks)))
	return v.counts.Sold(s)
}

// handleAttribution takes what gateways tell of passages that were released.
func (v *Vault) handleAttribution(w http.ResponseWriter, r *http.Request) {
	var req wire.AttributionRequest
	if err := decode(r, &req); err != nil {
		v.fail(w, r, err)
		return
	}
	if len(req.Reports) == 0 || len(req.Reports) > wire.MaxReports {
		v.fail(w, r, wire.NewError(http.StatusBadRequest, wire.TypeInvalidRequest, "bad_reports",
			"the request has %d reports; send 1 to %d at once", len(req.Reports), wire.MaxReports))
		return
	}
	var reply wire.AttributionReply
	for _, report := range req.Reports {
		taken, err := v.takeReport(r.Context(), report)
		if err != nil {
			v.fail(w, r, err)
			return
		}
		if taken {
			reply.Taken++
		}
	}
	wire.WriteJSON(w, http.StatusOK, reply)
}

// takeReport takes one report, or passes it over if it is not awaited or does not
// hold. Its order tells which lane paid, and that which app may speak of it.
func (v *Vault) takeReport(ctx context.Context, report wire.AttributionReport) (bool, error) {
	ref, seq, awaited := v.counts.Awaited(report.Order)
	if !awaited {
		return false, nil
	}
	lane, err := v.book.Funded(ctx, ref)
	if err != nil {
		return false, err
	}
	app, err := v.apps.Asset(ctx, lane.Gateway)
	if err != nil {
		return false, wire.NewError(http.StatusServiceUnavailable, wire.TypeServer, CodeChainDown,
			"the chain cannot be asked for app %d: %v; retry in a few seconds", lane.Gateway, err)
	}
	r := report.Receipt
	if r.Chain != v.chain || r.Asset != lane.Gateway || r.Lane != ref || r.Seq != seq || !v.holds(report, app.Key) {
		return false, nil
	}
	entries := make([]attribution.Entry, len(report.Part.Entries))
	for i, e := range report.Part.Entries {
		if e.Asset != v.book.Asset() {
			return false, nil
		}
		entries[i] = e.Entry
	}
	return v.counts.Report(report.Order, entries)
}

// rememberedApps is of how many apps the keys are prepared for verifying.
const rememberedApps = 64

// holds reports whether an app signed a report, and what it says is of what was signed.
func (v *Vault) holds(report wire.AttributionReport, app types.Hash) bool {
	return v.receipts.Receipt(report.Receipt, app) == nil && report.Part.Verify(report.Receipt.Detail) == nil
}
