package ingest

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Format is what a file is written in.
type Format uint8

// The formats that can be read. Every other file is tried as plain text.
const (
	Plain Format = iota
	Markdown
	HTML
	PDF
	DOCX
	EPUB
	CSV
	JSON
	JSONLines
	Code
)

// formatNames are as they stand in settings.
var formatNames = []string{"text", "markdown", "html", "pdf", "docx", "epub", "csv", "json", "jsonl", "code"}

// String returns the format's name.
func (f Format) String() string {
	if int(f) < len(formatNames) {
		return formatNames[f]
	}
	return fmt.Sprintf("format %d", uint8(f))
}

// MarshalText returns the format's name.
func (f Format) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads a format's name.
func (f *Format) UnmarshalText(name []byte) error {
	i := slices.Index(formatNames, string(name))
	if i < 0 {
		return fmt.Errorf("no format is called %q; there are %s", name, strings.Join(formatNames, ", "))
	}
	*f = Format(i)
	return nil
}

var formats = map[string]Format{
	".md": Markdown, ".markdown": Markdown, ".mdown": Markdown, ".mkd": Markdown, ".mdx": Markdown,
	".html": HTML, ".htm": HTML, ".xhtml": HTML,
	".pdf": PDF, ".docx": DOCX, ".docm": DOCX, ".epub": EPUB,
	".csv": CSV, ".tsv": CSV,
	".json": JSON, ".geojson": JSON, ".webmanifest": JSON,
	".jsonl": JSONLines, ".ndjson": JSONLines,
}

// codeNames are the endings and whole names of files that hold code.
const codeNames = `.go .py .pyi .js .mjs .cjs .jsx .ts .mts .tsx .java .kt .kts .scala .groovy .c .h .cc .cpp .cxx .hh
	.hpp .m .mm .cs .fs .rs .swift .rb .php .pl .pm .lua .r .jl .hs .ml .mli .ex .exs .erl .hrl .clj .cljs .lisp .el .dart
	.zig .nim .d .v .sv .vhd .sol .vy .tf .proto .graphql .thrift .sh .bash .zsh .fish .ps1 .bat .cmd .sql .css .scss
	.less .vue .svelte .yaml .yml .toml .ini .cfg .conf .properties .xml .xsd .xsl .cmake .mk .gradle .bzl .bazel .nix .asm
	.s .cu .cl .glsl .wgsl .tcl .awk Makefile makefile GNUmakefile Dockerfile Containerfile Jenkinsfile Vagrantfile
	Rakefile Gemfile CMakeLists.txt BUILD WORKSPACE`

func init() {
	for _, name := range strings.Fields(codeNames) {
		formats[name] = Code
	}
}

// FormatOf tells the format of a file by its name.
func FormatOf(name string) Format {
	if f, ok := formats[path.Base(name)]; ok {
		return f
	}
	return formats[strings.ToLower(path.Ext(name))]
}

// isText reports whether files of the format are text, whatever their encoding.
func (f Format) isText() bool { return f != PDF && f != DOCX && f != EPUB }
