package vault

import (
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

// sealed is what an offer's id says to the vault that made it: everything needed
// to release it. So offers need no memory that a crash or a flood could harm.
type sealed struct {
	generation int64
	expires    int64        // Unix seconds
	price      types.Amount // of one passage
}

// boundTo is what an offer is for. It is not in the id, but an id opens only with
// the same.
type boundTo struct {
	asset   types.AssetID
	version uint32
	lane    types.LaneRef
	seq     uint64
	gateway types.AssetID
}

func (t boundTo) bytes() []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(t.asset))
	b = binary.BigEndian.AppendUint32(b, t.version)
	b = binary.BigEndian.AppendUint64(b, uint64(t.lane.Tab))
	b = binary.BigEndian.AppendUint32(b, t.lane.Epoch)
	b = binary.BigEndian.AppendUint32(b, t.lane.Lane)
	b = binary.BigEndian.AppendUint64(b, t.seq)
	return binary.BigEndian.AppendUint64(b, uint64(t.gateway))
}

var errSeal = errors.New("not an offer of this vault, or not for this")

// sealer makes and opens offers' ids. Its secret comes from the vault's key, so
// that ids outlive a restart.
type sealer struct {
	secret types.Hash
	aead   cipher.AEAD
}

func newSealer(key ed25519.PrivateKey) (*sealer, error) {
	secret := types.Hash(sha256.Sum256(slices.Concat([]byte("weal/vault/offers/1"), key.Seed())))
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
func (s *sealer) seal(o sealed, to boundTo) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(o.generation))
	b = binary.BigEndian.AppendUint64(b, uint64(o.expires))
	price := o.price.Bytes()
	b = append(b, price[:]...)
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nil, nil, b, to.bytes()))
}

// open reads an id that seal made for the same.
func (s *sealer) open(id string, to boundTo) (sealed, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(id)
	if err != nil {
		return sealed{}, errSeal
	}
	b, err = s.aead.Open(nil, nil, b, to.bytes())
	if err != nil || len(b) != 16+types.AmountSize {
		return sealed{}, errSeal
	}
	return sealed{
		generation: int64(binary.BigEndian.Uint64(b)), expires: int64(binary.BigEndian.Uint64(b[8:])),
		price: types.AmountFromBytes([types.AmountSize]byte(b[16:])),
	}, nil
}

// salt returns the salt of the offer with an id. Without the secret it is random.
func (s *sealer) salt(id string) types.Hash {
	return sha256.Sum256(slices.Concat([]byte("weal/vault/salt/1"), s.secret[:], []byte(id)))
}
