package beir

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// ErrLayout is returned for a folder that is not in BEIR's layout.
var ErrLayout = errors.New("not a folder in BEIR's layout")

// record is a document or a question.
type record struct {
	ID    string `json:"_id"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

// whole returns what is indexed of a document: its title and its text. NUL, which
// no text file has, counts as a blank.
func (r record) whole() string {
	return strings.ReplaceAll(strings.TrimSpace(r.Title+"\n\n"+r.Text), "\x00", " ")
}

// readRecords calls use with every record of dir/name.jsonl or dir/name.jsonl.gz.
func readRecords(dir, name string, use func(record) error) error {
	path := filepath.Join(dir, name+".jsonl")
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		path += ".gz"
		f, err = os.Open(path)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrLayout, err)
	}
	defer f.Close()
	var r io.Reader = bufio.NewReaderSize(f, 1<<20)
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(r); err != nil {
			return fmt.Errorf("%w: %s: %w", ErrLayout, path, err)
		}
	}
	if err := parseRecords(r, use); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func parseRecords(r io.Reader, use func(record) error) error {
	seen := map[string]bool{}
	d := json.NewDecoder(r)
	for line := 1; ; line++ {
		var rec record
		err := d.Decode(&rec)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("%w: record %d: %w", ErrLayout, line, err)
		case rec.ID == "":
			return fmt.Errorf("%w: record %d has no _id", ErrLayout, line)
		case seen[rec.ID]:
			return fmt.Errorf("%w: record %d has the _id %q of an earlier one", ErrLayout, line, rec.ID)
		}
		seen[rec.ID] = true
		if err := use(rec); err != nil {
			return err
		}
	}
}

// judgements are the relevance of documents to questions, by their ids.
type judgements map[string]map[string]int

func readJudgements(dir string) (judgements, error) {
	path := filepath.Join(dir, "qrels", "test.tsv")
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrLayout, err)
	}
	defer f.Close()
	j, err := parseJudgements(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return j, nil
}

func parseJudgements(r io.Reader) (judgements, error) {
	j := judgements{}
	s := bufio.NewScanner(r)
	for line := 1; s.Scan(); line++ {
		if line == 1 || strings.TrimSpace(s.Text()) == "" {
			continue
		}
		f := strings.Split(strings.TrimRight(s.Text(), "\r"), "\t")
		if len(f) != 3 {
			return nil, fmt.Errorf("%w: line %d: want query-id, corpus-id and score apart by tabs", ErrLayout, line)
		}
		score, err := strconv.Atoi(strings.TrimSpace(f[2]))
		if err != nil {
			return nil, fmt.Errorf("%w: line %d: want a whole number as score, got %q", ErrLayout, line, f[2])
		}
		if j[f[0]] == nil {
			j[f[0]] = map[string]int{}
		}
		j[f[0]][f[1]] = score
	}
	if s.Err() != nil {
		return nil, fmt.Errorf("%w: %w", ErrLayout, s.Err())
	}
	return j, nil
}
