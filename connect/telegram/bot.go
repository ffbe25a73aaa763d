package telegram

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"time"

	"github.com/weal-network/weal/wire"
)

// headerSecret brings the secret that a webhook was set up with.
const headerSecret = "X-Telegram-Bot-Api-Secret-Token"

var goodSecret = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

// SetWebhook has Telegram send updates to url. Updates that wait are kept.
func (b *Bot) SetWebhook(ctx context.Context, url string) error {
	if !goodSecret.MatchString(b.cfg.Secret) {
		return errors.New("telegram: a webhook needs a secret of 1 to 256 of A-Z, a-z, 0-9, _ and -")
	}
	return b.call(ctx, "setWebhook", map[string]any{
		"url": url, "secret_token": b.cfg.Secret, "allowed_updates": []string{"message"},
	}, nil)
}

// Handler takes updates from Telegram until ctx ends. What was taken is answered beside
// it: Telegram sends an update again that is not acknowledged soon.
func (b *Bot) Handler(ctx context.Context) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !b.secret(r.Header.Get(headerSecret)) {
			wire.WriteError(w, wire.NewError(http.StatusUnauthorized, wire.TypeAuthentication, "wrong_secret", "this is for Telegram, which sends the bot's secret"))
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			wire.WriteError(w, wire.NewError(http.StatusBadRequest, wire.TypeInvalidRequest, "bad_body", "%v", err))
			return
		}
		u, err := ParseUpdate(body)
		if err == nil {
			err = b.take(ctx, u, nil)
		}
		if err != nil {
			wire.WriteError(w, wire.NewError(http.StatusBadRequest, wire.TypeInvalidRequest, "bad_json", "%v", err))
			return
		}
		w.WriteHeader(http.StatusOK)
	})
}

// secret compares in a time that does not depend on what is sent.
func (b *Bot) secret(got string) bool {
	want, have := sha256.Sum256([]byte(b.cfg.Secret)), sha256.Sum256([]byte(got))
	return b.cfg.Secret != "" && subtle.ConstantTimeCompare(want[:], have[:]) == 1
}

// Poll asks Telegram for updates until ctx ends, and returns when all that was taken is
// answered. A webhook that was set before is taken back.
func (b *Bot) Poll(ctx context.Context) error {
	if err := b.call(ctx, "deleteWebhook", map[string]any{"drop_pending_updates": false}, nil); err != nil {
		return err
	}
	mark, err := b.cfg.Desk.Mark(ctx, b.mark())
	if err != nil {
		return err
	}
	var answering sync.WaitGroup
	defer answering.Wait()
	for ctx.Err() == nil {
		var updates []Update
		err := b.call(ctx, "getUpdates", map[string]any{
			"offset": mark, "timeout": int(pollFor / time.Second), "allowed_updates": []string{"message"},
		}, &updates)
		if ctx.Err() != nil {
			return nil
		}
		var refused *APIError
		if errors.As(err, &refused) && refused.Code < 500 && refused.Code != http.StatusTooManyRequests {
			return err // another token, or another process that polls
		}
		if err != nil {
			b.cfg.Log.Warn("no updates", "error", err)
			continue
		}
		for _, u := range updates {
			if err := b.take(ctx, u, &answering); err != nil {
				return err
			}
			mark = max(mark, u.ID+1)
		}
		if len(updates) > 0 {
			if err := b.cfg.Desk.SetMark(ctx, b.mark(), mark); err != nil {
				return err
			}
		}
	}
	return nil
}

// mark names where the bot's updates were taken up to.
func (b *Bot) mark() string { return platform + ":" + strconv.FormatInt(b.id, 10) }

// take has an update answered, if it is a question that was not seen before.
func (b *Bot) take(ctx context.Context, u Update, answering *sync.WaitGroup) error {
	m, ok := b.asked(u)
	if !ok {
		return nil
	}
	first, err := b.cfg.Desk.First(ctx, b.mark(), m.ID)
	if err != nil || !first {
		return err
	}
	select {
	case b.work <- struct{}{}:
	case <-ctx.Done():
		return nil
	}
	if answering != nil {
		answering.Add(1)
	}
	go func() {
		defer func() {
			<-b.work
			if answering != nil {
				answering.Done()
			}
		}()
		// A person sees that something is done; it does no harm if that fails.
		_ = b.call(ctx, "sendChatAction", map[string]any{"chat_id": u.Message.Chat.ID, "action": "typing"}, nil)
		if err := b.tell(ctx, u.Message, b.cfg.Desk.Answer(ctx, m)); err != nil {
			b.cfg.Log.Warn("an answer was not sent", "error", err)
		}
	}()
	return nil
}
