package ledger

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cosmos/evm/crypto/ethsecp256k1"
	feemarkettypes "github.com/cosmos/evm/x/feemarket/types"
	"github.com/ethereum/go-ethereum/common"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/weal-network/weal/telemetry"
)

const (
	// leastGasPrice is the least price of gas, in aweal; the base fee is above it
	// when blocks are full.
	leastGasPrice = 10_000_000
	// sendTries is how often a transaction is sent anew because the chain counts
	// the sender's nonce otherwise.
	sendTries = 4
	// pollEvery is how long to wait between two looks for a transaction.
	pollEvery = 100 * time.Millisecond
	// turn is how long another sender of the account is waited for.
	turn = 10 * time.Second
	// inclusion is how long a transaction may take to get into a block.
	inclusion = 30 * time.Second
)

// ErrChain is what the chain said against a transaction.
var ErrChain = errors.New("the chain refused")

// Sender sends the transactions of one account, one after the other. It is safe
// for concurrent use.
type Sender struct {
	l       *Ledger
	key     *ethsecp256k1.PrivKey
	ecdsa   *ecdsa.PrivateKey
	address common.Address

	sentOK, sentFailed, sentAgain atomic.Uint64

	mu     sync.Mutex // held while a transaction is on its way
	synced bool       // number and nonce are the chain's
	number uint64
	nonce  uint64
}

// Sender returns the sender for the account of a secp256k1 key, 32 bytes. There is
// one for each account, so that all who send for it take turns.
func (l *Ledger) Sender(key [32]byte) (*Sender, error) {
	k := &ethsecp256k1.PrivKey{Key: key[:]}
	e, err := k.ToECDSA()
	if err != nil {
		return nil, fmt.Errorf("open account: %w", err)
	}
	address := common.BytesToAddress(k.PubKey().Address())
	l.mu.Lock()
	defer l.mu.Unlock()
	if s, ok := l.senders[address]; ok {
		return s, nil
	}
	s := &Sender{l: l, key: k, ecdsa: e, address: address}
	l.senders[address] = s
	return s, nil
}

// Address returns the account's EIP-55 hex address.
func (s *Sender) Address() string { return s.address.Hex() }

// result is a transaction in a block.
type result struct {
	hash string
	data []byte
}

// send signs a transaction with the next nonce, sends it, and waits until it is
// in a block. If the chain counts another nonce it asks for that and tries again.
func (s *Sender) send(ctx context.Context, sign func(ctx context.Context) ([]byte, error)) (result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.trySend(ctx, sign)
	if err != nil {
		s.sentFailed.Add(1)
		return r, err
	}
	s.sentOK.Add(1)
	telemetry.NoteText(ctx, "weal.tx", r.hash)
	return r, nil
}

func (s *Sender) trySend(ctx context.Context, sign func(ctx context.Context) ([]byte, error)) (result, error) {
	var last error
	for range sendTries {
		if err := s.sync(ctx); err != nil {
			return result{}, err
		}
		tried := s.nonce
		tx, err := sign(ctx)
		if err == nil {
			var r result
			if r, err = s.l.broadcast(ctx, tx); err == nil {
				s.nonce++
				return r, nil
			}
		}
		// Whatever went wrong, the nonce may have been used: a transaction can fail
		// in its block, or be included after we stopped waiting.
		s.synced = false
		if !isNonce(err) {
			return result{}, err
		}
		s.sentAgain.Add(1)
		last = err
		if err := s.passed(ctx, tried); err != nil {
			return result{}, errors.Join(err, last)
		}
	}
	return result{}, fmt.Errorf("send: %w; does another program use the account %s?", last, s.Address())
}

// passed waits until the chain counts another nonce than the one that was tried:
// another sender of this key is at work, and its transaction has to be in a block
// before the next can be sent. Not for ever: what was sent may be dropped.
func (s *Sender) passed(ctx context.Context, tried uint64) error {
	late := time.After(turn)
	for {
		s.synced = false
		if err := s.sync(ctx); err != nil || s.nonce != tried {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-late:
			return nil
		case <-time.After(pollEvery):
		}
	}
}

