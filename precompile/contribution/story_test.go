package contribution_test

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/weal-network/weal/precompile/contribution"
	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
)

// Two people bring what they have, get shares for it, and are paid by how it was
// used; who sold the shares is still paid for the use.
func TestStory(t *testing.T) {
	c := withAsset(t, nil)
	r := c.contribute(c.alice, 7, 20)
	require.False(t, r.Failed(), r.Reason())
	require.Equal(t, []string{"Contributed 1 1 " + short(c.alice) + " 500"}, c.room.Logs(r))
	require.False(t, c.contribute(c.bob, 8, 30).Failed())
	require.EqualValues(t, 2*deposit, c.has(contribution.Address, aweal))
	c.room.Is(uint64(600), sigPot, number(1))

	r = c.room.Must(c.steward, sigAccept, list(1, 2))
	require.Equal(t, []string{
		"A ApprovalValue 1 13609 400",
		"A Transfer 0 " + short(c.alice) + " 2", "A SlotChanged 2 0 1", "A TransferValue 0 2 0", "A TransferValue 1 2 200",
		"Accepted 1 1 " + short(c.alice) + " 2",
		"A ApprovalValue 1 13609 100",
		"A Transfer 0 " + short(c.bob) + " 3", "A SlotChanged 3 0 1", "A TransferValue 0 3 0", "A TransferValue 1 3 300",
		"Accepted 2 1 " + short(c.bob) + " 3",
	}, c.told(r))
	require.Zero(t, c.has(contribution.Address, aweal), "the deposits went back")
	require.Equal(t, "2:200", c.shares(c.alice.EVM()))
	require.Equal(t, "3:300", c.shares(c.bob.EVM()))
	c.room.Is(uint64(100), sigPot, number(1))

	// Half of what the asset earns is theirs, by the use that was measured.
	c.earn(uusd, 2*least+1)
	c.room.Is(least, sigWaiting, number(1), uusd)
	r = c.room.Must(c.steward, sigDistribute, number(1), uusd, number(0), list(1, 2), []uint64{2, 1}, [32]byte{9})
	out, err := solidity.Contributions.Unpack(sigDistribute, r.Ret)
	require.NoError(t, err)
	require.Equal(t, []*big.Int{number(666_666_666_666_666), number(333_333_333_333_333)}, out[0])
	require.Equal(t, []string{"Distributed 1 " + word(common.Hash{9}) + " " + short(c.steward) + " 999999999999999"}, c.room.Logs(r))
	c.room.Is(1, sigWaiting, number(1), uusd)

	// The shares go; what the contribution earns does not.
	c.assets.Must(c.alice, sigGive, c.alice.EVM(), c.eve.EVM(), number(2))
	c.refused("contribution 1 is "+c.alice.EVM().Hex()+"'s: bad contribution", c.eve, sigClaim, list(1))
	before := c.has(c.alice.EVM(), uusd)
	r = c.room.Must(c.alice, sigClaim, list(1))
	require.Equal(t, []string{"Claimed 1 1 " + short(c.alice) + " 666666666666666"}, c.room.Logs(r))
	require.EqualValues(t, 666_666_666_666_666, c.has(c.alice.EVM(), uusd)-before)
	require.Empty(t, c.room.Logs(c.room.Must(c.alice, sigClaim, list(1))), "nothing is paid twice")
	c.room.Is(0, sigClaimable, number(1), uusd)

	// What was left waits for the next time: the half that the first rounded away,
	// and the unit that did not divide.
	c.earn(uusd, 2*least+1)
	c.room.Is(least+2, sigWaiting, number(1), uusd)
	c.room.Must(c.steward, sigDistribute, number(1), uusd, number(least), list(2), []uint64{1}, [32]byte{10})
	c.room.Is(least+333_333_333_333_333, sigClaimable, number(2), uusd)
	c.room.Is(2, sigWaiting, number(1), uusd)
}

// least is the least of a lane.
const least = 1_000_000_000_000_000

func word(h common.Hash) string { return common.BytesToAddress(h[:]).Hex()[:6] }

// The chain's coin is paid as balances of the EVM, within one transaction too.
func TestClaimCoin(t *testing.T) {
	c := withAsset(t, nil)
	c.accepted(c.alice)
	c.earn(aweal, 2*least)
	c.room.Must(c.steward, sigDistribute, number(1), aweal, number(0), list(1), []uint64{1}, [32]byte{9})
	escrow := authtypes.NewModuleAddress(types.Escrow)
	before := c.has(common.BytesToAddress(escrow), aweal)
	c.room.Must(c.alice, sigClaim, list(1))
	require.EqualValues(t, least, before-c.has(common.BytesToAddress(escrow), aweal))
}

