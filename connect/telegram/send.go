package telegram

import (
	"context"
	"fmt"
	"html"
	"net/url"
	"strings"

	"github.com/weal-network/weal/agent"
	"github.com/weal-network/weal/connect"
)

// maxMessage is the most units of one message, after its markup is read.
const maxMessage = 4096

// outgoing is a message to send.
type outgoing struct {
	ChatID    int64          `json:"chat_id"`
	Thread    int64          `json:"message_thread_id,omitempty"`
	Text      string         `json:"text"`
	ParseMode string         `json:"parse_mode"`
	ReplyTo   *replyTo       `json:"reply_parameters,omitempty"`
	Preview   map[string]any `json:"link_preview_options"`
}

type replyTo struct {
	MessageID int64 `json:"message_id"`
	// AllowSending sends also if what it replies to is gone.
	AllowSending bool `json:"allow_sending_without_reply"`
}

// tell sends a reply to a message, in as many messages as it takes.
func (b *Bot) tell(ctx context.Context, to *UpdateMsg, r connect.Reply) error {
	for i, text := range Format(r) {
		m := outgoing{
			ChatID: to.Chat.ID, Thread: to.Thread, Text: text, ParseMode: "HTML", Preview: map[string]any{"is_disabled": true},
		}
		if i == 0 {
			m.ReplyTo = &replyTo{to.ID, true}
		}
		if err := b.call(ctx, "sendMessage", m, nil); err != nil {
			return err
		}
	}
	return nil
}

// Format writes a reply as HTML messages: the text, then the passages that it names, then
// what it cost.
func Format(r connect.Reply) []string {
	var out []string
	for _, piece := range connect.Split(r.Text, maxMessage) {
		out = append(out, html.EscapeString(piece))
	}
	var notes []note
	for _, c := range r.Citations {
		if c.Quoted {
			notes = append(notes, newNote(c))
		}
	}
	if r.Cost != "" {
		notes = append(notes, note{plain: r.Cost, html: "<i>" + html.EscapeString(r.Cost) + "</i>"})
	}
	if len(notes) == 0 {
		return out
	}
	// Notes go below the last piece if they fit, else in messages of their own.
	text, units := "", 0
	if n := len(out); n > 0 {
		pieces := connect.Split(r.Text, maxMessage)
		text, units, out = out[n-1]+"\n", connect.Units(pieces[n-1])+1, out[:n-1]
	}
	for _, n := range notes {
		more := connect.Units(n.plain) + 1
		if units+more > maxMessage && text != "" {
			out, text, units = append(out, strings.TrimSpace(text)), "", 0
		}
		text, units = text+"\n"+n.html, units+more
	}
	return append(out, strings.TrimSpace(text))
}

// note is a line below an answer, as it is shown and as it is written.
type note struct{ plain, html string }

// maxTitle bounds the name of a document, in units.
const maxTitle = 200

func newNote(c agent.Citation) note {
	title := connect.Title(c, maxTitle)
	mark := ""
	if !c.Verified {
		mark = " (not verified)"
	}
	n := note{plain: fmt.Sprintf("[%d] %s%s", c.N, title, mark)}
	shown := html.EscapeString(title)
	if u, err := url.Parse(c.Source); err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
		shown = `<a href="` + html.EscapeString(u.String()) + `">` + shown + "</a>"
	}
	n.html = fmt.Sprintf("[%d] %s%s", c.N, shown, mark)
	return n
}
