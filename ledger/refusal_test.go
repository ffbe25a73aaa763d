package ledger_test

import (
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/types"
)

// TestRefusalsAreInPlainWords: what a contract's text means, who could do it, and
// the text itself in parentheses.
func TestRefusalsAreInPlainWords(t *testing.T) {
	net := apptest.New(t, apptest.Accounts(3))
	l := open(t, net)
	alice, bob, carol := sender(t, l, net.Accounts[0]), sender(t, l, net.Accounts[1]), sender(t, l, net.Accounts[2])
	both := func(s *ledger.Sender) string {
		return ledger.Bech32(common.HexToAddress(s.Address())) + " (" + s.Address() + ")"
	}
	_, share, err := alice.Register(t.Context(), registration(types.KindData))
	require.NoError(t, err)
	_, other, err := alice.Register(t.Context(), registration(types.KindData))
	require.NoError(t, err)
	at, err := alice.CreateCollection(t.Context(), ledger.Collection{Name: "Readers", Symbol: "READ"})
	require.NoError(t, err)
	one := big.NewInt(1)
	_, err = alice.Mint(t.Context(), at, bob.Address(), one, one, one)
	require.NoError(t, err)
	mint := func(s *ledger.Sender, id int64) error {
		_, err := s.Mint(t.Context(), at, carol.Address(), big.NewInt(id), one, one)
		return err
	}
	split := func(s *ledger.Sender, share types.ShareID, units uint64) error {
		_, err := s.TransferValue(t.Context(), share, carol.Address(), units)
		return err
	}
	notOwner := "share 1 is owned by " + both(alice) + "; you are " + both(bob) + ", and may not do this with it: sign as its owner, or have the owner approve you"

	for _, c := range []struct {
		err  error
		want string
	}{
		{mint(bob, 2), "mint token 2: collection " + at + " can only be minted by its owner " + both(alice) + "; you are " + both(bob) +
			" (Ownable: caller is not the owner)"},
		{mint(alice, 1), "mint token 1: collection " + at + " has a token 1 already: name another number, or none (ERC3525: token already minted)"},
		{mint(alice, 0), "mint token 0: tokens count from 1: name another number, or none (ERC3525: cannot mint zero tokenId)"},
		{alice.MintValue(t.Context(), at, big.NewInt(9), one), "mint value of token 9: collection " + at + " has no token 9 (ERC3525: invalid token ID)"},
		{bob.TransferShare(t.Context(), share, carol.Address()), "transfer share 1: " + notOwner + " (ERC721: caller is not token owner or approved)"},
		{split(bob, share, 1), "transfer value of share 1: " + notOwner + " (ERC3525: insufficient allowance)"},
		{bob.Burn(t.Context(), share), "burn share 1: " + notOwner + " (ERC3525: caller is not token owner nor approved)"},
		{split(alice, share, 1_001), "transfer value of share 1: share 1 has 1000 units, which is less than that (ERC3525: insufficient balance for transfer)"},
		{alice.BurnValue(t.Context(), share, 1_001), "burn value of share 1: share 1 has 1000 units, which is less than that (ERC3525: burn value exceeds balance)"},
		{split(alice, 99, 1), "transfer value of share 99: there is no share 99: it was never made, or it was burned (ERC3525: invalid token ID)"},
		{alice.TransferInto(t.Context(), share, other, 1), "transfer value of share 1: share 1 is of asset 1, and share 2 of asset 2: units stay within their asset (ERC3525: transfer to token with different slot)"},
		{alice.TransferInto(t.Context(), share, 98, 1), "transfer value of share 1: there is no share 98 to move units into: it was never made, or it was burned (ERC3525: transfer to invalid token ID)"},
		{alice.ApproveShare(t.Context(), share, alice.Address()), "approve share 1: " + both(alice) + " owns share 1, and needs no approval for it (ERC721: approval to current owner)"},
		{alice.ApproveAll(t.Context(), alice.Address(), true), "approve " + alice.Address() + " for all shares: an account needs no approval for its own shares; name another one (ERC721: approve to caller)"},
		{alice.TransferShare(t.Context(), share, "0x0000000000000000000000000000000000000000"), "transfer share 1: shares cannot go to the zero address; what is to be destroyed is burned (ERC721: transfer to the zero address)"},
	} {
		require.EqualError(t, c.err, c.want)
		require.ErrorIs(t, c.err, ledger.ErrChain)
	}
	err = alice.TransferShare(t.Context(), share, types.MarketContract)
	require.ErrorContains(t, err, "can own no shares")
	_, err = bob.List(t.Context(), share, ledger.Terms{Denom: types.BaseDenom, Price: types.NewAmount(5)})
	require.EqualError(t, err, "list share 1: "+notOwner+" (share 1, nor approved to move it: not the share's owner)")

	err = bob.Grant(t.Context(), 1, carol.Address(), 0, time.Time{})
	require.ErrorContains(t, err, "grant a credential for asset 1: asset 1 is controlled by "+both(alice)+"; you are "+both(bob)+" (")
	require.NoError(t, alice.SetController(t.Context(), 1, ledger.Hex(types.AssetAccount(1))))
	err = alice.Grant(t.Context(), 1, carol.Address(), 0, time.Time{})
	require.ErrorContains(t, err, "asset 1 is controlled by its council alone")
	err = alice.Grant(t.Context(), 2, carol.Address(), 0, time.Unix(1, 0))
	require.ErrorContains(t, err, "the chain refused: it would be void from 1 on", "what is plain stays as it is")

	_, err = l.Listing(t.Context(), 7)
	require.EqualError(t, err, "no open listing 7: it was never made, is sold out, or was cancelled; see: weal market show")
	require.ErrorIs(t, err, types.ErrNotFound)
	_, err = l.GetOffer(t.Context(), 7)
	require.EqualError(t, err, "no open offer 7: it was never made, was accepted in full, or was cancelled; see: weal market show")
	_, err = l.Share(t.Context(), 99)
	require.EqualError(t, err, "share 99: not found")
	require.ErrorIs(t, err, types.ErrNotFound)
}
