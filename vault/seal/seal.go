package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// NameSize is the length of a Name in bytes.
const NameSize = 16

// Overhead is how many bytes sealing adds.
const Overhead = 12 + 16

// ErrChanged is returned for bytes that were not sealed under this key for this place.
var ErrChanged = errors.New("its bytes on the disk are not what was sealed there; restore the vault's backup")

// Key is a vault's data key.
type Key [32]byte

// NewKey makes a data key.
func NewKey() (k Key) {
	_, _ = rand.Read(k[:]) // never fails
	return k
}

// Sealer seals and names under one data key. It may be used by many goroutines.
type Sealer struct {
	key  Key
	name []byte
}

// New returns the sealer of a data key.
func New(key Key) (*Sealer, error) {
	name, err := hkdf.Key(sha256.New, key[:], nil, "weal/vault/name/1", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("make sealing keys: %w", err)
	}
	return &Sealer{key: key, name: name}, nil
}

// Name returns what stands for b where rows are looked up. kind keeps names of
// different things apart.
func (s *Sealer) Name(kind string, b []byte) []byte {
	h := hmac.New(sha256.New, s.name)
	h.Write([]byte(kind))
	h.Write([]byte{0})
	h.Write(b)
	return h.Sum(nil)[:NameSize]
}

// Table seals the rows of one table.
type Table struct{ aead cipher.AEAD }

// Table returns what seals rows of the table called name.
func (s *Sealer) Table(name string) (Table, error) {
	key, err := hkdf.Key(sha256.New, s.key[:], nil, "weal/vault/table/1/"+name, len(s.key))
	if err != nil {
		return Table{}, fmt.Errorf("make sealing keys: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return Table{}, fmt.Errorf("make sealing keys: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return Table{}, fmt.Errorf("make sealing keys: %w", err)
	}
	return Table{aead}, nil
}

// Seal seals plain for a place of the table.
func (t Table) Seal(plain, place []byte) []byte {
	return t.aead.Seal(make([]byte, 0, len(plain)+Overhead), nil, plain, place)
}

// Open returns what was sealed for a place of the table.
func (t Table) Open(sealed, place []byte) ([]byte, error) {
	plain, err := t.aead.Open(nil, nil, sealed, place)
	if err != nil {
		return nil, ErrChanged
	}
	return plain, nil
}

// At says which place numbers stand for: a row's id, or an id and a part.
func At(numbers ...int64) []byte {
	b := make([]byte, 0, 8*len(numbers))
	for _, n := range numbers {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	return b
}
