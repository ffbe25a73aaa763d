package crawl

import (
	"net/url"
	"strconv"
	"strings"
	"time"
)

// What a robots.txt may hold; RFC 9309 asks for at least 500 KiB.
const (
	maxRobots  = 500 << 10
	maxRules   = 5000
	maxPattern = 1024
)

// robots is what a site says to crawlers, as RFC 9309 reads it.
type robots struct {
	rules []robotRule
	delay time.Duration
	none  bool // nothing may be fetched
}

type robotRule struct {
	pattern string
	allow   bool
}

// parseRobots reads what is meant for a product: the groups that name it, or else
// those for all. Lines that make no sense are passed over.
func parseRobots(text, product string) *robots {
	own, all := &robots{}, &robots{}
	named, forOwn, forAll, agents := false, false, false, false
	for line := range strings.Lines(strings.TrimPrefix(text, "\uFEFF")) {
		for line := range strings.SplitSeq(line, "\r") {
			line, _, _ = strings.Cut(line, "#")
			key, value, ok := strings.Cut(line, ":")
			if !ok {
				continue
			}
			key, value = strings.ToLower(strings.TrimSpace(key)), strings.TrimSpace(value)
			if key == "user-agent" {
				if !agents { // the first line of a group
					forOwn, forAll = false, false
				}
				agents = true
				token := value
				if i := strings.IndexFunc(value, func(r rune) bool { return !isToken(r) }); i >= 0 && value != "*" {
					token = value[:i]
				}
				forAll = forAll || token == "*"
				if strings.EqualFold(token, product) {
					forOwn, named = true, true
				}
				continue
			}
			if key == "allow" || key == "disallow" || key == "crawl-delay" {
				agents = false
			}
			if forOwn {
				own.line(key, value)
			}
			if forAll {
				all.line(key, value)
			}
		}
	}
	if named {
		return own
	}
	return all
}

func isToken(r rune) bool {
	return r == '-' || r == '_' || (r|0x20 >= 'a' && r|0x20 <= 'z')
}

func (r *robots) line(key, value string) {
	switch key {
	case "allow", "disallow":
		if value != "" && len(value) <= maxPattern && len(r.rules) < maxRules {
			r.rules = append(r.rules, robotRule{pattern: plainPath(value), allow: key == "allow"})
		}
	case "crawl-delay":
		if s, err := strconv.ParseFloat(value, 64); err == nil && s > 0 {
			r.delay = time.Duration(min(s, maxDelay.Seconds()) * float64(time.Second))
		}
	}
}

// allows reports whether an address may be fetched: the longest rule that matches
// says so, of two as long the one that allows, and no rule allows.
func (r *robots) allows(u *url.URL) bool {
	if r.none {
		return false
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	path = plainPath(path)
	longest, allowed := -1, true
	for _, rule := range r.rules {
		if n := len(rule.pattern); (n > longest || (n == longest && rule.allow)) && robotMatch(rule.pattern, path) {
			longest, allowed = n, rule.allow
		}
	}
	return allowed
}

// plainPath writes a path one way: what needs no escape without, and the rest with
// capital digits.
func plainPath(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				i += 2
				if d := byte(n); isToken(rune(d)) || (d >= '0' && d <= '9') || d == '.' || d == '~' {
					out.WriteByte(d)
				} else {
					escape(&out, d)
				}
				continue
			}
		}
		if c <= ' ' || c >= 0x7F {
			escape(&out, c)
			continue
		}
		out.WriteByte(c)
	}
	return out.String()
}

func escape(out *strings.Builder, c byte) {
	const digits = "0123456789ABCDEF"
	out.WriteByte('%')
	out.WriteByte(digits[c>>4])
	out.WriteByte(digits[c&15])
}

// robotMatch reports whether a pattern matches the beginning of a path: * stands
// for any characters, and $ at the end for the end.
func robotMatch(pattern, path string) bool {
	pattern, whole := strings.CutSuffix(pattern, "$")
	parts := strings.Split(pattern, "*")
	if !strings.HasPrefix(path, parts[0]) {
		return false
	}
	path = path[len(parts[0]):]
	if len(parts) == 1 {
		return !whole || path == ""
	}
	last := parts[len(parts)-1]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(path, part)
		if i < 0 {
			return false
		}
		path = path[i+len(part):]
	}
	if whole {
		return strings.HasSuffix(path, last)
	}
	return strings.Contains(path, last)
}
