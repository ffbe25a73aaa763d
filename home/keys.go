package home

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// Secret returns the 32 secret bytes kept under name, and makes them at first
// use. They are an account's secp256k1 scalar or a role's Ed25519 seed.
func (h *Home) Secret(name string) ([32]byte, error) {
	var secret [32]byte
	path := h.Path("keys", name)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := rand.Read(secret[:]); err != nil {
			return secret, fmt.Errorf("make key %s: %w", name, err)
		}
		secret[0] &= 0x7f // below the order of secp256k1, which starts with 0xff
		return secret, writeFile(path, []byte(hex.EncodeToString(secret[:])+"\n"))
	}
	if err != nil {
		return secret, fmt.Errorf("read key %s: %w", name, err)
	}
	raw, err := hex.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(raw) != len(secret) {
		return secret, fmt.Errorf("read key %s: want 64 hex digits in %s; restore the file from a backup", name, path)
	}
	copy(secret[:], raw)
	return secret, nil
}

// Ed25519 returns the key whose seed is kept under name.
func (h *Home) Ed25519(name string) (ed25519.PrivateKey, error) {
	seed, err := h.Secret(name)
	if err != nil {
		return nil, err
	}
	return ed25519.NewKeyFromSeed(seed[:]), nil
}

// Token returns the text secret kept under name: what protects the roles'
// administration, and the API key of a gateway. It starts with "weal-".
func (h *Home) Token(name string) (string, error) {
	secret, err := h.Secret(name)
	if err != nil {
		return "", err
	}
	return "weal-" + hex.EncodeToString(secret[:16]), nil
}
