package asset

import (
	"errors"
	"fmt"
	"math"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/precompile/erc3525"
	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/precompile/solidity"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
	tabtypes "github.com/weal-network/weal/x/tab/types"
)

// erc2981 is ERC-2981's identifier: the selector of royaltyInfo.
var erc2981 = [4]byte{0x2a, 0x55, 0x20, 0x5a}

// control lists the functions of who controls an asset, and what tells others
// what they may do with it.
func (c contract) control() []runner.Function {
	return []runner.Function{
		erc3525.Write(solidity.UpdateSignature, c.update),
		erc3525.Write("grant(uint256,address,uint64,uint64)", c.grant),
		erc3525.Write("revoke(uint256,address)", c.revoke),
		erc3525.Write("setController(uint256,address)", c.setController),
		erc3525.Write("setWatcher(uint256,address,uint16)", c.setWatcher),
		erc3525.Write("pay(uint256,address,string,uint256)", c.pay),
		erc3525.View("controllerOf(uint256)", c.controllerOf),
		erc3525.View("watcherOf(uint256)", c.watcherOf),
		erc3525.View("hasCredential(uint256,address)", c.hasCredential),
		erc3525.View("licenceOf(uint256)", c.licenceOf),
		erc3525.View("parentsOf(uint256)", c.parentsOf),
		erc3525.View("royaltyInfo(uint256,uint256)", c.royaltyInfo),
	}
}

func (c contract) update(call *runner.Call) ([]any, error) {
	was, err := c.asset(call, 0)
	if err != nil {
		return nil, err
	}
	in := *abi.ConvertType(call.Args[1], new(solidity.Update)).(*solidity.Update)
	msg := &types.MsgUpdate{Asset: was.Id, Manifest: in.Manifest[:], ManifestUri: in.Uri, Root: in.Root[:]}
	if msg.Prices, err = prices(in.Prices); err != nil {
		return nil, err
	}
	l, err := licence(in.Licence)
	if err != nil {
		return nil, err
	}
	if !l.Unset() {
		msg.Licence = &l
	}
	v, err := c.Update(call.Context, call.Caller, msg)
	if err != nil {
		return nil, err
	}
	if err := call.Log("AssetUpdated", number(was.Id), v.Version, in.Manifest, in.Uri, in.Root); err != nil {
		return nil, err
	}
	if !was.Licence.Is(v.Licence) {
		err = call.Log("LicenceChanged", number(was.Id), v.Version, uint8(v.Licence.Kind))
	}
	return []any{v.Version}, err
}

// prices converts a price list.
func prices(in []solidity.Price) (out []types.Price, err error) {
	for _, p := range in {
		amount, err := weal.AmountFromBig(p.Amount)
		if err != nil {
			return nil, fmt.Errorf("price: %w", err)
		}
		out = append(out, types.Price{Unit: p.Unit, Denom: p.Denom, Amount: amount.String(), Tokens: p.Tokens, Band: uint32(p.Band)})
	}
	return out, nil
}

// licence converts a licence. One of which all is zero and empty is left out.
func licence(in solidity.Licence) (types.Licence, error) {
	l := types.Licence{Kind: uint32(in.Kind), Royalty: in.Royalty, Closed: in.Closed, TermsUri: in.TermsUri}
	if in.Collection != (common.Address{}) {
		l.Collection = in.Collection.Hex()
	}
	if in.Terms != [32]byte{} {
		l.Terms = in.Terms[:]
	}
	if len(in.Slots) > 1 {
		return l, types.ErrLicence.Wrapf("name at most one slot, got %d", len(in.Slots))
	}
	for _, s := range in.Slots {
		l.Slot = s.String()
	}
	return l, nil
}

func (c contract) licenceOf(call *runner.Call) ([]any, error) {
	a, err := c.asset(call, 0)
	if err != nil {
		return nil, err
	}
	l := solidity.Licence{
		Kind: uint8(a.Licence.Kind), Royalty: a.Licence.Royalty, Closed: a.Licence.Closed,
		Collection: common.HexToAddress(a.Licence.Collection), Slots: []*big.Int{}, TermsUri: a.Licence.TermsUri,
	}
	copy(l.Terms[:], a.Licence.Terms)
	if a.Licence.Slot != "" {
		slot, err := a.Licence.SlotNumber()
		if err != nil {
			return nil, err
		}
		l.Slots = append(l.Slots, slot.ToBig())
	}
	return []any{l}, nil
}

