package main

import (
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/home"
)

// options are the flags that every command of a home takes.
type options struct {
	home   string
	output string
	quiet  bool
	debug  bool

	began bool // flags and arguments are right, the command is at work
}

// newRoot builds the command tree.
func newRoot(o *options) *cobra.Command {
	root := &cobra.Command{
		Use:   "weal",
		Short: "Own, ask, pay: an AI Layer 1",
		Long: `Weal answers questions from knowledge and models that people own, and pays the
owners for each use.

Start everything on this machine, and ask:

  weal up --ask "What is exposure?"

With --output json, amounts are texts of a denomination's smallest unit, and times
are RFC 3339 in UTC (2027-01-31T12:00:00Z); a time that there is none of is left out.
What somebody signed, such as a receipt, is as it was signed.

Exit codes: 0 fine, 1 failed, 2 wrong usage, 3 nothing matched the question,
4 not enough money or a limit reached, 5 something that is needed is down.`,
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(_ *cobra.Command, _ []string) error {
			if o.output != "text" && o.output != "json" {
				return usageError{fmt.Errorf("--output: want text or json, got %q", o.output)}
			}
			o.began = true
			return nil
		},
	}
	f := root.PersistentFlags()
	f.StringVar(&o.home, "home", home.Default(), "directory of keys, chain and databases ($"+home.Env+")")
	f.StringVarP(&o.output, "output", "o", "text", "text or json")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "print results and errors only")
	f.BoolVar(&o.debug, "debug", false, "log what happens inside to standard error")
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(
		upCommand(o), askCommand(o), searchCommand(o), statusCommand(o),
		vaultCommand(o), modelCommand(o), gatewayCommand(o), watcherCommand(o),
		assetCommand(o), collectionCommand(o), marketCommand(o), councilCommand(o), contributionCommand(o),
		jobCommand(o), scheduleCommand(o),
		tabCommand(o), sendCommand(o), receiptsCommand(o),
		earningsCommand(o), settleCommand(o), claimCommand(o),
		benchCommand(o), chainCommand(), walletCommand(o),
	)
	speakUsage(root)
	return root
}

// logger logs to standard error: warnings, or everything with --debug.
func (o *options) logger() *slog.Logger {
	level := slog.LevelWarn
	if o.debug {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}

// version tells the version that the binary was built from.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "development"
}
