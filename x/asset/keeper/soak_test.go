package keeper_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
	"github.com/stretchr/testify/require"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

// soakOps is how many operations TestSoak plays unless WEAL_SOAK_OPS says.
const soakOps = 10_000

// soak is a town of owners who do whatever comes to their minds, in a world that
// lives long: what properties of short lives do not reach.
type soak struct {
	*world
	t      *testing.T
	rnd    *rand.Rand
	people []common.Address
	// credited is what came in, by denomination: all that the end must explain.
	credited map[string]uint64
	assets   uint64
	opened   uint64
	refused  int
}

// soakLife is how many operations one world lives for: what it holds grows, and
// with it what looking at all of it takes.
const soakLife = 50_000

func TestSoak(t *testing.T) {
	ops, seed := soakNumber(t, "WEAL_SOAK_OPS", soakOps), soakNumber(t, "WEAL_SOAK_SEED", 3525)
	for ; ops > 0; ops, seed = ops-min(ops, soakLife), seed+1 {
		life, seed := min(ops, soakLife), seed
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			playSoak(t, life, seed)
		})
	}
}

func soakNumber(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	require.NoError(t, err, "%s is a number", name)
	return n
}

func playSoak(t *testing.T, ops, seed uint64) {
	s := &soak{world: newWorld(t), t: t, rnd: rand.New(rand.NewPCG(seed, 0)), credited: map[string]uint64{}}
	for i := range 40 {
		s.people = append(s.people, addr(fmt.Sprint("citizen ", i)))
	}
	for i := range ops {
		s.step()
		if i%1_000 == 0 {
			s.commit()
		}
		if i%(ops/min(ops, 10)) == 0 {
			require.NoError(t, s.CheckInvariants(s.ctx), "after %d operations of seed %d", i+1, seed)
		}
	}
	s.end()
	t.Logf("%d operations, %d refused; %d assets, %d collections", ops, s.refused, s.assets, s.opened)
	require.Less(t, uint64(s.refused), ops/2+1, "most do what they say")
}

func (s *soak) who() common.Address { return s.people[s.rnd.IntN(len(s.people))] }

func (s *soak) asset() weal.AssetID { return weal.AssetID(1 + s.rnd.Uint64N(max(s.assets, 1))) }

// collection is mostly that of the shares.
func (s *soak) collection() uint64 {
	if s.opened == 0 || s.rnd.IntN(3) > 0 {
		return token.Shares
	}
	return 1 + s.rnd.Uint64N(s.opened)
}

// token is one of a collection, and one who may move it.
func (s *soak) token(c uint64) (token.Token, bool) {
	n, err := s.Tokens.Supply(s.ctx, c)
	require.NoError(s.t, err)
	if n == 0 {
		return token.Token{}, false
	}
	id, err := s.Tokens.ByIndex(s.ctx, c, s.rnd.Uint64N(n))
	require.NoError(s.t, err)
	tok, err := s.Tokens.Get(s.ctx, c, id)
	require.NoError(s.t, err)
	return tok, true
}

// other is a second token of a slot.
func (s *soak) other(c uint64, tok token.Token) uint256.Int {
	n, err := s.Tokens.CountInSlot(s.ctx, c, tok.Slot)
	require.NoError(s.t, err)
	id, err := s.Tokens.InSlot(s.ctx, c, tok.Slot, s.rnd.Uint64N(n))
	require.NoError(s.t, err)
	return id
}

// some is a part of a value; sometimes more than there is.
func (s *soak) some(v uint256.Int) uint256.Int {
	if s.rnd.IntN(50) == 0 {
		return *new(uint256.Int).AddUint64(&v, 1)
	}
	return *new(uint256.Int).Div(&v, uint256.NewInt(1+s.rnd.Uint64N(5)))
}

