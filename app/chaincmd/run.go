package chaincmd

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rs/zerolog"

	cmtcli "github.com/cometbft/cometbft/libs/cli"

	"github.com/cosmos/cosmos-sdk/client/flags"
	svrcmd "github.com/cosmos/cosmos-sdk/server/cmd"
)

// envPrefix starts the environment variables that set flags: WEAL_NODE and so on.
const envPrefix = "WEAL"

// Run executes the command that args name. home is the chain's directory if args
// do not name one with --home. Output goes to out, help and prompts to err.
func Run(ctx context.Context, home string, args []string, out, err io.Writer) error {
	root, buildErr := newRoot(home)
	if buildErr != nil {
		return fmt.Errorf("build chain commands: %w", buildErr)
	}
	f := root.PersistentFlags()
	f.String(flags.FlagLogLevel, zerolog.InfoLevel.String(), "what is logged (trace|debug|info|warn|error|disabled or '*:<level>,<module>:<level>')")
	f.String(flags.FlagLogFormat, "plain", "how it is logged (json|plain)")
	f.Bool(flags.FlagLogNoColor, false, "log without colours")
	f.String(flags.FlagVerboseLogLevel, zerolog.DebugLevel.String(), "what is logged during upgrades")
	root.SetOut(out)
	root.SetErr(err)
	root.SetArgs(withHome(args, home))
	return cmtcli.PrepareBaseCmd(root, envPrefix, home).ExecuteContext(svrcmd.CreateExecuteContext(ctx))
}

// withHome names the home in args unless they do. A flag's default would not do:
// the environment's WEAL_HOME is read as --home and means the directory above.
// Where args name that directory, its chain is meant.
func withHome(args []string, home string) []string {
	flag := "--" + flags.FlagHome
	for i, a := range args {
		if dir, ok := strings.CutPrefix(a, flag+"="); ok {
			args = slices.Clone(args)
			args[i] = flag + "=" + chainOf(dir)
			return args
		}
		if a == flag && i+1 < len(args) {
			args = slices.Clone(args)
			args[i+1] = chainOf(args[i+1])
			return args
		}
	}
	return append([]string{flag + "=" + home}, args...)
}

// chainOf returns the chain's directory in a home of everything, or dir itself.
func chainOf(dir string) string {
	inner := filepath.Join(dir, "chain")
	if holdsChain(dir) || !holdsChain(inner) {
		return dir
	}
	return inner
}

func holdsChain(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "config"))
	return err == nil
}
