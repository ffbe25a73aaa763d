package earn_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/types"
)

// closeAsset closes the lab's asset to all but those who hold a credential.
func (l *lab) closeAsset() {
	l.chain.mu.Lock()
	defer l.chain.mu.Unlock()
	a := l.chain.assets[me]
	a.Controller, a.Licence = "0xController", types.Licence{Kind: types.LicenceCredential, Closed: true}
	l.chain.assets[me] = a
}

func (l *lab) permit(holder string, p types.Permit) {
	l.chain.mu.Lock()
	defer l.chain.mu.Unlock()
	l.chain.permits[holder] = p
}

// limited is the permit of a credential with a limited number of uses.
func limited(uses, used uint64, height int64) types.Permit {
	return types.Permit{Allowed: used < uses, Counted: true, Credential: &types.Credential{Uses: uses, Used: used, Height: height}}
}

// serve accepts the next order of a lane, or returns why not.
func (l *lab) serve(ctx context.Context, ref types.LaneRef, seq uint64) error {
	v, p := l.firm(order(ref, seq, 1), seq)
	return l.AcceptLeaf(ctx, v, p, n(1))
}

func TestClosedAssetServesOnlyHolders(t *testing.T) {
	l := newLab(t, 100)
	l.cfg.Contact = "https://example.org/ask"
	l.reopen()
	ctx := t.Context()
	l.closeAsset()
	_, err := l.Admit(ctx, lane(0))
	refused(t, err, 403, earn.CodeCredential)
	for _, says := range []string{"asset 5", payer(1), "none was granted", "0xController", "https://example.org/ask", "nothing was charged"} {
		require.ErrorContains(t, err, says)
	}
	refused(t, l.serve(ctx, lane(0), 1), 403, earn.CodeCredential)

	l.permit(payer(1), types.Permit{Allowed: true})
	l.clock = l.clock.Add(time.Second)
	got, err := l.Admit(ctx, lane(0))
	require.NoError(t, err)
	require.Equal(t, l.chain.lanes[lane(0)], got)
	require.NoError(t, l.serve(ctx, lane(0), 1))

	// An order that was signed before the revocation is not accepted after it.
	v, p := l.firm(order(lane(0), 2, 1), 2)
	l.permit(payer(1), types.Permit{Reason: "it was revoked"})
	l.clock = l.clock.Add(time.Second)
	refused(t, l.AcceptLeaf(ctx, v, p, n(1)), 403, earn.CodeCredential)
	_, unsettled, err := l.Earned(ctx)
	require.NoError(t, err)
	require.Equal(t, n(1), unsettled, "nothing was taken for what was refused")

	// What was accepted before is served to its end.
	done, err := l.Serve(ctx, order(lane(0), 1, 1).Hash())
	require.NoError(t, err)
	done()
	require.NoError(t, l.MarkServed(ctx, order(lane(0), 1, 1).Hash(), []byte("answer")))
}

func TestMeteredOrdersNeedACredentialToo(t *testing.T) {
	l := newLab(t, 100)
	l.closeAsset()
	v, p, _ := l.metered(tickOrder(lane(0), 1), 0)
	refused(t, l.AcceptTick(t.Context(), v, p, meter()), 403, earn.CodeCredential)
	l.permit(payer(1), limited(1, 0, 7))
	l.later()
	require.NoError(t, l.AcceptTick(t.Context(), v, p, meter()))
	require.NoError(t, l.AcceptTick(t.Context(), v, p, meter()), "the same order again takes no other use")
	v, p, _ = l.metered(tickOrder(lane(1), 1), 0)
	refused(t, l.AcceptTick(t.Context(), v, p, meter()), 403, earn.CodeUsedUp)
}

// TestCredentialIsThePayers plays a payer who would use what another was granted.
func TestCredentialIsThePayers(t *testing.T) {
	l := newLab(t, 100)
	l.closeAsset()
	l.permit(payer(1), types.Permit{Allowed: true})
	mine := types.LaneRef{Tab: 2}
	l.addLane(mine, 1000)
	_, err := l.Admit(t.Context(), mine)
	refused(t, err, 403, earn.CodeCredential)
	refused(t, l.serve(t.Context(), mine, 1), 403, earn.CodeCredential)
	// A voucher of the holder's lane takes the holder's key.
	l.keys[lane(0)] = l.keys[mine]
	refused(t, l.serve(t.Context(), lane(0), 1), 403, earn.CodeNotYourLane)
}

