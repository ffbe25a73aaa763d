package keys

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

func TestKeyIsKeptAsItsHash(t *testing.T) {
	l := newLab(t)
	key := l.make("alice", Change{})
	require.Regexp(t, `^sk-weal-[A-Z2-7]{52}$`, key)
	require.NotEqual(t, key, l.make("bob", Change{}))
	var dump []byte
	require.NoError(t, l.db.QueryRow(`SELECT group_concat(hex(hash) || hint || name) FROM gateway_keys`).Scan(&dump))
	require.NotContains(t, string(dump), key)
	require.NotContains(t, string(dump), key[8:])
	k := show(t, l.Meter, "alice")
	require.Equal(t, "…"+key[len(key)-4:], k.Hint)
	b, err := json.Marshal(k)
	require.NoError(t, err)
	require.NotContains(t, string(b), key)
}

// Whoever guesses finds nothing, however near.
func TestGuessedKeys(t *testing.T) {
	l := newLab(t)
	key := l.make("alice", Change{})
	hash := digest(key)
	guesses := []string{
		"", " ", "sk-weal-", key[:len(key)-1], key + "A", key + " ", " " + key, strings.ToLower(key), key[8:], string(hash[:]), "alice", "1", "%", "' OR 1=1 --",
		key + "\x00", strings.Repeat("x", 1<<20),
	}
	for i := range len(key) {
		b := []byte(key)
		b[i] ^= 1
		guesses = append(guesses, string(b))
	}
	for _, g := range guesses {
		_, err := l.Admit(t.Context(), g, nil)
		refused(t, err, http.StatusUnauthorized, CodeBadKey)
		_, err = l.Own(t.Context(), g)
		refused(t, err, http.StatusUnauthorized, CodeBadKey)
	}
	require.NoError(t, ask(l.Meter, key, nil))
	require.EqualValues(t, 1, l.purses[0].seq, "nobody else came as far as the purse")
}

func TestKeysThatAreNotGood(t *testing.T) {
	l := newLab(t)
	expires := begin.Add(time.Hour)
	keys := map[string]string{
		"expired": l.make("expired", Change{Expires: ptr(expires.Unix())}),
		"off":     l.make("off", Change{}), "revoked": l.make("revoked", Change{}),
	}
	for name, key := range keys {
		require.NoError(t, ask(l.Meter, key, nil), name)
	}
	u, err := l.Admit(t.Context(), keys["revoked"], nil)
	require.NoError(t, err)
	_, err = l.Set(t.Context(), "off", Change{Disabled: ptr(true)})
	require.NoError(t, err)
	k, err := l.Revoke(t.Context(), "revoked")
	require.NoError(t, err)
	l.pass(time.Hour)
	for name, says := range map[string]string{"expired": "has expired on 2026-07-15T13:00:00Z", "off": "is switched off", "revoked": "was revoked"} {
		require.Contains(t, refused(t, ask(l.Meter, keys[name], nil), http.StatusUnauthorized, CodeBadKey).Message, says)
		_, err := l.Own(t.Context(), keys[name])
		refused(t, err, http.StatusUnauthorized, CodeBadKey)
	}
	// A request that was let in before signs nothing after.
	_, err = u.Ask(t.Context(), "", nil, func(wire.Content) {})
	refused(t, err, http.StatusUnauthorized, CodeBadKey)
	u.End(t.Context())
	require.Equal(t, amount(40), show(t, l.Meter, "1").Spent)

	_, err = l.Set(t.Context(), "off", Change{Disabled: ptr(false)})
	require.NoError(t, err)
	require.NoError(t, ask(l.Meter, keys["off"], nil))
	_, err = l.Set(t.Context(), "expired", Change{Expires: ptr(int64(0))})
	require.NoError(t, err)
	require.NoError(t, ask(l.Meter, keys["expired"], nil))

	// Revoking is for ever, and frees the name.
	_, err = l.Set(t.Context(), "3", Change{})
	require.ErrorContains(t, err, "was revoked")
	again, err := l.Revoke(t.Context(), "3")
	require.NoError(t, err)
	require.Equal(t, k.ID, again.ID)
	require.NoError(t, l.Ensure(t.Context(), "another", keys["revoked"]))
	refused(t, ask(l.Meter, keys["revoked"], nil), http.StatusUnauthorized, CodeBadKey)
	l.make("revoked", Change{})
	_, err = l.Show(t.Context(), "nobody")
	require.ErrorIs(t, err, ErrNoKey)
}

