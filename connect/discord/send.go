package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/weal-network/weal/agent"
	"github.com/weal-network/weal/connect"
)

const (
	// maxMessage is the most units of one message.
	maxMessage = 2000
	// mostPieces bounds the messages of one answer.
	mostPieces = 8
	mostTries  = 5
	longestNap = time.Minute
)

// tell puts a reply in the place that is held for it, and what does not fit below.
func (a *App) tell(ctx context.Context, i Interaction, r connect.Reply) error {
	hook := a.cfg.API + "/webhooks/" + a.cfg.ID + "/" + url.PathEscape(i.Token)
	for n, text := range Format(r) {
		method, address := http.MethodPost, hook
		if n == 0 {
			method, address = http.MethodPatch, hook+"/messages/@original"
		}
		if err := a.call(ctx, method, address, newMessage(text, suppressEmbeds), nil); err != nil {
			return err
		}
	}
	return nil
}

// Register makes the command /ask known to Discord, in place of all others of the
// application.
func (a *App) Register(ctx context.Context) error {
	commands := []map[string]any{{
		"name": commandName, "type": 1, "description": "Ask a question, and see what the answer is made from",
		"options": []map[string]any{{"type": 3, "name": optionName, "description": "What do you want to know?", "required": true, "max_length": 2000}},
	}}
	return a.call(ctx, http.MethodPut, a.cfg.API+"/applications/"+a.cfg.ID+"/commands", commands, http.Header{"Authorization": {"Bot " + a.cfg.Token}})
}

// call calls Discord until it is done, at the pace that it asks for. A place that is not
// there yet is waited for: its answer can be on the way still.
func (a *App) call(ctx context.Context, method, address string, body any, header http.Header) error {
	b, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("discord: %w", err)
	}
	for try := 1; ; try++ {
		status, said, err := a.once(ctx, method, address, b, header)
		nap := time.Duration(try*try) * time.Second
		switch {
		case err == nil && status < 300:
			return nil
		case err == nil:
			err = fmt.Errorf("discord: %s: %d %.200s", method, status, said)
			var limited struct {
				RetryAfter float64 `json:"retry_after"`
			}
			if status == http.StatusTooManyRequests && json.Unmarshal(said, &limited) == nil && limited.RetryAfter > 0 {
				nap = min(time.Duration(limited.RetryAfter*float64(time.Second)), longestNap)
			}
			early := status == http.StatusNotFound && method == http.MethodPatch
			if status < 500 && status != http.StatusTooManyRequests && !early {
				return err
			}
		}
		if try == mostTries || ctx.Err() != nil {
			return err
		}
		if err := a.cfg.Wait(ctx, nap); err != nil {
			return err
		}
	}
}

// once calls Discord once. Errors do not tell the interaction's token.
func (a *App) once(ctx context.Context, method, address string, body []byte, header http.Header) (status int, said []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return 0, nil, fmt.Errorf("discord: %s: the address is none", method)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "DiscordBot (https://github.com/weal-network/weal, 1)")
	for name, values := range header {
		req.Header[name] = values
	}
	res, err := a.cfg.HTTP.Do(req)
	if err != nil {
		return 0, nil, fmt.Errorf("discord: %s: it does not answer", method)
	}
	defer func() { _ = res.Body.Close() }()
	said, err = io.ReadAll(io.LimitReader(res.Body, maxBody))
	if err != nil {
		return 0, nil, fmt.Errorf("discord: %s: read answer: %w", method, err)
	}
	return res.StatusCode, said, nil
}

// markup is what Discord reads as its own. A digit's point and a dash are markup at the
// beginning of a line.
var (
	markup = regexp.MustCompile("[\\\\*_~`|<>\\[\\]()#]")
	listed = regexp.MustCompile(`(?m)^(\s*)([-+]|\d+\.)(\s)`)
)

// escape writes text so that none of it is markup.
func escape(text string) string {
	return listed.ReplaceAllStringFunc(markup.ReplaceAllString(text, `\$0`), func(s string) string {
		at := strings.IndexAny(s, "-+.")
		return s[:at] + `\` + s[at:]
	})
}

// Format writes a reply as messages: the text, then the passages that it names, then what
// it cost.
func Format(r connect.Reply) []string {
	text := escape(r.Text)
	var notes []string
	for _, c := range r.Citations {
		if c.Quoted {
			notes = append(notes, note(c))
		}
	}
	if r.Cost != "" {
		notes = append(notes, "-# "+escape(r.Cost))
	}
	if len(notes) > 0 {
		text += "\n\n" + strings.Join(notes, "\n")
	}
	out := split(text)
	if len(out) > mostPieces {
		out = append(out[:mostPieces-1], "…")
	}
	return out
}

// split cuts text; no cut parts a backslash from what it escapes.
func split(text string) []string {
	var out []string
	for _, piece := range connect.Split(text, maxMessage-1) {
		if n := len(out); n > 0 && odd(out[n-1]) {
			out[n-1], piece = strings.TrimSuffix(out[n-1], `\`), `\`+piece
		}
		out = append(out, piece)
	}
	return out
}

// odd reports whether s ends with a backslash that escapes.
func odd(s string) bool { return (len(s)-len(strings.TrimRight(s, `\`)))%2 == 1 }

// maxTitle bounds the name of a document, in units.
const maxTitle = 150

// note is a line below an answer.
func note(c agent.Citation) string {
	title := connect.Title(c, maxTitle)
	mark := ""
	if !c.Verified {
		mark = " (not verified)"
	}
	shown := escape(title)
	if u, err := url.Parse(c.Source); err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && len(u.String()) < maxMessage/4 {
		shown = "[" + shown + "](<" + strings.NewReplacer("<", "%3C", ">", "%3E", ")", "%29", "(", "%28").Replace(u.String()) + ">)"
	}
	return fmt.Sprintf(`\[%d\] %s%s`, c.N, shown, escape(mark))
}
