package main

import (
	"fmt"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// importModules are the modules whose .proto files ours import, with the folder
// inside the module that import paths start from.
var importModules = []struct{ module, folder string }{
	{"github.com/cosmos/cosmos-sdk", "proto"},
	{"github.com/cosmos/gogoproto", ""},
	{"github.com/cosmos/cosmos-proto", "proto"},
	{"github.com/grpc-ecosystem/grpc-gateway", "third_party/googleapis"},
}

// importPaths returns root followed by the folders of importModules in the
// module cache.
func importPaths(root string) ([]string, error) {
	paths := []string{root}
	for _, m := range importModules {
		out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", m.module).Output()
		if err != nil {
			return nil, fmt.Errorf("find module %s: %w", m.module, err)
		}
		paths = append(paths, filepath.Join(strings.TrimSpace(string(out)), filepath.FromSlash(m.folder)))
	}
	return paths, nil
}

// protoFiles returns the .proto files below root/weal, relative to root and
// sorted, with slashes.
func protoFiles(root string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(filepath.Join(root, "weal"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".proto" {
			return err
		}
		name, err := filepath.Rel(root, path)
		files = append(files, filepath.ToSlash(name))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list proto files: %w", err)
	}
	slices.Sort(files)
	return files, nil
}
