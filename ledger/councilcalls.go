package ledger

import (
	"fmt"
	"math/big"
	"reflect"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
)

// UpdateCall is the call by which a council makes a new version of its asset.
func UpdateCall(u Update) (CouncilCall, error) {
	arg := solidity.Update{Manifest: u.Manifest, Uri: u.ManifestURI, Root: u.Root, Prices: []solidity.Price{}, Licence: solidity.Licence{Slots: []*big.Int{}}}
	for _, p := range u.Prices {
		arg.Prices = append(arg.Prices, solidity.PriceOf(p))
	}
	if u.Licence != nil {
		var err error
		if arg.Licence, err = licenceArg(*u.Licence); err != nil {
			return CouncilCall{}, err
		}
	}
	return callOf(assets, solidity.Assets, solidity.UpdateSignature, number(uint64(u.Asset)), arg)
}

// ControllerCall is the call by which a council names another controller. Empty
// is nobody beside the council.
func ControllerCall(asset types.AssetID, to string) (CouncilCall, error) {
	a := common.Address(types.AssetAccount(asset))
	if to != "" {
		var err error
		if a, err = ParseAddress(to); err != nil {
			return CouncilCall{}, err
		}
	}
	return callOf(assets, solidity.Assets, "setController(uint256,address)", number(uint64(asset)), a)
}

// WatcherCall is the call by which a council names who settles for the asset while
// it is away, and its fee in basis points. An empty address is nobody.
func WatcherCall(asset types.AssetID, watcher string, points uint16) (CouncilCall, error) {
	var a common.Address
	if watcher != "" {
		var err error
		if a, err = ParseAddress(watcher); err != nil {
			return CouncilCall{}, err
		}
	}
	return callOf(assets, solidity.Assets, "setWatcher(uint256,address,uint16)", number(uint64(asset)), a, points)
}

// PayCall is the call by which a council pays from its treasury.
func PayCall(asset types.AssetID, to, denom string, amount types.Amount) (CouncilCall, error) {
	a, err := ParseAddress(to)
	if err != nil {
		return CouncilCall{}, err
	}
	if denom == types.BaseDenom {
		return CouncilCall{To: a.Hex(), Value: amount.String(), Data: hexutil.Bytes{}}, nil
	}
	return callOf(assets, solidity.Assets, "pay(uint256,address,string,uint256)", number(uint64(asset)), a, denom, amount.Big())
}

// RulesCall is the call by which a council sets its own rules.
func RulesCall(asset types.AssetID, r CouncilRules) (CouncilCall, error) {
	return callOf(councils, solidity.Council, solidity.SetRulesSignature, number(uint64(asset)), solidity.CouncilRules(r))
}

func callOf(to common.Address, c solidity.Contract, signature string, args ...any) (CouncilCall, error) {
	data, err := c.Pack(signature, args...)
	return CouncilCall{To: to.Hex(), Value: "0", Data: data}, err
}

// Says tells what a call does, if it is one of the chain's own contracts that is
// called; otherwise it is empty.
func (c CouncilCall) Says() string {
	to := common.HexToAddress(c.To)
	for _, known := range []struct {
		at common.Address
		of solidity.Contract
	}{{assets, solidity.Assets}, {councils, solidity.Council}, {marketplace, solidity.Market}, {contributions, solidity.Contributions}} {
		if known.at != to || len(c.Data) < 4 {
			continue
		}
		m, err := known.of.ABI.MethodById(c.Data)
		if err != nil {
			continue
		}
		values, err := m.Inputs.Unpack(c.Data[4:])
		if err != nil {
			continue
		}
		var args []string
		for i, v := range values {
			args = append(args, m.Inputs[i].Name+": "+written(reflect.ValueOf(v)))
		}
		return m.RawName + "(" + strings.Join(args, ", ") + ")"
	}
	return ""
}

// written writes an argument for people.
func written(v reflect.Value) string {
	switch plain := v.Interface().(type) {
	case fmt.Stringer: // addresses and numbers
		return plain.String()
	case string:
		return fmt.Sprintf("%q", plain)
	case []byte:
		return hexutil.Encode(plain)
	}
	var parts []string
	switch v.Kind() {
	case reflect.Array: // of bytes: there are no others
		b := make([]byte, v.Len())
		reflect.Copy(reflect.ValueOf(b), v)
		return hexutil.Encode(b)
	case reflect.Slice:
		for i := range v.Len() {
			parts = append(parts, written(v.Index(i)))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case reflect.Struct:
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			parts = append(parts, strings.ToLower(name[:1])+name[1:]+": "+written(v.Field(i)))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return fmt.Sprint(v.Interface())
}
