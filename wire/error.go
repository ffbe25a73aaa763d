package wire

import (
	"fmt"
	"net/http"
)

// Error is OpenAI's error object. Type groups errors, Code names one; clients
// branch on them, people read Message, which says what to do.
type Error struct {
	Message string  `json:"message"`
	Type    string  `json:"type"`
	Code    string  `json:"code,omitempty"`
	Param   *string `json:"param"`
	// Status is the HTTP status it travels with.
	Status int `json:"-"`

	own bool // made by NewError
}

// Relayed reports whether the error was read, and not made by NewError: its text and code
// are another's, and may be anything.
func (e *Error) Relayed() bool { return !e.own }

// The types of errors, as OpenAI's clients know them.
const (
	TypeInvalidRequest  = "invalid_request_error"
	TypeAuthentication  = "authentication_error"
	TypePermission      = "permission_error"
	TypePaymentRequired = "payment_required"
	TypeRateLimit       = "rate_limit_error"
	TypeUpstream        = "upstream_error"
	TypeServer          = "server_error"
)

// Result is what e says of what it ended, in few words: its code if this program has made
// it, "relayed" if another has, and "ok" if it is nil.
func (e *Error) Result() string {
	switch {
	case e == nil:
		return "ok"
	case e.Relayed():
		return "relayed"
	}
	return e.Code
}

// Error implements error.
func (e *Error) Error() string { return e.Message }

// NewError builds an Error; the message should say what is wrong and what to do.
func NewError(status int, typ, code, format string, args ...any) *Error {
	return &Error{Message: fmt.Sprintf(format, args...), Type: typ, Code: code, Status: status, own: true}
}

// WriteError answers with err as {"error":{…}}. An error that is no *Error is
// the server's own fault and becomes a 500 that tells its text. A w with a method
// Refused is told.
func WriteError(w http.ResponseWriter, err error) {
	e, ok := err.(*Error) //nolint:errorlint // only an unwrapped Error is meant for the client
	if !ok {
		e = NewError(http.StatusInternalServerError, TypeServer, "internal", "%v", err)
	}
	if t, ok := w.(interface{ Refused(*Error) }); ok {
		t.Refused(e)
	}
	WriteJSON(w, e.Status, struct {
		Error *Error `json:"error"`
	}{e})
}

// WriteJSON answers with v. A value that cannot be encoded is a programming
// error; the client then sees an empty body with status 500.
func WriteJSON(w http.ResponseWriter, status int, v any) {
	b, err := Marshal(v)
	if err != nil {
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n'))
}

// ReadError turns a response with a failing status into its *Error; a body that
// is no error object is quoted.
func ReadError(status int, body []byte) *Error {
	var v struct {
		Error *Error `json:"error"`
	}
	if err := Unmarshal(body, &v); err == nil && v.Error != nil && v.Error.Message != "" {
		v.Error.Status = status
		return v.Error
	}
	if len(body) > 200 {
		body = body[:200]
	}
	e := NewError(status, TypeUpstream, "bad_answer", "answered %d: %q", status, body)
	e.own = false
	return e
}
