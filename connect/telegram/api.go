package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/weal-network/weal/connect"
)

// Config is what a bot needs.
type Config struct {
	// Token is the bot's, as BotFather gave it.
	Token string
	// Secret is what a webhook's requests bring; 1 to 256 of A-Z, a-z, 0-9, _ and -.
	Secret string
	// API is where the Bot API is; empty for Telegram's own.
	API  string
	Desk *connect.Desk
	HTTP *http.Client // nil: one with a timeout that fits long polling
	Log  *slog.Logger // nil: none
	// Wait is slept between tries; nil for the time itself.
	Wait func(context.Context, time.Duration) error
}

// Bot is a Telegram bot.
type Bot struct {
	cfg  Config
	name string // the bot's username, in lower case
	id   int64
	work chan struct{} // a place for each message that is answered at a time
}

const (
	platform   = "telegram"
	usualAPI   = "https://api.telegram.org"
	pollFor    = 50 * time.Second
	maxBody    = 1 << 20
	maxAtWork  = 16
	mostTries  = 5
	longestNap = 5 * time.Minute
)

// New asks Telegram who the bot is.
func New(ctx context.Context, cfg Config) (*Bot, error) {
	if cfg.Token == "" || cfg.Desk == nil {
		return nil, errors.New("telegram: a token and a desk are required")
	}
	if cfg.API == "" {
		cfg.API = usualAPI
	}
	if cfg.HTTP == nil {
		cfg.HTTP = &http.Client{Timeout: pollFor + 20*time.Second}
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Wait == nil {
		cfg.Wait = sleep
	}
	b := &Bot{cfg: cfg, work: make(chan struct{}, maxAtWork)}
	var me User
	if err := b.call(ctx, "getMe", nil, &me); err != nil {
		return nil, err
	}
	b.id, b.name = me.ID, strings.ToLower(me.Username)
	return b, nil
}

// Name is the bot's username.
func (b *Bot) Name() string { return b.name }

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// answer is what every method of the API answers.
type answer struct {
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	ErrorCode   int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter int `json:"retry_after"`
	} `json:"parameters"`
}

// APIError is what Telegram refused.
type APIError struct {
	Method      string
	Code        int
	Description string
}

// Error implements error.
func (e *APIError) Error() string {
	return fmt.Sprintf("telegram: %s: %d %.200s", e.Method, e.Code, e.Description)
}

// call calls a method until it is done, at the pace that Telegram asks for.
func (b *Bot) call(ctx context.Context, method string, args, into any) error {
	for try := 1; ; try++ {
		a, err := b.once(ctx, method, args)
		nap := time.Duration(try*try) * time.Second
		switch {
		case err == nil && a.OK:
			if into == nil {
				return nil
			}
			if err := json.Unmarshal(a.Result, into); err != nil {
				return fmt.Errorf("telegram: %s: read result: %w", method, err)
			}
			return nil
		case err == nil && a.ErrorCode == http.StatusTooManyRequests:
			nap = min(time.Duration(max(a.Parameters.RetryAfter, 1))*time.Second, longestNap)
			err = &APIError{method, a.ErrorCode, a.Description}
		case err == nil:
			err = &APIError{method, a.ErrorCode, a.Description}
			if a.ErrorCode < 500 {
				return err
			}
		}
		if try == mostTries || ctx.Err() != nil {
			return err
		}
		if err := b.cfg.Wait(ctx, nap); err != nil {
			return err
		}
	}
}

// once calls a method once. Errors do not tell the token, which is in the address.
func (b *Bot) once(ctx context.Context, method string, args any) (a answer, err error) {
	body, err := json.Marshal(args)
	if err != nil {
		return a, fmt.Errorf("telegram: %s: %w", method, err)
	}
	if args == nil {
		body = []byte("{}")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.cfg.API+"/bot"+b.cfg.Token+"/"+method, bytes.NewReader(body))
	if err != nil {
		return a, fmt.Errorf("telegram: %s: the token is none", method)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := b.cfg.HTTP.Do(req)
	if err != nil {
		return a, fmt.Errorf("telegram: %s: %s", method, strings.ReplaceAll(err.Error(), b.cfg.Token, "TOKEN")) //nolint:errorlint // its text has the token
	}
	defer func() { _ = res.Body.Close() }()
	said, err := io.ReadAll(io.LimitReader(res.Body, maxBody))
	if err != nil {
		return a, fmt.Errorf("telegram: %s: read answer: %w", method, err)
	}
	if err := json.Unmarshal(said, &a); err != nil {
		a = answer{ErrorCode: http.StatusBadGateway, Description: fmt.Sprintf("%d with an answer that is no JSON", res.StatusCode)}
	}
	return a, nil
}
