package discord

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// The kinds of interactions and of answers to them.
const (
	kindPing    = 1
	kindCommand = 2

	replyPong     = 1
	replyMessage  = 4
	replyDeferred = 5
)

// Interaction is what a person did.
type Interaction struct {
	ID            string `json:"id"`
	ApplicationID string `json:"application_id"`
	Type          int    `json:"type"`
	Token         string `json:"token"`
	Data          struct {
		Name    string   `json:"name"`
		Options []Option `json:"options"`
	} `json:"data"`
	// Member is who asked in a server, User who asked in a direct message.
	Member *struct {
		User User `json:"user"`
	} `json:"member"`
	User *User `json:"user"`
}

// User is a person.
type User struct {
	ID  string `json:"id"`
	Bot bool   `json:"bot"`
}

// Option is a value that a person gave to a command.
type Option struct {
	Name  string          `json:"name"`
	Value json.RawMessage `json:"value"`
}

// ParseInteraction reads an interaction.
func ParseInteraction(body []byte) (i Interaction, err error) {
	if err := json.Unmarshal(body, &i); err != nil {
		return i, fmt.Errorf("discord: read interaction: %w", err)
	}
	return i, nil
}

// who is the person who asked, empty if it is none.
func (i Interaction) who() string {
	switch {
	case i.Member != nil && !i.Member.User.Bot:
		return i.Member.User.ID
	case i.User != nil && !i.User.Bot:
		return i.User.ID
	}
	return ""
}

// question is the text that was asked, and false if the command is another.
func (i Interaction) question() (text string, ok bool) {
	if i.Type != kindCommand || i.Data.Name != commandName {
		return "", false
	}
	for _, o := range i.Data.Options {
		if o.Name == optionName && json.Unmarshal(o.Value, &text) == nil {
			return strings.TrimSpace(text), true
		}
	}
	return "", true
}

// Headers of a signed request.
const (
	headerSignature = "X-Signature-Ed25519"
	headerTime      = "X-Signature-Timestamp"
)

// signed reports whether a body was signed by key.
func signed(key ed25519.PublicKey, h http.Header, body []byte) bool {
	signature, err := hex.DecodeString(h.Get(headerSignature))
	at := h.Get(headerTime)
	if err != nil || len(signature) != ed25519.SignatureSize || at == "" || len(at) > 32 {
		return false
	}
	return ed25519.Verify(key, append([]byte(at), body...), signature)
}
