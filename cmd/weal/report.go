package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/vault/library"
)

// printReport tells what an add did, and names every file that was refused.
func printReport(w io.Writer, r vault.Report) error {
	_, _ = fmt.Fprintf(w, "%d added, %d changed, %d unchanged, %d retired, %d refused; %d documents in %d chunks\n",
		r.Added, r.Changed, r.Unchanged, r.Retired, r.Failed, r.Documents, r.Chunks)
	for _, f := range r.Files {
		if f.State == library.Failed {
			_, _ = fmt.Fprintf(w, "  refused %s: %s\n", plain(f.Path), plain(f.Reason))
		}
	}
	if r.Missed != "" {
		_, _ = fmt.Fprintf(w, "nothing was retired: %s\n", plain(r.Missed))
	}
	state := "known to the chain"
	if !r.Published {
		state = "not yet known to the chain"
	}
	_, err := fmt.Fprintf(w, "root %s, %s\n", r.Root, state)
	return err
}

// printVault tells what a vault holds.
func printVault(w io.Writer, s vault.Status) error {
	_, _ = fmt.Fprintf(w, "asset      %d, version %d, %d chunks\nroot       %s\n", s.Asset, s.Version, s.Chunks, s.Root)
	if s.Staged {
		_, _ = fmt.Fprintf(w, "served     %s (the chain does not know the newer root yet)\n", s.ServedRoot)
	}
	_, _ = fmt.Fprintf(w, "documents  %s\n", totals(s.Totals))
	_, _ = fmt.Fprintf(w, "on disk    %s\nfound by   %s\n", s.Sealing, foundBy(s.Search))
	_, _ = fmt.Fprint(w, sellingText(s.Selling))
	if p := s.Progress; p != nil {
		_, _ = fmt.Fprintf(w, "adding     %s, %d chunks; %s\n", partOf(p.Files, p.FilesTotal), p.Chunks, plain(p.Current))
	}
	if s.Problem != "" {
		_, _ = fmt.Fprintf(w, "problem    %s\n", s.Problem)
	}
	err := table(w, "\nDOCUMENT\tSTATE\tCHUNKS\tBYTES", func(row func(...any)) {
		for _, d := range s.Documents {
			if d.State != library.Refused {
				row(plain(d.Source), d.State, d.Chunks, d.Bytes)
			}
		}
	})
	if len(s.Budgets) > 0 {
		err = errors.Join(err, table(w, "\nPAYER\tOFFERED\tPROBES\tBOUGHT\tUNTIL", func(row func(...any)) {
			for _, b := range s.Budgets {
				row(b.Payer, partOf(b.Offered, b.Limit), partOf(b.Probes, b.ProbeLimit), b.Bought, time.Unix(b.Until, 0).Format(time.DateTime))
			}
		}))
	}
	for i, d := range refused(s.Documents) {
		if i == 0 {
			_, _ = fmt.Fprintln(w)
		}
		_, err = fmt.Fprintf(w, "refused %s: %s\n", plain(d.Path), plain(d.Reason))
	}
	return err
}

// totals sums up what a vault has.
func totals(t library.Totals) string {
	var states []string
	for _, s := range []library.DocumentState{library.Served, library.Staged, library.Leaving, library.Removed, library.Gone, library.Refused} {
		if n := t.States[s]; n > 0 {
			states = append(states, fmt.Sprintf("%d %s", n, s))
		}
	}
	if len(states) == 0 {
		return "none"
	}
	return fmt.Sprintf("%s; %d chunks, %d bytes", strings.Join(states, ", "), t.Chunks, t.Bytes)
}

// refused are the files that are no documents.
func refused(all []library.DocumentStatus) []library.DocumentStatus {
	return slices.DeleteFunc(slices.Clone(all), func(d library.DocumentStatus) bool { return d.State != library.Refused })
}

// partOf says how many of all are done; how many there are may be unknown: 0.
func partOf(done, all int) string {
	if all == 0 {
		return fmt.Sprint(done)
	}
	return fmt.Sprintf("%d of %d", done, all)
}
