package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/weal-network/weal/types"
)

// Input is a document to be read.
type Input struct {
	// Path identifies the document: for a file its absolute path.
	Path string
	// Source is the name it should have in the vault: the path below the folder
	// that was added, with slashes.
	Source string
	Format Format
	Size   int64 // in bytes, as far as known
	// SHA, if set, is the SHA-256 of the bytes, known without loading them.
	SHA types.Hash
	// Charset is the encoding that the bytes came under, if something said so.
	Charset string
	// Load returns the bytes. If Open is set, it is used instead, and no more is
	// read from it than the largest file has.
	Load func() ([]byte, error)
	Open func() (io.ReadCloser, error)
	// Err, if set, is why there is nothing to load.
	Err error
}

// Root is what Find was asked for, as an absolute path.
type Root struct {
	// Path is a file, a folder or a pattern.
	Path string
	// Err is why it could not be looked at; what is known below it still stands.
	Err  error
	base string // the folder that a pattern is looked for in; empty if Path is none
}

// Covers reports whether Find, asked for r, lists path if it is there: what is
// known, covered and not listed is gone.
func (r Root) Covers(path string) bool {
	if r.base == "" {
		return within(path, r.Path)
	}
	ok, err := doublestar.Match(filepath.ToSlash(r.Path), filepath.ToSlash(path))
	return ok && err == nil
}

// within reports whether path is root or lies below it.
func within(path, root string) bool {
	separator := string(filepath.Separator)
	return path == root || strings.HasPrefix(path, strings.TrimSuffix(root, separator)+separator)
}

// Find lists the files at and below paths, in lexical order, each once. A path may
// be a pattern, in which * and ? stand for what is within a name, ** for any
// folders, [a-z] for a character and {a,b} for either. Names that begin with a dot
// are passed over, as is what a Git checkout ignores, and symbolic links are not
// followed: a link in somebody else's folder could lead to a file that nobody
// wanted to sell.
func Find(ctx context.Context, paths []string) ([]Input, []Root, error) {
	f := finder{seen: map[string]bool{}}
	var roots []Root
	for _, p := range paths {
		abs, err := filepath.Abs(p)
		if err != nil {
			return nil, nil, fmt.Errorf("find %s: %w", p, err)
		}
		r := Root{Path: abs}
		if _, err := os.Lstat(abs); err != nil && strings.ContainsAny(abs, "*?[{") {
			if !doublestar.ValidatePattern(filepath.ToSlash(abs)) {
				return nil, nil, fmt.Errorf("find %s: the pattern is malformed", p)
			}
			base, _ := doublestar.SplitPattern(filepath.ToSlash(abs))
			r.base = filepath.FromSlash(base)
		}
		r.Err = f.walk(ctx, r)
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		roots = append(roots, r)
	}
	return f.inputs, roots, nil
}

type finder struct {
	inputs []Input
	seen   map[string]bool
}

// walk returns an error only if the root itself cannot be read.
func (f *finder) walk(ctx context.Context, r Root) error {
	root := r.Path
	if r.base != "" {
		root = r.base
	}
	git := openCheckout(root)
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && path == root:
			return err
		case path != root && strings.HasPrefix(filepath.Base(path), "."),
			path != root && git.ignores(path, err == nil && d.IsDir()):
			if err == nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case err != nil:
			f.add(root, path, 0, err)
			return nil
		case d.IsDir():
			git.enter(path)
			return nil
		case r.base != "" && !r.Covers(path):
			return nil
		}
		f.file(root, path, d)
		return nil
	})
}

func (f *finder) file(root, path string, d fs.DirEntry) {
	info, err := d.Info()
	if path == root { // asked for by name: a link is meant to be followed
		info, err = os.Stat(path)
	}
	switch {
	case err != nil:
		f.add(root, path, 0, err)
	case info.Mode().IsRegular():
		f.add(root, path, info.Size(), nil)
	case info.Mode()&fs.ModeSymlink != 0:
		f.add(root, path, 0, ErrLink)
	default:
		f.add(root, path, 0, ErrSpecial)
	}
}

func (f *finder) add(root, path string, size int64, err error) {
	if f.seen[path] {
		return
	}
	f.seen[path] = true
	source, relErr := filepath.Rel(root, path)
	if relErr != nil || source == "." {
		source = filepath.Base(path)
	}
	f.inputs = append(f.inputs, Input{
		Path: path, Source: strings.ToValidUTF8(filepath.ToSlash(source), "\uFFFD"), Format: FormatOf(path),
		Size: size, Open: func() (io.ReadCloser, error) { return openFile(root, path) }, Err: err,
	})
}

// openFile opens a file that was found below root. If it has become a link since,
// that leads nowhere out of root; and if it has become a pipe, nobody waits.
func openFile(root, path string) (io.ReadCloser, error) {
	const flags = os.O_RDONLY | syscall.O_NONBLOCK
	var file *os.File
	var err error
	if root == path {
		file, err = os.OpenFile(path, flags, 0)
	} else {
		file, err = openBelow(root, path, flags)
	}
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		file.Close()
		return nil, ErrSpecial
	}
	return file, nil
}

func openBelow(root, path string, flags int) (*os.File, error) {
	name, err := filepath.Rel(root, path)
	if err != nil {
		return nil, err
	}
	dir, err := os.OpenRoot(root)
	if err != nil {
		return nil, err
	}
	file, err := dir.OpenFile(name, flags, 0)
	return file, errors.Join(err, dir.Close())
}

// load reads at most one byte more than the largest file has.
func (in *Input) load(most int64) ([]byte, error) {
	if in.Open == nil {
		return in.Load()
	}
	r, err := in.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data := make([]byte, 0, min(max(in.Size, 0), most)+512)
	limited := &io.LimitedReader{R: r, N: most + 1}
	for {
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
		n, err := limited.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if err == io.EOF {
			return data, nil
		}
		if err != nil {
			return nil, err
		}
	}
}
