package gateway

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
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
	// Name is the model id that clients ask for, Description what the manifest says of
	// the app.
	Name        string `yaml:"name"`
	Description string `yaml:"description"`
	// Model is the one asset that writes answers. An app with several has Models
	// instead, and one with a model of its own Upstream: that is no asset, and is paid by
	// nobody.
	Model    types.AssetID `yaml:"model"`
	Models   []Choice      `yaml:"models"`
	Upstream *Upstream     `yaml:"upstream"`
	// Embeddings and Rerank are the models that do these tasks; zero if none does.
	Embeddings types.AssetID `yaml:"embeddings"`
	Rerank     types.AssetID `yaml:"rerank"`
	// Router says which of Models is asked first.
	Router Router `yaml:"router"`
	// Vaults are the assets that are searched, Choices those that are chosen for it. An
	// app without any, which the file says by vaults: [], has its model answer alone.
	Vaults  []types.AssetID `yaml:"-"`
	Choices []Choice        `yaml:"-"`
	// Passages is the most passages that are bought for a question, Budget the most that
	// they may cost together.
	Passages int        `yaml:"passages"`
	Budget   types.Coin `yaml:"budget"`
	// MaxTokens is the most metered tokens of an answer.
	MaxTokens int `yaml:"max_tokens"`
	// Prompt is the system text: a Go template in which {{.App}} is the name and
	// {{.Passages}}, which must be there if passages are bought, the block of numbered
	// passages.
	Prompt string `yaml:"prompt"`
	// Endpoint is the URL that others reach the app's gateway by, Contact where to ask for
	// a credential, as the app is published with.
	Endpoint string `yaml:"endpoint"`
	Contact  string `yaml:"contact"`
	// Fee is what a use costs, as the app is published with; the chain's price holds.
	Fee    types.Coin `yaml:"fee"`
	Limits Limits     `yaml:"limits"`
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
	maxModels   = 16
	// maxDescription bounds what the manifest says of an app, in bytes.
	maxDescription = 4000
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
	var f struct {
		App    `yaml:",inline"`
		Listed []Choice `yaml:"vaults"`
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	if err := d.Decode(&f); err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("it is empty")
		}
		return App{}, fmt.Errorf("read YAML: %w", err)
	}
	a := f.App
	if f.Listed != nil {
		a.Vaults = []types.AssetID{}
	}
	for _, v := range f.Listed {
		if v.Asset != 0 && v.MaxPrice.IsZero() {
			a.Vaults = append(a.Vaults, v.Asset)
		} else {
			a.Choices = append(a.Choices, v)
		}
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
		a.Prompt = ""
		if a.buys() {
			a.Prompt = DefaultPrompt
		}
	}
	if a.Router == "" {
		a.Router = RouteFirst
	}
	if err := a.check(); err != nil {
		return App{}, err
	}
	return a, nil
}

// buys reports whether passages are bought for an answer.
func (a App) buys() bool { return len(a.Vaults)+len(a.Choices) > 0 }

// Given reports whether answers cost nothing if the app's asset has these prices: its own
// upstream writes them, from no passages, and no use has a price above zero.
func (a App) Given(prices []types.Price) bool {
	costs := func(p types.Price) bool { return p.Unit == types.PerUse && !p.Amount.IsZero() }
	return a.Upstream != nil && !a.buys() && !slices.ContainsFunc(prices, costs)
}

// Resells reports whether others are paid for what the app does: vaults, models, or those
// that do its tasks. Each quote of it then names a price of a use, be it zero.
func (a App) Resells() bool {
	return a.buys() || a.Upstream == nil || a.Embeddings != 0 || a.Rerank != 0
}

// Seeks reports whether assets are chosen for the app, rather than named by it.
func (a App) Seeks() bool {
	seeks := func(c Choice) bool { return c.Asset == 0 }
	return slices.ContainsFunc(a.Models, seeks) || slices.ContainsFunc(a.Choices, seeks)
}

