package job_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/precompile/asset"
	"github.com/weal-network/weal/precompile/contracttest"
	"github.com/weal-network/weal/precompile/job"
	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
	jobtypes "github.com/weal-network/weal/x/job/types"
)

const (
	aweal = types.BaseDenom
	// price is of a use, part what the operator gets of it in basis points.
	price = 5000
	part  = 1000
	bond  = 1000
	// gasPrice is twice the base fee.
	gasPrice = 20_000_000

	sigRequest = "request(uint256,bytes,uint256,address,uint64)"
	sigDeliver = "deliver(uint256,bytes,bytes)"
	sigApart   = "deliverApart(uint256,bytes32,string,bytes)"
	sigRetry   = "retry(uint256)"
	sigCalled  = "called(uint256,bool)"
	sigGet     = "getRequest(uint256)"
)

var key = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))

// world is a network with an asset that is asked and an operator that answers.
type world struct {
	*contracttest.Chain
	jobs, assets contracttest.Contract
	asset        *big.Int
}

func newWorld(t *testing.T, opts ...apptest.Option) *world {
	t.Helper()
	opts = append(opts, params(func(p *jobtypes.Params) {
		p.LeastBond, p.LifeBlocks, p.UnbondBlocks, p.UnbondSeconds, p.MaxTries = "1000", 3, 3, 60, 3
	}))
	c := contracttest.New(t, opts...)
	w := &world{Chain: c, jobs: c.At(job.Address, solidity.Jobs), assets: c.At(asset.Address, solidity.Assets)}
	w.asset = w.register([]solidity.Price{{Unit: "use", Denom: aweal, Amount: big.NewInt(price)}}, []string{aweal})
	w.hire(w.operator(), part)
	return w
}

// params changes the module's parameters in genesis.
func params(f func(*jobtypes.Params)) apptest.Option {
	return apptest.Genesis(func(cdc codec.JSONCodec, state map[string]json.RawMessage) {
		var gs jobtypes.GenesisState
		cdc.MustUnmarshalJSON(state[jobtypes.ModuleName], &gs)
		f(&gs.Params)
		state[jobtypes.ModuleName] = cdc.MustMarshalJSON(&gs)
	})
}

func (w *world) maker() apptest.Account    { return w.Accounts[7] }
func (w *world) operator() apptest.Account { return w.Accounts[6] }

func (w *world) register(prices []solidity.Price, denoms []string) *big.Int {
	w.T.Helper()
	r := w.assets.Must(w.maker(), solidity.RegisterSignature, solidity.Registration{
		Kind: uint8(types.KindModel), Manifest: [32]byte{1}, Uri: "https://example.org/m.json",
		Key: pay.PublicKey(key), Units: 1000, Prices: prices, Denoms: denoms, Parents: []solidity.Royalty{},
	})
	out, err := solidity.Assets.Unpack(solidity.RegisterSignature, r.Ret)
	require.NoError(w.T, err)
	return out[0].(*big.Int)
}

// hire authorises an operator, which bonds.
func (w *world) hire(o apptest.Account, basisPoints uint32) {
	w.T.Helper()
	w.jobs.Must(w.maker(), "authorise(uint256,address,uint32)", w.asset, o.EVM(), basisPoints)
	r := w.Pay(o, job.Address, bond, w.jobs.Input("bond(uint256)", w.asset))
	require.False(w.T, r.Failed(), r.Reason())
}

// ask sends a request with enough coins, and returns its number.
func (w *world) ask(from apptest.Account, callback common.Address, gas uint64) *big.Int {
	w.T.Helper()
	r := w.Pay(from, job.Address, price+int64(gas)*gasPrice, w.jobs.Input(sigRequest, w.asset, []byte("why?"), big.NewInt(price), callback, gas))
	require.False(w.T, r.Failed(), r.Reason())
	out, err := w.jobs.Unpack(sigRequest, r.Ret)
	require.NoError(w.T, err)
	return out[0].(*big.Int)
}

// get reads a request.
func (w *world) get(id *big.Int) solidity.JobRequest {
	w.T.Helper()
	values, reason := w.jobs.View(w.Accounts[0], sigGet, id)
	require.Empty(w.T, reason)
	return *abi.ConvertType(values[0], new(solidity.JobRequest)).(*solidity.JobRequest)
}

// evidence is the asset's receipt of a request, changed by change.
func (w *world) evidence(id *big.Int, answer []byte, change func(*pay.Receipt)) []byte {
	w.T.Helper()
	r := w.get(id)
	receipt := pay.Receipt{
		Chain: pay.ChainHash(types.LocalChainID), Seq: id.Uint64(), Asset: types.AssetID(r.Asset.Uint64()), Version: r.Version,
		Order: r.Order, Input: r.Input.Hash, Output: sha256.Sum256(answer), Amount: types.NewAmount(r.Price.Uint64()), Policy: pay.PolicyAudit,
	}
	if change != nil {
		change(&receipt)
	}
	signed, err := pay.SignGroup([]pay.Receipt{receipt}, key)
	require.NoError(w.T, err)
	return signed[0].Bytes()
}

// deliver answers a request.
func (w *world) deliver(from apptest.Account, id *big.Int, answer string) contracttest.Receipt {
	w.T.Helper()
	return w.jobs.Send(from, sigDeliver, id, []byte(answer), w.evidence(id, []byte(answer), nil))
}

// must is deliver by the operator, which succeeds.
func (w *world) must(id *big.Int, answer string) contracttest.Receipt {
	w.T.Helper()
	r := w.deliver(w.operator(), id, answer)
	require.False(w.T, r.Failed(), r.Reason())
	return r
}

// holds checks that the contract's account has so much, which is what it counts.
func (w *world) holds(n int64) {
	w.T.Helper()
	held, err := w.App().JobKeeper.Held(w.Context())
	require.NoError(w.T, err)
	require.Equal(w.T, big.NewInt(n).String(), held.String())
	require.Equal(w.T, held.String(), w.Balance(job.Address).String(), "exactly")
}

// gain is what f brings an account that sends nothing meanwhile.
func (w *world) gain(who common.Address, f func()) string {
	w.T.Helper()
	before := w.Balance(who)
	f()
	return new(big.Int).Sub(w.Balance(who), before).String()
}

// earned is the asset's lifetime credit.
func (w *world) earned() string {
	w.T.Helper()
	gs, err := w.App().AssetKeeper.ExportGenesis(w.Context())
	require.NoError(w.T, err)
	for _, r := range gs.Revenues {
		if r.Asset == w.asset.Uint64() && r.Denom == aweal {
			return r.Lifetime
		}
	}
	return "none"
}

// word reads a contract's storage.
func (w *world) word(at common.Address, slot byte) *big.Int {
	return w.App().EVMKeeper.GetState(w.Context(), at, common.Hash{31: slot}).Big()
}

// recorder is a contract that keeps who called it, with what gas and how many bytes,
// and counts calls.
func recorder() *program.Program {
	p := program.New()
	p.Op(vm.GAS).Push(3).Op(vm.SSTORE)
	p.Op(vm.CALLER).Push(1).Op(vm.SSTORE)
	p.Op(vm.CALLDATASIZE).Push(2).Op(vm.SSTORE)
	return p.Push0().Op(vm.SLOAD).Push(1).Op(vm.ADD).Push0().Op(vm.SSTORE).Op(vm.STOP)
}

func n(i int64) *big.Int { return big.NewInt(i) }
