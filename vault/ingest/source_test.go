package ingest_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/ingest"
)

// found lists the sources that Find gives.
func found(t *testing.T, paths ...string) []string {
	t.Helper()
	inputs, roots, err := ingest.Find(t.Context(), paths)
	require.NoError(t, err)
	names := []string{}
	for _, in := range inputs {
		names = append(names, in.Source)
	}
	for _, r := range roots {
		require.NoError(t, r.Err)
	}
	return names
}

func TestPatterns(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.md", "b.txt", "x/c.md", "x/y/d.md", "x/y/e.html", "x/.h/f.md", "[odd].md"} {
		write(t, dir, name, "text")
	}
	for pattern, want := range map[string][]string{
		"*.md":           {"[odd].md", "a.md"},
		"**/*.md":        {"[odd].md", "a.md", "x/c.md", "x/y/d.md"},
		"x/**":           {"c.md", "y/d.md", "y/e.html"},
		"x/*/?.{md,htm}": {"y/d.md"},
		"[a-b].*":        {"a.md", "b.txt"},
		"[odd].md":       {"[odd].md"}, // a file of that name is meant
		"none*":          {},
	} {
		require.Equal(t, want, found(t, filepath.Join(dir, pattern)), pattern)
	}
	_, _, err := ingest.Find(t.Context(), []string{filepath.Join(dir, "{a")})
	require.ErrorContains(t, err, "malformed")

	_, roots, err := ingest.Find(t.Context(), []string{filepath.Join(dir, "x", "**", "*.md"), filepath.Join(dir, "x")})
	require.NoError(t, err)
	gone := filepath.Join(dir, "x", "gone")
	require.True(t, roots[0].Covers(gone+".md"))
	require.False(t, roots[0].Covers(gone+".txt"), "a pattern says nothing of what it does not match")
	require.False(t, roots[0].Covers(filepath.Join(dir, "a.md")))
	require.True(t, roots[1].Covers(gone+".txt"))
	require.False(t, roots[1].Covers(dir+"/xy"))
}

func TestGitCheckoutsIgnoreWhatGitIgnores(t *testing.T) {
	_, err := exec.LookPath("git")
	require.NoError(t, err, "git is what this is compared with: install it")
	r := rand.New(rand.NewPCG(1, 2))
	names := []string{"a", "b", "build", "out.log", "x.md", "y{1}.md", "z z.txt"}
	rules := []string{
		"a", "/a", "a/", "*.md", "!x.md", "build/", "/b/*", "!/b/x.md", "**/out.log", "a/**", "a/**/x.md", "b/**/", "*", "!*/",
		"?", "[ab]", "[!a]", "x.*", "# no", `\#a`, "z z.txt", `z\ z.txt`, "y{1}.md", "/build/a/", "!build/a", "a/b", "**", "foo**", "b/a*", "  ", "/*/x.md", "!/a/", `\!a`, "**/b/*",
	}
	for round := range 25 {
		dir, err := filepath.EvalSymlinks(t.TempDir())
		require.NoError(t, err)
		git := func(in io.Reader, args ...string) string {
			c := exec.Command("git", append([]string{"-C", dir, "-c", "core.excludesFile="}, args...)...)
			c.Stdin = in
			out, err := c.Output()
			var exit *exec.ExitError
			if errors.As(err, &exit) && exit.ExitCode() == 1 { // nothing is ignored
				err = nil
			}
			require.NoError(t, err, args)
			return string(out)
		}
		git(nil, "init", "-q")
		var all []string
		for range 40 {
			var parts []string
			for range 1 + r.IntN(3) {
				parts = append(parts, names[r.IntN(len(names))])
			}
			name := strings.Join(parts, "/")
			if os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755) != nil {
				continue
			}
			if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
				continue
			}
			if os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o644) == nil {
				all = append(all, name)
			}
		}
		var wrote []string
		for _, at := range []string{".gitignore", "a/.gitignore", "b/.gitignore", ".git/info/exclude"} {
			if info, err := os.Stat(filepath.Dir(filepath.Join(dir, at))); err != nil || !info.IsDir() || r.IntN(2) == 0 {
				continue
			}
			var lines []string
			for range 1 + r.IntN(4) {
				lines = append(lines, rules[r.IntN(len(rules))])
			}
			write(t, dir, at, strings.Join(lines, "\n")+"\n")
			wrote = append(wrote, at+": "+strings.Join(lines, " ; "))
		}
		ignored := strings.Split(git(strings.NewReader(strings.Join(all, "\x00")), "check-ignore", "--no-index", "-z", "--stdin"), "\x00")
		want := slices.DeleteFunc(slices.Clone(all), func(name string) bool { return slices.Contains(ignored, name) })
		slices.Sort(want)
		got := found(t, dir)
		slices.Sort(got)
		require.Equal(t, want, got, "round %d: %v", round, wrote)

		if info, err := os.Stat(filepath.Join(dir, "a")); err == nil && info.IsDir() { // a part of the checkout
			var below []string
			for _, name := range want {
				if rest, ok := strings.CutPrefix(name, "a/"); ok {
					below = append(below, rest)
				}
			}
			if got := found(t, filepath.Join(dir, "a")); len(below) > 0 {
				slices.Sort(got)
				require.Equal(t, below, got, "round %d, a: %v", round, wrote)
			}
		}
	}
}

