package gateway

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/template"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/weal-network/weal/model/prompt"
	"github.com/weal-network/weal/types"
)

// DefaultPrompt is the system text of an app that has none of its own.
const DefaultPrompt = `You are {{.App}}. Answer the question from the numbered passages below and from nothing else.
After each statement put the number of the passage that it rests on, like [1].
If the passages do not answer the question, say so. Answer in the language of the question.

{{.Passages}}
`

// App is what an app file says: which assets answer, and how.
type App struct {
	// Name is the model id that clients ask for.
	Name string `yaml:"name"`
	// Model is the asset that writes the answer, Vaults those that are searched.
	Model  types.AssetID   `yaml:"model"`
	Vaults []types.AssetID `yaml:"vaults"`
	// Passages is the most passages that are bought for a question.
	Passages int `yaml:"passages"`
	// MaxTokens is the most metered tokens of an answer.
	MaxTokens int `yaml:"max_tokens"`
	// Prompt is the system text: a Go template in which {{.App}} is the name and
	// {{.Passages}}, which must be there, the block of numbered passages.
	Prompt string `yaml:"prompt"`
	Limits Limits `yaml:"limits"`
}

// Limits bounds what a question may take.
type Limits struct {
	// QuestionBytes bounds the question, MessageBytes all of a client's messages.
	QuestionBytes int `yaml:"question_bytes"`
	MessageBytes  int `yaml:"message_bytes"`
	// OfferTimeout is how long vaults are waited for.
	OfferTimeout time.Duration `yaml:"offer_timeout"`
	// TickWait is how long a stream waits for the app's own tick.
	TickWait time.Duration `yaml:"tick_wait"`
}

const (
	maxPassages = 32
	maxVaults   = 64
	// maxInstructions bounds an app's own text in a prompt, in bytes: purses
	// refuse quotes for longer ones.
	maxInstructions = 8 << 10
)

// LoadApp reads an app file.
func LoadApp(path string) (App, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return App{}, fmt.Errorf("read app file: %w", err)
	}
	a, err := ParseApp(b)
	if err != nil {
		return App{}, fmt.Errorf("app file %s: %w", path, err)
	}
	return a, nil
}

// ParseApp reads an app file's YAML, fills in defaults and checks it. A field
// that is not known is an error: it would otherwise be ignored unnoticed.
func ParseApp(b []byte) (App, error) {
	var a App
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	if err := d.Decode(&a); err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("it is empty")
		}
		return App{}, fmt.Errorf("read YAML: %w", err)
	}
	return a.Normal()
}

// Normal returns the app with defaults filled in, or what is wrong with it.
func (a App) Normal() (App, error) {
	setDefault(&a.Passages, 4)
	setDefault(&a.MaxTokens, 512)
	setDefault(&a.Limits.QuestionBytes, 4<<10)
	setDefault(&a.Limits.MessageBytes, 64<<10)
	setDefault(&a.Limits.OfferTimeout, 3*time.Second)
	setDefault(&a.Limits.TickWait, 30*time.Second)
	if strings.TrimSpace(a.Prompt) == "" {
		a.Prompt = DefaultPrompt
	}
	if err := a.check(); err != nil {
		return App{}, err
	}
	return a, nil
}

func setDefault[T int | time.Duration](field *T, value T) {
	if *field == 0 {
		*field = value
	}
}

func (a App) check() error {
	switch l := a.Limits; {
	case strings.TrimSpace(a.Name) == "" || len(a.Name) > 100 || strings.ContainsAny(a.Name, "\r\n\t"):
		return errors.New("name: want 1 to 100 characters on one line; clients ask for the app by it")
	case a.Model == 0:
		return errors.New("model: want the asset id of a model")
	case len(a.Vaults) == 0 || len(a.Vaults) > maxVaults:
		return fmt.Errorf("vaults: want 1 to %d asset ids", maxVaults)
	case a.Passages < 1 || a.Passages > maxPassages:
		return fmt.Errorf("passages: want 1 to %d, got %d", maxPassages, a.Passages)
	case a.MaxTokens < 1 || a.MaxTokens > 1<<16:
		return fmt.Errorf("max_tokens: want 1 to %d, got %d", 1<<16, a.MaxTokens)
	case l.QuestionBytes < 1 || l.MessageBytes < l.QuestionBytes || l.MessageBytes > 4<<20:
		return errors.New("limits: want question_bytes from 1, message_bytes no less, and at most 4 MiB")
	case l.OfferTimeout < 0 || l.TickWait < 0:
		return errors.New("limits: times cannot be negative")
	}
	seen := map[types.AssetID]bool{a.Model: true}
	for _, v := range a.Vaults {
		if v == 0 || seen[v] {
			return fmt.Errorf("vaults: asset %d is zero, named twice, or the model", v)
		}
		seen[v] = true
	}
	return a.checkPrompt()
}

// checkPrompt renders the prompt with a passage and looks for it.
func (a App) checkPrompt() error {
	sample := prompt.Format([]prompt.Passage{{N: 1, Source: "source", Text: "text"}})
	in, err := a.instructions()
	if err != nil {
		return err
	}
	text, err := in.render(sample)
	if err != nil {
		return err
	}
	if len(prompt.Parse(text)) != 1 {
		return errors.New("prompt: {{.Passages}} is missing, or not on lines of its own")
	}
	if n := len(text) - len(sample); n > maxInstructions {
		return fmt.Errorf("prompt: the instructions are %d bytes, more than %d", n, maxInstructions)
	}
	return nil
}

// instructions is a parsed prompt.
type instructions struct {
	name string
	t    *template.Template
}

func (a App) instructions() (*instructions, error) {
	t, err := template.New("prompt").Parse(a.Prompt)
	if err != nil {
		return nil, fmt.Errorf("prompt: %w", err)
	}
	return &instructions{name: a.Name, t: t}, nil
}

// render writes the prompt around a block of passages.
func (i *instructions) render(passages string) (string, error) {
	w := &limited{room: len(passages) + 2*maxInstructions}
	if err := i.t.Execute(w, struct{ App, Passages string }{i.name, passages}); err != nil {
		return "", fmt.Errorf("prompt: %w", err)
	}
	return w.b.String(), nil
}

// limited is a writer that takes room bytes.
type limited struct {
	b    strings.Builder
	room int
}

func (l *limited) Write(p []byte) (int, error) {
	if l.b.Len()+len(p) > l.room {
		return 0, fmt.Errorf("it is longer than %d bytes", l.room)
	}
	return l.b.Write(p)
}
