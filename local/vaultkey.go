package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/term"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/vault/seal"
)

// Variables that say what opens a vault.
const (
	EnvVaultKey        = "WEAL_VAULT_KEY"
	EnvVaultPassphrase = "WEAL_VAULT_PASSPHRASE"
	// EnvVaultNewPassphrase is the one that RekeyVault changes to.
	EnvVaultNewPassphrase = "WEAL_VAULT_NEW_PASSPHRASE"
)

// vaultKey is the name, in the home's keys folder, of the file that opens its
// vault unless another is named.
const vaultKey = "vault.age"

// vaultOwner is who a home's vault belongs to. A new vault is sealed under the
// passphrase in EnvVaultPassphrase, else the key file in EnvVaultKey, else that of
// the home, which is made. A vault that is there is opened by what it was sealed
// under.
type vaultOwner struct {
	home *home.Home
	// ask asks the person for a passphrase; it may be nil.
	ask func(prompt string) (string, error)
}

var _ seal.Owner = vaultOwner{}

// Kind implements seal.Owner.
func (vaultOwner) Kind() seal.Kind {
	if os.Getenv(EnvVaultPassphrase) != "" {
		return seal.KindPassphrase
	}
	return seal.KindFile
}

// Wrap implements seal.Owner.
func (v vaultOwner) Wrap(k seal.Key) ([]byte, error) {
	o, err := v.of(v.Kind(), seal.FileOrNew)
	if err != nil {
		return nil, err
	}
	return o.Wrap(k)
}

// Unwrap implements seal.Owner.
func (v vaultOwner) Unwrap(wrapped []byte) (seal.Key, error) {
	o, err := v.of(seal.KindOf(wrapped), seal.File) // a new key would open nothing
	if errors.Is(err, fs.ErrNotExist) {
		return seal.Key{}, fmt.Errorf("%w: %w in %s", seal.ErrWrongKey, err, EnvVaultKey)
	}
	if err != nil {
		return seal.Key{}, err
	}
	return o.Unwrap(wrapped)
}

// of returns the owner by a kind of key; open reads the home's key file.
func (v vaultOwner) of(kind seal.Kind, open func(path string) (seal.Owner, error)) (seal.Owner, error) {
	switch kind {
	case seal.KindPassphrase:
		text := os.Getenv(EnvVaultPassphrase)
		if text == "" && v.ask != nil {
			var err error
			if text, err = v.ask("Passphrase of the vault: "); err != nil {
				return nil, err
			}
		}
		if text == "" {
			return nil, fmt.Errorf("%w: a passphrase; give it in %s, or start this at a terminal", seal.ErrWrongKey, EnvVaultPassphrase)
		}
		return seal.Passphrase(text)
	case seal.KindRole:
		secret, err := v.home.Secret("receipts-" + RoleVault)
		if err != nil {
			return nil, err
		}
		return seal.Secret(secret[:])
	case seal.KindFile:
	}
	if path := os.Getenv(EnvVaultKey); path != "" {
		return seal.File(path)
	}
	return open(v.home.Path("keys", vaultKey))
}

// askPassphrase reads a passphrase from the terminal, or "" where there is none.
func askPassphrase(prompt string) (string, error) {
	in := int(os.Stdin.Fd())
	if !term.IsTerminal(in) {
		return "", nil
	}
	_, _ = fmt.Fprint(os.Stderr, prompt)
	b, err := term.ReadPassword(in)
	_, _ = fmt.Fprintln(os.Stderr)
	if err != nil {
		return "", fmt.Errorf("read passphrase: %w", err)
	}
	return string(b), nil
}

// newPassphrase returns the owner by a passphrase to come.
func newPassphrase() (seal.Owner, error) {
	text := os.Getenv(EnvVaultNewPassphrase)
	if text == "" {
		first, err := askPassphrase("New passphrase of the vault: ")
		if err != nil {
			return nil, err
		}
		if text, err = askPassphrase("The same again: "); err != nil {
			return nil, err
		}
		if text != first {
			return nil, errors.New("the two passphrases differ; do it again")
		}
	}
	if text == "" {
		return nil, fmt.Errorf("the new passphrase is missing; give it in %s, or start this at a terminal", EnvVaultNewPassphrase)
	}
	return seal.Passphrase(text)
}

// Rekeyed is what RekeyVault did.
type Rekeyed struct {
	Before seal.Kind `json:"before"`
	Now    seal.Kind `json:"now"`
	// OldKeyFile is the home's key file if it opens nothing of the vault any more. It
	// stays: what was copied before is opened by it.
	OldKeyFile string `json:"old_key_file,omitempty"`
}

// RekeyVault has the vault of a home in which nothing runs open with another key:
// a passphrase, or the key file at path, which is made if it is missing; with
// neither, the home's own key file. Its documents are in the database at db, or in
// the home.
func RekeyVault(ctx context.Context, dir, db string, passphrase bool, path string) (r Rekeyed, err error) {
	h, err := home.Open(dir)
	if err != nil {
		return r, err
	}
	release, err := holdHome(ctx, h)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, release()) }()
	var to seal.Owner
	switch {
	case passphrase:
		to, err = newPassphrase()
	case path != "":
		to, err = seal.FileOrNew(path)
	default:
		to, err = seal.FileOrNew(h.Path("keys", vaultKey))
	}
	if err != nil {
		return r, err
	}
	l, err := openLibrary(ctx, h, db)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	r.Before = l.SealedBy()
	if err := l.Rekey(ctx, owner(h), to); err != nil {
		return r, err
	}
	r.Now = l.SealedBy()
	own := h.Path("keys", vaultKey)
	if _, err := os.Stat(own); err == nil && r.Before == seal.KindFile && (passphrase || path != "" && !sameFile(path, own)) {
		r.OldKeyFile = own
	}
	return r, nil
}

// sameFile reports whether two paths lead to one file.
func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}
