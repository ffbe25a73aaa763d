package main

import (
	"net/url"
	"os"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
)

func connectCommand(o *options) *cobra.Command {
	return group("connect", "Answer people in a chat from your own documents", connectTelegram(o), connectDiscord(o))
}

// chatFlags are those of all connectors.
type chatFlags struct {
	agent, question, day string
	minute               int
}

func (f *chatFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.agent, "agent", "", "agent whose purse pays, see: weal agent; default: the home's tab")
	c.Flags().StringVar(&f.question, "per-question", usualConfirm, "the most that one question may cost, in WEAL")
	c.Flags().StringVar(&f.day, "per-person", "0.5", "the most that one person may cost a day (UTC), in WEAL; 0 for no limit")
	c.Flags().IntVar(&f.minute, "per-minute", 6, "the most questions of one person in any minute; 0 for no limit")
}

func (f *chatFlags) read(cmd *cobra.Command, o *options) (k local.Connector, err error) {
	k.Agent, k.Log, k.Limits.PerMinute = f.agent, o.logger(), f.minute
	if k.Limits.PerQuestion, err = parseCoins(f.question); err != nil || k.Limits.PerQuestion.IsZero() {
		return k, wrong(cmd, "--per-question: want the most that a question may cost, for example 0.05, got %q", f.question)
	}
	if k.Limits.PerDay, err = parseCoins(f.day); err != nil {
		return k, wrong(cmd, "--per-person: %w", err)
	}
	return k, nil
}

func connectTelegram(o *options) *cobra.Command {
	var f chatFlags
	var t local.Telegram
	c := &cobra.Command{
		Use:   "telegram",
		Short: "Answer in Telegram, as a bot",
		Long: `Telegram answers what people ask a bot: everything in a private chat, and in groups what
is addressed to it: /ask QUESTION, a mention, or a reply to it. The bot's token, from
BotFather, is read from the environment variable TELEGRAM_BOT_TOKEN.

Without --listen the bot asks Telegram for messages (long polling). With it, Telegram
sends them to --url, which must lead to --listen by HTTPS; the environment variable
TELEGRAM_WEBHOOK_SECRET then holds what Telegram shows to be known by.

What a person costs is bounded by --per-question and --per-person, and what all cost by
the limits of --agent. A message is answered once, whatever restarts.`,
		Example: `  TELEGRAM_BOT_TOKEN=123456:ABC… weal connect telegram --agent helpdesk
  weal connect telegram --listen 127.0.0.1:8420 --url https://bot.example.org/telegram`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			k, err := f.read(cmd, o)
			if err != nil {
				return err
			}
			t.Connector, t.Token, t.Secret, t.API = k, os.Getenv("TELEGRAM_BOT_TOKEN"), os.Getenv("TELEGRAM_WEBHOOK_SECRET"), os.Getenv("TELEGRAM_API_URL")
			u, err := url.Parse(t.URL)
			switch {
			case t.Token == "":
				return wrong(cmd, "set TELEGRAM_BOT_TOKEN to the bot's token, as BotFather gave it")
			case (t.Listen == "") != (t.URL == ""):
				return wrong(cmd, "--listen and --url go together")
			case t.Listen != "" && (err != nil || u.Scheme != "https"):
				return wrong(cmd, "--url: Telegram wants an https address, got %q", t.URL)
			case t.Listen != "" && t.Secret == "":
				return wrong(cmd, "set TELEGRAM_WEBHOOK_SECRET to a long random text of A-Z, a-z, 0-9, _ and -")
			}
			return o.withClient(cmd, func(client *local.Client) error {
				return client.ConnectTelegram(cmd.Context(), t, o.told("Telegram bot"))
			})
		},
	}
	f.add(c)
	c.Flags().StringVar(&t.Listen, "listen", "", "address of the webhook, for example 127.0.0.1:8420; default: long polling")
	c.Flags().StringVar(&t.URL, "url", "", "https address at which Telegram reaches --listen")
	return c
}

func connectDiscord(o *options) *cobra.Command {
	var f chatFlags
	var d local.Discord
	c := &cobra.Command{
		Use:   "discord",
		Short: "Answer in Discord, as an application with the command /ask",
		Long: `Discord answers the command /ask of a Discord application. The application's interactions
endpoint URL, on its page, must lead to --listen by HTTPS. The environment variables
DISCORD_APPLICATION_ID and DISCORD_PUBLIC_KEY are what its page shows; requests that are
not signed with that key are refused. --register makes the command known first, for
which DISCORD_BOT_TOKEN holds the bot's token.

What a person costs is bounded by --per-question and --per-person, and what all cost by
the limits of --agent. An interaction is answered once, whatever restarts.`,
		Example: `  weal connect discord --listen 127.0.0.1:8430 --agent helpdesk
  weal connect discord --listen 127.0.0.1:8430 --register`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			k, err := f.read(cmd, o)
			if err != nil {
				return err
			}
			d.Connector, d.ID, d.PublicKey = k, os.Getenv("DISCORD_APPLICATION_ID"), os.Getenv("DISCORD_PUBLIC_KEY")
			d.Token, d.API = os.Getenv("DISCORD_BOT_TOKEN"), os.Getenv("DISCORD_API_URL")
			switch {
			case d.ID == "" || d.PublicKey == "":
				return wrong(cmd, "set DISCORD_APPLICATION_ID and DISCORD_PUBLIC_KEY to what the application's page shows")
			case d.Register && d.Token == "":
				return wrong(cmd, "--register: set DISCORD_BOT_TOKEN to the bot's token")
			}
			return o.withClient(cmd, func(client *local.Client) error {
				return client.ConnectDiscord(cmd.Context(), d, o.told("Discord endpoint"))
			})
		},
	}
	f.add(c)
	c.Flags().StringVar(&d.Listen, "listen", "127.0.0.1:8430", "address of the interactions endpoint")
	c.Flags().BoolVar(&d.Register, "register", false, "make the command /ask known to Discord first")
	return c
}
