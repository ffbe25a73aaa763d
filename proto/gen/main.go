package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// errStale tells that committed code is not what the .proto files say.
var errStale = errors.New("generated code is stale; run: go run ./proto/gen")

func main() {
	check := flag.Bool("check", false, "write nothing; fail if a file differs")
	flag.Parse()
	if err := run(context.Background(), *check); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// run generates everything, and writes or compares it.
func run(ctx context.Context, check bool) error {
	module, dir, err := mainModule()
	if err != nil {
		return err
	}
	files, err := generate(ctx, module, dir)
	if err != nil {
		return err
	}
	var stale []string
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.path))
		if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, f.content) {
			continue
		}
		stale = append(stale, f.path)
		if check {
			continue
		}
		if err := write(path, f.content); err != nil {
			return err
		}
	}
	for _, name := range leftovers(dir, files) {
		stale = append(stale, name)
		if check {
			continue
		}
		if err := os.Remove(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			return fmt.Errorf("remove generated code: %w", err)
		}
	}
	if check && len(stale) > 0 {
		return fmt.Errorf("%w (%s)", errStale, strings.Join(stale, ", "))
	}
	return nil
}

// generate returns every file that the plugins make of our .proto files.
func generate(ctx context.Context, module, dir string) ([]output, error) {
	root := filepath.Join(dir, "proto")
	paths, err := importPaths(root)
	if err != nil {
		return nil, err
	}
	names, err := protoFiles(root)
	if err != nil {
		return nil, err
	}
	descriptors, err := compile(ctx, paths, names)
	if err != nil {
		return nil, err
	}
	var all []output
	for _, p := range plugins {
		// One call a package: the gateway generator refuses files of several.
		for _, group := range byFolder(names) {
			out, err := p.run(module, group, descriptors)
			if err != nil {
				return nil, err
			}
			all = append(all, out...)
		}
	}
	return all, nil
}

// byFolder splits sorted names into runs of the same folder.
func byFolder(names []string) [][]string {
	var groups [][]string
	for i, name := range names {
		if i == 0 || filepath.Dir(names[i-1]) != filepath.Dir(name) {
			groups = append(groups, nil)
		}
		last := len(groups) - 1
		groups[last] = append(groups[last], name)
	}
	return groups
}

// leftovers lists generated files in the folders of files that no .proto file
// stands behind any more.
func leftovers(dir string, files []output) []string {
	var known, left []string
	for _, f := range files {
		known = append(known, f.path)
	}
	for _, folder := range folders(known) {
		found, _ := filepath.Glob(filepath.Join(dir, filepath.FromSlash(folder), "*.pb*.go"))
		for _, path := range found {
			name := folder + "/" + filepath.Base(path)
			if !slices.Contains(known, name) {
				left = append(left, name)
			}
		}
	}
	return left
}

// folders returns the distinct folders of names.
func folders(names []string) []string {
	var out []string
	for _, name := range names {
		out = append(out, filepath.ToSlash(filepath.Dir(name)))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// write creates path and the folders above it.
func write(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("write generated code: %w", err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		return fmt.Errorf("write generated code: %w", err)
	}
	return nil
}

// mainModule returns the path and folder of the module we run in.
func mainModule() (path, dir string, err error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Path}} {{.Dir}}").Output()
	if err != nil {
		return "", "", fmt.Errorf("find main module: %w", err)
	}
	path, dir, ok := strings.Cut(strings.TrimSpace(string(out)), " ")
	if !ok {
		return "", "", fmt.Errorf("find main module: unexpected answer %q", out)
	}
	return path, dir, nil
}