// sync asks the chain for the account's number and nonce, if need be.
func (s *Sender) sync(ctx context.Context) error {
	if s.synced {
		return nil
	}
	res, err := s.l.auth.Account(ctx, &authtypes.QueryAccountRequest{Address: Bech32(s.address)})
	if status.Code(err) == codes.NotFound {
		return fmt.Errorf("account %s (%s) does not exist yet: send it some coins first", s.Address(), Bech32(s.address))
	}
	if err != nil {
		return failed("read account "+s.Address(), err)
	}
	var account sdk.AccountI
	if err := s.l.registry.UnpackAny(res.Account, &account); err != nil {
		return fmt.Errorf("read account %s: %w", s.Address(), err)
	}
	s.number, s.nonce, s.synced = account.GetAccountNumber(), account.GetSequence(), true
	return nil
}

// broadcast sends a signed transaction and waits until it is in a block.
func (l *Ledger) broadcast(ctx context.Context, tx []byte) (result, error) {
	res, err := l.tx.BroadcastTx(ctx, &txtypes.BroadcastTxRequest{TxBytes: tx, Mode: txtypes.BroadcastMode_BROADCAST_MODE_SYNC})
	if err != nil {
		return result{}, failed("send transaction", err)
	}
	if err := refusal(res.TxResponse); err != nil {
		return result{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, inclusion)
	defer cancel()
	for {
		got, err := l.tx.GetTx(ctx, &txtypes.GetTxRequest{Hash: res.TxResponse.TxHash})
		if err == nil {
			if err := refusal(got.TxResponse); err != nil {
				return result{}, err
			}
			data, err := decodeHex(got.TxResponse.Data)
			return result{hash: got.TxResponse.TxHash, data: data}, err
		}
		if c := status.Code(err); c != codes.NotFound && c != codes.Unknown {
			return result{}, failed("wait for transaction "+res.TxResponse.TxHash, err)
		}
		select {
		case <-ctx.Done():
			return result{}, fmt.Errorf("wait for transaction %s: it is in no block yet: %w", res.TxResponse.TxHash, ctx.Err())
		case <-time.After(pollEvery):
		}
	}
}

// refusal is the chain's reason against a transaction, or nil.
func refusal(r *sdk.TxResponse) error {
	if r.Code == 0 {
		return nil
	}
	return chainError(r.RawLog)
}

// ErrCoins means that an account has too few coins for what it would send.
var ErrCoins = errors.New("not enough coins")

// The parts of the chain's texts that tell a developer of the chain where an
// error came from. They tell nobody else anything.
var (
	sourceLine = regexp.MustCompile(`\s*\[[^\]\s]+\.go:\d+\]`)
	gasUsed    = regexp.MustCompile(`\s*with gas used: '\d+'$`)
	inMessage  = regexp.MustCompile(`^failed to execute message; message index: 0:[ :]*`)
)

// chainError is what the chain said against a transaction, as people read it.
func chainError(text string) error {
	text = inMessage.ReplaceAllString(gasUsed.ReplaceAllString(sourceLine.ReplaceAllString(text, ""), ""), "")
	err := error(&refused{text})
	for _, s := range []string{"insufficient funds", "insufficient balance for transfer", "insufficient fee"} {
		if strings.Contains(text, s) && !strings.Contains(text, "ERC3525") {
			return fmt.Errorf("%w: %w", ErrCoins, err)
		}
	}
	return err
}

// isNonce reports whether an error says that the nonce was wrong. The texts are
// those of the SDK's ante handler and of the EVM's pool.
func isNonce(err error) bool {
	if err == nil {
		return false
	}
	for _, s := range []string{
		"account sequence mismatch", "incorrect account sequence", "nonce too low", "invalid nonce", "nonce gap",
		"already known", "tx already in mempool", "tx already seen", "replacement transaction underpriced",
	} {
		if strings.Contains(err.Error(), s) {
			return true
		}
	}
	return false
}

// gasPrice returns what to pay for gas now: twice the base fee, so that a block
// or two of rising fees do not strand the transaction.
func (l *Ledger) gasPrice(ctx context.Context) (*big.Int, error) {
	res, err := l.feemarket.BaseFee(ctx, &feemarkettypes.QueryBaseFeeRequest{})
	if err != nil {
		return nil, failed("read base fee", err)
	}
	price := big.NewInt(leastGasPrice)
	if res.BaseFee != nil && !res.BaseFee.IsNil() {
		if base := res.BaseFee.Ceil().TruncateInt().BigInt(); base.Cmp(price) > 0 {
			price = base
		}
	}
	return new(big.Int).Lsh(price, 1), nil
}
