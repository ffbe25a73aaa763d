package model

import (
	"context"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/weal-network/weal/model/prompt"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// ReaderName is what weal-reader calls itself.
const ReaderName = "weal-reader"

const (
	readerIntro = "Quoted from the sources by " + ReaderName + ", which adds no words of its own:"
	readerNone  = ReaderName + " quotes sentences from the sources and found none that speaks of the question."
	readerShort = "Quoted by " + ReaderName + ":" // where there is little room
	// readerQuotes is the most sentences of an answer.
	readerQuotes = 5
)

// Reader is the upstream that is built in: it answers with sentences of the
// passages in the prompt, each followed by its [n], and says that it does so.
// The same prompt always gets the same answer.
type Reader struct{}

var _ Upstream = Reader{}

// NewReader returns weal-reader.
func NewReader() Reader { return Reader{} }

// Open implements Upstream.
func (Reader) Open(_ context.Context, p Prompt) (Answer, error) {
	var req wire.ChatRequest
	if err := wire.Decode(p.Body, &req); err != nil {
		return nil, err
	}
	passages, question, err := prompt.Read(req.Messages)
	if err != nil {
		return nil, err
	}
	pieces, finish := quote(passages, question, roomOf(req))
	return &readerAnswer{pieces: pieces, finish: finish}, nil
}

// roomOf returns the most bytes of an answer to req.
func roomOf(req wire.ChatRequest) int {
	limit := req.MaxTokens
	if limit == nil {
		limit = req.MaxCompletionTokens
	}
	if limit == nil {
		return wire.MaxBody
	}
	return min(max(0, *limit), wire.MaxBody) * types.TokenBytes
}

// quote returns the answer in pieces, together at most room bytes, and why it
// ends there. The best sentences get the room.
func quote(passages []prompt.Passage, question string, room int) (pieces []string, finish string) {
	picked := pick(split(passages), question, readerQuotes)
	if len(picked) == 0 {
		return within(readerNone, room)
	}
	cite := func(s sentence) string { return "“" + s.text + "” [" + strconv.Itoa(passages[s.passage].N) + "]" }
	best := cite(picked[0])
	if len(best) > room {
		return cutQuote(picked[0].text, passages[picked[0].passage].N, room), finishLength
	}
	if intro := introFor(len(best), room); intro != "" {
		pieces = append(pieces, intro)
		room -= len(intro)
	}
	fit := fitting(picked, func(s sentence) int { return len(cite(s)) }, room)
	for _, s := range inOrder(fit) {
		pieces = append(pieces, cite(s))
	}
	for i := range pieces[1:] {
		pieces[i+1] = gap + pieces[i+1]
	}
	if len(fit) < len(picked) {
		return pieces, finishLength
	}
	return pieces, finishStop
}

// gap stands between the pieces of an answer.
const gap = "\n\n"

// introFor returns the longest intro that leaves room for a quote of size bytes.
func introFor(size, room int) string {
	for _, intro := range []string{readerIntro, readerShort} {
		if len(intro)+len(gap)+size <= room {
			return intro
		}
	}
	return ""
}

// fitting returns those of picked that fit into room, the best first. The gap
// ahead of each is counted too, except where nothing stands before the first.
func fitting(picked []sentence, size func(sentence) int, room int) []sentence {
	var fit []sentence
	for _, s := range picked {
		need := size(s)
		if len(fit) > 0 {
			need += len(gap)
		}
		if need <= room {
			fit = append(fit, s)
			room -= need
		}
	}
	return fit
}

// within returns text, or as many of its words as fit into room.
func within(text string, room int) ([]string, string) {
	if len(text) <= room {
		return []string{text}, finishStop
	}
	if text = cutWords(text, room-len(ellipsis)); text == "" {
		return nil, finishLength
	}
	return []string{text + ellipsis}, finishLength
}

const ellipsis = "…"

// cutQuote quotes as many words of text as fit into room.
func cutQuote(text string, n, room int) []string {
	end := ellipsis + "” [" + strconv.Itoa(n) + "]"
	if cut := cutWords(text, room-len("“")-len(end)); cut != "" {
		return []string{"“" + cut + end}
	}
	pieces, _ := within(text, room) // no room even for the number
	return pieces
}

// cutWords returns the longest beginning of s of at most n bytes that ends where
// a word does. Scripts without spaces may be cut after every character.
func cutWords(s string, n int) string {
	if len(s) <= n {
		return s
	}
	end := 0
	for i, r := range s {
		if i > n {
			break
		}
		before, _ := utf8.DecodeLastRuneInString(s[:i])
		if unicode.IsSpace(r) || isPaired(r) || isPaired(before) {
			end = i
		}
	}
	return strings.TrimSpace(s[:end])
}

// readerAnswer gives out pieces.
type readerAnswer struct {
	pieces []string
	finish string
}

func (a *readerAnswer) Next() (wire.Content, error) {
	if len(a.pieces) == 0 {
		return wire.Content{}, io.EOF
	}
	piece := a.pieces[0]
	a.pieces = a.pieces[1:]
	return wire.Content{Content: piece}, nil
}

func (a *readerAnswer) Finish() string { return a.finish }

func (a *readerAnswer) Close() error { return nil }

// split returns the sentences of all passages.
func split(passages []prompt.Passage) []sentence {
	var all []sentence
	for i, p := range passages {
		context, headings := words(p.Heading), segments(p.Heading)
		opening := true
		for _, text := range sentences(p.Text) {
			s := sentence{place: len(all), passage: i, text: text, length: length(text), words: words(text), context: context}
			s.grade = gradeOf(text, headings)
			if s.opening = opening && s.grade == isGood; s.opening {
				opening = false
			}
			s.key = strings.Join(s.words, " ")
			s.text = clip(s.text)
			all = append(all, s)
		}
	}
	return all
}

// clip cuts a text that is too long to be quoted whole.
func clip(s string) string {
	if len(s) <= longest {
		return s
	}
	if cut := cutWords(s, longest); cut != "" {
		return cut + ellipsis
	}
	return strings.ToValidUTF8(s[:longest], "") + ellipsis // one word, as no language has
}

// fold makes one line of text: what is quoted keeps its words, not its line breaks.
func fold(s string) string { return strings.Join(strings.Fields(s), " ") }
