package main

import (
	"fmt"
	"io"

	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/vault/library"
)

// printReport tells what an add did, and names every file that was refused.
func printReport(w io.Writer, r vault.Report) error {
	_, _ = fmt.Fprintf(w, "%d added, %d changed, %d unchanged, %d retired, %d refused; %d documents in %d chunks\n",
		r.Added, r.Changed, r.Unchanged, r.Retired, r.Failed, r.Documents, r.Chunks)
	for _, f := range r.Files {
		if f.State == library.Failed {
			_, _ = fmt.Fprintf(w, "  refused %s: %s\n", f.Path, f.Reason)
		}
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
	_, _ = fmt.Fprintf(w, "on disk    %s\nfound by   %s\n", s.Sealing, foundBy(s.Search))
	if s.Problem != "" {
		_, _ = fmt.Fprintf(w, "problem    %s\n", s.Problem)
	}
	return table(w, "\nDOCUMENT\tSTATE\tCHUNKS\tBYTES", func(row func(...any)) {
		for _, d := range s.Documents {
			state := string(d.State)
			if d.Reason != "" {
				state += ": " + d.Reason
			}
			row(d.Source, state, d.Chunks, d.Bytes)
		}
	})
}
