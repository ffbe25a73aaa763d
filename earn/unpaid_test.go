package earn_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/types"
)

// takeAndLeave orders by ticks, takes what is given ahead of the first, and pays
// nothing.
func (l *lab) takeAndLeave(ref types.LaneRef, seq uint64) error {
	o := tickOrder(ref, seq)
	v, p, _ := l.metered(o, 0)
	if err := l.AcceptTick(l.t.Context(), v, p, meter()); err != nil {
		return err
	}
	l.Give(o.Hash())
	return l.MarkGiven(l.t.Context(), o.Hash(), []byte("cut"), meter().Prompt+1)
}

// TestFirstTickAgainAndAgain: a payer who takes the first tick of one order after
// the other and pays none gets no more than the exposure in all, on one lane or on
// many, and also if the book is opened anew or it does not wait for the end.
func TestFirstTickAgainAndAgain(t *testing.T) {
	for name, take := range map[string]func(l *lab, ref types.LaneRef, seq uint64) error{
		"to the end": (*lab).takeAndLeave,
		"next order at once": func(l *lab, ref types.LaneRef, seq uint64) error {
			o := tickOrder(ref, seq)
			v, p, _ := l.metered(o, 0)
			err := l.AcceptTick(t.Context(), v, p, meter())
			l.Give(o.Hash())
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			const exposure = 100
			l := newLab(t, exposure)
			each := uint64(3 * (meter().Prompt + 1))
			got := uint64(0)
			var err error
			for seq := uint64(1); err == nil && seq < 200; seq++ {
				if err = take(l, lane(uint32(seq%3)), seq); err == nil {
					got += each
				}
				if seq%5 == 0 {
					l.settle()
				}
			}
			refused(t, err, 429, earn.CodeExposure)
			require.LessOrEqual(t, got, uint64(exposure))
			require.Greater(t, got+2*each, uint64(exposure), "it was not refused for another reason")
			l.reopen()
			refused(t, take(l, lane(0), 1000), 429, earn.CodeExposure)
		})
	}
}

// settle has the book settle what it can.
func (l *lab) settle() {
	_, err := l.Settle(l.t.Context(), l.chain)
	require.NoError(l.t, err)
}

// TestWhatIsUnpaidIsWorkedOff: an honest payer loses its connection now and then,
// and is not stopped for it in the end.
func TestWhatIsUnpaidIsWorkedOff(t *testing.T) {
	l := newLab(t, 60)
	l.addLane(lane(0), 1<<20)
	value := uint64(0)
	for seq := uint64(1); seq < 400; seq++ {
		o := tickOrder(lane(0), seq)
		v, p, chain := l.metered(o, value)
		require.NoError(t, l.AcceptTick(t.Context(), v, p, meter()), "seq %d", seq)
		l.Give(o.Hash())
		paid := meter().Most
		if seq%20 == 0 {
			paid-- // its last tick is lost
		}
		_, err := l.Tick(t.Context(), reveal(o, chain, paid))
		require.NoError(t, err)
		value += 3 * uint64(paid)
		require.NoError(t, l.MarkGiven(t.Context(), o.Hash(), []byte("answer"), meter().Most))
		l.settle()
	}
	_, unsettled, err := l.Earned(t.Context())
	require.NoError(t, err)
	require.LessOrEqual(t, unsettled.Big().Uint64(), uint64(60))
}

// TestLateTickIsNotUnpaid: what comes after the answer's end is paid all the same.
func TestLateTickIsNotUnpaid(t *testing.T) {
	l := newLab(t, 100)
	o := tickOrder(lane(0), 1)
	v, p, chain := l.metered(o, 0)
	require.NoError(t, l.AcceptTick(t.Context(), v, p, meter()))
	l.Give(o.Hash())
	require.NoError(t, l.MarkGiven(t.Context(), o.Hash(), []byte("cut"), 4))
	require.Equal(t, n(100-12), l.Room(1))
	_, err := l.Tick(t.Context(), reveal(o, chain, 4))
	require.NoError(t, err)
	require.Equal(t, n(100-12), l.Room(1), "owed instead")
	l.settle()
	require.Equal(t, n(100), l.Room(1))
}