func (c contract) parentsOf(call *runner.Call) ([]any, error) {
	a, err := c.asset(call, 0)
	if err != nil {
		return nil, err
	}
	parents := []solidity.Parent{}
	for _, p := range a.Parents {
		parents = append(parents, solidity.Parent{Asset: number(p.Asset), BasisPoints: p.BasisPoints, Version: p.Version})
	}
	return []any{parents}, nil
}

func (c contract) grant(call *runner.Call) ([]any, error) {
	a, err := c.asset(call, 0)
	if err != nil {
		return nil, err
	}
	holder, uses, until := call.Address(1), call.Args[2].(uint64), call.Args[3].(uint64)
	if until > math.MaxInt64 {
		return nil, types.ErrCredential.Wrapf("until: %d seconds are beyond any time", until)
	}
	if err := c.Grant(call.Context, call.Caller, weal.AssetID(a.Id), holder, uses, int64(until)); err != nil {
		return nil, err
	}
	return nil, call.Log("CredentialGranted", number(a.Id), holder, uses, until)
}

func (c contract) revoke(call *runner.Call) ([]any, error) {
	a, err := c.asset(call, 0)
	if err != nil {
		return nil, err
	}
	if err := c.Revoke(call.Context, call.Caller, weal.AssetID(a.Id), call.Address(1)); err != nil {
		return nil, err
	}
	return nil, call.Log("CredentialRevoked", number(a.Id), call.Address(1))
}

func (c contract) hasCredential(call *runner.Call) ([]any, error) {
	a, err := c.asset(call, 0)
	if err != nil {
		return nil, err
	}
	access, err := c.HasCredential(call.Context, weal.AssetID(a.Id), call.Address(1))
	return erc3525.One(access.Allowed, err)
}

func (c contract) setController(call *runner.Call) ([]any, error) {
	a, err := c.asset(call, 0)
	if err != nil {
		return nil, err
	}
	if err := c.SetController(call.Context, call.Caller, weal.AssetID(a.Id), call.Address(1)); err != nil {
		return nil, err
	}
	return nil, call.Log("ControllerChanged", number(a.Id), call.Address(1))
}

func (c contract) controllerOf(call *runner.Call) ([]any, error) {
	a, err := c.asset(call, 0)
	if err != nil {
		return nil, err
	}
	return erc3525.One(c.Controller(call.Context, weal.AssetID(a.Id)))
}

func (c contract) setWatcher(call *runner.Call) ([]any, error) {
	a, err := c.asset(call, 0)
	if err != nil {
		return nil, err
	}
	who, points := call.Address(1), call.Args[2].(uint16)
	w := tabtypes.Watcher{Asset: a.Id, BasisPoints: uint32(points)}
	if who != (common.Address{}) {
		w.Watcher = sdk.AccAddress(who.Bytes()).String()
	}
	if err := c.watchers.NameWatcher(call.Context, call.Caller, w); err != nil {
		return nil, err
	}
	return nil, call.Log("WatcherNamed", number(a.Id), who, points)
}

func (c contract) watcherOf(call *runner.Call) ([]any, error) {
	a, err := c.asset(call, 0)
	if err != nil {
		return nil, err
	}
	w, err := c.watchers.Watcher(call.Context, weal.AssetID(a.Id))
	if err != nil || w.Watcher == "" {
		return []any{common.Address{}, uint16(0)}, err
	}
	account, err := sdk.AccAddressFromBech32(w.Watcher)
	return []any{common.BytesToAddress(account), uint16(w.BasisPoints)}, err
}

func (c contract) pay(call *runner.Call) ([]any, error) {
	a, err := c.asset(call, 0)
	if err != nil {
		return nil, err
	}
	amount, err := weal.AmountFromBig(numberArg(call, 3))
	if err != nil {
		return nil, err
	}
	to, denom := call.Address(1), call.Args[2].(string)
	if err := c.Spend(call.Context, call.Caller, weal.AssetID(a.Id), to, denom, amount); err != nil {
		return nil, err
	}
	return nil, call.Log("TreasuryPaid", number(a.Id), to, denom, amount.Big())
}

// royaltyInfo tells what a sale owes the maker of a share's asset.
func (c contract) royaltyInfo(call *runner.Call) ([]any, error) {
	s, err := c.GetShare(call.Context, shareID(numberArg(call, 0)))
	if errors.Is(err, types.ErrShareNotFound) {
		err = types.Err721Token
	}
	if err != nil {
		return nil, err
	}
	maker, bps, err := c.Resale(call.Context, s.Asset)
	if err != nil {
		return nil, err
	}
	due := new(big.Int).Mul(numberArg(call, 1), big.NewInt(int64(bps)))
	return []any{maker, due.Div(due, big.NewInt(types.BasisPoints))}, nil
}
