package local

import (
	"context"
	"encoding/json"
	"errors"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	evmtypes "github.com/cosmos/evm/x/vm/types"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
	assettypes "github.com/weal-network/weal/x/asset/types"
)

// books is a chain that tells who has which shares, and 10 aweal claimable of each
// but those that are spent. Every asset has earned 1000 and paid out 100.
type books struct {
	assettypes.UnimplementedQueryServer
	shares map[string][]assettypes.Share // by owner, in the chain's form
	spent  map[uint64]bool
}

func (b *books) SharesOf(_ context.Context, req *assettypes.QuerySharesOfRequest) (*assettypes.QuerySharesOfResponse, error) {
	return &assettypes.QuerySharesOfResponse{Shares: b.shares[req.Owner]}, nil
}

// multicall is the one function that is asked for many answers.
const multicall = `[{"type":"function","name":"aggregate3",
"inputs":[{"name":"calls","type":"tuple[]","components":[{"name":"target","type":"address"},{"name":"allowFailure","type":"bool"},{"name":"callData","type":"bytes"}]}],
"outputs":[{"name":"returnData","type":"tuple[]","components":[{"name":"success","type":"bool"},{"name":"returnData","type":"bytes"}]}]}]`

// claimables answers what shares can claim.
type claimables struct {
	evmtypes.UnimplementedQueryServer
	*books
}

func (e *claimables) EthCall(_ context.Context, req *evmtypes.EthCallRequest) (*evmtypes.MsgEthereumTxResponse, error) {
	var args evmtypes.TransactionArgs
	if err := json.Unmarshal(req.Args, &args); err != nil {
		return nil, err
	}
	together, err := abi.JSON(strings.NewReader(multicall))
	if err != nil {
		return nil, err
	}
	in, err := together.Methods["aggregate3"].Inputs.Unpack((*args.Input)[4:])
	if err != nil {
		return nil, err
	}
	type call = struct {
		Target       common.Address `json:"target"`
		AllowFailure bool           `json:"allowFailure"`
		CallData     []byte         `json:"callData"`
	}
	type answer struct {
		Success    bool
		ReturnData []byte
	}
	var out []answer
	for _, c := range in[0].([]call) {
		m, err := solidity.Assets.Method("claimable(uint256,string)")
		if err != nil {
			return nil, err
		}
		values, err := m.Inputs.Unpack(c.CallData[4:])
		if err != nil {
			return nil, err
		}
		amount := big.NewInt(10)
		if e.spent[values[0].(*big.Int).Uint64()] {
			amount = new(big.Int)
		}
		ret, err := m.Outputs.Pack(amount)
		if err != nil {
			return nil, err
		}
		out = append(out, answer{true, ret})
	}
	ret, err := together.Methods["aggregate3"].Outputs.Pack(out)
	return &evmtypes.MsgEthereumTxResponse{Ret: ret}, err
}

func (b *books) Revenue(context.Context, *assettypes.QueryRevenueRequest) (*assettypes.QueryRevenueResponse, error) {
	return &assettypes.QueryRevenueResponse{Rows: []assettypes.RevenueRow{
		{Denom: types.BaseDenom, Credited: "1000", Holders: "1000", Claimed: "100", Claimable: "900", Carried: "0"},
	}}, nil
}

func (b *books) Asset(_ context.Context, req *assettypes.QueryAssetRequest) (*assettypes.QueryAssetResponse, error) {
	none := make([]byte, len(types.Hash{}))
	return &assettypes.QueryAssetResponse{Asset: assettypes.Asset{
		Id: req.Id, Kind: uint32(types.KindData), Manifest: none, Root: none, Key: none, Denoms: []string{types.BaseDenom},
	}}, nil
}

