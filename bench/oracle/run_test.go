package oracle_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/bench/oracle"
	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

// childEnv, if set, makes this test binary the program: weal up or weal operator.
const childEnv = "WEAL_TEST_ORACLE"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) == "" {
		os.Exit(m.Run())
	}
	if err := child(os.Args[1:]); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// child does what the command with these arguments does.
func child(args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	flags := map[string]string{}
	for i := 1; i+1 < len(args); i += 2 {
		flags[args[i]] = args[i+1]
	}
	number := func(name string) int {
		n, err := strconv.Atoi(flags[name])
		if err != nil {
			panic(err) // the bench has said something else
		}
		return n
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	var running interface{ Close() error }
	var err error
	switch args[0] {
	case "up":
		running, err = local.Up(ctx, local.Config{Home: flags["--home"], Ports: home.PortsFrom(number("--ports-from")), Log: log})
	case "operator":
		bond, wrong := types.ParseCoin(flags["--bond"])
		running, err = local.ServeOperator(ctx, local.OperatorConfig{
			Home: flags["--home"], Assets: []types.AssetID{types.AssetID(number("--asset"))}, Bond: bond.Amount, Log: log,
		})
		err = errors.Join(wrong, err)
	}
	if err != nil {
		return err
	}
	fmt.Println("ready")
	<-ctx.Done()
	return running.Close()
}

// A few requests are measured as many are: each is answered once, whatever is killed.
func TestRun(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	f, err := oracle.Run(t.Context(), oracle.Config{
		Requests: 12, Kills: 2, Every: 100 * time.Millisecond,
		Command: func(ctx context.Context, args ...string) *exec.Cmd {
			c := exec.CommandContext(ctx, self, args...)
			c.Env = append(os.Environ(), childEnv+"=1")
			return c
		},
	})
	require.NoError(t, err)
	require.Equal(t, 12, f.Requests)
	require.Equal(t, 12, f.Answered+f.Refunded, "%+v", f)
	require.Zero(t, f.Twice+f.Wrong+f.Open, "%+v", f)
	require.Equal(t, 2, f.Kills)
	require.Positive(t, f.BlocksMedian)
	require.GreaterOrEqual(t, f.Deliveries, f.Answered)
	require.NotEmpty(t, f.Method)
}

func TestConfig(t *testing.T) {
	for _, c := range []oracle.Config{{Requests: -1}, {Requests: 1, Kills: 2}, {Kills: -1}, {Every: time.Millisecond}} {
		_, err := oracle.Run(t.Context(), c)
		require.ErrorContains(t, err, "want")
	}
}