// A key of one tab spends from it and from no other, also if its purse errs.
func TestKeyOfOneTabSpendsNoOther(t *testing.T) {
	l := newLab(t)
	seven := l.make("seven", Change{Tab: ptr(types.TabID(7))})
	own := l.make("own", Change{Tab: ptr(ownNumber)})
	require.Zero(t, show(t, l.Meter, "own").Tab)
	require.NoError(t, ask(l.Meter, seven, nil))
	require.Equal(t, amount(40), l.purses[7].spent())
	require.True(t, l.purses[0].spent().IsZero())
	require.True(t, l.purses[8].spent().IsZero())
	require.NoError(t, ask(l.Meter, own, nil))
	require.Equal(t, amount(40), l.purses[7].spent())

	l.purses[7].tab = 8
	require.ErrorContains(t, ask(l.Meter, seven, nil), "bound to tab 7, its purse would pay from lane 8/")
	l.purses[7].tab = 7
	l.purses[7].denom = "uusd"
	require.ErrorContains(t, ask(l.Meter, seven, nil), "counts aweal, its purse would pay uusd")
	require.Equal(t, amount(40), l.purses[7].spent())
	_, err := l.Set(t.Context(), "seven", Change{Tab: ptr(types.TabID(7))})
	require.ErrorContains(t, err, "make another key")
	l.purses[7].denom = denom

	// A request under way when its key is bound to another tab signs nothing.
	u, err := l.Admit(t.Context(), seven, nil)
	require.NoError(t, err)
	_, err = l.Set(t.Context(), "seven", Change{Tab: ptr(types.TabID(8))})
	require.NoError(t, err)
	_, err = u.Ask(t.Context(), "", nil, func(wire.Content) {})
	refused(t, err, http.StatusUnauthorized, CodeBadKey)
	u.End(t.Context())
	require.NoError(t, ask(l.Meter, seven, nil))
	require.Equal(t, amount(40), l.purses[8].spent())
	require.Equal(t, amount(80), show(t, l.Meter, "seven").Spent)
	_, err = l.Set(t.Context(), "seven", Change{Tab: ptr(types.TabID(9))})
	require.Error(t, err)
	booked(t, l.Meter)
}

