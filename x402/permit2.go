package x402

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	ethcrypto "github.com/ethereum/go-ethereum/crypto"

	"github.com/weal-network/weal/types"
)

// The contracts of payments by SchemeExact, which have the same addresses on every
// chain: what holds allowances, and what may move by them.
const (
	Permit2Address = "0x000000000022D473030F116dDEE9F6B43aC78BA3"
	ProxyAddress   = "0x402085c248EeA27D92E8b30b2C58ed07f9E20001"
)

// MethodPermit2 is how tokens are moved: assetTransferMethod in the extra of an
// offer by SchemeExact.
const MethodPermit2 = "permit2"

// The types that EIP-712 hashes, and what Permit2 is told of the witness.
const (
	typeWitness = "Witness(address to,uint256 validAfter)"
	typeToken   = "TokenPermissions(address token,uint256 amount)"
	// WitnessTypeString is what follows the type of a permit with a witness.
	WitnessTypeString = "Witness witness)" + typeToken + typeWitness
	typePermit        = "PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline," + WitnessTypeString
)

// Selectors of functions and errors, and the topic of an event.
var (
	SelectorSettle   = selector("settle(((address,uint256),uint256,uint256),address,(address,uint256),bytes)")
	SelectorPermit2  = selector("PERMIT2()")
	SelectorTransfer = selector("permitWitnessTransferFrom(((address,uint256),uint256,uint256),(address,uint256),address,bytes32,string,bytes)")
	ErrorTooEarly    = selector("PaymentTooEarly()")
	EventSettled     = ethcrypto.Keccak256Hash([]byte("Settled()"))

	selectorNonce     = selector("nonceBitmap(address,uint256)")
	selectorAllowance = selector("allowance(address,address)")
	selectorBalance   = selector("balanceOf(address)")
)

// IsPermit2 reports whether that is what the contract at ProxyAddress answers to
// SelectorPermit2: it is there, and goes through Permit2.
func IsPermit2(answer []byte) bool {
	return bytes.Equal(answer, word(common.HexToAddress(Permit2Address).Bytes()))
}

func selector(signature string) (s [4]byte) {
	copy(s[:], ethcrypto.Keccak256([]byte(signature)))
	return s
}

// WitnessTypeHash is the EIP-712 hash of the witness's type.
func WitnessTypeHash() [32]byte { return ethcrypto.Keccak256Hash([]byte(typeWitness)) }

// Permit is the payload of a payment by SchemeExact through Permit2.
type Permit struct {
	Signature hexutil.Bytes `json:"signature"`
	Permit2   struct {
		From      common.Address `json:"from"`
		Permitted struct {
			Token  common.Address `json:"token"`
			Amount Uint256        `json:"amount"`
		} `json:"permitted"`
		Spender  common.Address `json:"spender"`
		Nonce    Uint256        `json:"nonce"`
		Deadline Uint256        `json:"deadline"` // Unix seconds
		Witness  struct {
			To         common.Address `json:"to"`
			ValidAfter Uint256        `json:"validAfter"` // Unix seconds
		} `json:"witness"`
	} `json:"permit2Authorization"`
}

// Uint256 is a number that JSON has as a decimal string.
type Uint256 struct{ big.Int }

// MarshalJSON implements json.Marshaler.
func (n Uint256) MarshalJSON() ([]byte, error) { return json.Marshal(n.String()) }

// UnmarshalJSON implements json.Unmarshaler.
func (n *Uint256) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	if err := checkAmount(s); err != nil {
		return err
	}
	n.SetString(s, 10) // digits only: it is a number
	if n.BitLen() > 256 {
		return errors.New("it does not fit 256 bits")
	}
	return nil
}

func (n *Uint256) word() []byte { return common.LeftPadBytes(n.Bytes(), 32) }

