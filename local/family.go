package local

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/weal-network/weal/types"
)

// Family is an asset with all that it was made from and all that was made from it.
type Family struct {
	Asset types.AssetID `json:"asset"`
	// Members are in the order of their numbers, the asset among them.
	Members []Kin `json:"members"`
	// Cut tells that there are more than were asked for.
	Cut bool `json:"cut"`
}

// Kin is one of a family.
type Kin struct {
	ID         types.AssetID   `json:"id"`
	Kind       types.Kind      `json:"kind"`
	Version    uint32          `json:"version"`
	Maker      string          `json:"maker"`
	Controller string          `json:"controller"`
	Licence    types.Licence   `json:"licence"`
	Parents    []types.Parent  `json:"parents"`
	Ancestors  []types.Royalty `json:"ancestors"`
}

// Family returns an asset's family, at most limit of them.
func (c *Client) Family(ctx context.Context, id types.AssetID, limit uint32) (Family, error) {
	f := Family{Asset: id, Members: []Kin{}}
	all, cut, err := c.Ledger.Family(ctx, id, limit)
	if err != nil {
		return f, err
	}
	f.Cut = cut
	for _, a := range all {
		f.Members = append(f.Members, Kin{
			ID: a.ID, Kind: a.Kind, Version: a.Version, Maker: a.Maker, Controller: a.Controller,
			Licence: a.Licence, Parents: a.Parents, Ancestors: a.Ancestors,
		})
	}
	return f, nil
}

// Percent writes basis points for people: "3 %", "2.5 %".
func Percent(basisPoints uint32) string {
	s := fmt.Sprintf("%d.%02d", basisPoints/100, basisPoints%100)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") + " %"
}

// LicenceText writes a licence for people, in a few words.
func LicenceText(l types.Licence) string {
	s := l.Kind.String()
	if l.Royalty > 0 {
		s += " " + Percent(l.Royalty)
	}
	if l.Closed && l.Kind != types.LicenceCredential {
		s += ", closed"
	}
	return s
}

// WriteDot draws the family in Graphviz's language: parents above children, on
// each edge what the child named for the parent, in each node what kind of asset
// it is and under which licence others may use it.
func (f Family) WriteDot(w io.Writer) error {
	var b strings.Builder
	b.WriteString("digraph family {\n\trankdir=TB;\n\tnode [shape=box, fontname=\"sans-serif\"];\n\tedge [fontname=\"sans-serif\"];\n")
	known := map[types.AssetID]bool{}
	for _, m := range f.Members {
		known[m.ID] = true
		bold := ""
		if m.ID == f.Asset {
			bold = ", style=bold"
		}
		fmt.Fprintf(&b, "\ta%d [label=\"asset %d\\n%s, version %d\\n%s\"%s];\n", m.ID, m.ID, m.Kind, m.Version, LicenceText(m.Licence), bold)
	}
	for _, m := range f.Members {
		for _, p := range m.Parents {
			if !known[p.Asset] { // of another branch, or cut off
				known[p.Asset] = true
				fmt.Fprintf(&b, "\ta%d [label=\"asset %d\", style=dashed];\n", p.Asset, p.Asset)
			}
			fmt.Fprintf(&b, "\ta%d -> a%d [label=\"%d bp\"];\n", p.Asset, m.ID, p.BasisPoints)
		}
	}
	if f.Cut {
		b.WriteString("\tmore [label=\"there are more\", shape=plaintext];\n")
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}
