package ingest

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
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
	// Load returns the bytes.
	Load func() ([]byte, error)
	// Err, if set, is why there is nothing to load.
	Err error
}

// Root is what Find was asked for, as an absolute path.
type Root struct {
	Path string
	// Err is why it could not be looked at; what is known below it still stands.
	Err error
}

// Find lists the files at and below paths, in lexical order, each once. Names
// that begin with a dot are passed over, and symbolic links are not followed: a
// link in somebody else's folder could lead to a file that nobody wanted to sell.
func Find(ctx context.Context, paths []string) ([]Input, []Root, error) {
	f := finder{seen: map[string]bool{}}
	var roots []Root
	for _, p := range paths {
		abs, err := filepath.Abs(p)
		if err != nil {
			return nil, nil, fmt.Errorf("find %s: %w", p, err)
		}
		err = f.walk(ctx, abs)
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		roots = append(roots, Root{Path: abs, Err: err})
	}
	return f.inputs, roots, nil
}

type finder struct {
	inputs []Input
	seen   map[string]bool
}

// walk returns an error only if root itself cannot be read.
func (f *finder) walk(ctx context.Context, root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && path == root:
			return err
		case err != nil:
			f.add(root, path, 0, err)
			return nil
		case path != root && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
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
		Size: size, Load: func() ([]byte, error) { return os.ReadFile(path) }, Err: err,
	})
}
