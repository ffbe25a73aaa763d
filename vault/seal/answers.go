package seal

import (
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
)

// Answers returns what seals the answers that a role keeps for a retry, under a key
// made from a secret that the program has.
func Answers(role string, secret []byte) (Table, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "weal/"+role+"/answers/1", len(Key{}))
	if err != nil {
		return Table{}, fmt.Errorf("make sealing keys: %w", err)
	}
	s, err := New(Key(key))
	if err != nil {
		return Table{}, err
	}
	return s.Table("answers")
}
