package gateway

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/weal-network/weal/types"
)

// Choice is an asset, or what the assets are like that are chosen. In an app file it
// may be the number of an asset alone.
type Choice struct {
	// Asset is the one asset, if it is named.
	Asset types.AssetID
	// Topic is what name and description of the assets speak of; Question says that each
	// question is the topic for itself.
	Topic    string
	Question bool
	// MaxPrice is the most that they may cost: a passage of 2048 bytes at its dearest of
	// a vault, 1000 metered tokens of a model.
	MaxPrice types.Coin
	// Policy is a proof policy that they name.
	Policy string
	// Most is how many of them are taken.
	Most int
}

// defaultMost is how many assets a choice takes if it does not say.
const defaultMost = 3

// choiceKeys are the keys of a choice in an app file.
var choiceKeys = []string{"asset", "topic", "question", "max_price", "policy", "most"}

// UnmarshalYAML implements yaml.Unmarshaler.
func (c *Choice) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		return n.Decode(&c.Asset)
	}
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: want the number of an asset, or %s", n.Line, strings.Join(choiceKeys, ", "))
	}
	for i := 0; i < len(n.Content); i += 2 {
		if key := n.Content[i]; !slices.Contains(choiceKeys, key.Value) {
			return fmt.Errorf("line %d: there is no key %.40q here; there are %s", key.Line, key.Value, strings.Join(choiceKeys, ", "))
		}
	}
	var f struct {
		Asset    types.AssetID `yaml:"asset"`
		Topic    string        `yaml:"topic"`
		Question bool          `yaml:"question"`
		MaxPrice types.Coin    `yaml:"max_price"`
		Policy   string        `yaml:"policy"`
		Most     int           `yaml:"most"`
	}
	if err := n.Decode(&f); err != nil {
		return err
	}
	*c = Choice(f)
	return nil
}

func (c Choice) check() error {
	switch {
	case c.Asset != 0 && (c.Topic != "" || c.Question || c.Policy != "" || c.Most != 0):
		return errors.New("asset names one asset; beside it there is max_price only")
	case c.Asset == 0 && c.Topic == "" && !c.Question && c.MaxPrice.IsZero() && c.Policy == "":
		return errors.New("it names no asset, and says nothing by which one could be chosen")
	case c.Topic != "" && c.Question:
		return errors.New("topic and question: the topic is one text, or each question")
	case len(c.Topic) > 200 || len(c.Policy) > 100:
		return errors.New("topic and policy have at most 200 and 100 bytes")
	case c.Most < 0 || c.Most > maxVaults:
		return fmt.Errorf("most: want 1 to %d", maxVaults)
	}
	return nil
}

// Router is the order in which models are asked.
type Router string

// The routers. Models that are down come last by all of them.
const (
	RouteFirst   Router = "first"   // as they are listed
	RoutePrice   Router = "price"   // by what the answer can cost
	RouteLatency Router = "latency" // by the time to the first byte, as it was measured
	RouteQuality Router = "quality" // by the part of answers that came and cite passages
)

func (r Router) check() error {
	switch r {
	case RouteFirst, RoutePrice, RouteLatency, RouteQuality:
		return nil
	}
	return fmt.Errorf("router: want %s, %s, %s or %s, got %.40q", RouteFirst, RoutePrice, RouteLatency, RouteQuality, string(r))
}

// Upstream is a model of the app's own: an OpenAI-compatible server.
type Upstream struct {
	// URL ends before /chat/completions, Model is its name for the model.
	URL   string `yaml:"url"`
	Model string `yaml:"model"`
	// KeyEnv is the environment variable that has its API key; empty for none.
	KeyEnv string `yaml:"key_env"`
	// Timeout is how long it may be silent; zero for the default.
	Timeout time.Duration `yaml:"timeout"`
}

func (u Upstream) check() error {
	p, err := url.Parse(u.URL)
	switch {
	case err != nil || p.Host == "" || (p.Scheme != "http" && p.Scheme != "https"):
		return fmt.Errorf("want a url like http://127.0.0.1:11434/v1, got %.200q", u.URL)
	case u.Timeout < 0:
		return errors.New("timeout: it cannot be negative")
	}
	return nil
}
