package ingest

import (
	"bytes"
	"strings"
)

// maxFrontMatter is the most bytes that are looked at for the end of a head.
const maxFrontMatter = 64 << 10

// frontMatter cuts off a leading YAML or TOML block and returns what its simple
// lines say. Line ends become LF.
func frontMatter(data []byte) (Meta, []byte) {
	if bytes.IndexByte(data, '\r') >= 0 || bytes.IndexByte(data, '\f') >= 0 {
		data = []byte(newlines(string(data)))
	}
	for fence, assign := range map[string]string{"---\n": ":", "+++\n": "="} {
		head, ok := bytes.CutPrefix(data, []byte(fence))
		if !ok {
			continue
		}
		end := bytes.Index(head[:min(len(head), maxFrontMatter)], []byte("\n"+fence))
		if end < 0 {
			return nil, data
		}
		return headLines(string(head[:end]), assign), head[end+1+len(fence):]
	}
	return nil, data
}

// headLines reads "key: value" and "key: [a, b]" lines, and lists of one item a
// line. What is nested deeper is passed over.
func headLines(head, assign string) (m Meta) {
	key := "" // of the list that is open
	var items []string
	flush := func() {
		m.set(key, strings.Join(items, ", "))
		key, items = "", nil
	}
	for line := range strings.Lines(head) {
		line = strings.TrimRight(line, " \t\n")
		if item, ok := strings.CutPrefix(strings.TrimLeft(line, " "), "- "); ok && key != "" {
			items = append(items, unquote(item))
			continue
		}
		if line == "" || strings.ContainsAny(line[:1], " \t#[-") {
			continue
		}
		flush()
		name, value, ok := strings.Cut(line, assign)
		if !ok {
			continue
		}
		if name = strings.TrimSpace(name); name == "lang" {
			name = "language"
		}
		if value = strings.TrimSpace(value); value == "" {
			key = name
			continue
		}
		if list, ok := strings.CutPrefix(value, "["); ok {
			for item := range strings.SplitSeq(strings.TrimSuffix(list, "]"), ",") {
				items = append(items, unquote(item))
			}
			key = name
			flush()
			continue
		}
		m.set(name, unquote(value))
	}
	flush()
	return m
}

func unquote(s string) string { return strings.Trim(strings.TrimSpace(s), `"'`) }
