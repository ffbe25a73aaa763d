package wire

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// SearchRequest asks a gateway for passages and no answer. They are sealed to Seal:
// the gateway passes them on and cannot read them.
type SearchRequest struct {
	// Model is the app's name, or empty.
	Model    string `json:"model,omitempty"`
	Question string `json:"question"`
	// Limit is the most passages wanted; zero is what the app buys for an answer.
	Limit int `json:"limit,omitempty"`
	// Filter says which documents count; empty for all.
	Filter string `json:"filter,omitempty"`
	// Seal is the X25519 key of who asks, made for this one request.
	Seal types.Hash `json:"seal"`
}

// SealedRelease is a Release for a buyer who gave a key: Sealed is its JSON, sealed
// to the key for the vault's order; see package sealed. It tells who passes it on
// neither salt nor receipt: by either a text that one has could be recognised.
type SealedRelease struct {
	Asset   types.AssetID `json:"asset"`
	Version uint32        `json:"version"`
	Root    types.Hash    `json:"root"`
	Sealed  Box           `json:"sealed"`
}

// SealedOutput is what an app's receipt of a search is over: all that was passed on.
func SealedOutput(sealed []SealedRelease) types.Hash {
	hashes := make([]types.Hash, len(sealed))
	for i, s := range sealed {
		hashes[i] = sha256.Sum256(s.Sealed)
	}
	return pay.ItemsHash(hashes)
}

// Box is bytes that travel as base64url without padding.
type Box []byte

// MarshalText implements encoding.TextMarshaler.
func (b Box) MarshalText() ([]byte, error) {
	return base64.RawURLEncoding.AppendEncode(nil, b), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (b *Box) UnmarshalText(text []byte) error {
	out, err := base64.RawURLEncoding.Strict().AppendDecode(nil, text)
	if err != nil || base64.RawURLEncoding.EncodedLen(len(out)) != len(text) {
		return errors.New("want base64url without padding")
	}
	*b = out
	return nil
}
