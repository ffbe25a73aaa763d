package types

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
)

// tagManifest keeps a manifest's hash apart from every other hash.
const tagManifest = "weal/manifest/1"

// ErrManifest is returned for bytes that are no manifest in canonical form.
var ErrManifest = errors.New("not a canonical manifest")

// Manifest is an asset's public description. Its Hash is on the chain; its bytes
// are at Endpoint, and wherever else somebody keeps them. It names no version,
// since the chain counts those.
type Manifest struct {
	Name        string `json:"name"`
	Kind        Kind   `json:"kind"`
	Description string `json:"description"`
	// Endpoint is the URL of the role that serves the asset, without a path.
	Endpoint string `json:"endpoint"`
	// Root is the Merkle root over a vault's chunks, or the salted hash of an app's file
	// (spec/app.md); zero for other kinds.
	Root Hash `json:"root"`
	// Prices are those that the maker began with. What holds are the chain's.
	Prices   []Price  `json:"prices"`
	Policies []string `json:"policies"` // names of proof policies, such as "audit"
	Licence  string   `json:"licence"`  // an SPDX identifier, a URL or words
	// Contact is where to ask for a credential: a URL, an address or words. It is
	// left out of the canonical form if it is empty.
	Contact string `json:"contact,omitempty"`
}

// Bytes returns the canonical form: JSON with the keys in the order above, no
// white space, no escapes that JSON does not need, and lists that are never null.
// The kind must be valid.
func (m Manifest) Bytes() ([]byte, error) {
	if m.Prices == nil {
		m.Prices = []Price{}
	}
	if m.Policies == nil {
		m.Policies = []string{}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(m); err != nil {
		return nil, fmt.Errorf("encode manifest: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Hash returns SHA-256 over "weal/manifest/1" and the canonical form.
func (m Manifest) Hash() (Hash, error) {
	b, err := m.Bytes()
	if err != nil {
		return Hash{}, err
	}
	return ManifestHash(b), nil
}

// ManifestHash returns the hash of a manifest's canonical form.
func ManifestHash(canonical []byte) Hash {
	return sha256.Sum256(append([]byte(tagManifest), canonical...))
}

// ParseManifest reads what Manifest.Bytes wrote, and refuses every other form of
// it, so that what has the right hash also has one reading.
func ParseManifest(b []byte) (Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(b, &m); err != nil {
		return Manifest{}, fmt.Errorf("%w: %w", ErrManifest, err)
	}
	canonical, err := m.Bytes()
	if err != nil {
		return Manifest{}, fmt.Errorf("%w: %w", ErrManifest, err)
	}
	if !bytes.Equal(canonical, b) {
		return Manifest{}, fmt.Errorf("%w: its form is not the one that Bytes writes", ErrManifest)
	}
	return m, nil
}
