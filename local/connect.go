package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/weal-network/weal/connect"
	"github.com/weal-network/weal/connect/discord"
	"github.com/weal-network/weal/connect/telegram"
)

// Connector says how people in a chat are answered.
type Connector struct {
	// Agent is whose purse pays; empty for the home's tab.
	Agent  string
	Limits connect.Limits
	Log    *slog.Logger
}

// desk opens the desk behind a connector.
func (c *Client) desk(ctx context.Context, k Connector) (*connect.Desk, error) {
	a, err := c.Agent(ctx, k.Agent)
	if err != nil {
		return nil, err
	}
	db, err := c.AgentDB()
	if err != nil {
		return nil, err
	}
	return connect.Open(ctx, connect.Config{Agent: a, DB: db, Limits: k.Limits, Log: k.Log})
}

// Telegram is a bot, and how it hears.
type Telegram struct {
	Connector
	Token string
	// Listen is the address of its webhook, empty for long polling; URL is where Telegram
	// reaches it, and Secret what Telegram sends.
	Listen, URL, Secret string
	// API is where the Bot API is; empty for Telegram's own.
	API string
}

// ConnectTelegram answers a Telegram bot's chats until ctx ends; ready is told who the
// bot is.
func (c *Client) ConnectTelegram(ctx context.Context, t Telegram, ready func(string)) error {
	desk, err := c.desk(ctx, t.Connector)
	if err != nil {
		return err
	}
	bot, err := telegram.New(ctx, telegram.Config{Token: t.Token, Secret: t.Secret, API: t.API, Desk: desk, Log: t.Log})
	if err != nil {
		return err
	}
	if t.Listen == "" {
		ready("@" + bot.Name())
		return bot.Poll(ctx)
	}
	return listening(ctx, "Telegram webhook", t.Listen, bot.Handler(ctx), t.Log, func() error {
		if err := bot.SetWebhook(ctx, t.URL); err != nil {
			return err
		}
		ready("@" + bot.Name())
		return nil
	})
}

// Discord is an application, and where it hears.
type Discord struct {
	Connector
	ID, PublicKey, Token string
	Listen               string
	// Register makes the command known first.
	Register bool
	// API is where Discord's API is; empty for Discord's own.
	API string
}

// ConnectDiscord answers a Discord application's command until ctx ends.
func (c *Client) ConnectDiscord(ctx context.Context, d Discord, ready func(string)) error {
	desk, err := c.desk(ctx, d.Connector)
	if err != nil {
		return err
	}
	app, err := discord.New(discord.Config{ID: d.ID, PublicKey: d.PublicKey, Token: d.Token, API: d.API, Desk: desk, Log: d.Log})
	if err != nil {
		return err
	}
	if d.Register {
		if d.Token == "" {
			return errors.New("discord: to register the command the bot's token is needed")
		}
		if err := app.Register(ctx); err != nil {
			return fmt.Errorf("register the command: %w", err)
		}
	}
	return listening(ctx, "Discord endpoint", d.Listen, app.Handler(ctx), d.Log, func() error {
		ready("http://" + d.Listen)
		return nil
	})
}

// listening serves h until ctx ends, or begun fails, which is called when it listens.
func listening(ctx context.Context, name, addr string, h http.Handler, log *slog.Logger, begun func() error) error {
	server, err := serve(name, addr, h, log)
	if err != nil {
		return err
	}
	if err := begun(); err != nil {
		return errors.Join(err, server.stop())
	}
	<-ctx.Done()
	return server.stop()
}