// Who has a credential is accepted at once, within limits.
func TestCredential(t *testing.T) {
	c := withAsset(t, func(t *solidity.ContributionTerms) {
		t.Admission, t.MaxChunksEach, t.MaxChunks = credential, 5, 8
	})
	bring := func(root byte, chunks uint64) []any {
		return []any{number(1), [32]byte{root}, chunks, uri, chunks * 10, number(0)}
	}
	c.refused("asset 1 takes contributions of who has a credential: it has no credential: bad contribution", c.alice, sigContribute, bring(1, 3)...)
	c.assets.Must(c.maker, "grant(uint256,address,uint64,uint64)", number(1), c.alice.EVM(), uint64(0), uint64(0))
	r := c.room.Must(c.alice, sigContribute, bring(1, 3)...)
	require.Equal(t, "Accepted 1 1 "+short(c.alice)+" 2", c.told(r)[6])
	require.Equal(t, "2:30", c.shares(c.alice.EVM()))

	value := c.Pay(c.alice, contribution.Address, deposit, c.room.Input(sigContribute, bring(2, 1)...))
	require.Equal(t, "send exactly 0aweal with the call, not 500: bad contribution", value.Reason())
	c.refused(c.alice.EVM().Hex()+" would have brought 6 chunks, at most 5 are accepted of one contributor: bad contribution",
		c.alice, sigContribute, bring(2, 3)...)
	into := bring(2, 2)
	into[5] = number(2)
	c.room.Must(c.alice, sigContribute, into...)
	require.Equal(t, "2:50", c.shares(c.alice.EVM()), "they went to the share that was named")
	c.assets.Must(c.maker, "grant(uint256,address,uint64,uint64)", number(1), c.bob.EVM(), uint64(0), uint64(0))
	c.refused("asset 1 would have been brought 9 chunks, at most 8 are accepted: bad contribution", c.bob, sigContribute, bring(3, 4)...)
	c.room.Must(c.bob, sigContribute, bring(3, 3)...)

	c.assets.Must(c.maker, "revoke(uint256,address)", number(1), c.bob.EVM())
	c.refused("asset 1 takes contributions of who has a credential: its credential was revoked: bad contribution", c.bob, sigContribute, bring(4, 1)...)
}

// Nobody but holders of all units or their council changes the terms.
func TestTerms(t *testing.T) {
	c := withAsset(t, nil)
	all := c.terms(nil)
	out, _ := c.room.View(c.eve, "termsOf(uint256)", number(1))
	require.Equal(t, all, *convert(out[0]))
	c.refused("asset 1 is controlled by "+c.maker.String()+", and by its council: not the asset's controller", c.eve, solidity.SetTermsSignature, number(1), all)
	c.refused("asset 7: asset not found", c.maker, solidity.SetTermsSignature, number(7), all)
	for why, change := range map[string]func(*solidity.ContributionTerms){
		"admission 3: want 0 closed, 1 review or 2 credential: bad contribution":         func(t *solidity.ContributionTerms) { t.Admission = 3 },
		"split 4: want 0 none, 1 equal, 2 score or 3 citation: bad contribution":         func(t *solidity.ContributionTerms) { t.Split = 4 },
		"part: at most 10000 basis points, got 10001: bad contribution":                  func(t *solidity.ContributionTerms) { t.Part = 10_001 },
		"units are granted for chunks; name the share that is the pot: bad contribution": func(t *solidity.ContributionTerms) { t.Pot = number(0) },
		"share 9: share not found": func(t *solidity.ContributionTerms) { t.Pot = number(9) },
		"what is accepted at once needs a limit: the most chunks of one contributor: bad contribution": func(t *solidity.ContributionTerms) { t.Admission = credential },
		"share 18446744073709551615: share not found":                                                  func(t *solidity.ContributionTerms) { t.Pot = new(big.Int).Lsh(number(1), 200) },
		"units per chunk: at most 281474976710656, got 281474976710657: bad contribution":              func(t *solidity.ContributionTerms) { t.UnitsPerChunk = types.MaxUnits + 1 },
	} {
		t.Run(why, func(t *testing.T) {
			c.T = t
			c.refused(why, c.maker, solidity.SetTermsSignature, number(1), c.terms(change))
		})
	}
	c.T = t
	huge := c.room.Send(c.maker, solidity.SetTermsSignature, number(1), c.terms(func(t *solidity.ContributionTerms) { t.Deposit = new(big.Int).Lsh(number(1), 128) }))
	require.Contains(t, huge.Reason(), "deposit: ")

	// From the first sale on the controller changes nothing but that it takes no more.
	c.assets.Must(c.maker, sigSplit, number(1), c.eve.EVM(), number(1))
	c.refused("share 2 of asset 1 is another's: now only its council sets the terms: bad contribution", c.maker, solidity.SetTermsSignature, number(1), all)
	c.refused("asset 1 is controlled by "+c.maker.String()+", and by its council: not the asset's controller", c.eve, "close(uint256)", number(1))
	c.room.Must(c.steward, "close(uint256)", number(1))
	c.refused("asset 1 takes none already: bad contribution", c.maker, "close(uint256)", number(1))
	require.Equal(t, "asset 1 takes no contributions: bad contribution", c.contribute(c.alice, 1, 1).Reason())
}

func TestWithdrawAndReject(t *testing.T) {
	c := withAsset(t, nil)
	treasury := common.Address(types.AssetAccount(1))
	for i := range byte(4) {
		require.False(t, c.contribute(c.alice, i+1, 1).Failed())
	}
	c.refused("contribution 1 is "+c.alice.EVM().Hex()+"'s: bad contribution", c.bob, sigWithdraw, number(1))
	require.Equal(t, []string{"Withdrawn 1 1 " + short(c.alice)}, c.room.Logs(c.room.Must(c.alice, sigWithdraw, number(1))))
	c.refused("contribution 1: contribution not found", c.alice, sigWithdraw, number(1))
	require.EqualValues(t, 3*deposit, c.has(contribution.Address, aweal))

	steward := "the steward of asset 1 is " + c.steward.EVM().Hex() + "; it decides, or the council: bad contribution"
	c.refused(steward, c.maker, sigReject, list(2), false)
	c.room.Must(c.steward, sigReject, list(2), false)
	require.Zero(t, c.has(treasury, aweal))
	c.room.Must(c.steward, sigReject, list(3), true)
	require.EqualValues(t, deposit, c.has(treasury, aweal), "spam pays the asset")
	c.refused("contribution 3: contribution not found", c.steward, sigAccept, list(3))
	c.refused("name 1 to 64 contributions, got 0: bad contribution", c.steward, sigAccept, list())
	require.False(t, c.contribute(c.alice, 1, 1).Failed(), "the root is free again")
	require.EqualValues(t, 2*deposit, c.has(contribution.Address, aweal))
}
