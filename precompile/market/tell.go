package market

import (
	"github.com/holiman/uint256"

	"github.com/weal-network/weal/precompile/asset"
	"github.com/weal-network/weal/precompile/erc3525"
	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/precompile/solidity"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/keeper"
	"github.com/weal-network/weal/x/asset/market"
	"github.com/weal-network/weal/x/asset/token"
)

// pay moves what the contract owes out of its balance.
func pay(call *runner.Call, owed []market.Payout) {
	for _, p := range owed {
		call.Transfer(Address, p.To, coins(p.Amount))
	}
}

// tellEarned says what the seller of a whole share was paid from escrow: in the
// logs of the contract of assets, and to the EVM.
func tellEarned(call *runner.Call, s market.Sale) error {
	for _, p := range s.Earned {
		err := call.Emit(asset.Address, solidity.Assets.ABI, "Claimed", erc3525.Number(p.Share), p.Owner, p.Denom, p.Amount.Big())
		if err != nil {
			return err
		}
		if p.Denom == weal.BaseDenom {
			call.Received(p.To, coins(p.Amount))
		}
	}
	return nil
}

// tellMoved logs what happened to shares as the contract of assets does, and has
// the buyer asked in its name.
func tellMoved(call *runner.Call, s market.Sale) error {
	from, to, value := keeper.TokenID(s.From), keeper.TokenID(s.To), erc3525.Number(s.Units)
	if s.Whole {
		call.AfterAs(asset.Address, erc3525.AskERC721(Address, s.Seller, s.Buyer, to, []byte{}))
		return erc3525.LogTransfer(call, asset.Address, s.Seller, s.Buyer, to)
	}
	call.AfterAs(asset.Address, erc3525.AskERC3525(Address, s.Buyer, from, to, value))
	if s.Made {
		made := token.Token{ID: to, Slot: keeper.Slot(s.Asset), Owner: s.Buyer}
		if err := erc3525.LogMint(call, asset.Address, made, uint256.Int{}); err != nil {
			return err
		}
	}
	return erc3525.LogMoved(call, asset.Address, from, to, value)
}
