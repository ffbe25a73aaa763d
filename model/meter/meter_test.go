package meter_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/weal-network/weal/model/meter"
	"github.com/weal-network/weal/types"
)

func TestNew(t *testing.T) {
	for _, c := range []struct {
		tokens             uint32
		promptBytes, limit int
		want               meter.Meter
	}{
		{64, 0, 1, meter.Meter{Tokens: 64, Prompt: 1, Most: 2}},
		{64, 256, 64, meter.Meter{Tokens: 64, Prompt: 1, Most: 2}},
		{64, 257, 65, meter.Meter{Tokens: 64, Prompt: 2, Most: 4}},
		{1, 9, 3, meter.Meter{Tokens: 1, Prompt: 3, Most: 6}},
	} {
		got, err := meter.New(c.tokens, c.promptBytes, c.limit)
		require.NoError(t, err)
		require.Equal(t, c.want, got)
	}
	for _, c := range []struct {
		tokens             uint32
		promptBytes, limit int
	}{{0, 1, 1}, {1, 1, 0}, {1, 1, -1}, {1, 1, 1 << 20}, {1, 1 << 30, 1}} {
		_, err := meter.New(c.tokens, c.promptBytes, c.limit)
		require.Error(t, err)
	}
}

func TestRoomAndOwed(t *testing.T) {
	m := meter.Meter{Tokens: 2, Prompt: 3, Most: 6} // 8 bytes a tick, 24 in all
	require.Equal(t, 24, m.Limit())
	for paid, room := range []int{8, 8, 8, 8, 16, 24, 24} {
		require.Equal(t, room, m.Room(uint32(paid)), "paid %d", paid)
	}
	for bytes, owed := range map[int]uint32{0: 0, 1: 4, 8: 4, 9: 5, 16: 5, 17: 6, 24: 6, 25: 6, 99: 6} {
		require.Equal(t, owed, m.Owed(bytes), "bytes %d", bytes)
	}
	require.EqualValues(t, 4, m.Next(0))
	require.EqualValues(t, 5, m.Next(4))
}

func TestCut(t *testing.T) {
	require.Equal(t, 3, meter.Cut("aéb", 3))
	require.Equal(t, 1, meter.Cut("aéb", 2))
	require.Equal(t, 4, meter.Cut("aéb", 9))
	require.Equal(t, 0, meter.Cut("éb", -1))
}

// TestNeverMoreThanOneTickAhead plays a payer who pays exactly what text he has
// received, and a model that sends exactly what Room allows, over random texts.
func TestNeverMoreThanOneTickAhead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringN(0, 200, 600).Draw(t, "text")
		text = strings.ToValidUTF8(text, "")
		m := meter.Meter{Tokens: rapid.Uint32Range(1, 20).Draw(t, "tokens"), Prompt: rapid.Uint32Range(1, 5).Draw(t, "prompt")}
		m.Most = m.Prompt + rapid.Uint32Range(1, 300).Draw(t, "answer")
		var paid uint32
		sent := 0
		for sent < len(text) {
			n := meter.Cut(text[sent:], m.Room(paid)-sent)
			sent += n
			require.True(t, utf8.ValidString(text[:sent]))
			owed := m.Owed(sent)
			require.True(t, types.Tokens(sent) <= uint64(m.Tokens) || paid+1 >= owed, "more than a tick ahead")
			if n == 0 {
				require.Greater(t, owed, paid, "stuck although paid")
				require.Equal(t, m.Next(paid), owed)
				paid = owed
			}
			if m.Room(paid) == m.Limit() && meter.Cut(text[sent:], m.Limit()-sent) == 0 {
				break
			}
		}
		if len(text) <= m.Limit() {
			require.Equal(t, len(text), sent)
		} else {
			require.Greater(t, sent, m.Limit()-4)
		}
	})
}
