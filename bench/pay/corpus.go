package pay

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// chunks is how many passages the vault has.
const chunks = 100

// topic is a word that one document is about.
func topic(i int) string {
	const consonants, vowels = "bdfgklmnprstvz", "aeiou"
	var b strings.Builder
	for n := i*7919 + 12345; b.Len() < 8; n /= 3 {
		b.WriteByte(consonants[n%len(consonants)])
		b.WriteByte(vowels[n/7%len(vowels)])
	}
	return fmt.Sprintf("%s%d", b.String(), i)
}

// writeCorpus writes documents of one passage each, about 600 bytes.
func writeCorpus(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for i := range chunks {
		word, next := topic(i), topic((i+1)%chunks)
		text := fmt.Sprintf("# About %s\n\n", word)
		for n := range 5 {
			text += fmt.Sprintf("The %s is part %d of a machine that was built to be measured, and nothing else is known of it. Beside the %s there is the %s. ", word, n, word, next)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("doc%03d.md", i)), []byte(text+"\n"), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// question is the nth question.
func question(n int) string {
	return fmt.Sprintf("What is the %s, and what is beside it?", topic(n%chunks))
}

// body is the nth chat completion request.
func body(n int) []byte {
	return fmt.Appendf(nil, `{"messages":[{"role":"user","content":%q}],"stream":true}`, question(n))
}