// homeWith is a home in which a vault works for asset 1. Payer has share 3 of it,
// and so many of asset 7, which no role works for; the vault's owner has share 1 of
// asset 1 and share 2 of asset 1, which is spent. There is no key of a model.
func homeWith(t *testing.T, ofSeven int) *Client {
	t.Helper()
	h, err := home.OpenOrCreate(t.TempDir(), types.LocalChainID, home.UseUp)
	require.NoError(t, err)
	b := &books{shares: map[string][]assettypes.Share{}, spent: map[uint64]bool{2: true}}
	give := func(key string, shares ...assettypes.Share) {
		secret, err := h.Secret(key)
		require.NoError(t, err)
		at, err := ledger.Address(secret)
		require.NoError(t, err)
		a, err := ledger.ParseAddress(at)
		require.NoError(t, err)
		for _, s := range shares {
			s.Owner = ledger.Bech32(a)
			b.shares[s.Owner] = append(b.shares[s.Owner], s)
		}
	}
	give("owner-vault", assettypes.Share{Id: 1, Asset: 1}, assettypes.Share{Id: 2, Asset: 1})
	give("payer", assettypes.Share{Id: 3, Asset: 1})
	for i := range ofSeven {
		give("payer", assettypes.Share{Id: uint64(100 + i), Asset: 7})
	}

	at, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpc.NewServer()
	assettypes.RegisterQueryServer(server, b)
	evmtypes.RegisterQueryServer(server, &claimables{books: b})
	go func() { _ = server.Serve(at) }()
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient(at.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	l, err := ledger.New(conn, types.LocalChainID)
	require.NoError(t, err)

	vault := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"settled":"0","unsettled":"5"}`))
	}))
	t.Cleanup(vault.Close)
	return &Client{Home: h, Ledger: l, Running: home.Running{Roles: map[string]home.Role{RoleVault: {Asset: 1, URL: vault.URL}}}}
}

func TestEarningsAreOfEachAccount(t *testing.T) {
	got, err := homeWith(t, 2).Earnings(t.Context())
	require.NoError(t, err)
	for i := range got {
		require.NotEmpty(t, got[i].Owner)
		got[i].Owner = ""
	}
	n := types.NewAmount
	require.Equal(t, []Earning{
		{Role: RoleVault, Asset: 1, Kind: types.KindData, Account: RoleVault, Denom: types.BaseDenom, Unsettled: n(5), Credited: n(1000), Claimable: n(10), Claimed: n(100)},
		{Role: RoleVault, Asset: 1, Kind: types.KindData, Account: payerAccount, Denom: types.BaseDenom, Claimable: n(10)},
		{Asset: 7, Kind: types.KindData, Account: payerAccount, Denom: types.BaseDenom, Credited: n(1000), Claimable: n(20), Claimed: n(100)},
	}, got)
}

// claimed is what was claimed of one account, message by message.
type claimed map[string][]int

func (c claimed) claim(a Account, shares []types.ShareID) ([]ledger.Coins, error) {
	c[a.Name] = append(c[a.Name], len(shares))
	return []ledger.Coins{{Denom: types.BaseDenom, Amount: types.NewAmount(uint64(10 * len(shares)))}}, nil
}

func TestClaimIsOfAllAccounts(t *testing.T) {
	c := homeWith(t, 64)
	for from, want := range map[string]claimed{
		"":           {payerAccount: {64, 1}, RoleVault: {1}},
		payerAccount: {payerAccount: {64, 1}},
		RoleVault:    {RoleVault: {1}},
	} {
		all, err := c.holdings(t.Context(), from)
		require.NoError(t, err)
		got, sent := claimed{}, 0
		paid, err := payOut(all, "", got.claim)
		require.NoError(t, err)
		require.Equal(t, want, got, "from %q", from)
		for _, batches := range want {
			sent += len(batches)
		}
		require.Len(t, paid, sent)
	}
	_, err := c.Claim(t.Context(), RoleModel, "")
	require.ErrorContains(t, err, `no account called "model"`)
	require.NoFileExists(t, c.Home.Path("keys", "owner-model"), "claiming makes no key")
}

func TestClaimNamesAllWhoLackAnApproval(t *testing.T) {
	all, err := homeWith(t, 0).holdings(t.Context(), "")
	require.NoError(t, err)
	lacks := func(Account, []types.ShareID) ([]ledger.Coins, error) {
		return nil, assettypes.ErrNotOwner.Wrap("share 1, nor an operator of its owner")
	}
	_, err = payOut(all, "0xA", lacks)
	require.ErrorContains(t, err, "weal asset approve 0xA --all --from payer")
	require.ErrorContains(t, err, "weal asset approve 0xA --all --from vault")

	some := func(a Account, shares []types.ShareID) ([]ledger.Coins, error) {
		if a.Name == payerAccount {
			return lacks(a, shares)
		}
		return claimed{}.claim(a, shares)
	}
	paid, err := payOut(all, "0xA", some)
	require.ErrorContains(t, err, "--from payer")
	require.NotContains(t, err.Error(), "--from vault")
	require.Len(t, paid, 1, "the others are paid")

	broken := errors.New("the node is gone")
	_, err = payOut(all, "0xA", func(Account, []types.ShareID) ([]ledger.Coins, error) { return nil, broken })
	require.ErrorIs(t, err, broken)
}
