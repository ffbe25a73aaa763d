package connect

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/weal-network/weal/agent"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/types"
)

// Message is what a person asks.
type Message struct {
	// Platform is the adapter's name. With ID it names the message.
	Platform string
	ID       string
	// User is who asks, by the platform's own number.
	User string
	Text string
}

// Reply is what the person is told.
type Reply struct {
	// Text is an answer with its [n], or why there is none.
	Text string
	// Citations are what the text names.
	Citations []agent.Citation
	// Cost is what it cost, for people; empty if nothing.
	Cost string
}

// Limits are what one person may have.
type Limits struct {
	// PerQuestion and PerDay bound what a person may cost, in the smallest unit. Zero is
	// no bound for a day; a question always has one.
	PerQuestion, PerDay types.Amount
	// PerMinute bounds questions; zero is no bound.
	PerMinute int
}

// Config is what a desk needs.
type Config struct {
	Agent  agent.Agent
	DB     *sql.DB
	Limits Limits
	Log    *slog.Logger     // nil: none
	Now    func() time.Time // nil: time.Now
}

const (
	// maxQuestion bounds a question, in bytes.
	maxQuestion = 8 << 10
	// patience bounds how long an answer may take.
	patience = 10 * time.Minute
	// remembered is for how long a message is known to have been seen.
	remembered = 14 * 24 * time.Hour
)

var schema = []string{
	`CREATE TABLE IF NOT EXISTS connect_seen (platform TEXT NOT NULL, id TEXT NOT NULL, time BIGINT NOT NULL, PRIMARY KEY (platform, id))`,
	`CREATE INDEX IF NOT EXISTS connect_seen_time ON connect_seen (time)`,
	`CREATE TABLE IF NOT EXISTS connect_spent (
		platform TEXT NOT NULL, person TEXT NOT NULL, day BIGINT NOT NULL, spent TEXT NOT NULL,
		PRIMARY KEY (platform, person, day))`,
	`CREATE TABLE IF NOT EXISTS connect_marks (platform TEXT PRIMARY KEY, mark BIGINT NOT NULL)`,
}

// Desk answers people.
type Desk struct {
	cfg Config

	mu     sync.Mutex
	recent map[string][]time.Time // of each person's questions
}

// Open opens a desk.
func Open(ctx context.Context, cfg Config) (*Desk, error) {
	if cfg.Agent == nil || cfg.DB == nil || cfg.Limits.PerQuestion.IsZero() {
		return nil, errors.New("connect: an agent, a database and a limit per question are required")
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if err := keep.Schema(ctx, cfg.DB, "connect", 1, schema...); err != nil {
		return nil, err
	}
	return &Desk{cfg: cfg, recent: map[string][]time.Time{}}, nil
}

// First reports whether a message was never seen before, and writes down that it was.
func (d *Desk) First(ctx context.Context, platform, id string) (first bool, err error) {
	now := d.cfg.Now()
	err = keep.Write(ctx, d.cfg.DB, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM connect_seen WHERE time < $1`, now.Add(-remembered).UnixMilli()); err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, `INSERT INTO connect_seen (platform, id, time) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			platform, id, now.UnixMilli())
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		first = n == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("connect: write down a message: %w", err)
	}
	return first, nil
}

// Mark is the number up to which a platform's messages were taken.
func (d *Desk) Mark(ctx context.Context, platform string) (mark int64, err error) {
	err = d.cfg.DB.QueryRowContext(ctx, `SELECT mark FROM connect_marks WHERE platform = $1`, platform).Scan(&mark)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return mark, err
}

// SetMark keeps the number up to which a platform's messages were taken.
func (d *Desk) SetMark(ctx context.Context, platform string, mark int64) error {
	return keep.Write(ctx, d.cfg.DB, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO connect_marks (platform, mark) VALUES ($1, $2)
			ON CONFLICT (platform) DO UPDATE SET mark = excluded.mark`, platform, mark)
		return err
	})
}

// Answer answers a message that was not seen before, and pays for it. It always has
// something to say.
func (d *Desk) Answer(ctx context.Context, m Message) Reply {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	text := strings.TrimSpace(m.Text)
	switch {
	case text == "":
		return Reply{Text: "Ask me something, for example: /ask What is exposure?"}
	case len(text) > maxQuestion || !utf8.ValidString(text):
		return Reply{Text: fmt.Sprintf("That question is too long; %d characters are too many.", utf8.RuneCountInString(text))}
	case !d.turn(m):
		return Reply{Text: "You have asked a lot in the last minute. Wait a little, and ask again."}
	}
	day := d.cfg.Now().Unix() / (24 * 60 * 60)
	if ok, err := d.reserve(ctx, m, day, d.cfg.Limits.PerQuestion); err != nil {
		return d.failed(m, err)
	} else if !ok {
		return Reply{Text: "What you may ask today is used up. It begins anew at 00:00 UTC."}
	}
	a, err := d.cfg.Agent.Ask(ctx, agent.Question{Text: text, AtMost: d.cfg.Limits.PerQuestion})
	cost, parsed := types.ParseAmount(a.Cost.Total.Amount)
	if parsed == nil || notPaid(err) {
		left, _ := d.cfg.Limits.PerQuestion.Sub(cost)
		if err := d.giveBack(context.WithoutCancel(ctx), m, day, left); err != nil {
			d.cfg.Log.Warn("a budget keeps what was not spent", "platform", m.Platform, "error", err)
		}
	}
	if err != nil && a.Text == "" {
		return d.failed(m, err)
	}
	return Reply{Text: a.Text, Citations: a.Citations, Cost: a.Cost.Total.Text}
}

// notPaid reports whether an error says that nothing was paid.
func notPaid(err error) bool {
	var dear *agent.DearError
	var unpaid *agent.UnpaidError
	return errors.As(err, &dear) || errors.As(err, &unpaid)
}

// failed tells a person why there is no answer, without what is the owner's to know.
func (d *Desk) failed(m Message, err error) Reply {
	var dear *agent.DearError
	if errors.As(err, &dear) {
		return Reply{Text: fmt.Sprintf("That would cost up to %s, more than a question may cost here. Ask for something narrower.", dear.Quote.Most.Text)}
	}
	d.cfg.Log.Warn("a question was not answered", "platform", m.Platform, "error", err)
	if NothingFound(err) {
		return Reply{Text: "I have found nothing about that."}
	}
	return Reply{Text: "I could not answer that now. Try again later."}
}

// turn reports whether a person may ask now, and counts it.
func (d *Desk) turn(m Message) bool {
	if d.cfg.Limits.PerMinute <= 0 {
		return true
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.cfg.Now()
	who := m.Platform + "/" + m.User
	since := d.recent[who]
	for len(since) > 0 && now.Sub(since[0]) >= time.Minute {
		since = since[1:]
	}
	if len(since) >= d.cfg.Limits.PerMinute {
		d.recent[who] = since
		return false
	}
	if len(d.recent) > maxPeople {
		clear(d.recent) // it guards the service, not the money
	}
	d.recent[who] = append(since, now)
	return true
}

// maxPeople bounds of how many people the last minute is known.
const maxPeople = 10_000