// step does one thing. What is refused must be one of the module's errors, and
// leaves nothing behind.
func (s *soak) step() {
	err := s.try(s.action())
	if err == nil {
		return
	}
	s.refused++
	require.NotErrorIs(s.t, err, types.ErrBroken)
	known := interface{ ABCICode() uint32 }(nil)
	require.True(s.t, errors.As(err, &known), "an error of no module: %v", err)
}

func (s *soak) action() func(sdk.Context) error {
	c := s.collection()
	tok, ok := s.token(c)
	switch n := s.rnd.IntN(100); {
	case n < 3 || s.assets == 0:
		return s.register
	case n < 4 && s.opened < 20:
		return s.open
	case n < 22:
		return s.credit
	case n < 24 && c != token.Shares:
		return func(ctx sdk.Context) error {
			id := *new(uint256.Int).SetUint64(s.rnd.Uint64N(1 << 20))
			if s.rnd.IntN(4) == 0 {
				id = *new(uint256.Int).Not(&id)
			}
			return s.Tokens.Mint(ctx, c, s.who(), id, units(s.rnd.Uint64N(5)), units(s.rnd.Uint64N(1<<30)))
		}
	case n < 26 && c != token.Shares && ok:
		return func(ctx sdk.Context) error { return s.Tokens.MintValue(ctx, c, tok.ID, units(s.rnd.Uint64N(1<<30))) }
	case n < 32:
		return func(ctx sdk.Context) error {
			_, err := s.PullRoyalty(ctx, s.asset(), s.asset(), s.denom())
			if errors.Is(err, types.ErrNoRoyalty) {
				return nil
			}
			return err
		}
	case n < 33:
		return func(ctx sdk.Context) error {
			_, err := s.PullTreasury(ctx, s.asset())
			return err
		}
	case !ok:
		return s.register
	default:
		return s.withToken(c, tok)
	}
}

// withToken does something with a token, most often by one who may.
func (s *soak) withToken(c uint64, tok token.Token) func(sdk.Context) error {
	by := tok.Owner
	if s.rnd.IntN(10) == 0 {
		by = s.who()
	}
	b := s.Tokens
	// The more tokens there are, the more are burned.
	n, err := b.Supply(s.ctx, c)
	require.NoError(s.t, err)
	if n > 2_000 && s.rnd.IntN(2) == 0 {
		return func(ctx sdk.Context) error { return s.burn(ctx, c, by, tok) }
	}
	actions := []func(sdk.Context) error{
		func(ctx sdk.Context) error {
			_, err := b.MoveValue(ctx, c, by, tok.ID, s.other(c, tok), s.some(tok.Value))
			return err
		},
		func(ctx sdk.Context) error {
			_, _, err := b.SplitValue(ctx, c, by, tok.ID, s.who(), s.some(tok.Value))
			return err
		},
		func(ctx sdk.Context) error {
			_, _, err := b.SplitValue(ctx, c, by, tok.ID, s.who(), s.some(tok.Value))
			return err
		},
		func(ctx sdk.Context) error { return b.Transfer(ctx, c, by, tok.Owner, s.who(), tok.ID) },
		func(ctx sdk.Context) error {
			_, err := b.Approve(ctx, c, by, s.who(), tok.ID)
			return err
		},
		func(ctx sdk.Context) error { return b.ApproveValue(ctx, c, by, s.who(), tok.ID, s.some(tok.Value)) },
		func(ctx sdk.Context) error { return b.SetOperator(ctx, c, by, s.who(), s.rnd.IntN(2) == 0) },
		func(ctx sdk.Context) error {
			return b.SetSlotOperator(ctx, c, by, tok.Owner, tok.Slot, s.who(), s.rnd.IntN(2) == 0)
		},
		func(ctx sdk.Context) error {
			if s.rnd.IntN(4) > 0 {
				return nil
			}
			return b.BurnValue(ctx, c, by, tok.ID, s.some(tok.Value))
		},
		func(ctx sdk.Context) error {
			if s.rnd.IntN(10) > 0 {
				return nil
			}
			return s.burn(ctx, c, by, tok)
		},
	}
	if c == token.Shares {
		actions = append(actions, func(ctx sdk.Context) error {
			_, err := s.Claim(ctx, by, nobody, []weal.ShareID{weal.ShareID(tok.ID.Uint64())})
			return err
		})
	}
	return actions[s.rnd.IntN(len(actions))]
}

