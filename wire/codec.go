package wire

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/weal-network/weal/types"
)

// MaxBody is the most bytes of a request's body that a role reads.
const MaxBody = 8 << 20

// ReadBody reads a request's body up to MaxBody.
func ReadBody(r *http.Request) ([]byte, error) {
	b, err := ReadAll(r.Body, r.ContentLength)
	if err != nil {
		return nil, NewError(http.StatusBadRequest, TypeInvalidRequest, "unreadable_body", "read the request's body: %v", err)
	}
	if len(b) > MaxBody {
		return nil, NewError(http.StatusRequestEntityTooLarge, TypeInvalidRequest, "body_too_large",
			"the request's body is larger than %d MiB; send less", MaxBody>>20)
	}
	return b, nil
}

// ReadAll reads a body, but no more than one byte above MaxBody. It makes room at
// once for as much as is announced, if that is not much; less than nothing means
// that nobody knows.
func ReadAll(body io.Reader, announced int64) ([]byte, error) {
	const most = 64 << 10
	b := bytes.NewBuffer(make([]byte, 0, bytes.MinRead+min(max(announced, 0), most)))
	_, err := b.ReadFrom(io.LimitReader(body, MaxBody+1))
	return b.Bytes(), err
}

// Decode reads one JSON value into v and nothing after it.
func Decode(b []byte, v any) error {
	if err := Unmarshal(b, v); err != nil {
		if len(bytes.TrimSpace(b)) == 0 {
			err = errors.New("it is empty")
		}
		return NewError(http.StatusBadRequest, TypeInvalidRequest, "bad_json", "the body is not the JSON wanted here: %v", err)
	}
	return nil
}

// EncodeHeader packs v for a header: base64url, without padding, of its JSON.
func EncodeHeader(v any) (string, error) {
	b, err := Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode header: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// DecodeHeader reads what EncodeHeader made of a value of v's type.
func DecodeHeader(name, s string, v any) error {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = Unmarshal(b, v)
	}
	if err != nil {
		return NewError(http.StatusBadRequest, TypeInvalidRequest, "bad_header", "header %s: want base64url of JSON: %v", name, err)
	}
	return nil
}

// FormatLane writes the value of HeaderLane.
func FormatLane(lane types.LaneRef, seq uint64) string {
	return lane.String() + " " + strconv.FormatUint(seq, 10)
}

// ParseLane reads the value of HeaderLane.
func ParseLane(s string) (types.LaneRef, uint64, error) {
	ref, rest, _ := strings.Cut(s, " ")
	lane, err := types.ParseLaneRef(ref)
	if err != nil {
		return lane, 0, NewError(http.StatusBadRequest, TypeInvalidRequest, "bad_header", "header %s: %v", HeaderLane, err)
	}
	seq, err := strconv.ParseUint(rest, 10, 64)
	if err != nil || seq == 0 {
		return lane, 0, NewError(http.StatusBadRequest, TypeInvalidRequest, "bad_header",
			"header %s: want \"tab/epoch/lane seq\" with seq from 1, got %q", HeaderLane, s)
	}
	return lane, seq, nil
}