// ModelChoices are the models of the app, however they are written; none if it has an
// upstream of its own.
func (a App) ModelChoices() []Choice {
	if a.Model != 0 {
		return []Choice{{Asset: a.Model}}
	}
	return a.Models
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
	case len(a.Description) > maxDescription:
		return fmt.Errorf("description: at most %d bytes", maxDescription)
	case a.Vaults == nil && len(a.Choices) == 0:
		return errors.New("vaults: want the assets that are searched; vaults: [] for an app that answers without passages")
	case len(a.Vaults)+len(a.Choices) > maxVaults:
		return fmt.Errorf("vaults: want at most %d", maxVaults)
	case a.Passages < 1 || a.Passages > maxPassages:
		return fmt.Errorf("passages: want 1 to %d, got %d", maxPassages, a.Passages)
	case a.MaxTokens < 1 || a.MaxTokens > 1<<16:
		return fmt.Errorf("max_tokens: want 1 to %d, got %d", 1<<16, a.MaxTokens)
	case l.QuestionBytes < 1 || l.MessageBytes < l.QuestionBytes || l.MessageBytes > 4<<20:
		return errors.New("limits: want question_bytes from 1, message_bytes no less, and at most 4 MiB")
	case l.OfferTimeout < 0 || l.TickWait < 0:
		return errors.New("limits: times cannot be negative")
	}
	if err := a.checkModels(); err != nil {
		return err
	}
	if err := a.checkVaults(); err != nil {
		return err
	}
	return a.checkPrompt()
}

// checkModels says what is wrong with who writes.
func (a App) checkModels() error {
	ways := 0
	for _, set := range []bool{a.Model != 0, len(a.Models) > 0, a.Upstream != nil} {
		if set {
			ways++
		}
	}
	switch {
	case ways != 1:
		return errors.New("model: want one of model (the asset id of a model), models (a list of them) and upstream (a model of your own)")
	case len(a.Models) > maxModels:
		return fmt.Errorf("models: want at most %d", maxModels)
	}
	for i, m := range a.Models {
		if err := m.check(); err != nil {
			return fmt.Errorf("models: entry %d: %w", i+1, err)
		}
		if m.Question {
			return fmt.Errorf("models: entry %d: vaults are chosen by the question, models by topic, max_price or policy", i+1)
		}
		if m.Asset != 0 && slices.ContainsFunc(a.Models[:i], func(o Choice) bool { return o.Asset == m.Asset }) {
			return fmt.Errorf("models: asset %d is named twice", m.Asset)
		}
	}
	if a.Upstream != nil {
		if err := a.Upstream.check(); err != nil {
			return fmt.Errorf("upstream: %w", err)
		}
	}
	return a.Router.check()
}

// checkVaults says what is wrong with what is searched.
func (a App) checkVaults() error {
	seen := map[types.AssetID]bool{}
	for _, m := range a.ModelChoices() {
		if m.Asset != 0 {
			seen[m.Asset] = true
		}
	}
	vaults := slices.Clone(a.Vaults)
	for i, c := range a.Choices {
		if err := c.check(); err != nil {
			return fmt.Errorf("vaults: entry %d of those that are chosen: %w", i+1, err)
		}
		if c.Asset != 0 {
			vaults = append(vaults, c.Asset)
		}
	}
	for _, v := range vaults {
		if v == 0 || seen[v] {
			return fmt.Errorf("vaults: asset %d is zero, named twice, or the model", v)
		}
		seen[v] = true
	}
	return nil
}

// checkPrompt renders the prompt with a passage and looks for it.
func (a App) checkPrompt() error {
	sample := ""
	if a.buys() {
		sample = prompt.Format([]prompt.Passage{{N: 1, Source: "source", Text: "text"}})
	}
	in, err := a.instructions()
	if err != nil {
		return err
	}
	text, err := in.render(sample)
	if err != nil {
		return err
	}
	if a.buys() && len(prompt.Parse(text)) != 1 {
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