// asking counts what the chain is asked about permits.
type asking struct {
	earn.Chain
	permits atomic.Int64
	err     error
}

func (c *asking) Permit(ctx context.Context, id types.AssetID, holder string) (types.Permit, error) {
	c.permits.Add(1)
	if c.err != nil {
		return types.Permit{}, c.err
	}
	return c.Chain.Permit(ctx, id, holder)
}

func TestPermitIsAskedOnceASecond(t *testing.T) {
	l := newLab(t, 100)
	chain := &asking{Chain: l.chain}
	l.cfg.Chain = chain
	l.reopen()
	ctx := t.Context()
	for seq := range uint64(5) {
		require.NoError(t, l.serve(ctx, lane(0), seq+1))
		l.later()
	}
	require.Zero(t, chain.permits.Load(), "who may use an open asset is not asked")

	l.closeAsset()
	l.later()
	l.permit(payer(1), types.Permit{Allowed: true})
	for seq := range uint64(5) {
		require.NoError(t, l.serve(ctx, lane(0), seq+6))
	}
	require.EqualValues(t, 1, chain.permits.Load())
	l.permit(payer(1), types.Permit{Reason: "it was revoked"})
	l.clock = l.clock.Add(time.Second - 1)
	require.NoError(t, l.serve(ctx, lane(0), 11), "for a second the answer is believed")
	l.clock = l.clock.Add(1)
	refused(t, l.serve(ctx, lane(0), 12), 403, earn.CodeCredential)
	require.EqualValues(t, 2, chain.permits.Load())
}

func TestClosedAssetFailsClosed(t *testing.T) {
	l := newLab(t, 100)
	chain := &asking{Chain: l.chain, err: errors.New("connection refused")}
	l.cfg.Chain = chain
	l.reopen()
	l.closeAsset()
	_, err := l.Admit(t.Context(), lane(0))
	refused(t, err, 503, earn.CodeChainDown)
	refused(t, l.serve(t.Context(), lane(0), 1), 503, earn.CodeChainDown)
	chain.err = fmt.Errorf("read credential: %w", types.ErrNotFound)
	refused(t, l.serve(t.Context(), lane(0), 1), 403, earn.CodeCredential)
	chain.err = nil
	l.permit(payer(1), types.Permit{Open: true})
	require.NoError(t, l.serve(t.Context(), lane(0), 1), "the chain says that it is open to all")
}

// TestRacedUsesAreExact lets many lanes of one payer race for a few uses.
func TestRacedUsesAreExact(t *testing.T) {
	const lanes, uses = 24, 7
	l := newLab(t, 1000)
	l.closeAsset()
	l.permit(payer(1), limited(uses+2, 2, 50)) // two went into children
	for i := range uint32(lanes) {
		l.addLane(lane(i), 1000)
	}
	race := func(seq uint64) (accepted int) {
		errs := make([]error, lanes)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() { errs[i] = l.serve(t.Context(), lane(uint32(i)), seq) })
		}
		wg.Wait()
		for _, err := range errs {
			if err == nil {
				accepted++
				continue
			}
			refused(t, err, 403, earn.CodeUsedUp)
		}
		return accepted
	}
	require.Equal(t, uses, race(1))
	_, unsettled, err := l.Earned(t.Context())
	require.NoError(t, err)
	require.Equal(t, n(uses), unsettled, "only what was accepted is owed")
	_, err = l.Admit(t.Context(), lane(0))
	refused(t, err, 403, earn.CodeUsedUp)

	l.reopen()
	require.Zero(t, race(2), "the count outlives the process")
	l.permit(payer(1), limited(3, 0, 51))
	l.later()
	_, err = l.Admit(t.Context(), lane(0))
	require.NoError(t, err)
	require.Equal(t, 3, race(3), "a new grant is counted anew")

	// A node that is behind tells of the grant before.
	l.permit(payer(1), limited(uses, 0, 50))
	l.later()
	refused(t, l.serve(t.Context(), lane(0), 4), 503, earn.CodeChainDown)
	_, err = l.Admit(t.Context(), lane(0))
	refused(t, err, 503, earn.CodeChainDown)
}

func TestRefusedOrderTakesNoUse(t *testing.T) {
	l := newLab(t, 10)
	l.closeAsset()
	l.permit(payer(1), limited(1, 0, 1))
	v, p := l.firm(order(lane(0), 1, 1), 1)
	v.Total = n(2)
	require.Error(t, l.AcceptLeaf(t.Context(), v, p, n(1)))
	v, p = l.firm(order(lane(0), 1, 11), 11)
	refused(t, l.AcceptLeaf(t.Context(), v, p, n(11)), 402, earn.CodeOverLimit)
	require.NoError(t, l.serve(t.Context(), lane(0), 1), "the use is still there")
	refused(t, l.serve(t.Context(), lane(0), 2), 403, earn.CodeUsedUp)
}