func TestSettingsThatDoNotHold(t *testing.T) {
	l := newLab(t)
	l.make("alice", Change{})
	bad := map[string]Change{
		"no name": {Name: ptr("")}, "digits": {Name: ptr("12")}, "blank": {Name: ptr(" a")}, "odd": {Name: ptr("a\nb")}, "slash": {Name: ptr("a/b")},
		"long": {Name: ptr(strings.Repeat("a", 65))}, "taken": {Name: ptr("alice")}, "not UTF-8": {Name: ptr("\xff")},
		"period without budget": {Name: ptr("b"), Per: Day}, "unknown period": {Name: ptr("b"), Budget: ptr(amount(1)), Per: "year"},
		"two in all": {Name: ptr("b"), Budget: ptr(amount(1)), Total: ptr(amount(2))}, "past": {Name: ptr("b"), Expires: ptr(begin.Unix())},
		"before all": {Name: ptr("b"), Expires: ptr(int64(-1))}, "far": {Name: ptr("b"), Expires: ptr(int64(maxTime + 1))},
		"other coin": {Name: ptr("b"), Total: ptr(amount(1)), Denom: "uusd"},
	}
	for name, c := range bad {
		_, _, err := l.Create(t.Context(), c)
		refused(t, err, http.StatusBadRequest, "bad_key_settings")
		require.Error(t, err, name)
	}
	all, err := l.List(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Error(t, l.Ensure(t.Context(), "short", "x"))
}

func TestLimitsOfAMinute(t *testing.T) {
	l := newLab(t)
	key := l.make("alice", Change{Requests: ptr(uint32(2)), Tokens: ptr(uint32(2500))})
	h := http.Header{}
	require.NoError(t, ask(l.Meter, key, h))
	require.Equal(t, "2", h.Get("x-ratelimit-limit-requests"))
	require.Equal(t, "1", h.Get("x-ratelimit-remaining-requests"))
	require.Equal(t, "1m1s", h.Get("x-ratelimit-reset-requests"))
	require.Equal(t, "2500", h.Get("x-ratelimit-limit-tokens"))
	require.Equal(t, "2490", h.Get("x-ratelimit-remaining-tokens"), "what the answer had, not the most")
	l.pass(20 * time.Second)
	require.NoError(t, ask(l.Meter, key, h))
	e := refused(t, ask(l.Meter, key, h), http.StatusTooManyRequests, CodeRate)
	require.Equal(t, wire.TypeRateLimit, e.Type)
	require.Equal(t, "41", h.Get("Retry-After"))
	require.Equal(t, "0", h.Get("x-ratelimit-remaining-requests"))
	l.pass(41 * time.Second)
	require.NoError(t, ask(l.Meter, key, h))
	refused(t, ask(l.Meter, key, h), http.StatusTooManyRequests, CodeRate)

	_, err := l.Set(t.Context(), "alice", Change{Requests: ptr(uint32(0)), Tokens: ptr(uint32(1500))})
	require.NoError(t, err)
	l.pass(2 * time.Minute)
	u, err := l.Admit(t.Context(), key, nil)
	require.NoError(t, err)
	p := l.purses[0]
	require.NoError(t, u.approve(t.Context(), Bill{Lane: p.lane(70), Seq: 70, Denom: denom, Tokens: 1000}))
	h = http.Header{}
	e = refused(t, ask(l.Meter, key, h), http.StatusTooManyRequests, CodeRate)
	require.Contains(t, e.Message, "1500 metered tokens a minute")
	require.Equal(t, "61", h.Get("Retry-After"))
	require.Equal(t, "500", h.Get("X-Ratelimit-Remaining-Tokens"))
	require.True(t, show(t, l.Meter, "alice").Reserved.IsZero(), "who waits has reserved nothing")
	p.tokens = 1501
	h = http.Header{}
	refused(t, ask(l.Meter, key, h), http.StatusTooManyRequests, CodeTooMany)
	require.Equal(t, "false", h.Get("X-Should-Retry"))
	require.Empty(t, h.Get("Retry-After"), "no wait helps")
	u.End(t.Context())
	p.tokens = 1500
	require.NoError(t, ask(l.Meter, key, nil), "what was not used is given back")

	// The clock on the wall says nothing about limits.
	l.mu.Lock()
	l.wall = l.wall.Add(24 * time.Hour)
	l.mu.Unlock()
	refused(t, ask(l.Meter, key, nil), http.StatusTooManyRequests, CodeRate)
}

func TestParallelLimit(t *testing.T) {
	l := newLab(t)
	key := l.make("alice", Change{Parallel: ptr(uint32(1))})
	other := l.make("bob", Change{})
	u, err := l.Admit(t.Context(), key, nil)
	require.NoError(t, err)
	h := http.Header{}
	refused(t, ask(l.Meter, key, h), http.StatusTooManyRequests, CodeRate)
	require.Equal(t, "1", h.Get("Retry-After"))
	require.NoError(t, ask(l.Meter, other, nil))
	u.End(t.Context())
	u.End(t.Context())
	require.NoError(t, ask(l.Meter, key, nil))
}

// No 60 seconds ever hold more than the limit, and a wait that was told is long
// enough.
func TestWindowIsStrict(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		limit := uint32(1 + r.IntN(40))
		l := &line{}
		var now time.Duration
		var passed []time.Duration
		for range 2_000 {
			now += time.Duration(r.Int64N(int64(3 * time.Second)))
			by, wait := l.enter(now, Limits{Requests: limit})
			if by == "" {
				l.leave()
				passed = append(passed, now)
				continue
			}
			require.Positive(t, wait)
			require.LessOrEqual(t, wait, span*time.Second)
			now += wait
			by, _ = l.enter(now, Limits{Requests: limit})
			require.Empty(t, by)
			l.leave()
			passed = append(passed, now)
		}
		for i := int(limit); i < len(passed); i++ {
			require.Greater(t, passed[i]-passed[i-int(limit)], time.Minute)
		}
		require.Greater(t, len(passed), int(limit))
	}
}

