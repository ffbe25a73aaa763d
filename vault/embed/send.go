package embed

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// maxReply is the most bytes of a reply for one text.
	maxReply = 1 << 20
	// maxWait is the longest pause that an endpoint may ask for.
	maxWait = time.Minute
	// maxMessage is how much of an endpoint's error is shown.
	maxMessage = 300
)

// request is what is sent.
type request struct {
	Model    string   `json:"model"`
	Input    []string `json:"input"`
	Encoding string   `json:"encoding_format,omitempty"`
}

// tooLarge are the answers of endpoints to more texts, or longer ones, than they take.
var tooLarge = map[int]bool{
	http.StatusBadRequest: true, http.StatusRequestEntityTooLarge: true, http.StatusUnprocessableEntity: true,
}

// refusal is an answer other than 200.
type refusal struct {
	status  int
	message string
	after   time.Duration // that the endpoint asks to wait
}

func (r *refusal) Error() string { return fmt.Sprintf("status %d: %s", r.status, r.message) }

// passing reports whether asking again may help.
func (r *refusal) passing() bool {
	return r.status == http.StatusRequestTimeout || r.status == http.StatusTooManyRequests || r.status >= 500
}

// send returns the vectors of inputs. It tries again, up to attempts times, and sends
// halves of what is too large.
func (c *Client) send(ctx context.Context, inputs []string, attempts int, pause time.Duration) ([][]float32, error) {
	for attempt := 1; ; attempt++ {
		vectors, err := c.once(ctx, inputs)
		if err == nil {
			return vectors, nil
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("%w: %w", context.Cause(ctx), err)
		}
		var no *refusal
		wait, again := pause, errors.Is(err, ErrEndpoint)
		if errors.As(err, &no) {
			if tooLarge[no.status] && len(inputs) > 1 {
				return c.halves(ctx, inputs, attempts, pause)
			}
			again = no.passing()
			wait = max(wait, no.after)
			err = c.explain(no, inputs)
		}
		if !again || attempt >= attempts {
			return nil, err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: %w", context.Cause(ctx), err)
		}
		pause *= 2
	}
}

func (c *Client) halves(ctx context.Context, inputs []string, attempts int, pause time.Duration) ([][]float32, error) {
	half := len(inputs) / 2
	first, err := c.send(ctx, inputs[:half], attempts, pause)
	if err != nil {
		return nil, err
	}
	second, err := c.send(ctx, inputs[half:], attempts, pause)
	return append(first, second...), err
}

// explain says what to do about a refusal.
func (c *Client) explain(no *refusal, inputs []string) error {
	hint := ""
	switch {
	case no.status == http.StatusUnauthorized || no.status == http.StatusForbidden:
		hint = "; set the API key"
	case no.status == http.StatusNotFound:
		hint = fmt.Sprintf("; has it the model %q (Ollama: ollama pull %s), and is the address right", c.cfg.Model, c.cfg.Model)
	case tooLarge[no.status]:
		hint = fmt.Sprintf("; if the text of %d bytes is too long for the model %q, set the most bytes of a text lower", len(inputs[0]), c.cfg.Model)
	}
	return fmt.Errorf("%w (%s): %w%s", ErrRefused, c.url, no, hint)
}

// once makes one request.
func (c *Client) once(ctx context.Context, inputs []string) ([][]float32, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	body := request{Model: c.cfg.Model, Input: inputs}
	if c.cfg.Base64 {
		body.Encoding = "base64"
	}
	b, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if c.cfg.Key != "" {
		req.Header.Set("Authorization", "Bearer "+c.cfg.Key)
	}
	resp, err := c.cfg.HTTP.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%w: %w; is it running", ErrEndpoint, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, newRefusal(resp)
	}
	b, err = io.ReadAll(io.LimitReader(resp.Body, int64(len(inputs))*maxReply+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEndpoint, err)
	}
	if len(b) > len(inputs)*maxReply {
		return nil, fmt.Errorf("%w: it is longer than %d bytes", ErrReply, len(inputs)*maxReply)
	}
	vectors, err := parse(b, len(inputs))
	if err != nil {
		return nil, err
	}
	for _, v := range vectors {
		if v != nil {
			return vectors, c.settle(len(v))
		}
	}
	return vectors, nil
}

// newRefusal reads an answer other than 200, of which an error message is shown if
// it has one, else its beginning.
func newRefusal(resp *http.Response) *refusal {
	no := &refusal{status: resp.StatusCode, after: retryAfter(resp.Header.Get("Retry-After"))}
	b, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10)) // what there is of it
	var said struct {
		Error   json.RawMessage `json:"error"`
		Message string          `json:"message"`
	}
	var inner struct {
		Message string `json:"message"`
	}
	no.message = string(b)
	if json.Unmarshal(b, &said) == nil {
		text := ""
		switch {
		case json.Unmarshal(said.Error, &inner) == nil && inner.Message != "":
			no.message = inner.Message
		case json.Unmarshal(said.Error, &text) == nil && text != "":
			no.message = text
		case said.Message != "":
			no.message = said.Message
		}
	}
	no.message = strings.ToValidUTF8(strings.Join(strings.Fields(no.message), " "), "")
	if len(no.message) > maxMessage {
		no.message = strings.ToValidUTF8(no.message[:maxMessage], "") + "…"
	}
	if no.message == "" {
		no.message = http.StatusText(no.status)
	}
	return no
}

// retryAfter reads a header that says how long to wait, in seconds. Dates are passed
// over: the pauses grow anyway.
func retryAfter(header string) time.Duration {
	seconds, err := strconv.ParseFloat(strings.TrimSpace(header), 64)
	if err != nil || !(seconds > 0) {
		return 0
	}
	return time.Duration(min(seconds, maxWait.Seconds()) * float64(time.Second))
}