// ParsePermit reads the payload of a payment by SchemeExact.
func ParsePermit(payload json.RawMessage) (Permit, error) {
	var p Permit
	d := json.NewDecoder(bytes.NewReader(payload))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return Permit{}, fmt.Errorf("payload: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Permit{}, errors.New("payload: there is more after its JSON value")
	}
	if len(p.Signature) != 65 {
		return Permit{}, fmt.Errorf("payload: the signature has %d bytes, not 65; accounts that are contracts cannot pay so", len(p.Signature))
	}
	return p, nil
}

// Digest is what the payer signed, by EIP-712 for the chain's EVM.
func (p *Permit) Digest() [32]byte {
	a := &p.Permit2
	hash := ethcrypto.Keccak256
	domain := hash(hash([]byte("EIP712Domain(string name,uint256 chainId,address verifyingContract)")), hash([]byte("Permit2")),
		word(big.NewInt(types.EVMChainID).Bytes()), word(common.HexToAddress(Permit2Address).Bytes()))
	token := hash(hash([]byte(typeToken)), word(a.Permitted.Token[:]), a.Permitted.Amount.word())
	witness := hash(hash([]byte(typeWitness)), word(a.Witness.To[:]), a.Witness.ValidAfter.word())
	permit := hash(hash([]byte(typePermit)), token, word(a.Spender[:]), a.Nonce.word(), a.Deadline.word(), witness)
	return ethcrypto.Keccak256Hash([]byte{0x19, 0x01}, domain, permit)
}

func word(b []byte) []byte { return common.LeftPadBytes(b, 32) }

// Signed reports whether the account From has signed p.
func (p *Permit) Signed() bool {
	sig := bytes.Clone(p.Signature)
	if len(sig) != 65 || sig[64] != 27 && sig[64] != 28 {
		return false
	}
	sig[64] -= 27
	digest := p.Digest()
	key, err := ethcrypto.SigToPub(digest[:], sig)
	return err == nil && ethcrypto.PubkeyToAddress(*key) == p.Permit2.From
}

// ID names p: a payer uses each nonce once.
func (p *Permit) ID() types.Hash {
	return types.Hash(ethcrypto.Keccak256Hash([]byte("weal/x402/permit2/1"), p.Permit2.From[:], p.Permit2.Nonce.word()))
}

// Settle is the call of the contract at ProxyAddress that moves what p permits.
func (p *Permit) Settle() []byte {
	a := &p.Permit2
	out := bytes.Clone(SelectorSettle[:])
	for _, w := range [][]byte{
		word(a.Permitted.Token[:]), a.Permitted.Amount.word(), a.Nonce.word(), a.Deadline.word(), word(a.From[:]),
		word(a.Witness.To[:]), a.Witness.ValidAfter.word(), word([]byte{1, 0}), // the signature follows these eight words
		word(big.NewInt(int64(len(p.Signature))).Bytes()),
	} {
		out = append(out, w...)
	}
	padded := make([]byte, (len(p.Signature)+31)/32*32)
	copy(padded, p.Signature)
	return append(out, padded...)
}

// NonceCall asks Permit2 for the word of nonces that p's is in; [Permit.Used] reads
// the answer.
func (p *Permit) NonceCall() []byte {
	at := new(big.Int).Rsh(&p.Permit2.Nonce.Int, 8)
	return append(append(bytes.Clone(selectorNonce[:]), word(p.Permit2.From[:])...), word(at.Bytes())...)
}

// Used reads the answer to NonceCall.
func (p *Permit) Used(answer []byte) bool {
	low := p.Permit2.Nonce.Bytes()
	bit := 0
	if len(low) > 0 {
		bit = int(low[len(low)-1])
	}
	return new(big.Int).SetBytes(answer).Bit(bit) == 1
}

// AllowanceCall asks the token what Permit2 may move for the payer, BalanceCall
// what it has.
func (p *Permit) AllowanceCall() []byte {
	return append(append(bytes.Clone(selectorAllowance[:]), word(p.Permit2.From[:])...), word(common.HexToAddress(Permit2Address).Bytes())...)
}

// BalanceCall is described with AllowanceCall.
func (p *Permit) BalanceCall() []byte {
	return append(bytes.Clone(selectorBalance[:]), word(p.Permit2.From[:])...)
}
