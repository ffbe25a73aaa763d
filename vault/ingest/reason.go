package ingest

import "errors"

// Why a file is not in the vault. The text is shown to its owner beside the name.
var (
	ErrEmpty    = errors.New("it holds no text")
	ErrBinary   = errors.New("it is binary and no document that is known here; export it as PDF, DOCX, Markdown, HTML or plain text")
	ErrEncoding = errors.New("its characters are in no encoding that can be told; save it in UTF-8")
	ErrTooLarge = errors.New("it is too large; split it or raise the limit")
	ErrExpands  = errors.New("it unpacks to more than a document of its kind needs; split it or raise the limit")
	ErrMarks    = errors.New("it has so many marks that reading it would take too much memory or time; split it")
	ErrLocked   = errors.New("it is protected by a password or a copy lock; save it without")
	ErrOffice   = errors.New("it is an Office file of the old kind, or one with a password; save it as DOCX or PDF without password")
	ErrNoText   = errors.New("its pages are pictures without text; run text recognition (OCR) on it first")
	ErrOff      = errors.New("its format is switched off in the settings of this vault")
	ErrRemoved  = errors.New("it is no longer there")
	ErrParse    = errors.New("it cannot be parsed")
	ErrSlow     = errors.New("reading it took too long; simplify or split it")
	ErrLink     = errors.New("it is a symbolic link, which is not followed; add its target")
	ErrSpecial  = errors.New("it is no regular file")
)

// Gone reports whether err says that a file's bytes are there and are no text any
// more: what the vault held of it before is then out of date. Other errors say
// nothing about the content.
func Gone(err error) bool {
	for _, e := range []error{
		ErrEmpty, ErrBinary, ErrEncoding, ErrTooLarge, ErrExpands, ErrMarks, ErrLocked, ErrOffice,
		ErrNoText, ErrOff, ErrRemoved, ErrParse, ErrLink,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
