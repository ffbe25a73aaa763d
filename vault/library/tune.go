package library

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/weal-network/weal/vault/filter"
	"github.com/weal-network/weal/vault/fuse"
)

// Errors of questions to tune on.
var (
	ErrQuestions     = errors.New("not questions to tune on")
	ErrUnknownSource = errors.New("no document of the vault has this name; weal vault status lists them")
)

// maxTuneQuestions bounds what one tuning takes.
const maxTuneQuestions = 10_000

// TuneQuestion is a question whose answer the owner knows the documents of.
type TuneQuestion struct {
	Question string   `json:"question"`
	Sources  []string `json:"sources"`
}

// ParseQuestions reads one question a line: a JSON object with question and source,
// or sources if there are more; or the question, a tab, and its source. Empty lines
// and lines that begin with # are passed over.
func ParseQuestions(r io.Reader) (questions []TuneQuestion, err error) {
	s := bufio.NewScanner(r)
	s.Buffer(nil, 1<<20)
	for line := 1; s.Scan(); line++ {
		b := bytes.TrimSpace(s.Bytes())
		if len(b) == 0 || b[0] == '#' {
			continue
		}
		var q struct {
			TuneQuestion
			Source string `json:"source"`
		}
		if b[0] == '{' {
			if err := json.Unmarshal(b, &q); err != nil {
				return nil, fmt.Errorf("%w: line %d: %w", ErrQuestions, line, err)
			}
			if q.Source != "" {
				q.Sources = append(q.Sources, q.Source)
			}
		} else {
			question, source, _ := strings.Cut(string(b), "\t")
			q.TuneQuestion = TuneQuestion{Question: strings.TrimSpace(question)}
			if source = strings.TrimSpace(source); source != "" {
				q.Sources = []string{source}
			}
		}
		if q.Question == "" || len(q.Sources) == 0 {
			return nil, fmt.Errorf(`%w: line %d: want {"question":"…","source":"…"}, or a question, a tab and its source`, ErrQuestions, line)
		}
		if questions = append(questions, q.TuneQuestion); len(questions) > maxTuneQuestions {
			return nil, fmt.Errorf("%w: want at most %d", ErrQuestions, maxTuneQuestions)
		}
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrQuestions, err)
	}
	return questions, nil
}

// Tune finds the weight of meaning that is best for an owner's questions, and keeps
// it if keep is set.
func (l *Library) Tune(ctx context.Context, questions []TuneQuestion, keep bool) (fuse.Tuned, error) {
	tuned, err := l.tune(ctx, questions)
	if err == nil && keep {
		err = l.SetWeight(ctx, tuned.Weight)
	}
	if err != nil {
		return tuned, fmt.Errorf("tune: %w", err)
	}
	return tuned, nil
}

func (l *Library) tune(ctx context.Context, questions []TuneQuestion) (fuse.Tuned, error) {
	g, err := l.Latest(ctx)
	if err != nil {
		return fuse.Tuned{}, err
	}
	var all []fuse.Question
	for _, q := range questions {
		lists, err := g.ByDocument(ctx, q.Question, fuse.Depth, filter.Filter{})
		if err = errors.Join(err, lists.Missing); err != nil {
			return fuse.Tuned{}, err
		}
		f := fuse.Question{Words: lists.Words, Meaning: lists.Meaning, Right: map[uint32]int{}}
		for _, source := range q.Sources {
			i, ok := slices.BinarySearchFunc(g.docs, source, func(m member, s string) int { return strings.Compare(m.source, s) })
			if !ok {
				return fuse.Tuned{}, fmt.Errorf("%w: %q, for the question %q", ErrUnknownSource, source, q.Question)
			}
			f.Right[uint32(i)] = 1
		}
		all = append(all, f)
	}
	return fuse.Tune(all, l.Weight())
}
