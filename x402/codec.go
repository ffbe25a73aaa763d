package x402

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Limits of what is read.
const (
	// MaxHeader is the most bytes of a header's value.
	MaxHeader = 256 << 10
	// maxField is the most bytes of a field that is no object of a scheme's.
	maxField = 2048
	// maxOffers is the most ways to pay in one message.
	maxOffers = 64
	// maxDigits is how many decimal digits an amount has at most: those of 2^256.
	maxDigits = 78
	// maxTimeout is the longest time to pay, in seconds: a year.
	maxTimeout = 366 * 24 * 3600
)

// encode writes v for a header: base64 with padding of its JSON.
func encode(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "", fmt.Errorf("encode x402 message: %w", err)
	}
	return base64.StdEncoding.EncodeToString(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}

// decode reads one header's value into v.
func decode(s string, v any) error {
	if len(s) > MaxHeader {
		return fmt.Errorf("it is longer than %d bytes", MaxHeader)
	}
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || strings.ContainsAny(s, "\r\n") {
		return errors.New("it is not base64")
	}
	if !utf8.Valid(b) {
		return errors.New("it is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("it is not the JSON wanted here: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("it has more after its JSON value")
	}
	return nil
}

// Header returns r as the value of HeaderRequired.
func (r Required) Header() (string, error) { return encode(r) }

// Header returns p as the value of HeaderPayment.
func (p Payment) Header() (string, error) { return encode(p) }

// Header returns s as the value of HeaderResponse.
func (s Settlement) Header() (string, error) { return encode(s) }

// ParseRequired reads the value of HeaderRequired.
func ParseRequired(s string) (Required, error) {
	var r Required
	err := decode(s, &r)
	if err == nil {
		err = r.check()
	}
	if err != nil {
		return Required{}, fmt.Errorf("%s: %w", HeaderRequired, err)
	}
	return r, nil
}

// ParsePayment reads the value of HeaderPayment.
func ParsePayment(s string) (Payment, error) {
	var p Payment
	err := decode(s, &p)
	if err == nil {
		err = p.check()
	}
	if err != nil {
		return Payment{}, fmt.Errorf("%s: %w", HeaderPayment, err)
	}
	return p, nil
}

// ParseSettlement reads the value of HeaderResponse.
func ParseSettlement(s string) (Settlement, error) {
	var out Settlement
	err := decode(s, &out)
	if err == nil {
		err = out.check()
	}
	if err != nil {
		return Settlement{}, fmt.Errorf("%s: %w", HeaderResponse, err)
	}
	return out, nil
}

func (r *Required) check() error {
	if err := checkVersion(r.X402Version); err != nil {
		return err
	}
	if len(r.Accepts) == 0 || len(r.Accepts) > maxOffers {
		return fmt.Errorf("accepts: want 1 to %d ways to pay", maxOffers)
	}
	for i := range r.Accepts {
		if err := r.Accepts[i].check(); err != nil {
			return fmt.Errorf("accepts[%d]: %w", i, err)
		}
	}
	return errors.Join(r.Resource.check(), short("error", r.Error, false), object("extensions", &r.Extensions, false))
}

func (p *Payment) check() error {
	if err := checkVersion(p.X402Version); err != nil {
		return err
	}
	if err := p.Accepted.check(); err != nil {
		return fmt.Errorf("accepted: %w", err)
	}
	if p.Resource != nil {
		if err := p.Resource.check(); err != nil {
			return err
		}
	}
	return errors.Join(object("payload", &p.Payload, true), object("extensions", &p.Extensions, false))
}

func (s *Settlement) check() error {
	err := errors.Join(short("errorReason", s.ErrorReason, false), short("transaction", s.Transaction, false),
		checkNetwork(s.Network), short("payer", s.Payer, false), object("extra", &s.Extra, false), object("extensions", &s.Extensions, false))
	if err == nil && s.Amount != "" {
		err = checkAmount(s.Amount)
	}
	return err
}

func (r *Resource) check() error {
	return errors.Join(short("resource.url", r.URL, true), short("resource.description", r.Description, false),
		short("resource.mimeType", r.MimeType, false))
}

func (o *Offer) check() error {
	if o.MaxTimeoutSeconds < 1 || o.MaxTimeoutSeconds > maxTimeout {
		return fmt.Errorf("maxTimeoutSeconds: want 1 to %d", maxTimeout)
	}
	return errors.Join(short("scheme", o.Scheme, true), checkNetwork(o.Network), checkAmount(o.Amount),
		short("asset", o.Asset, true), short("payTo", o.PayTo, true), object("extra", &o.Extra, false))
}

func checkVersion(v int) error {
	if v != Version {
		return fmt.Errorf("x402Version: want %d, got %d", Version, v)
	}
	return nil
}

// checkNetwork takes CAIP-2: namespace:reference.
func checkNetwork(s string) error {
	namespace, reference, _ := strings.Cut(s, ":")
	if len(namespace) < 3 || len(namespace) > 8 || reference == "" || len(reference) > 32 {
		return fmt.Errorf("network: %.60q is not a CAIP-2 id", s)
	}
	return nil
}

// checkAmount takes a decimal number without sign and leading zeros.
func checkAmount(s string) error {
	if s == "" || len(s) > maxDigits || strings.Trim(s, "0123456789") != "" || s[0] == '0' && s != "0" {
		return fmt.Errorf("amount: %.80q is not a decimal number", s)
	}
	return nil
}

func short(name, s string, needed bool) error {
	switch {
	case s == "" && needed:
		return fmt.Errorf("%s is missing", name)
	case len(s) > maxField:
		return fmt.Errorf("%s is longer than %d bytes", name, maxField)
	}
	return nil
}

// object takes a JSON object, or nothing if it is not needed; null is nothing.
func object(name string, raw *json.RawMessage, needed bool) error {
	b := bytes.TrimSpace(*raw)
	if len(b) == 0 || string(b) == "null" {
		*raw = nil
		if needed {
			return fmt.Errorf("%s is missing", name)
		}
		return nil
	}
	if b[0] != '{' {
		return fmt.Errorf("%s: want an object", name)
	}
	return nil
}
