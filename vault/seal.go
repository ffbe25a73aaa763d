package vault

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/weal-network/weal/types"
)

// offerTerms is what an offer's id says to the vault that made it: everything needed
// to release it. So offers need no memory that a crash or a flood could harm.
type offerTerms struct {
	to         boundTo
	generation int64
	expires    int64 // Unix seconds
	items      []offeredItem
}

// offeredItem is a passage of an offer: its number in the generation, and its price.
type offeredItem struct {
	number uint32
	price  types.Amount
}

// boundTo is what an offer is for: it is good for nothing else.
type boundTo struct {
	asset   types.AssetID
	version uint32
	lane    types.LaneRef
	seq     uint64
	gateway types.AssetID
}

// bytes writes t: numbers as varints, and each price after its length.
func (t offerTerms) bytes() []byte {
	b := make([]byte, 0, 64+16*len(t.items))
	for _, n := range []uint64{
		uint64(t.generation), uint64(t.expires), uint64(t.to.asset), uint64(t.to.version), uint64(t.to.lane.Tab),
		uint64(t.to.lane.Epoch), uint64(t.to.lane.Lane), t.to.seq, uint64(t.to.gateway),
	} {
		b = binary.AppendUvarint(b, n)
	}
	for _, i := range t.items {
		price := i.price.Bytes()
		digits := bytes.TrimLeft(price[:], "\x00")
		b = append(binary.AppendUvarint(b, uint64(i.number)), byte(len(digits)))
		b = append(b, digits...)
	}
	return b
}

// parseTerms reads what bytes wrote, in that form only.
func parseTerms(b []byte) (t offerTerms, err error) {
	all := b
	next := func() uint64 {
		n, size := binary.Uvarint(b)
		if size <= 0 {
			b, err = nil, errSeal
			return 0
		}
		b = b[size:]
		return n
	}
	t.generation, t.expires = int64(next()), int64(next())
	t.to.asset, t.to.version = types.AssetID(next()), uint32(next())
	t.to.lane = types.LaneRef{Tab: types.TabID(next()), Epoch: uint32(next()), Lane: uint32(next())}
	t.to.seq, t.to.gateway = next(), types.AssetID(next())
	for err == nil && len(b) > 0 {
		i := offeredItem{number: uint32(next())}
		if len(b) == 0 || b[0] > types.AmountSize || len(b) <= int(b[0]) {
			return offerTerms{}, errSeal
		}
		var price [types.AmountSize]byte
		size := int(b[0])
		copy(price[types.AmountSize-size:], b[1:1+size])
		i.price, b = types.AmountFromBytes(price), b[1+size:]
		t.items = append(t.items, i)
	}
	if err != nil || !bytes.Equal(t.bytes(), all) {
		return offerTerms{}, errSeal
	}
	return t, nil
}

var errSeal = errors.New("not an offer of this vault")

// sealer makes and opens offers' ids. Its secret comes from the vault's key, so
// that ids outlive a restart.
type sealer struct {
	secret types.Hash
	aead   cipher.AEAD
}

func newSealer(key ed25519.PrivateKey) (*sealer, error) {
	secret := types.Hash(sha256.Sum256(slices.Concat([]byte("weal/vault/offers/2"), key.Seed())))
	block, err := aes.NewCipher(secret[:])
	if err != nil {
		return nil, fmt.Errorf("make offers' key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("make offers' key: %w", err)
	}
	return &sealer{secret: secret, aead: aead}, nil
}

// seal makes a new id for an offer.
func (s *sealer) seal(t offerTerms) string {
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nil, nil, t.bytes(), nil))
}

// open reads an id that seal made.
func (s *sealer) open(id string) (offerTerms, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(id)
	if err != nil {
		return offerTerms{}, errSeal
	}
	if b, err = s.aead.Open(nil, nil, b, nil); err != nil {
		return offerTerms{}, errSeal
	}
	return parseTerms(b)
}

// salt returns the salt of the offer with an id. Without the secret it is random.
func (s *sealer) salt(id string) types.Hash {
	return sha256.Sum256(slices.Concat([]byte("weal/vault/salt/1"), s.secret[:], []byte(id)))
}
