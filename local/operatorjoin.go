package local

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/types"
)

// operatorFees is what an operator's account is given for the gas of its deliveries if
// it has nothing.
var operatorFees = milliWEAL(1_000)

// join has an operator that may deliver for an asset: it must be authorised, and have a
// bond. With bond it is made so from the home's accounts.
func (s *ServedOperator) join(ctx context.Context, asset types.AssetID, bond types.Amount) error {
	all, err := s.client.Ledger.Operators(ctx, asset)
	if err != nil {
		return err
	}
	var own ledger.Operator
	for _, o := range all {
		if strings.EqualFold(o.Operator, s.account.Address()) {
			own = o
		}
	}
	if bond.IsZero() {
		return s.joined(own, asset)
	}
	if !own.Authorised {
		controller, _, err := s.client.Controller(ctx, asset, "")
		if err != nil {
			return err
		}
		if err := controller.Authorise(ctx, asset, common.HexToAddress(s.account.Address()), 0); err != nil {
			return err
		}
	}
	missing, short := bond.Sub(own.Bond)
	if !short || missing.IsZero() {
		if own.Free.IsZero() {
			return nil
		}
		missing = types.NewAmount(1) // any bond ends the leaving
	}
	if err := s.fund(ctx, missing); err != nil {
		return err
	}
	return s.account.Bond(ctx, asset, missing)
}

// joined says what is missing that an operator may deliver.
func (s *ServedOperator) joined(own ledger.Operator, asset types.AssetID) error {
	what := ""
	switch {
	case !own.Authorised:
		what = "is not authorised"
	case !own.Free.IsZero():
		what = "is leaving"
	case own.Bond.IsZero():
		what = "has no bond"
	default:
		return nil
	}
	return fmt.Errorf("the operator's account %s %s for asset %d; with --bond 1 this home authorises it and bonds 1 %s; "+
		"by hand: weal job authorise %d %s, then weal job bond %d 1 --from %s",
		s.account.Address(), what, asset, types.DisplayDenom, asset, s.account.Address(), asset, RoleOperator)
}

// fund gives the operator's account what a bond takes, and some for fees, from the
// first account of the home that has it.
func (s *ServedOperator) fund(ctx context.Context, bond types.Amount) error {
	need, ok := bond.Add(operatorFees)
	if !ok {
		return errors.New("the bond is more than there is")
	}
	have, err := s.client.Ledger.Balance(ctx, s.account.Address(), types.BaseDenom)
	if err != nil || have.Cmp(need) >= 0 {
		return err
	}
	lack, _ := need.Sub(have)
	accounts, err := s.client.Accounts()
	if err != nil {
		return err
	}
	for _, a := range accounts {
		if a.Name == RoleOperator {
			continue
		}
		balance, err := s.client.Ledger.Balance(ctx, a.Address, types.BaseDenom)
		if err != nil {
			return err
		}
		// Whose coins they are needs fees as well.
		if left, ok := balance.Sub(lack); !ok || left.Cmp(operatorFees) < 0 {
			continue
		}
		sender, err := s.client.Ledger.Sender(a.secret)
		if err != nil {
			return err
		}
		return sender.SendCoins(ctx, s.account.Address(), types.BaseDenom, lack)
	}
	return fmt.Errorf("the operator's account %s needs %s %s for its bond and fees, and no account of this home has so much: weal send %s AMOUNT",
		s.account.Address(), lack, types.BaseDenom, s.account.Address())
}
