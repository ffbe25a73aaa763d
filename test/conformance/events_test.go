package conformance

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
)

// event is a log of a token contract: its name, and all its arguments as words.
type event struct {
	name  string
	words []common.Hash
}

// shape is how an event is logged: so many arguments as topics, the others as data.
type shape struct {
	signature      string
	indexed, plain int
}

// shapes are the events of the standards.
var shapes = map[string]shape{
	"Transfer":        {"Transfer(address,address,uint256)", 3, 0},
	"Approval":        {"Approval(address,address,uint256)", 3, 0},
	"ApprovalForAll":  {"ApprovalForAll(address,address,bool)", 2, 1},
	"TransferValue":   {"TransferValue(uint256,uint256,uint256)", 2, 1},
	"ApprovalValue":   {"ApprovalValue(uint256,address,uint256)", 2, 1},
	"SlotChanged":     {"SlotChanged(uint256,uint256,uint256)", 3, 0},
	"ApprovalForSlot": {"ApprovalForSlot(address,uint256,address,bool)", 3, 1},
}

// topic returns the first topic of an event.
func topic(name string) common.Hash { return crypto.Keccak256Hash([]byte(shapes[name].signature)) }

// names are the events of the standards by their first topics.
var names = func() map[common.Hash]string {
	out := map[common.Hash]string{}
	for name := range shapes {
		out[topic(name)] = name
	}
	return out
}()

// ev makes an event.
func ev(name string, args ...any) event {
	e := event{name: name}
	for _, a := range args {
		e.words = append(e.words, word(a))
	}
	return e
}

// word is a value as it is encoded.
func word(a any) common.Hash {
	switch v := a.(type) {
	case common.Hash:
		return v
	case common.Address:
		return common.BytesToHash(v[:])
	case *account:
		return common.BytesToHash(v.addr[:])
	case int:
		return common.BigToHash(big.NewInt(int64(v)))
	case uint8:
		return common.Hash{31: v}
	case *big.Int:
		return common.BigToHash(v)
	case bool:
		if v {
			return common.Hash{31: 1}
		}
		return common.Hash{}
	}
	panic(fmt.Errorf("%T is no word", a))
}

func (e event) address(i int) common.Address { return common.BytesToAddress(e.words[i][:]) }

func (e event) number(i int) *big.Int { return e.words[i].Big() }

// String implements fmt.Stringer.
func (e event) String() string {
	parts := []string{e.name}
	for _, w := range e.words {
		parts = append(parts, short(w))
	}
	return strings.Join(parts, " ")
}

// short writes a word without its leading zeros.
func short(w common.Hash) string { return fmt.Sprintf("%#x", w.Big()) }

// readEvent reads a log of a token contract. Standard events must have exactly
// their topics and data; of others ok is false.
func readEvent(l *ethtypes.Log) (e event, ok bool, err error) {
	if len(l.Topics) == 0 {
		return e, false, nil
	}
	name, ok := names[l.Topics[0]]
	if !ok {
		return e, false, nil
	}
	s := shapes[name]
	if len(l.Topics) != 1+s.indexed || len(l.Data) != 32*s.plain {
		return e, true, fmt.Errorf("%s with %d topics and %d bytes of data", name, len(l.Topics), len(l.Data))
	}
	e = event{name: name, words: append([]common.Hash{}, l.Topics[1:]...)}
	for i := range s.plain {
		e.words = append(e.words, common.BytesToHash(l.Data[32*i:32*i+32]))
	}
	return e, true, nil
}

// raw writes a log of whatever contract.
func raw(at common.Address, topics []common.Hash, data []byte) string {
	return fmt.Sprintf("%s %v 0x%x", at, topics, data)
}

// lines writes logs, those of a token contract as its events.
func lines(at common.Address, logs []*ethtypes.Log) ([]string, error) {
	out := []string{}
	for _, l := range logs {
		e, ok, err := readEvent(l)
		switch {
		case err != nil:
			return nil, err
		case ok && l.Address == at:
			out = append(out, e.String())
		default:
			out = append(out, raw(l.Address, l.Topics, l.Data))
		}
	}
	return out, nil
}

// texts writes events as lines does.
func texts(events []event) []string {
	out := []string{}
	for _, e := range events {
		out = append(out, e.String())
	}
	return out
}
