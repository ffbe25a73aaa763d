package model

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/weal-network/weal/model/prompt"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// ReaderName is what weal-reader calls itself.
const ReaderName = "weal-reader"

const (
	readerIntro = "Quoted from the sources by " + ReaderName + ", which adds no words of its own:"
	readerNone  = ReaderName + " quotes sentences from the sources and found none that speaks of the question."
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
	room := wire.MaxBody
	if req.MaxTokens != nil {
		room = max(0, *req.MaxTokens) * types.TokenBytes
	}
	return &readerAnswer{pieces: quote(passages, question, room)}, nil
}

// quote returns the answer in pieces, together at most room bytes.
func quote(passages []prompt.Passage, question string, room int) []string {
	pieces := []string{readerIntro}
	room -= len(readerIntro)
	for _, s := range pick(split(passages), question, readerQuotes) {
		piece := "\n\n“" + s.text + "” [" + strconv.Itoa(passages[s.passage].N) + "]"
		if len(piece) <= room {
			pieces = append(pieces, piece)
			room -= len(piece)
		}
	}
	if len(pieces) == 1 {
		return []string{readerNone}
	}
	return pieces
}

// readerAnswer gives out pieces.
type readerAnswer struct{ pieces []string }

func (a *readerAnswer) Next() (string, error) {
	if len(a.pieces) == 0 {
		return "", io.EOF
	}
	piece := a.pieces[0]
	a.pieces = a.pieces[1:]
	return piece, nil
}

func (a *readerAnswer) Finish() string { return finishStop }

func (a *readerAnswer) Close() error { return nil }

// split returns the sentences of all passages.
func split(passages []prompt.Passage) []sentence {
	var all []sentence
	for i, p := range passages {
		context := words(p.Heading)
		for _, text := range sentences(p.Text) {
			w := words(text)
			all = append(all, sentence{passage: i, text: text, words: w, context: context, key: strings.Join(w, " ")})
		}
	}
	return all
}

// fold makes one line of text: what is quoted keeps its words, not its line breaks.
func fold(s string) string { return strings.Join(strings.Fields(s), " ") }