func TestPriceAndWhatIsPaidOtherwise(t *testing.T) {
	l := newLab(t)
	p := l.purses[0]
	b, err := l.Price(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, amount(100), b.Most)
	require.Equal(t, denom, b.Denom)
	require.Empty(t, p.said, "a price signs nothing")

	u, err := l.AdmitFor(t.Context(), "x402", amount(100), denom)
	require.NoError(t, err)
	_, err = u.Ask(t.Context(), "", nil, func(wire.Content) {})
	require.NoError(t, err)
	u.Count(12)
	u.End(t.Context())
	cost, in := u.Cost()
	require.Equal(t, amount(40), cost)
	require.Equal(t, denom, in)
	k := show(t, l.Meter, "x402")
	require.Equal(t, amount(40), k.Spent)
	require.EqualValues(t, 12, k.Tokens)
	require.Empty(t, k.Hint)

	u, err = l.AdmitFor(t.Context(), "x402", amount(99), denom)
	require.NoError(t, err)
	_, err = u.Ask(t.Context(), "", nil, func(wire.Content) {})
	refused(t, err, http.StatusPaymentRequired, "too_little")
	u.End(t.Context())
	_, err = l.AdmitFor(t.Context(), "x402", amount(99), "uusd")
	refused(t, err, http.StatusPaymentRequired, "wrong_denomination")
	require.Equal(t, amount(40), p.spent())

	_, err = l.Set(t.Context(), "x402", Change{Total: ptr(amount(40))})
	require.NoError(t, err)
	_, err = l.AdmitFor(t.Context(), "x402", amount(100), denom)
	refused(t, err, http.StatusTooManyRequests, CodeQuota)
	_, err = l.Revoke(t.Context(), "x402")
	require.NoError(t, err)
	_, err = l.AdmitFor(t.Context(), "x402", amount(100), denom)
	refused(t, err, http.StatusUnauthorized, CodeBadKey)

	l.make("taken", Change{})
	_, err = l.AdmitFor(t.Context(), "taken", amount(1), denom)
	require.Error(t, err, "a key with a text is asked with that")
	p.fails = errors.New("unused")
	delete(l.purses, 0)
	_, err = l.Price(t.Context(), nil)
	require.Error(t, err)
}

// admin asks as the owner.
func admin(t *testing.T, m *Meter, method, path, body string, into any) int {
	t.Helper()
	w := httptest.NewRecorder()
	m.Admin().ServeHTTP(w, httptest.NewRequest(method, PathAdmin+path, strings.NewReader(body)))
	if into != nil {
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), into), w.Body.String())
	} else {
		require.NotEqual(t, http.StatusOK, w.Code)
		require.NotEmpty(t, wire.ReadError(w.Code, w.Body.Bytes()).Message)
	}
	return w.Code
}

