package keys

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// Codes of refusals, as OpenAI's clients know them.
const (
	CodeBadKey  = "invalid_api_key"
	CodeRate    = "rate_limit_exceeded"
	CodeQuota   = "insufficient_quota"
	CodeTooMany = "request_too_large"
)

// The limits that a request may have to wait for.
const (
	limitParallel = "parallel requests"
	limitRequests = "requests a minute"
	limitTokens   = "metered tokens a minute"
)

// BadKey refuses a key.
func BadKey(format string, args ...any) *wire.Error {
	return wire.NewError(http.StatusUnauthorized, wire.TypeAuthentication, CodeBadKey, format, args...)
}

// tooFast refuses until wait is over.
func tooFast(h http.Header, r *row, by string, wait time.Duration) *wire.Error {
	most := map[string]uint32{limitParallel: r.limits.Parallel, limitRequests: r.limits.Requests, limitTokens: r.limits.Tokens}[by]
	s := retryAfter(h, wait)
	return wire.NewError(http.StatusTooManyRequests, wire.TypeRateLimit, CodeRate,
		"the key %q may have %d %s; try again in %d s", r.name, most, by, s)
}

// tooLarge refuses what could never fit.
func tooLarge(h http.Header, r *row, tokens uint64) *wire.Error {
	noRetry(h)
	return wire.NewError(http.StatusTooManyRequests, wire.TypeRateLimit, CodeTooMany,
		"this request can take %d metered tokens, the key %q may have %d a minute; send a smaller max_tokens, or ask the gateway's owner for more",
		tokens, r.name, r.limits.Tokens)
}

// noQuota refuses because a budget is used up, or would be.
func noQuota(h http.Header, r *row, q *Quota, most types.Amount, now time.Time) *wire.Error {
	noRetry(h)
	per, then := "in all", "ask the gateway's owner for more"
	if q.Per != Never {
		per, then = "a "+string(q.Per), "it begins anew on "+q.Resets.Format(time.RFC3339)
		retryAfter(h, q.Resets.Sub(now))
	}
	need := ""
	if !most.IsZero() {
		need = fmt.Sprintf(", and this request can cost %s", most)
	}
	return wire.NewError(http.StatusTooManyRequests, CodeQuota, CodeQuota,
		"the key %q may spend %s %s %s; %s of it are left%s: %s", r.name, q.Amount, r.denom, per, q.Left, need, then)
}

// retryAfter tells a client when to come back.
func retryAfter(h http.Header, wait time.Duration) int64 {
	s := int64(max(1, math.Ceil(wait.Seconds())))
	if h != nil {
		h.Set("Retry-After", strconv.FormatInt(s, 10))
	}
	return s
}

// noRetry keeps OpenAI's clients from asking again at once.
func noRetry(h http.Header) {
	if h != nil {
		h.Set("X-Should-Retry", "false")
	}
}

// tell sets the headers by which OpenAI's clients know their limits.
func tell(h http.Header, requests, tokens rate) {
	if h == nil {
		return
	}
	for name, r := range map[string]rate{"Requests": requests, "Tokens": tokens} {
		if r.limit == 0 {
			continue
		}
		h.Set("X-Ratelimit-Limit-"+name, strconv.FormatUint(r.limit, 10))
		h.Set("X-Ratelimit-Remaining-"+name, strconv.FormatUint(r.left, 10))
		h.Set("X-Ratelimit-Reset-"+name, r.reset.Round(time.Millisecond).String())
	}
}