func TestWhatAFileHasBecomeSinceIsSafe(t *testing.T) {
	dir := t.TempDir()
	secret := write(t, t.TempDir(), "secret.txt", "secret")
	inside := write(t, dir, "inside.txt", "inside")
	become := map[string]func(path string) error{
		"link-out.txt": func(p string) error { return os.Symlink(secret, p) },
		"link-up.txt":  func(p string) error { return os.Symlink("../../../../../../../../etc/passwd", p) },
		"pipe.txt":     func(p string) error { return syscall.Mkfifo(p, 0o600) },
		"folder.txt":   func(p string) error { return os.Mkdir(p, 0o700) },
		"gone.txt":     func(string) error { return nil },
	}
	for name := range become {
		write(t, dir, name, "first")
	}
	inputs, _, err := ingest.Find(t.Context(), []string{dir})
	require.NoError(t, err)
	for name, become := range become {
		path := filepath.Join(dir, name)
		require.NoError(t, os.Remove(path))
		require.NoError(t, become(path))
	}
	for _, in := range inputs {
		done := make(chan ingest.Document, 1)
		go func() { done <- ingest.Read(in, types.Hash{}, ingest.Options{}) }()
		select {
		case d := <-done:
			if in.Path == inside {
				require.NoError(t, d.Err)
				continue
			}
			require.Error(t, d.Err, in.Source)
			require.Empty(t, d.Data, in.Source)
		case <-time.After(10 * time.Second):
			t.Fatal(in.Source, "hangs")
		}
	}
}

func TestKnownHashesAreNotLoaded(t *testing.T) {
	in := ingest.Input{SHA: types.Hash{1}, Load: func() ([]byte, error) { t.Fatal("it is loaded"); return nil, nil }}
	require.True(t, ingest.Read(in, types.Hash{1}, ingest.Options{}).Unchanged)
	in.Load = func() ([]byte, error) { return []byte("text"), nil }
	require.False(t, ingest.Read(in, types.Hash{2}, ingest.Options{}).Unchanged)
	in.SHA = types.Hash{}
	require.False(t, ingest.Read(in, types.Hash{}, ingest.Options{}).Unchanged)
}

func TestFilesAreReadToTheirLimitOnly(t *testing.T) {
	endless := ingest.Input{Open: func() (io.ReadCloser, error) { return io.NopCloser(zeros{}), nil }}
	d := ingest.Read(endless, types.Hash{}, ingest.Options{MaxFile: 1 << 20})
	require.ErrorIs(t, d.Err, ingest.ErrTooLarge)
	exact := ingest.Input{Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(bytes.Repeat([]byte("x "), 512))), nil
	}}
	require.NoError(t, ingest.Read(exact, types.Hash{}, ingest.Options{MaxFile: 1024}).Err)
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }
