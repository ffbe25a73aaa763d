package ingest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/weal-network/weal/vault/ingest"
)

// Config says what to measure.
type Config struct {
	// Dir is the folder to take in. If it is empty, Generate megabytes are made.
	Dir      string
	Generate int
	// Rounds is how often each side works; zero is three.
	Rounds int
	// Progress, if set, is told what is going on: done of all steps of a part.
	Progress func(part string, done, all int)
}

// Figures is what Run measured.
type Figures struct {
	MBPerSecond      float64 `json:"mb_per_s"`
	BleveMBPerSecond float64 `json:"bleve_mb_per_s"`
	Ratio            float64 `json:"ratio"`
	Files            int     `json:"files"`
	Failed           int     `json:"failed"`
	Chunks           int     `json:"chunks"`
	MB               float64 `json:"mb_of_text"`
	DiskMB           float64 `json:"mb_on_disk"`
	BleveDiskMB      float64 `json:"bleve_mb_on_disk"`
	Cores            int     `json:"cores"`
	Method           string  `json:"method"`
}

// taken is what one side has done once.
type taken struct {
	time  time.Duration
	bytes int64 // on disk
	files, failed,
	chunks int
}

// Run measures.
func Run(ctx context.Context, cfg Config) (f Figures, err error) {
	if cfg.Rounds == 0 {
		cfg.Rounds = 3
	}
	if cfg.Progress == nil {
		cfg.Progress = func(string, int, int) {}
	}
	temp, err := os.MkdirTemp("", "weal-ingest-")
	if err != nil {
		return f, fmt.Errorf("measure ingest: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	if cfg.Dir == "" {
		cfg.Dir = filepath.Join(temp, "corpus")
		if err := generate(cfg.Dir, cfg.Generate); err != nil {
			return f, fmt.Errorf("make text: %w", err)
		}
	}
	f, err = run(ctx, cfg, temp)
	if err != nil {
		return f, fmt.Errorf("measure ingest: %w", err)
	}
	return f, nil
}

func run(ctx context.Context, cfg Config, temp string) (f Figures, err error) {
	texts, err := extract(ctx, cfg.Dir)
	if err != nil {
		return f, err
	}
	var size int64
	for _, t := range texts {
		size += int64(len(t.text))
	}
	var ours, bleve []taken
	for round := range cfg.Rounds {
		for i, side := range []struct {
			to  *[]taken
			run func(context.Context, string) (taken, error)
		}{
			{&ours, func(ctx context.Context, dir string) (taken, error) { return takeIn(ctx, cfg.Dir, dir) }},
			{&bleve, func(ctx context.Context, dir string) (taken, error) { return bleveIndex(ctx, texts, dir) }},
		} {
			cfg.Progress("rounds", 2*round+i, 2*cfg.Rounds)
			runtime.GC() // what the other side left is not this one's
			dir := filepath.Join(temp, "work")
			t, err := side.run(ctx, dir)
			if err != nil {
				return f, err
			}
			if t.bytes, err = diskBytes(dir); err == nil {
				err = os.RemoveAll(dir)
			}
			if err != nil {
				return f, err
			}
			*side.to = append(*side.to, t)
		}
	}
	last := ours[len(ours)-1]
	const million = 1e6
	f = Figures{
		MB: float64(size) / million, Files: last.files, Failed: last.failed, Chunks: last.chunks,
		DiskMB: float64(last.bytes) / million, BleveDiskMB: float64(bleve[len(bleve)-1].bytes) / million, Cores: runtime.GOMAXPROCS(0),
		Method: fmt.Sprintf("the vault: find, read, parse, chunk, hash, index, seal, commit, no embeddings; bleve v2.6.1: indexes the extracted "+
			"text from memory, English analyser, nothing stored, batches of %d; by turns, median of %d rounds each", bleveBatch, cfg.Rounds),
	}
	f.MBPerSecond, f.BleveMBPerSecond = f.MB/median(ours).Seconds(), f.MB/median(bleve).Seconds()
	f.Ratio = f.MBPerSecond / f.BleveMBPerSecond
	return f, nil
}

func median(all []taken) time.Duration {
	var times []time.Duration
	for _, t := range all {
		times = append(times, t.time)
	}
	slices.Sort(times)
	return times[len(times)/2]
}

// text is the extracted text of a document.
type text struct{ source, text string }

// extract reads the text of a folder's documents.
func extract(ctx context.Context, dir string) (texts []text, err error) {
	inputs, roots, err := ingest.Find(ctx, []string{dir})
	for _, r := range roots {
		err = errors.Join(err, r.Err)
	}
	if err != nil {
		return nil, err
	}
	read := func(in ingest.Input) ingest.Document {
		d := ingest.ReadContext(ctx, in, [32]byte{}, ingest.Options{})
		d.Data, d.Chunks = nil, nil
		return d
	}
	err = ingest.Parallel(ctx, slices.Values(inputs), read, func(d ingest.Document) error {
		if d.Err == nil {
			texts = append(texts, text{source: d.Source, text: d.Text})
		}
		return nil
	})
	if err == nil && len(texts) == 0 {
		err = fmt.Errorf("there is no text in %s", dir)
	}
	return texts, err
}

// diskBytes sums the files below dir.
func diskBytes(dir string) (sum int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			sum += info.Size()
		}
		return err
	})
	return sum, err
}
