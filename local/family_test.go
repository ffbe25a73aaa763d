package local_test

import (
	"fmt"
	"strings"
	"testing"
	"text/scanner"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

// drawing is what a small reader of Graphviz's language finds in a digraph.
type drawing struct {
	nodes map[string]map[string]string // attributes, by name
	edges map[string]map[string]string // attributes, by "from -> to"
}

// readDot reads the part of the language that a drawing needs, by its grammar:
// digraph ID { stmt; … }, where a statement sets an attribute, or names a node, an
// edge, or the defaults of nodes or edges, with a list of attributes.
func readDot(text string) (d drawing, err error) {
	d = drawing{map[string]map[string]string{}, map[string]map[string]string{}}
	var s scanner.Scanner
	s.Init(strings.NewReader(text))
	s.Error = func(_ *scanner.Scanner, msg string) { err = fmt.Errorf("%s", msg) }
	tok := s.Scan()
	next := func() string {
		t := s.TokenText()
		tok = s.Scan()
		return t
	}
	want := func(text string) {
		if got := next(); got != text && err == nil {
			err = fmt.Errorf("line %d: want %q, got %q", s.Line, text, got)
		}
	}
	id := func() string {
		t := next()
		if t == "" || strings.ContainsAny(t[:1], "{}[];=->,") {
			err = fmt.Errorf("line %d: want a name, got %q", s.Line, t)
		}
		return strings.Trim(t, `"`)
	}
	attributes := func() map[string]string {
		all := map[string]string{}
		want("[")
		for err == nil && s.TokenText() != "]" {
			key := id()
			want("=")
			all[key] = id()
			if s.TokenText() == "," {
				next()
			}
		}
		want("]")
		return all
	}
	want("digraph")
	id()
	want("{")
	for err == nil && tok != scanner.EOF && s.TokenText() != "}" {
		name := id()
		switch s.TokenText() {
		case "=":
			next()
			id()
		case "-":
			next()
			want(">")
			to := id()
			d.edges[name+" -> "+to] = attributes()
		default:
			a := attributes()
			if name != "node" && name != "edge" {
				if d.nodes[name] != nil && err == nil {
					err = fmt.Errorf("node %s is there twice", name)
				}
				d.nodes[name] = a
			}
		}
		want(";")
	}
	want("}")
	if tok != scanner.EOF && err == nil {
		err = fmt.Errorf("there is more after the graph")
	}
	return d, err
}

func TestFamilyIsDrawn(t *testing.T) {
	f := local.Family{Asset: 3, Cut: true, Members: []local.Kin{
		{ID: 1, Kind: types.KindData, Version: 2, Licence: types.Licence{Kind: types.LicenceCommercial, Royalty: 300}},
		{ID: 3, Kind: types.KindModel, Version: 1, Licence: types.Licence{Kind: types.LicenceAttribution, Closed: true},
			Parents: []types.Parent{{Asset: 1, BasisPoints: 300, Version: 2}, {Asset: 2, BasisPoints: 0, Version: 1}}},
		{ID: 7, Kind: types.KindApp, Version: 1, Licence: types.Licence{Kind: types.LicenceCredential, Closed: true},
			Parents: []types.Parent{{Asset: 3, BasisPoints: 1000, Version: 1}}},
	}}
	var b strings.Builder
	require.NoError(t, f.WriteDot(&b))
	d, err := readDot(b.String())
	require.NoError(t, err, b.String())
	require.Equal(t, map[string]map[string]string{
		"a1":   {"label": `asset 1\ndata, version 2\ncommercial 3 %`},
		"a2":   {"label": "asset 2", "style": "dashed"},
		"a3":   {"label": `asset 3\nmodel, version 1\nattribution, closed`, "style": "bold"},
		"a7":   {"label": `asset 7\napp, version 1\ncredential`},
		"more": {"label": "there are more", "shape": "plaintext"},
	}, d.nodes)
	require.Equal(t, map[string]map[string]string{
		"a1 -> a3": {"label": "300 bp"}, "a2 -> a3": {"label": "0 bp"}, "a3 -> a7": {"label": "1000 bp"},
	}, d.edges)
	for _, broken := range []string{"", "digraph {", "digraph g { a1 -> ; }", "digraph g { a1 [label=] ; }", strings.TrimSuffix(b.String(), "}\n")} {
		_, err := readDot(broken)
		require.Error(t, err, "the reader of this test can fail: %q", broken)
	}
}

func TestPercent(t *testing.T) {
	for bp, want := range map[uint32]string{0: "0 %", 1: "0.01 %", 250: "2.5 %", 300: "3 %", 1000: "10 %", 10_000: "100 %"} {
		require.Equal(t, want, local.Percent(bp))
	}
}
