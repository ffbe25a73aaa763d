package ingest

import "errors"

// Why a file is not in the vault. The text is shown to its owner beside the name.
var (
	ErrEmpty    = errors.New("it holds no text")
	ErrBinary   = errors.New("it is binary, not text; export it as Markdown, HTML or plain text")
	ErrEncoding = errors.New("it is not UTF-8; save it in UTF-8")
	ErrTooLarge = errors.New("it is too large; split it or raise the limit")
	ErrParse    = errors.New("it cannot be parsed")
	ErrSlow     = errors.New("reading it took too long; simplify or split it")
	ErrLink     = errors.New("it is a symbolic link, which is not followed; add its target")
	ErrSpecial  = errors.New("it is no regular file")
)

// Gone reports whether err says that a file's bytes are there and are no text any
// more: what the vault held of it before is then out of date. Other errors say
// nothing about the content.
func Gone(err error) bool {
	for _, e := range []error{ErrEmpty, ErrBinary, ErrEncoding, ErrTooLarge, ErrParse, ErrLink} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
