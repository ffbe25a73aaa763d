package telegram

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/weal-network/weal/connect"
)

// User is a person or a bot.
type User struct {
	ID       int64  `json:"id"`
	IsBot    bool   `json:"is_bot"`
	Username string `json:"username"`
}

// Chat is where a message was written.
type Chat struct {
	ID   int64  `json:"id"`
	Type string `json:"type"` // private, group, supergroup, channel
}

// Update is what Telegram tells a bot of. Of all kinds only messages are read.
type Update struct {
	ID      int64      `json:"update_id"`
	Message *UpdateMsg `json:"message"`
}

// UpdateMsg is a message.
type UpdateMsg struct {
	ID      int64      `json:"message_id"`
	Thread  int64      `json:"message_thread_id"`
	From    *User      `json:"from"`
	Chat    Chat       `json:"chat"`
	Text    string     `json:"text"`
	ReplyTo *UpdateMsg `json:"reply_to_message"`
	// ViaBot is the bot through which it was written.
	ViaBot *User `json:"via_bot"`
}

// ParseUpdate reads an update.
func ParseUpdate(body []byte) (u Update, err error) {
	if err := json.Unmarshal(body, &u); err != nil {
		return u, fmt.Errorf("telegram: read update: %w", err)
	}
	return u, nil
}

// asked is the question in an update that is for the bot, and false for one that is
// none.
func (b *Bot) asked(u Update) (connect.Message, bool) {
	m := u.Message
	if m == nil || m.From == nil || m.From.IsBot || m.ViaBot != nil || m.Text == "" || m.Chat.Type == "channel" {
		return connect.Message{}, false
	}
	text, said := b.command(m.Text)
	if !said {
		mention := "@" + b.name
		at := strings.Index(strings.ToLower(m.Text), mention)
		mentioned := b.name != "" && at >= 0 && len(strings.ToLower(m.Text)) == len(m.Text)
		replied := m.ReplyTo != nil && m.ReplyTo.From != nil && m.ReplyTo.From.ID == b.id
		private := m.Chat.Type == "private" || m.Chat.Type == "" && m.Chat.ID == m.From.ID
		if !mentioned && !replied && !private || strings.HasPrefix(m.Text, "/") {
			return connect.Message{}, false
		}
		if mentioned {
			text = m.Text[:at] + m.Text[at+len(mention):]
		} else {
			text = m.Text
		}
	}
	return connect.Message{
		Platform: platform, ID: strconv.FormatInt(u.ID, 10), User: strconv.FormatInt(m.From.ID, 10), Text: strings.TrimSpace(text),
	}, true
}

// command is what stands behind /ask, /start or /help, and false for another.
func (b *Bot) command(text string) (question string, ok bool) {
	word, rest, _ := strings.Cut(strings.ReplaceAll(text, "\n", " "), " ")
	name, to, addressed := strings.Cut(word, "@")
	if addressed && !strings.EqualFold(to, b.name) {
		return "", false
	}
	switch strings.ToLower(name) {
	case "/ask":
		if len(text) > len(word) {
			rest = text[len(word)+1:]
		}
		return strings.TrimSpace(rest), true
	case "/start", "/help":
		return "", true
	}
	return "", false
}
