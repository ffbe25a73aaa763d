package seal

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
)

// Kind says what opens a vault.
type Kind string

// The kinds of owners' keys.
const (
	KindFile       Kind = "key file"
	KindPassphrase Kind = "passphrase"
	KindRole       Kind = "role key" // a secret that the program has
)

// ErrWrongKey is returned by Unwrap for a key that was wrapped for another owner.
var ErrWrongKey = errors.New("the vault is sealed under another key")

// Owner holds the key that a data key is wrapped under.
type Owner interface {
	Kind() Kind
	// Wrap seals a data key, so that only this owner can unwrap it.
	Wrap(Key) ([]byte, error)
	// Unwrap returns the data key. The error wraps ErrWrongKey if it was wrapped
	// for another, and says what opens it.
	Unwrap(wrapped []byte) (Key, error)
}

// KindOf says what opens a wrapped key.
func KindOf(wrapped []byte) Kind {
	switch head := string(wrapped[:min(len(wrapped), 512)]); {
	case strings.HasPrefix(head, roleHead):
		return KindRole
	case strings.Contains(head, "\n-> scrypt "):
		return KindPassphrase
	}
	return KindFile
}

// File returns the owner whose age identity is in the file at path.
func File(path string) (Owner, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read vault key: %w; restore the file from a backup, or name another", err)
	}
	ids, err := age.ParseIdentities(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("read vault key %s: %w; it must hold an age identity, AGE-SECRET-KEY-1…, as age-keygen makes it", path, err)
	}
	id, ok := ids[0].(*age.X25519Identity)
	if !ok || len(ids) != 1 {
		return nil, fmt.Errorf("read vault key %s: it must hold one X25519 identity and nothing else", path)
	}
	return file{path: path, id: id}, nil
}

// FileOrNew is File, and makes the file, readable by its owner only, if there is
// none.
func FileOrNew(path string) (Owner, error) {
	o, err := File(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return o, err
	}
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, fmt.Errorf("make vault key: %w", err)
	}
	text := "# Opens a Weal vault. Without this file its documents cannot be read: keep a copy of it elsewhere.\n" +
		"# public key: " + id.Recipient().String() + "\n" + id.String() + "\n"
	if err := create(path, []byte(text)); err != nil {
		return nil, fmt.Errorf("make vault key: %w", err)
	}
	return file{path: path, id: id}, nil
}

// create writes a file that is not there yet, whole or not at all, and has it on
// the disk before it returns.
func create(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil { // never over another
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

type file struct {
	path string
	id   *age.X25519Identity
}

// Kind implements Owner.
func (file) Kind() Kind { return KindFile }

// Wrap implements Owner.
func (f file) Wrap(k Key) ([]byte, error) { return wrap(k, f.id.Recipient()) }

// Unwrap implements Owner.
func (f file) Unwrap(wrapped []byte) (Key, error) {
	return unwrap(wrapped, f.id, "not the one in "+f.path)
}

// scryptWork is 2 to the work of guessing a passphrase; about a second.
const scryptWork = 18

// Passphrase returns the owner who knows a passphrase.
func Passphrase(text string) (Owner, error) {
	if text == "" {
		return nil, errors.New("vault passphrase: it is empty")
	}
	return passphrase{text: text, work: scryptWork}, nil
}

type passphrase struct {
	text string
	work int
}

// Kind implements Owner.
func (passphrase) Kind() Kind { return KindPassphrase }

// Wrap implements Owner.
func (p passphrase) Wrap(k Key) ([]byte, error) {
	to, err := age.NewScryptRecipient(p.text)
	if err != nil {
		return nil, fmt.Errorf("wrap vault key: %w", err)
	}
	to.SetWorkFactor(p.work)
	return wrap(k, to)
}

// Unwrap implements Owner.
func (p passphrase) Unwrap(wrapped []byte) (Key, error) {
	id, err := age.NewScryptIdentity(p.text)
	if err != nil {
		return Key{}, fmt.Errorf("unwrap vault key: %w", err)
	}
	id.SetMaxWorkFactor(scryptWork)
	return unwrap(wrapped, id, "not this passphrase")
}

func wrap(k Key, to age.Recipient) ([]byte, error) {
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err == nil {
		_, err = w.Write(k[:])
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("wrap vault key: %w", err)
	}
	return out.Bytes(), nil
}

// unwrap opens a wrapped key; not says what the key that does not fit is.
func unwrap(wrapped []byte, id age.Identity, not string) (k Key, err error) {
	kind := KindOf(wrapped)
	if kind == KindRole {
		return k, fmt.Errorf("%w: a %s; %s", ErrWrongKey, kind, remedy(kind))
	}
	var none *age.NoIdentityMatchError
	r, err := age.Decrypt(bytes.NewReader(wrapped), id)
	switch {
	case errors.As(err, &none):
		return k, fmt.Errorf("%w: a %s, %s; %s", ErrWrongKey, kind, not, remedy(kind))
	case err != nil:
		return k, fmt.Errorf("unwrap vault key: %w", err)
	}
	if _, err := io.ReadFull(r, k[:]); err != nil {
		return k, fmt.Errorf("unwrap vault key: %w", err)
	}
	return k, nil
}

// remedy says how to give a key of a kind.
func remedy(k Kind) string {
	switch k {
	case KindPassphrase:
		return "give the vault's passphrase in WEAL_VAULT_PASSPHRASE, or at the terminal"
	case KindRole:
		return "run it with the home and the keys folder that made it"
	case KindFile:
	}
	return "name the vault's key file in WEAL_VAULT_KEY, or restore it in the home's keys folder"
}

// roleHead begins what an owner with a secret has wrapped.
const roleHead = "weal/vault/wrapped/1\n"

// Secret returns the owner who has a secret of at least 32 random bytes, such as
// the key of a role.
func Secret(secret []byte) (Owner, error) {
	if len(secret) < 32 {
		return nil, errors.New("vault key: a secret has at least 32 bytes")
	}
	key, err := hkdf.Key(sha256.New, secret, nil, "weal/vault/owner/1", 32)
	if err != nil {
		return nil, fmt.Errorf("vault key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("vault key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("vault key: %w", err)
	}
	return role{aead}, nil
}

// Fresh returns an owner whom nobody knows: what is sealed under it is lost with
// the program.
func Fresh() Owner {
	k := NewKey()
	o, err := Secret(k[:])
	if err != nil {
		panic(err) // it has 32 bytes
	}
	return o
}

type role struct{ aead cipher.AEAD }

// Kind implements Owner.
func (role) Kind() Kind { return KindRole }

// Wrap implements Owner.
func (r role) Wrap(k Key) ([]byte, error) {
	return r.aead.Seal([]byte(roleHead), nil, k[:], []byte(roleHead)), nil
}

// Unwrap implements Owner.
func (r role) Unwrap(wrapped []byte) (k Key, err error) {
	sealed, ok := bytes.CutPrefix(wrapped, []byte(roleHead))
	if !ok {
		return k, fmt.Errorf("%w: a %s; %s", ErrWrongKey, KindOf(wrapped), remedy(KindOf(wrapped)))
	}
	plain, err := r.aead.Open(nil, nil, sealed, []byte(roleHead))
	if err != nil || len(plain) != len(k) {
		return k, fmt.Errorf("%w: a %s of another home; %s", ErrWrongKey, KindRole, remedy(KindRole))
	}
	return Key(plain), nil
}