// TestUnlimitedCredentialsAreNotCounted: a licence token, or control, or a grant
// without limit.
func TestUnlimitedCredentialsAreNotCounted(t *testing.T) {
	l := newLab(t, 100)
	l.closeAsset()
	l.permit(payer(1), types.Permit{Allowed: true, Credential: &types.Credential{Uses: 1, Used: 1, Height: 3}})
	for seq := range uint64(3) {
		require.NoError(t, l.serve(t.Context(), lane(0), seq+1))
	}
}

// TestUsesAreCountedThroughKills kills a process that serves limited uses, at a
// moment of its own, again and again: every order that was accepted took a use,
// no use is taken twice, and in the end exactly as many orders were accepted as
// there are uses.
func TestUsesAreCountedThroughKills(t *testing.T) {
	const uses = 40
	if path := os.Getenv("WEAL_EARN_USES"); path != "" {
		serveUntilKilled(t, path, uses)
		return
	}
	path, told := t.TempDir()+"/earn.db", 0
	for round := 0; told < uses; round++ {
		require.Less(t, round, 2*uses, "no progress: %d of %d", told, uses)
		child := exec.Command(os.Args[0], "-test.run=^TestUsesAreCountedThroughKills$")
		child.Env = append(os.Environ(), "WEAL_EARN_USES="+path)
		out, err := child.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, child.Start())
		lines := bufio.NewScanner(out)
		for now := 0; now < 1+round%9 && lines.Scan(); {
			if lines.Text() == "accepted" {
				now++
				told++
			}
		}
		_ = child.Process.Kill() // it may have ended: all uses are taken
		for lines.Scan() {
			if lines.Text() == "accepted" {
				told++
			}
		}
		_ = child.Wait()
		used, orders := kept(t, path)
		require.Equal(t, orders, used, "each order that was kept took one use")
		require.GreaterOrEqual(t, used, told, "nothing was told before it was kept")
		require.LessOrEqual(t, used, uses)
		told = used // what was kept and not told counts as well
	}
	require.Equal(t, uses, told)
}

// serveUntilKilled accepts orders, each of a lane of its own, and says so.
func serveUntilKilled(t *testing.T, path string, uses uint64) {
	l := newLab(t, 1000)
	l.closeAsset()
	l.permit(payer(1), limited(uses, 0, 9))
	l.path, l.Book = path, nil
	l.reopen()
	_, orders := kept(t, path)
	for i := uint32(orders); ; i++ {
		l.addLane(lane(i), 1000)
		if err := l.serve(context.Background(), lane(i), 1); err != nil {
			refused(t, err, 403, earn.CodeUsedUp)
			return
		}
		fmt.Println("accepted")
	}
}

// kept reads how many uses and orders a database has.
func kept(t *testing.T, path string) (used, orders int) {
	t.Helper()
	db, err := keep.Open(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	if err := db.QueryRow(`SELECT used FROM earn_uses`).Scan(&used); !errors.Is(err, sql.ErrNoRows) {
		require.NoError(t, err)
	}
	require.NoError(t, db.QueryRow(`SELECT count(*) FROM earn_lanes`).Scan(&orders))
	return used, orders
}

// TestBookOfAnEarlierVersionIsUpgraded opens a database without counted uses.
func TestBookOfAnEarlierVersionIsUpgraded(t *testing.T) {
	l := newLab(t, 100)
	require.NoError(t, l.serve(t.Context(), lane(0), 1))
	for _, stmt := range []string{`DROP TABLE earn_uses`, `ALTER TABLE earn_lanes DROP COLUMN unpaid`, `UPDATE keep_schema SET version = 1 WHERE name = 'earn'`} {
		_, err := l.cfg.DB.ExecContext(t.Context(), stmt)
		require.NoError(t, err)
	}
	l.reopen()
	l.closeAsset()
	l.permit(payer(1), limited(1, 0, 1))
	require.NoError(t, l.serve(t.Context(), lane(0), 2))
	refused(t, l.serve(t.Context(), lane(0), 3), 403, earn.CodeUsedUp)
	_, unsettled, err := l.Earned(t.Context())
	require.NoError(t, err)
	require.Equal(t, n(2), unsettled)
}
