package main

import (
	"cmp"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/telemetry"
)

// options are the flags that every command of a home takes.
type options struct {
	home   string
	output string
	quiet  bool
	debug  bool

	logFormat, logLevel string

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
			if _, err := telemetry.ParseLevel(o.logLevel); err != nil {
				return usageError{fmt.Errorf("--log-level: %w", err)}
			}
			if _, err := telemetry.NewLogger(os.Stderr, o.logFormat, slog.LevelWarn); err != nil {
				return usageError{fmt.Errorf("--log-format: %w", err)}
			}
			o.began = true
			return nil
		},
	}
	f := root.PersistentFlags()
	f.StringVar(&o.home, "home", home.Default(), "directory of keys, chain and databases ($"+home.Env+")")
	f.StringVarP(&o.output, "output", "o", "text", "text or json")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "print results and errors only")
	f.BoolVar(&o.debug, "debug", false, "log what happens inside to standard error; the same as --log-level debug")
	f.StringVar(&o.logLevel, "log-level", cmp.Or(os.Getenv("WEAL_LOG_LEVEL"), "warn"), "debug, info (a line for each request), warn or error ($WEAL_LOG_LEVEL)")
	f.StringVar(&o.logFormat, "log-format", cmp.Or(os.Getenv("WEAL_LOG_FORMAT"), telemetry.FormatText), "text or json ($WEAL_LOG_FORMAT)")
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(
		upCommand(o), askCommand(o), searchCommand(o), findCommand(o), statusCommand(o), metricsCommand(o),
		vaultCommand(o), modelCommand(o), gatewayCommand(o), appCommand(o), watcherCommand(o), operatorCommand(o),
		assetCommand(o), collectionCommand(o), marketCommand(o), councilCommand(o), contributionCommand(o),
		jobCommand(o), scheduleCommand(o),
		tabCommand(o), sendCommand(o), receiptsCommand(o),
		agentCommand(o), mcpCommand(o), a2aCommand(o), connectCommand(o),
		earningsCommand(o), settleCommand(o), claimCommand(o),
		benchCommand(o), chainCommand(), walletCommand(o),
	)
	speakUsage(root)
	return root
}

// logger logs to standard error: warnings, or what the flags say.
func (o *options) logger() *slog.Logger {
	level, _ := telemetry.ParseLevel(o.logLevel) // checked before the command
	if o.debug {
		level = slog.LevelDebug
	}
	log, err := telemetry.NewLogger(os.Stderr, o.logFormat, level)
	if err != nil {
		return slog.Default() // checked before the command
	}
	return log
}

// version tells the version that the binary was built from.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "development"
}
