package heap

import (
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPercent(t *testing.T) {
	for _, c := range []struct{ live, room, want uint64 }{
		{0, 48, 2000}, {1, 48, 2000}, {4, 48, 1100}, {8, 48, 500}, {16, 48, 200}, {24, 48, 100}, {400, 48, 100}, {5, 0, 100},
	} {
		require.Equal(t, c.want, percent(c.live<<20, c.room<<20), "%d of %d MiB", c.live, c.room)
	}
}

// child is the environment variable by which this test's binary is a process with room.
const child = "WEAL_HEAP_TEST"

var sink []byte

func TestMain(m *testing.M) {
	room, _ := strconv.ParseUint(os.Getenv(child), 10, 64)
	if room == 0 {
		os.Exit(m.Run())
	}
	Room(room)
	runtime.GC()
	for range 100 { // until it was looked at
		time.Sleep(time.Millisecond)
		sink = make([]byte, 4<<20)
	}
	before := collections()
	for range 256 { // 256 MiB in all
		sink = make([]byte, 1<<20)
	}
	_, _ = os.Stdout.WriteString(strconv.FormatUint(collections()-before, 10))
	os.Exit(0)
}

func collections() uint64 {
	s := []metrics.Sample{{Name: "/gc/cycles/total:gc-cycles"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// TestRoom: a process that makes 256 MiB of garbage is collected as often as its room is
// filled, unless its environment says how.
func TestRoom(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	run := func(env ...string) int {
		c := exec.CommandContext(t.Context(), self)
		c.Env = append(os.Environ(), append(env, child+"="+strconv.Itoa(64<<20))...)
		out, err := c.Output()
		require.NoError(t, err)
		n, err := strconv.Atoi(string(out))
		require.NoError(t, err)
		return n
	}
	with, without := run("GOGC="), run("GOGC=100")
	require.LessOrEqual(t, with, 256/64+4)
	require.Greater(t, without, 4*with)
}

// TestOthersDecide: what others set stays.
func TestOthersDecide(t *testing.T) {
	r := &room{bytes: 64 << 20, percent: 100}
	before := debug.SetGCPercent(77)
	defer debug.SetGCPercent(before)
	require.False(t, r.set())
	require.Equal(t, 77, debug.SetGCPercent(77))
}
