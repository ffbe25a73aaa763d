package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAgentsAreRefusedEarly: what is wrong with how an agent is to be served, or a chat
// connected, is told before anything is connected to.
func TestAgentsAreRefusedEarly(t *testing.T) {
	for _, name := range []string{"TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET", "DISCORD_APPLICATION_ID", "DISCORD_PUBLIC_KEY"} {
		t.Setenv(name, "")
	}
	for want, args := range map[string][]string{
		"mcp: --no-key: callers of 0.0.0.0:8400 may be anybody; listen on 127.0.0.1, or have them send an API key": {"mcp", "--listen", "0.0.0.0:8400", "--no-key"},
		"mcp: --no-key, --allow-origin and --url are for --listen":                                                 {"mcp", "--no-key"},
		"mcp: --confirm-above: amount: want for example 1.5 or 1500000aweal, got \"much\"":                         {"mcp", "--confirm-above", "much"},
		"mcp: want no arguments, got [\"x\"]; see: weal mcp --help":                                                {"mcp", "x"},
		"a2a: say where to listen: weal a2a --listen 127.0.0.1:8410":                                               {"a2a"},
		"agent create: agent: the name is 1 to 32 of a-z, 0-9 and -, got \"A B\"":                                  {"agent", "create", "A B"},
		"agent create: agent: want 1 to 16 lanes, got 17":                                                          {"agent", "create", "reader", "--lanes", "17"},
		"agent create: want a name: weal agent create researcher --amount 2":                                       {"agent", "create"},
		"connect telegram: set TELEGRAM_BOT_TOKEN to the bot's token, as BotFather gave it":                        {"connect", "telegram"},
		"connect telegram: --per-question: want the most that a question may cost, for example 0.05, got \"0\"":    {"connect", "telegram", "--per-question", "0"},
		"connect discord: set DISCORD_APPLICATION_ID and DISCORD_PUBLIC_KEY to what the application's page shows":  {"connect", "discord"},
	} {
		o := &options{}
		root := newRoot(o)
		root.SetArgs(append(args, "--home", t.TempDir()))
		root.SetOut(&bytes.Buffer{})
		err := root.Execute()
		require.EqualError(t, err, want)
		require.Equal(t, exitUsage, exitCode(err), want)
	}
}
