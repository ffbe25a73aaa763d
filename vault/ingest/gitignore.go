package ingest

import (
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// maxIgnoreFile is the most bytes of a .gitignore that are read.
const maxIgnoreFile = 1 << 20

// checkout is what a Git work tree says is not part of it. Files that match are
// passed over even if Git tracks them. A nil checkout ignores nothing.
type checkout struct {
	top  string
	dirs []ignoreDir // from the top down to the folder that is being walked
}

// ignoreDir is the rules of one folder.
type ignoreDir struct {
	path  string
	rules []ignoreRule
}

type ignoreRule struct {
	pattern  string
	anchored bool // it means a path below its folder, not a name anywhere
	dirOnly  bool
	negated  bool
}

// openCheckout finds the work tree that root lies in; nil if there is none.
func openCheckout(root string) *checkout {
	top := root
	for {
		if _, err := os.Lstat(filepath.Join(top, ".git")); err == nil {
			break
		}
		up := filepath.Dir(top)
		if up == top {
			return nil
		}
		top = up
	}
	c := &checkout{top: top}
	c.dirs = []ignoreDir{{top, readIgnore(filepath.Join(top, ".git", "info", "exclude"))}}
	if root != top { // the folders above have a say; the walk enters root itself
		c.enter(top)
		rel, err := filepath.Rel(top, filepath.Dir(root))
		if err == nil && rel != "." {
			dir := top
			for name := range strings.SplitSeq(rel, string(filepath.Separator)) {
				dir = filepath.Join(dir, name)
				c.enter(dir)
			}
		}
	}
	return c
}

// enter reads the rules of a folder and leaves those that it does not lie in.
func (c *checkout) enter(dir string) {
	if c == nil {
		return
	}
	c.leave(dir)
	c.dirs = append(c.dirs, ignoreDir{dir, readIgnore(filepath.Join(dir, ".gitignore"))})
}

func (c *checkout) leave(to string) {
	for n := len(c.dirs); n > 1 && !within(to, c.dirs[n-1].path); n = len(c.dirs) {
		c.dirs = c.dirs[:n-1]
	}
}

// ignores reports whether the last rule that matches, in the folder nearest to
// name, says that it is not part of the work tree. The folders above it are not
// ignored, or the walk would not have come here.
func (c *checkout) ignores(name string, isDir bool) bool {
	if c == nil {
		return false
	}
	c.leave(filepath.Dir(name))
	for i := len(c.dirs) - 1; i >= 0; i-- {
		rel, err := filepath.Rel(c.dirs[i].path, name)
		if err != nil {
			continue
		}
		rel = filepath.ToSlash(rel)
		rules := c.dirs[i].rules
		for j := len(rules) - 1; j >= 0; j-- {
			if rules[j].matches(rel, isDir) {
				return !rules[j].negated
			}
		}
	}
	return false
}

func (r *ignoreRule) matches(rel string, isDir bool) bool {
	if r.dirOnly && !isDir {
		return false
	}
	if !r.anchored {
		rel = path.Base(rel)
	}
	ok, err := doublestar.Match(r.pattern, rel)
	return ok && err == nil
}

// readIgnore reads a file of rules. One that is not there has none.
func readIgnore(name string) (rules []ignoreRule) {
	info, err := os.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxIgnoreFile {
		return nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil
	}
	for line := range strings.Lines(strings.TrimPrefix(string(data), "\uFEFF")) {
		if r, ok := parseIgnore(strings.TrimRight(line, "\r\n")); ok {
			rules = append(rules, r)
		}
	}
	return rules
}

var braces = strings.NewReplacer("{", `\{`, "}", `\}`)

func parseIgnore(line string) (r ignoreRule, ok bool) {
	for strings.HasSuffix(line, " ") && !strings.HasSuffix(line, `\ `) {
		line = strings.TrimSuffix(line, " ")
	}
	if line == "" || line[0] == '#' {
		return r, false
	}
	line, r.negated = strings.CutPrefix(line, "!")
	line, r.dirOnly = strings.CutSuffix(line, "/")
	r.anchored = strings.Contains(line, "/")
	line = strings.TrimPrefix(line, "/")
	if strings.HasSuffix(line, "/**") { // all that is in a folder, but not the folder
		line += "/*"
	}
	r.pattern = braces.Replace(line)
	return r, line != "" && doublestar.ValidatePattern(r.pattern)
}
