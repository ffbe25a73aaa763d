package discord

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"time"

	"github.com/weal-network/weal/connect"
	"github.com/weal-network/weal/wire"
)

// Config is what an application needs.
type Config struct {
	// ID and PublicKey are the application's, as its page shows them.
	ID, PublicKey string
	// Token is its bot's; only Register needs it.
	Token string
	// API is where Discord's API is; empty for Discord's own.
	API  string
	Desk *connect.Desk
	HTTP *http.Client // nil: one with a timeout
	Log  *slog.Logger // nil: none
	// Wait is slept between tries; nil for the time itself.
	Wait func(context.Context, time.Duration) error
}

// App is a Discord application.
type App struct {
	cfg  Config
	key  ed25519.PublicKey
	work chan struct{} // a place for each question that is answered at a time
}

const (
	platform    = "discord"
	commandName = "ask"
	optionName  = "question"
	usualAPI    = "https://discord.com/api/v10"
	maxBody     = 1 << 20
	maxAtWork   = 16
	// tokenLife is for how long an interaction can be answered.
	tokenLife = 15*time.Minute - 30*time.Second
)

var goodID = regexp.MustCompile(`^[0-9]{1,20}$`)

// New makes an application.
func New(cfg Config) (*App, error) {
	key, err := hex.DecodeString(cfg.PublicKey)
	switch {
	case cfg.Desk == nil:
		return nil, errors.New("discord: a desk is required")
	case !goodID.MatchString(cfg.ID):
		return nil, errors.New("discord: the application's id is a number; its page shows it")
	case err != nil || len(key) != ed25519.PublicKeySize:
		return nil, errors.New("discord: the application's public key is 64 hex digits; its page shows it")
	}
	if cfg.API == "" {
		cfg.API = usualAPI
	}
	if cfg.HTTP == nil {
		cfg.HTTP = &http.Client{Timeout: 30 * time.Second}
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Wait == nil {
		cfg.Wait = sleep
	}
	return &App{cfg: cfg, key: key, work: make(chan struct{}, maxAtWork)}, nil
}

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

// response answers an interaction.
type response struct {
	Type int      `json:"type"`
	Data *message `json:"data,omitempty"`
}

// message is text in a channel.
type message struct {
	Content string `json:"content"`
	Flags   int    `json:"flags,omitempty"`
	// Mentions names nobody, so that nobody is notified.
	Mentions mentions `json:"allowed_mentions"`
}

type mentions struct {
	Parse []string `json:"parse"`
}

// suppressEmbeds shows no previews of links; ephemeral shows the message to who asked
// alone.
const (
	suppressEmbeds = 1 << 2
	ephemeral      = 1 << 6
)

func newMessage(text string, flags int) message {
	return message{Content: text, Flags: flags, Mentions: mentions{Parse: []string{}}}
}

// Handler takes interactions until ctx ends.
func (a *App) Handler(ctx context.Context) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil || !signed(a.key, r.Header, body) {
			wire.WriteError(w, wire.NewError(http.StatusUnauthorized, wire.TypeAuthentication, "bad_signature", "the request is not signed with the application's key"))
			return
		}
		i, err := ParseInteraction(body)
		if err != nil {
			wire.WriteError(w, wire.NewError(http.StatusBadRequest, wire.TypeInvalidRequest, "bad_json", "%v", err))
			return
		}
		if i.Type == kindPing {
			wire.WriteJSON(w, http.StatusOK, response{Type: replyPong})
			return
		}
		a.asked(ctx, w, i)
	})
}

// asked holds a place for the answer, and answers beside it.
func (a *App) asked(ctx context.Context, w http.ResponseWriter, i Interaction) {
	text, ok := i.question()
	tell := func(text string) {
		m := newMessage(text, ephemeral)
		wire.WriteJSON(w, http.StatusOK, response{Type: replyMessage, Data: &m})
	}
	if !ok || i.who() == "" || i.ApplicationID != "" && i.ApplicationID != a.cfg.ID {
		tell("I know one command: /ask")
		return
	}
	first, err := a.cfg.Desk.First(ctx, platform+":"+a.cfg.ID, i.ID)
	if err != nil {
		wire.WriteError(w, err)
		return
	}
	if !first {
		wire.WriteJSON(w, http.StatusOK, response{Type: replyDeferred})
		return // it is being answered, or was
	}
	select {
	case a.work <- struct{}{}:
	default:
		tell("Many are asking just now. Ask again in a minute.")
		return
	}
	wire.WriteJSON(w, http.StatusOK, response{Type: replyDeferred})
	ctx, stop := context.WithTimeout(ctx, tokenLife)
	go func() {
		defer func() { stop(); <-a.work }()
		r := a.cfg.Desk.Answer(ctx, connect.Message{Platform: platform, ID: i.ID, User: i.who(), Text: text})
		if err := a.tell(ctx, i, r); err != nil {
			a.cfg.Log.Warn("an answer was not sent", "error", err)
		}
	}()
}
