package solidity_test

import (
	"encoding/hex"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/precompile/solidity"
)

var (
	comments = regexp.MustCompile(`//.*`)
	spaces   = regexp.MustCompile(`\s+`)
	structs  = regexp.MustCompile(`struct (\w+) \{([^}]*)\}`)
	events   = regexp.MustCompile(`event (\w+)\(([^)]*)\);`)
	funcs    = regexp.MustCompile(`function (\w+)\(([^)]*)\) external( view| payable)?( returns \(([^)]*)\))?;`)
)

// declared reads declarations of the Solidity source, as one line each.
type declared struct {
	source  string
	structs map[string]string // name → canonical tuple
}

func read(c solidity.Contract) declared {
	d := declared{structs: map[string]string{}}
	d.source = spaces.ReplaceAllString(comments.ReplaceAllString(c.Source(), ""), " ")
	for _, m := range structs.FindAllStringSubmatch(d.source, -1) {
		var fields []string
		for f := range strings.SplitSeq(strings.TrimSuffix(strings.TrimSpace(m[2]), ";"), ";") {
			fields = append(fields, d.typeOf(strings.Fields(f)[0]))
		}
		d.structs[m[1]] = "(" + strings.Join(fields, ",") + ")"
	}
	return d
}

func (d declared) typeOf(name string) string {
	base, array := strings.CutSuffix(name, "[]")
	if tuple, ok := d.structs[base]; ok {
		base = tuple
	}
	if array {
		base += "[]"
	}
	return base
}

// params returns the types of a parameter list, and which are indexed.
func (d declared) params(list string) string {
	var out []string
	for p := range strings.SplitSeq(list, ",") {
		words := strings.Fields(p)
		if len(words) == 0 {
			continue
		}
		t := d.typeOf(words[0])
		if slices.Contains(words, "indexed") {
			t += " indexed"
		}
		out = append(out, t)
	}
	return strings.Join(out, ",")
}

func arguments(args abi.Arguments) string {
	var out []string
	for _, a := range args {
		t := a.Type.String()
		if a.Indexed {
			t += " indexed"
		}
		out = append(out, t)
	}
	return strings.Join(out, ",")
}

func TestABIIsTheInterface(t *testing.T) {
	for name, c := range map[string]solidity.Contract{
		"assets": solidity.Assets, "collections": solidity.Collections, "collection": solidity.Collection,
		"market": solidity.Market, "council": solidity.Council, "contributions": solidity.Contributions,
		"jobs": solidity.Jobs, "answer": solidity.Answer,
	} {
		t.Run(name, func(t *testing.T) { isTheInterface(t, c) })
	}
}

func isTheInterface(t *testing.T, c solidity.Contract) {
	t.Helper()
	d := read(c)
	var want, got []string
	for _, m := range events.FindAllStringSubmatch(d.source, -1) {
		want = append(want, "event "+m[1]+"("+d.params(m[2])+")")
	}
	for _, m := range funcs.FindAllStringSubmatch(d.source, -1) {
		mutability := strings.TrimSpace(m[3])
		if mutability == "" {
			mutability = "nonpayable"
		}
		want = append(want, m[1]+"("+d.params(m[2])+") "+mutability+" ("+d.params(m[5])+")")
	}
	for _, e := range c.ABI.Events {
		got = append(got, "event "+e.RawName+"("+arguments(e.Inputs)+")")
	}
	for _, m := range c.ABI.Methods {
		got = append(got, m.RawName+"("+arguments(m.Inputs)+") "+m.StateMutability+" ("+arguments(m.Outputs)+")")
	}
	slices.Sort(want)
	slices.Sort(got)
	require.Equal(t, want, got)
	require.Equal(t, strings.Count(d.source, "function "), len(c.ABI.Methods), "the test reads every function")
	require.Equal(t, strings.Count(d.source, "event "), len(c.ABI.Events), "the test reads every event")
}

// The identifiers that the standards publish.
func TestInterfaceIdentifiers(t *testing.T) {
	tests := []struct {
		id        string
		functions []string
	}{
		{"80ac58cd", []string{
			"balanceOf(address)", "ownerOf(uint256)", "approve(address,uint256)", "getApproved(uint256)",
			"setApprovalForAll(address,bool)", "isApprovedForAll(address,address)",
			"transferFrom(address,address,uint256)", "safeTransferFrom(address,address,uint256)",
			"safeTransferFrom(address,address,uint256,bytes)",
		}},
		{"5b5e139f", []string{"name()", "symbol()", "tokenURI(uint256)"}},
		{"780e9d63", []string{"totalSupply()", "tokenByIndex(uint256)", "tokenOfOwnerByIndex(address,uint256)"}},
		{"d5358140", []string{
			"valueDecimals()", "balanceOf(uint256)", "slotOf(uint256)", "approve(uint256,address,uint256)",
			"allowance(uint256,address)", "transferFrom(uint256,uint256,uint256)", "transferFrom(uint256,address,uint256)",
		}},
		{"e1600902", []string{"contractURI()", "slotURI(uint256)"}},
		{"3b741b9e", []string{
			"slotCount()", "slotByIndex(uint256)", "tokenSupplyInSlot(uint256)", "tokenInSlotByIndex(uint256,uint256)",
		}},
		{"b688be58", []string{"setApprovalForSlot(address,uint256,address,bool)", "isApprovedForSlot(address,uint256,address)"}},
		{"01ffc9a7", []string{"supportsInterface(bytes4)"}},
	}
	for _, tt := range tests {
		var id [4]byte
		for _, f := range tt.functions {
			m, err := solidity.Assets.Method(f)
			require.NoError(t, err)
			for i, b := range m.ID {
				id[i] ^= b
			}
		}
		require.Equal(t, tt.id, hex.EncodeToString(id[:]))
	}
}

func TestPack(t *testing.T) {
	_, err := solidity.Assets.Pack("destroy(uint256)", big.NewInt(1))
	require.ErrorContains(t, err, "no function destroy")
	_, err = solidity.Assets.Pack("ownerOf(uint256)", "one")
	require.ErrorContains(t, err, "ownerOf")
	data, err := solidity.Assets.Pack(solidity.RegisterSignature, solidity.Registration{
		Prices: []solidity.Price{{Amount: big.NewInt(1)}}, Parents: []solidity.Royalty{{Asset: big.NewInt(1)}},
	})
	require.NoError(t, err)
	m, err := solidity.Assets.Method(solidity.RegisterSignature)
	require.NoError(t, err)
	require.Equal(t, m.ID, data[:4])
	_, err = solidity.Assets.Unpack(solidity.RegisterSignature, []byte{1})
	require.Error(t, err)
}
