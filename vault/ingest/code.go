package ingest

import (
	"regexp"
	"strings"
)

// The words that stand ahead of a declaration's keyword, and the keywords of most
// languages.
const (
	modifiers = `export|default|public|private|protected|internal|static|final|abstract|virtual|override|async|pub|unsafe|` +
		`const|extern|inline|sealed|partial|open|data|local|declare|create|or|replace`
	keywords = `func|function|fn|fun|def|defp|class|struct|interface|enum|trait|impl|type|module|namespace|contract|library|` +
		`sub|proc|procedure|object|record|protocol|extension|mod|macro|package|message|service|table|view|trigger|resource`
)

// declaration matches the first line of what encloses other lines, up to the name.
var declaration = regexp.MustCompile(`^(?:(?:` + modifiers + `)(?:\([a-z]+\))?\s+)*(?:` + keywords + `)\b[ (<*]*[\w$.:"'-]`)

// declarationWords are the words with which such a line begins.
var declarationWords = func() map[string]bool {
	words := map[string]bool{}
	for word := range strings.SplitSeq(modifiers+"|"+keywords, "|") {
		words[word] = true
	}
	return words
}()

// called matches the beginning of a function in C and its kin: two words or more
// and a parameter list at the left margin or in a class, opened on that line.
var called = regexp.MustCompile(`^[A-Za-z_][\w:<>,*&\[\]~ ]*[\s*&]~?[A-Za-z_][\w:~]*\s*\([^;]*(?:\{|\))\s*(?:const|override|noexcept|throws [\w., ]+)?\s*\{?$`)

// notCalled are the words that such a line does not begin with.
var notCalled = map[string]bool{
	"if": true, "for": true, "while": true, "switch": true, "return": true, "else": true, "do": true, "case": true,
	"catch": true, "try": true, "throw": true, "new": true, "delete": true, "goto": true, "sizeof": true, "await": true,
	"go": true, "defer": true, "select": true, "raise": true, "assert": true, "import": true, "from": true, "use": true,
	"del": true, "not": true, "and": true, "match": true, "let": true, "var": true, "val": true, "using": true, "lock": true,
	"elif": true, "unless": true, "until": true, "when": true, "with": true, "yield": true, "print": true, "echo": true,
}

// maxScopes is how many declarations, one in the other, a scope names.
const maxScopes = 8

// maxDeclaration is the most bytes of a line that is looked at for a declaration.
const maxDeclaration = 400

// extractCode keeps a program as it is written. A block is what stands at the left
// margin with all that is below it; a scope begins with each declaration.
func extractCode(limit *budget, data []byte) (Text, error) {
	t := Text{Body: strings.TrimRight(newlines(string(data)), " \t\n")}
	if err := limit.Write(len(t.Body)); err != nil {
		return Text{}, err
	}
	w := codeWalk{text: &t, start: -1}
	for at, n := 0, 0; at < len(t.Body); n++ {
		next := len(t.Body)
		if i := strings.IndexByte(t.Body[at:], '\n'); i >= 0 {
			next = at + i + 1
		}
		w.line(at, t.Body[at:next])
		at = next
		if n%4096 == 0 {
			if err := limit.Over(); err != nil {
				return Text{}, err
			}
		}
	}
	w.end()
	return t, nil
}

// codeWalk goes through a program line by line.
type codeWalk struct {
	text  *Text
	open  headings // the declarations that enclose the line; levels are indentations
	start int      // of the open block, -1 if there is none
	stop  int      // where its last line ends
	blank bool     // the line before is empty
	lead  int      // where the comments and attributes right above the line begin
	leads bool
}

func (w *codeWalk) end() {
	if w.start >= 0 {
		w.text.Blocks = append(w.text.Blocks, Block{Kind: Source, Start: w.start, End: w.stop})
	}
	w.start = -1
}

func (w *codeWalk) line(at int, line string) {
	text := strings.TrimSpace(line)
	if text == "" {
		w.blank, w.leads = true, false
		return
	}
	indent := indentation(line)
	if indent == 0 && w.blank && !closes(text) {
		w.end()
	}
	if w.start < 0 {
		w.start = at
	}
	w.stop = at + len(strings.TrimRight(line, " \t\n"))
	w.blank = false
	if isLead(text) {
		if !w.leads {
			w.leads, w.lead = true, at
		}
		return
	}
	from := at
	if w.leads {
		from = w.lead
	}
	w.leads = false
	w.scope(from, indent, text)
}

// scope leaves what a line of this indentation is not in, and enters what it
// declares. from is where what belongs to the line begins.
func (w *codeWalk) scope(from, indent int, text string) {
	left := false
	if !closes(text) {
		for n := len(w.open.levels); n > 0 && w.open.levels[n-1] >= indent; n = len(w.open.levels) {
			w.open.levels, w.open.names = w.open.levels[:n-1], w.open.names[:n-1]
			left = true
		}
	}
	if name := declared(indent, text); name != "" && len(w.open.levels) < maxScopes {
		w.open.enter(indent, name)
	} else if !left {
		return
	}
	if n := len(w.text.Scopes); n > 0 && w.text.Scopes[n-1].At >= from {
		w.text.Scopes = w.text.Scopes[:n-1]
	}
	w.text.Scopes = append(w.text.Scopes, Scope{At: from, Name: w.open.String()})
}

// declared returns what a line declares, as it is written.
func declared(indent int, text string) string {
	if len(text) > maxDeclaration {
		return ""
	}
	end := strings.IndexFunc(text, func(r rune) bool { return r < 'a' || r > 'z' })
	first := text[:max(end, 0)]
	if declarationWords[first] && declaration.MatchString(text) {
		return strings.TrimRight(text, " \t{:(=")
	}
	if indent > 0 && !strings.HasSuffix(text, "{") { // a call
		return ""
	}
	if notCalled[first] || strings.IndexByte(text, '(') < 0 || !called.MatchString(text) {
		return ""
	}
	return strings.TrimRight(text, " \t{:(=")
}

// isLead reports whether a line is a comment or an attribute, which belong to the
// declaration below.
func isLead(text string) bool {
	for _, mark := range []string{"//", "/*", "*", "#", "--", "@", "\"\"\"", ";;", "%"} {
		if strings.HasPrefix(text, mark) {
			return true
		}
	}
	return false
}

// closes reports whether a line only ends what an earlier one began.
func closes(text string) bool {
	if strings.ContainsRune("})]", rune(text[0])) {
		return true
	}
	first, _, _ := strings.Cut(text, " ")
	switch strings.TrimRight(first, ";:") {
	case "end", "else", "elif", "fi", "done", "esac", "{", "rescue", "ensure", "except", "finally":
		return true
	}
	return false
}

// indentation counts the columns ahead of a line; a tab is four.
func indentation(line string) (n int) {
	for _, c := range line {
		switch c {
		case ' ':
			n++
		case '\t':
			n += 4
		default:
			return n
		}
	}
	return n
}
