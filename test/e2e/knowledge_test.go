package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// folder fills a folder with documents of all kinds and files that are none, and
// returns the names of those that must be refused.
func folder(t *testing.T) (dir string, refused map[string]string) {
	t.Helper()
	dir = t.TempDir()
	write(t, "# Beekeeping\n\nThe queen of the Karelian hive is marked with a turquoise dot.\n", dir, "bees.md")
	write(t, "The Lofoten ferry leaves Bodø at quarter past three in winter.\n", dir, "trips", "ferry.txt")
	write(t, "<html><head><title>Clocks</title></head><body><h1>Clocks</h1><p>The carillon of Haarlem has forty-seven bells.</p></body></html>",
		dir, "clocks.html")
	write(t, "\x7fELF\x00\x01\x02\x03 not text", dir, "program.bin")
	write(t, "", dir, "empty.md")
	write(t, "Le caf\xe9 du port ferme \xe0 minuit.", dir, "latin1.txt")
	write(t, "\x81\x8d\x8f\x90 \x9d\x81", dir, "noise.txt")
	refused = map[string]string{"program.bin": "binary", "empty.md": "no text", "noise.txt": "no encoding", "dangling.md": "link"}
	require.NoError(t, os.Symlink(filepath.Join(dir, "nowhere"), filepath.Join(dir, "dangling.md")))
	if os.Geteuid() != 0 { // who may read everything
		write(t, "secret", dir, "closed.md")
		require.NoError(t, os.Chmod(filepath.Join(dir, "closed.md"), 0))
		refused["closed.md"] = "permission"
	}
	return dir, refused
}

// answers asks until passages of a new version come, and returns the answer. The
// chain tells everyone of a new version within a second.
func (h *house) answers(t *testing.T, question string, version uint32) (a answerJSON) {
	t.Helper()
	await(t, question, func() bool {
		a = h.ask(t, question)
		return a.Citations[0].Version >= version
	})
	return a
}

func sources(a answerJSON) (names []string) {
	for _, c := range a.Citations {
		names = append(names, c.Source)
	}
	return names
}

// TestAddKnowledge adds a folder that holds everything a folder can hold.
func TestAddKnowledge(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.start(t)
	before := h.vault(t)
	require.Equal(t, before.Version, h.ask(t, question).Citations[0].Version)
	h.fails(t, 3, nil, "ask", "turquoise Karelian queen")

	dir, refused := folder(t)
	h.reports(t, dir, refused)
	after := h.vault(t)
	require.NotEqual(t, before.Root, after.Root)
	require.Equal(t, before.Version+1, after.Version)
	for q, source := range map[string]string{
		"Which colour marks the queen of the Karelian hive?": "bees.md",
		"When does the Lofoten ferry leave Bodø?":            "trips/ferry.txt",
		"How many bells has the carillon of Haarlem?":        "clocks.html",
		"When does the café du port close at minuit?":        "latin1.txt",
	} {
		a := h.answers(t, q, after.Version)
		require.Contains(t, sources(a), source)
		for _, c := range a.Citations {
			require.Equal(t, after.Version, c.Version)
			require.Equal(t, after.Root, c.Root)
		}
	}

	text := h.run(t, "vault", "add", dir)
	require.Zero(t, text.code, text.err)
	require.Contains(t, text.out, "0 added, 0 changed, 4 unchanged")
	for name := range refused {
		require.Contains(t, text.out, name, "people are told too")
	}
	again := h.vault(t)
	require.Equal(t, after.Root, again.Root)
	require.Equal(t, after.Version, again.Version)

	h.changeKnowledge(t, dir, after)
	o := h.run(t, "vault", "add", filepath.Join(dir, "nowhere"))
	require.Equal(t, 1, o.code)
	require.Contains(t, o.out, "nowhere")
	require.Contains(t, o.err, "no file could be read")
}

// vault reads the vault's status once it has seen what the chain knows.
func (h *house) vault(t *testing.T) (v vaultJSON) {
	t.Helper()
	await(t, "the vault to see what the chain knows", func() bool {
		h.read(t, &v, "vault", "status")
		return !v.Staged
	})
	require.Equal(t, v.Root, v.ServedRoot)
	return v
}

// reports adds the folder for the first time and checks what is said of each file.
func (h *house) reports(t *testing.T, dir string, refused map[string]string) {
	t.Helper()
	var r reportJSON
	h.read(t, &r, "vault", "add", dir)
	require.Equal(t, 4, r.Added)
	require.Equal(t, len(refused), r.Failed)
	named := map[string]string{}
	for _, f := range r.Files {
		if f.State == "failed" {
			named[filepath.Base(f.Path)] = f.Reason
		}
	}
	for name, reason := range refused {
		require.Contains(t, named[name], reason)
	}
	require.True(t, r.Published)
	require.Equal(t, r.Root, h.vault(t).Root)
}

// changeKnowledge edits one file of the folder and takes another away.
func (h *house) changeKnowledge(t *testing.T, dir string, before vaultJSON) {
	t.Helper()
	write(t, "# Beekeeping\n\nThe queen of the Karelian hive is marked with a vermilion dot.\n", dir, "bees.md")
	require.NoError(t, os.Remove(filepath.Join(dir, "clocks.html")))
	var r reportJSON
	h.read(t, &r, "vault", "add", dir)
	require.Equal(t, 1, r.Changed)
	require.NotEqual(t, before.Root, r.Root)
	a := h.answers(t, "Which colour marks the queen of the Karelian hive?", before.Version+1)
	i := slices.IndexFunc(a.Citations, func(c citationJSON) bool { return c.Source == "bees.md" })
	require.GreaterOrEqual(t, i, 0)
	require.Contains(t, a.Citations[i].Text, "vermilion")
	require.NotContains(t, a.Citations[i].Text, "turquoise")
	h.fails(t, 3, nil, "ask", "carillon Haarlem bells")
}

// TestAskWhileAdding asks over and over while two thousand files are read in: each
// answer comes from one version whole, the old or the new.
func TestAskWhileAdding(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.start(t)
	dir := t.TempDir()
	for i := range 2_000 {
		write(t, fmt.Sprintf("# Voucher log %d\n\n%s\n", i, strings.Repeat(fmt.Sprintf("A voucher of day %d holds a seal of kind %d. ", i, i%17), 8)),
			dir, fmt.Sprintf("log-%04d.md", i))
	}
	versions := map[uint32]int{h.ask(t, question).Citations[0].Version: 1}
	add := spawn(t, "vault", "add", dir, "--output", "json", "--home", h.dir)
	await(t, "answers from the new knowledge", func() bool {
		a := h.ask(t, question)
		for _, c := range a.Citations {
			require.Equal(t, a.Citations[0].Version, c.Version)
			require.Equal(t, a.Citations[0].Root, c.Root)
		}
		versions[a.Citations[0].Version]++
		return !add.running() && len(versions) > 1
	})
	require.Len(t, versions, 2)
	require.Zero(t, add.wait(t), add.err.String())
	t.Logf("answers by version while 2,000 files were added: %v", versions)
	var r reportJSON
	outcome{out: add.out.String()}.decode(t, &r)
	require.Equal(t, 2_000, r.Added)
}
