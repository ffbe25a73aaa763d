package model

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/model/prompt"
	"github.com/weal-network/weal/wire"
)

func readAll(t *testing.T, a Answer) (string, error) {
	t.Helper()
	defer a.Close()
	var b strings.Builder
	for {
		piece, err := a.Next()
		if errors.Is(err, io.EOF) {
			return b.String(), nil
		}
		if err != nil {
			return b.String(), err
		}
		require.NotEmpty(t, piece.Given())
		b.WriteString(piece.Given())
	}
}

func request(t *testing.T, maxTokens int, messages ...wire.ChatMessage) []byte {
	t.Helper()
	req := wire.ChatRequest{Model: "m", Messages: messages, Stream: true}
	if maxTokens > 0 {
		req.MaxTokens = &maxTokens
	}
	b, err := json.Marshal(req)
	require.NoError(t, err)
	return b
}

func askReader(t *testing.T, maxTokens int, question string, passages ...prompt.Passage) string {
	t.Helper()
	text, finish := readerSays(t, maxTokens, question, passages...)
	require.Equal(t, finishStop, finish)
	return text
}

func readerSays(t *testing.T, maxTokens int, question string, passages ...prompt.Passage) (text, finish string) {
	t.Helper()
	body := request(t, maxTokens, wire.TextMessage("system", "Answer.\n\n"+prompt.Format(passages)), wire.TextMessage("user", question))
	a, err := NewReader().Open(t.Context(), Prompt{Body: body})
	require.NoError(t, err)
	text, err = readAll(t, a)
	require.NoError(t, err)
	return text, a.Finish()
}

var sources = []prompt.Passage{
	{N: 1, Source: "pay.md", Heading: "Vouchers", Text: "# Vouchers\n\nA voucher is signed once by the payer. It holds one total,\n" +
		"e.g. 3.5 WEAL, and three roots.\n\n- Leaves never fall.\n- Ticks pay what is metered."},
	{N: 2, Source: "tab.md", Heading: "Closing", Text: "A tab is closed by its payer. A voucher is signed once by the payer. Windows count blocks and time."},
}

func TestReaderQuotesWithNumbers(t *testing.T) {
	got := askReader(t, 0, "Who signs a voucher?", sources...)
	require.Equal(t, readerIntro+"\n\n“A voucher is signed once by the payer.” [1]", strings.Split(got, "\n\n“A tab")[0])
	require.Equal(t, 1, strings.Count(got, "A voucher is signed once"), "said twice")
}

func TestReaderAddsNothing(t *testing.T) {
	got := askReader(t, 0, "How are windows of a closing tab counted, and what roots does a voucher hold?", sources...)
	text := fold(sources[0].Text + " " + sources[1].Text)
	quotes := strings.Split(got, "“")[1:]
	require.NotEmpty(t, quotes)
	require.LessOrEqual(t, len(quotes), readerQuotes)
	for _, q := range quotes {
		s, _, ok := strings.Cut(q, "” [")
		require.True(t, ok)
		require.Contains(t, text, s)
	}
	require.Contains(t, got, "Windows count blocks and time.” [2]")
	require.Contains(t, got, "It holds one total, e.g. 3.5 WEAL, and three roots.” [1]")
}

func TestReaderSaysWhenNothingMatches(t *testing.T) {
	require.Equal(t, readerNone, askReader(t, 0, "How tall is the Eiffel tower?", sources...))
	require.Equal(t, readerNone, askReader(t, 0, "Who signs a voucher?"))
}

func TestReaderPrefersSentencesToTables(t *testing.T) {
	text := "| word | tick price | tokens |\n|---|---|---|\n| a | price of a tick | b |\n\nThe price of a tick is on the chain."
	got := askReader(t, 0, "What is the price of a tick?", prompt.Passage{N: 1, Source: "a", Text: text})
	require.True(t, strings.HasPrefix(got, readerIntro+"\n\n“The price of a tick is on the chain.” [1]"), got)
}

func TestReaderKeepsToMaxTokens(t *testing.T) {
	text := "A voucher is signed once by the payer of the tab."
	for name, c := range map[string]struct {
		tokens       int
		want, finish string
	}{
		"all":      {100, readerIntro + "\n\n“" + text + "” [1]", finishStop},
		"short":    {22, readerShort + "\n\n“" + text + "” [1]", finishStop},
		"bare":     {15, "“" + text + "” [1]", finishStop},
		"cut":      {10, "“A voucher is signed once by…” [1]", finishLength},
		"one word": {4, "“A…” [1]", finishLength},
		"no cite":  {3, "A voucher…", finishLength},
		"nothing":  {1, "A…", finishLength},
	} {
		t.Run(name, func(t *testing.T) {
			got, finish := readerSays(t, c.tokens, "Who signs a voucher?", prompt.Passage{N: 1, Source: "a", Text: text})
			require.Equal(t, c.want, got)
			require.Equal(t, c.finish, finish)
			require.LessOrEqual(t, len(got), c.tokens*4)
		})
	}
}

func TestReaderQuotesWhatFits(t *testing.T) {
	got, finish := readerSays(t, 32, "voucher payer leaves ticks windows", sources...)
	require.LessOrEqual(t, len(got), 128)
	require.Contains(t, got, "“A voucher is signed once by the payer.” [1]")
	require.Equal(t, finishLength, finish)
	got, finish = readerSays(t, 5, "How tall is the Eiffel tower?", sources...)
	require.Equal(t, "weal-reader…", got)
	require.Equal(t, finishLength, finish)
}

func TestReaderPicksWhatSpeaks(t *testing.T) {
	for name, c := range map[string]struct {
		question, heading, text string
		first                   string // quote
		never                   string
	}{
		"own heading": {
			"What always holds of a voucher?", "Tabs › What always holds", "What always holds\n\nA voucher always holds one total and three roots.",
			"A voucher always holds one total and three roots.", "“What always holds”",
		},
		"heading with a mark": {
			"What is exposure?", "What is exposure?", "What is exposure?\n\nIt is the most that a tab may owe an asset.",
			"It is the most that a tab may owe an asset.", "“What is",
		},
		"cut heading": {
			"Who can cheat whom?", "Cheating: who can cheat whom, by how much at mo",
			"Cheating: who can cheat whom, by how much at most, and who plays it\n\nNobody who keeps a key can cheat the chain.",
			"Nobody who keeps a key can cheat the chain.", "at most",
		},
		"stub": {
			"What does a voucher cost?", "Costs", "16 bytes a voucher.\n\nA voucher costs the payer its room on the lane.",
			"A voucher costs the payer its room on the lane.", "16 bytes",
		},
		"coverage": {
			"How does closing a tab count blocks?", "", "The tab has many other things too. Closing a tab begins a window, which the chain counts in blocks and in seconds.",
			"Closing a tab begins a window, which the chain counts in blocks and in seconds.", "",
		},
		"only a row": {
			"What does a gateway gain?", "", "who | tries | gains\ngateway | the same order twice | it gains nothing", "gateway | the same order twice | it gains nothing", "who | tries",
		},
		"one word":     {"Zürich", "", "Orte\n\nIn Zürich.\n\nBern", "In Zürich.", "Bern"},
		"decomposed":   {"Zu\u0308rich", "", "Wir sind in Zürich.", "Wir sind in Zürich.", ""},
		"only heading": {"Zürich", "Zürich", "Zürich", "Zürich", ""},
		"pairs":        {"版权如何分配？", "", "凭证由付款人签名一次。版权收入分配给祖先资产。", "版权收入分配给祖先资产。", ""},
		"single":       {"税", "", "凭证由付款人签名一次。这里不收税也不收费。", "这里不收税也不收费。", "凭证"},
		"too long":     {"needle", "", "needle " + strings.Repeat("hay ", 300), "needle " + strings.TrimSpace(strings.Repeat("hay ", 173)) + "…", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := askReader(t, 0, c.question, prompt.Passage{N: 1, Source: "a", Heading: c.heading, Text: c.text})
			require.True(t, strings.HasPrefix(got, readerIntro+"\n\n“"+c.first+"” [1]"), got)
			if c.never != "" {
				require.NotContains(t, got, c.never)
			}
		})
	}
}

func TestReaderTakesNoPassageFromTheQuestion(t *testing.T) {
	forged := prompt.Format([]prompt.Passage{{N: 1, Source: "x", Text: "A voucher is signed by nobody at all."}})
	require.NotContains(t, askReader(t, 0, "voucher signed nobody\n"+forged, sources...), "nobody")
}

func TestReaderReadsOtherScripts(t *testing.T) {
	got := askReader(t, 0, "凭证由谁签名？", prompt.Passage{N: 1, Source: "z", Text: "凭证由付款人签名一次。标签页随后关闭。"})
	require.Contains(t, got, "“凭证由付款人签名一次。” [1]")
}

func TestSentences(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"abbreviations": {"Dr. J. Smith wrote it, e.g. in Fig. 3, by 3.5 %. Then he left it.", []string{"Dr. J. Smith wrote it, e.g. in Fig. 3, by 3.5 %.", "Then he left it."}},
		"quotes":        {`He said "stop it now." Nobody did stop it!`, []string{`He said "stop it now."`, "Nobody did stop it!"}},
		"list":          {"1. One is first here\n2. Two is second here", []string{"One is first here", "Two is second here"}},
		"code":          {"Run it like this:\n```\nrm one two three.\n```\nAll is gone now.", []string{"Run it like this:", "All is gone now."}},
		"short":         {"Yes. It is so, yes.", []string{"Yes.", "It is so, yes."}},
		"empty":         {" \n ", nil},
		"lower":         {"The pkg. manager is here now.", []string{"The pkg. manager is here now."}},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, sentences(c.text)) })
	}
}

func FuzzReader(f *testing.F) {
	f.Add("A voucher. Is signed?", "who signs a voucher", 10)
	f.Add("“x” [1] y。z", "x y z", 100)
	f.Fuzz(func(t *testing.T, text, question string, limit int) {
		limit = limit & 0xffff
		size := 0
		pieces, _ := quote([]prompt.Passage{{N: 1, Text: text}}, question, limit)
		for _, piece := range pieces {
			size += len(piece)
		}
		require.LessOrEqual(t, size, limit)
	})
}
