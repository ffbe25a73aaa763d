package contribution_test

import (
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/precompile/contribution"
	"github.com/weal-network/weal/precompile/council"
	"github.com/weal-network/weal/precompile/solidity"
)

// An asset without a steward is its council's: what passes is called by the asset's
// own account, which accepts, distributes and changes the terms.
func TestCouncilDecides(t *testing.T) {
	c := withAsset(t, func(t *solidity.ContributionTerms) { t.Steward = common.Address{} })
	votes := c.At(council.Address, solidity.Council)
	quick := solidity.CouncilRules{Quorum: 3_334, Threshold: 5_000, Propose: 100, VotingSeconds: 10, LockSeconds: 0, GraceSeconds: 3600}
	votes.Must(c.maker, solidity.SetRulesSignature, number(1), quick)
	require.False(t, c.contribute(c.alice, 7, 20).Failed())
	c.earn(uusd, 2*least)
	c.refused("asset 1 has no steward: its council decides: bad contribution", c.maker, sigAccept, list(1))

	var calls []solidity.CouncilCall
	for _, data := range [][]byte{
		c.room.Input(sigAccept, list(1)),
		c.room.Input(sigDistribute, number(1), uusd, number(0), list(1), []uint64{1}, [32]byte{9}),
		c.room.Input(solidity.SetTermsSignature, number(1), c.terms(func(t *solidity.ContributionTerms) { t.Part = 100 })),
	} {
		calls = append(calls, solidity.CouncilCall{To: contribution.Address, Value: new(big.Int), Data: data})
	}
	votes.Must(c.maker, solidity.ProposeSignature, number(1), calls, "Take what Alice brings", "", list(1))
	c.Advance(1, time.Second)
	votes.Must(c.maker, "vote(uint256,uint8,uint256[])", number(1), uint8(1), list(1))
	c.Advance(25, 5*time.Second)
	votes.Must(c.eve, "execute(uint256)", number(1))

	require.Equal(t, "2:200", c.shares(c.alice.EVM()))
	c.room.Is(least, sigClaimable, number(1), uusd)
	out, _ := c.room.View(c.eve, "termsOf(uint256)", number(1))
	require.EqualValues(t, 100, convert(out[0]).Part)
	c.refused("share 2 of asset 1 is another's: now only its council sets the terms: bad contribution", c.maker,
		solidity.SetTermsSignature, number(1), c.terms(nil))
}