func TestAdmin(t *testing.T) {
	l := newLab(t)
	var c Created
	require.Equal(t, 200, admin(t, l.Meter, "POST", "", `{"name":"alice team","tab":7,"budget":"500","per":"month","requests_per_minute":60}`, &c))
	require.Equal(t, types.TabID(7), c.Tab)
	require.EqualValues(t, 60, c.Limits.Requests)
	require.NoError(t, ask(l.Meter, c.Text, nil))
	var k Key
	require.Equal(t, 200, admin(t, l.Meter, "POST", "/alice%20team", `{"total":"900","disabled":true}`, &k))
	require.Equal(t, Disabled, k.State)
	require.Equal(t, amount(860), k.Total.Left)
	require.Equal(t, amount(460), k.Budget.Left)
	var all []Key
	require.Equal(t, 200, admin(t, l.Meter, "GET", "", "", &all))
	require.Equal(t, []Key{k}, all)
	require.Equal(t, 200, admin(t, l.Meter, "GET", "/1", "", &k))
	require.Equal(t, 200, admin(t, l.Meter, "POST", "/1/revoke", "null", &k))
	require.Equal(t, Revoked, k.State)
	require.Equal(t, 200, admin(t, l.Meter, "GET", "/alice%20team", "", &k))
	require.Equal(t, Revoked, k.State, "a revoked key can be looked up, and its name given again")
	require.Equal(t, 200, admin(t, l.Meter, "POST", "", `{"name":"alice team"}`, &c))
	require.Equal(t, 200, admin(t, l.Meter, "GET", "/alice%20team", "", &k))
	require.Equal(t, c.ID, k.ID)
	require.Equal(t, 404, admin(t, l.Meter, "GET", "/alice", "", nil))
	require.Equal(t, 404, admin(t, l.Meter, "POST", "/3/revoke", "", nil))
	require.Equal(t, 400, admin(t, l.Meter, "POST", "", `{"name":"b","budget":"-1"}`, nil))
	require.Equal(t, 400, admin(t, l.Meter, "POST", "", `{`, nil))
	require.Equal(t, 400, admin(t, l.Meter, "POST", "", `{"name":"b","per":"day"}`, nil))
}

// Whatever bytes the owner sends, the books hold, and what is refused changes
// nothing.
func FuzzChange(f *testing.F) {
	f.Add([]byte(`{"name":"a","tab":7,"total":"5","budget":"500","per":"month","requests_per_minute":60,"tokens_per_minute":1,"parallel":2,"expires":1893456000}`))
	f.Add([]byte(`{"name":"alice","budget":"340282366920938463463374607431768211455","per":"week","denom":"aweal"}`))
	f.Add([]byte(`{"expires":99999999999999,"disabled":true}`))
	l := newLab(f)
	key := l.make("alice", Change{})
	require.NoError(f, ask(l.Meter, key, nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		var c Change
		if wire.Decode(b, &c) != nil {
			return
		}
		before := show(t, l.Meter, "1")
		after, err := l.Set(context.Background(), "1", c)
		if err != nil {
			require.Equal(t, before, show(t, l.Meter, "1"))
			return
		}
		require.True(t, utf8.ValidString(after.Name))
		require.Equal(t, before.Spent, after.Spent)
		require.Equal(t, after, show(t, l.Meter, "1"))
		booked(t, l.Meter)
	})
}

// No text but the key's own is let in.
func FuzzKey(f *testing.F) {
	l := newLab(f)
	key := l.make("alice", Change{})
	f.Add([]byte(key[:30]))
	f.Add([]byte("sk-weal-\x00%'\""))
	f.Fuzz(func(t *testing.T, b []byte) {
		u, err := l.Admit(context.Background(), string(b), http.Header{})
		require.Equal(t, bytes.Equal(b, []byte(key)), err == nil)
		if err == nil {
			u.End(context.Background())
		} else {
			refused(t, err, http.StatusUnauthorized, CodeBadKey)
		}
	})
}

// TestReadOnce: a key is read from its table once, and again after something was written.
func TestReadOnce(t *testing.T) {
	l := newLab(t)
	name := "once"
	_, text, err := l.Create(t.Context(), Change{Name: &name})
	require.NoError(t, err)
	hash := digest(text)
	at := func() string {
		t.Helper()
		r, err := l.read(t.Context(), hash)
		require.NoError(t, err)
		return r.name
	}
	require.Equal(t, "once", at())
	_, err = l.db.Exec(`UPDATE gateway_keys SET name = 'behind its back'`)
	require.NoError(t, err)
	require.Equal(t, "once", at())
	require.NoError(t, l.within(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE gateway_keys SET name = 'twice'`)
		return err
	}))
	require.Equal(t, "twice", at())
}