func (s *soak) burn(ctx sdk.Context, c uint64, by common.Address, tok token.Token) error {
	if c == token.Shares {
		_, _, err := s.Burn(ctx, by, weal.ShareID(tok.ID.Uint64()))
		return err
	}
	_, err := s.Tokens.Burn(ctx, c, by, tok.ID)
	return err
}

func (s *soak) denom() string { return []string{"aweal", "uusd"}[s.rnd.IntN(2)] }

func (s *soak) register(ctx sdk.Context) error {
	if s.assets >= 150 {
		return nil
	}
	r := registration()
	r.Units = []uint64{1, 7, 1000, weal.MaxUnits}[s.rnd.IntN(4)]
	for range s.rnd.IntN(3) {
		if s.assets > 0 {
			r.Parents = append(r.Parents, owed(s.asset(), uint32(s.rnd.IntN(1500))))
		}
	}
	_, _, err := s.Register(ctx, s.who(), r)
	if err == nil {
		s.assets++
	}
	return err
}

func (s *soak) open(ctx sdk.Context) error {
	at := addr(fmt.Sprint("collection ", s.opened))
	_, err := s.Tokens.Open(ctx, at, types.Collection{Maker: s.who().Hex(), SlotApprovable: true})
	if err == nil {
		s.opened++
	}
	return err
}

func (s *soak) credit(ctx sdk.Context) error {
	n := []uint64{1, 3, 1_000_003, 1 << 40}[s.rnd.IntN(4)]
	denom := s.denom()
	s.bank.add(escrow, denom, n)
	s.credited[denom] += n
	return s.Credit(ctx, s.asset(), denom, weal.NewAmount(n))
}

// end has everybody pull and claim everything: what was credited was paid, but
// for dust that is below one smallest unit for each share and line of lineage.
func (s *soak) end() {
	s.commit()
	require.NoError(s.t, s.CheckInvariants(s.ctx))
	g, err := s.ExportGenesis(s.ctx)
	require.NoError(s.t, err)
	lines := uint64(len(tokens(g).Tokens))
	for _, a := range g.Assets {
		lines++
		for _, anc := range a.Ancestors {
			lines++
			for _, d := range a.Denoms {
				_, err := s.PullRoyalty(s.ctx, weal.AssetID(a.Id), weal.AssetID(anc.Asset), d)
				require.NoError(s.t, err)
			}
		}
	}
	for _, tok := range tokens(g).Tokens {
		id, err := strconv.ParseUint(tok.Id, 10, 64)
		require.NoError(s.t, err)
		_, err = s.Claim(s.ctx, common.HexToAddress(tok.Owner), nobody, []weal.ShareID{weal.ShareID(id)})
		require.NoError(s.t, err)
	}
	for _, a := range g.Assets {
		_, err := s.PullTreasury(s.ctx, weal.AssetID(a.Id))
		require.NoError(s.t, err)
	}
	s.commit()
	require.NoError(s.t, s.CheckInvariants(s.ctx))
	held, err := s.Held(s.ctx)
	require.NoError(s.t, err)
	for denom, credited := range s.credited {
		paid := sdk.NewCoins()
		for who, coins := range s.bank {
			if who != string(escrow) {
				paid = paid.Add(coins...)
			}
		}
		left := s.bank[string(escrow)].AmountOf(denom)
		require.Equal(s.t, sdkInt(credited), paid.AmountOf(denom).Add(left), "%s: nothing is made or lost", denom)
		require.Equal(s.t, left, held.AmountOf(denom))
		require.True(s.t, left.LTE(sdkInt(lines)), "%s: %s is more than dust of %d lines", denom, left, lines)
	}
	requireSameAfterExport(s.t, s.world)
}
