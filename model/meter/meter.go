// Package meter is the arithmetic of ticks that gateway and model share: how many
// a prompt and an answer cost, and how much text may be sent for how many.
//
// What always holds: it is pure; text is counted in metered tokens over the whole
// answer; with paid ticks, Room never lets more than one tick go unpaid beyond
// the prompt's.
package meter

import (
	"net/http"
	"unicode/utf8"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// Meter is what one order of a metered asset costs, in ticks; as in wire.Meter.
type Meter struct {
	Tokens uint32 // metered tokens a tick, at least 1
	Prompt uint32 // ticks due with the first bytes
	Most   uint32 // the most ticks of the whole order
}

// New returns the meter of a prompt of promptBytes and an answer of at most
// maxTokens metered tokens, at a price list's tokens a tick.
func New(tokens uint32, promptBytes, maxTokens int) (Meter, error) {
	if tokens == 0 || maxTokens < 1 {
		return Meter{}, wire.NewError(http.StatusBadRequest, wire.TypeInvalidRequest, "bad_max_tokens",
			"an answer needs at least one token; set max_tokens to 1 or more")
	}
	prompt := max(1, ticks(types.Tokens(promptBytes), tokens))
	most := prompt + ticks(uint64(maxTokens), tokens)
	if most > pay.MaxTicks {
		return Meter{}, wire.NewError(http.StatusBadRequest, wire.TypeInvalidRequest, "too_long",
			"prompt and answer would cost %d ticks of at most %d; send less or lower max_tokens", most, pay.MaxTicks)
	}
	return Meter{Tokens: tokens, Prompt: uint32(prompt), Most: uint32(most)}, nil
}

// Input returns the meter of what is charged by its input alone, of inputBytes.
func Input(tokens uint32, inputBytes int) (Meter, error) {
	m, err := New(tokens, inputBytes, 1)
	m.Most = m.Prompt
	return m, err
}

func ticks(tokens uint64, perTick uint32) uint64 {
	return tokens/uint64(perTick) + min(1, tokens%uint64(perTick))
}

// Owed returns the ticks owed for an answer of so many bytes so far: none before
// the first byte.
func (m Meter) Owed(bytes int) uint32 {
	if bytes <= 0 {
		return 0
	}
	return m.Prompt + uint32(min(ticks(types.Tokens(bytes), m.Tokens), uint64(m.Most-m.Prompt)))
}

// Room returns how many bytes of an answer may have been sent, all in all, when
// paid ticks are paid.
func (m Meter) Room(paid uint32) int {
	ahead := uint32(1)
	if paid > m.Prompt {
		ahead += paid - m.Prompt
	}
	return min(m.bytes(ahead), m.Limit())
}

// Limit returns how many bytes of an answer Most pays for.
func (m Meter) Limit() int { return m.bytes(m.Most - m.Prompt) }

func (m Meter) bytes(ticks uint32) int {
	return int(uint64(ticks) * uint64(m.Tokens) * types.TokenBytes)
}

// Next returns the least number of ticks that gives more room than paid does.
func (m Meter) Next(paid uint32) uint32 { return max(paid, m.Prompt) + 1 }

// Cut returns how many bytes of text fit into room, cut between code points.
func Cut(text string, room int) int {
	if len(text) <= room {
		return len(text)
	}
	n := max(0, room)
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return n
}
