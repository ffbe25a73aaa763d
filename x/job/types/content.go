package types

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"

	weal "github.com/weal-network/weal/types"
)

// NewContent returns data as content by value, or, with a hash that is not zero,
// what is elsewhere. what says whose it is in errors.
func NewContent(what string, data, hash []byte, uri string, p Params) (Content, error) {
	apart := len(bytes.Trim(hash, "\x00")) > 0
	c := Content{Data: bytes.Clone(data), Hash: bytes.Clone(hash), Uri: uri, Apart: apart}
	if !apart {
		sum := sha256.Sum256(data)
		c.Hash = sum[:]
	}
	if err := c.validate(p); err != nil {
		return Content{}, ErrRequest.Wrapf("%s: %s", what, err)
	}
	return c, nil
}

// validate checks content against the parameters.
func (c Content) validate(p Params) error {
	h, err := weal.HashFromBytes(c.Hash)
	switch {
	case err != nil:
		return err
	case c.Apart && len(c.Data) > 0:
		return errors.New("it has a hash and bytes; name one of them")
	case !c.Apart && c.Uri != "":
		return errors.New("a URI is for what is named by its hash")
	case !c.Apart && h != weal.Hash(sha256.Sum256(c.Data)):
		return errors.New("the hash is not that of the bytes")
	case len(c.Data) > int(p.MaxDataBytes):
		return fmt.Errorf("it has %d bytes, more than %d; name it by its SHA-256", len(c.Data), p.MaxDataBytes)
	case len(c.Uri) > int(p.MaxUriBytes):
		return fmt.Errorf("its URI has %d bytes, more than %d", len(c.Uri), p.MaxUriBytes)
	}
	for _, b := range []byte(c.Uri) {
		if b <= ' ' || b > '~' {
			return errors.New("its URI is not of printable ASCII without spaces")
		}
	}
	return nil
}
