package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/types"
)

// keyJSON is what the commands, and GET /weal/v1/key, tell of a key.
type keyJSON struct {
	ID     int    `json:"id"`
	Name   string `json:"name"`
	Text   string `json:"key"`
	State  string `json:"state"`
	Tab    int    `json:"tab"`
	Denom  string `json:"denom"`
	Budget *struct {
		Per  string       `json:"per"`
		Left types.Amount `json:"left"`
	} `json:"budget"`
	Total *struct {
		Amount types.Amount `json:"amount"`
		Left   types.Amount `json:"left"`
	} `json:"total"`
	Spent    types.Amount `json:"spent"`
	Reserved types.Amount `json:"reserved"`
	Requests int          `json:"requests"`
	Tokens   int          `json:"tokens"`
	LastUsed time.Time    `json:"last_used"`
}

func (h *house) makeKey(t *testing.T, args ...string) keyJSON {
	t.Helper()
	var k keyJSON
	h.read(t, &k, append([]string{"gateway", "key", "create"}, args...)...)
	require.True(t, strings.HasPrefix(k.Text, "sk-weal-"))
	return k
}

// keys returns the keys by name, and what all have spent.
func (h *house) keys(t *testing.T) (byName map[string]keyJSON, spent types.Amount) {
	t.Helper()
	var all []keyJSON
	h.read(t, &all, "gateway", "key", "list")
	byName = map[string]keyJSON{}
	for _, k := range all {
		require.Empty(t, k.Text, "a key's text is told once")
		byName[k.Name] = k
		spent, _ = spent.Add(k.Spent)
	}
	return byName, spent
}

// promised is what the purse's history of the home's tab comes to.
func (h *house) promised(t *testing.T) (sum types.Amount) {
	t.Helper()
	var tab tabJSON
	h.read(t, &tab, "tab", "show")
	for _, l := range tab.Lanes {
		sum, _ = sum.Add(l.Promised)
	}
	return sum
}

// spends asks with a key until it is refused, and returns how often it was not.
func (h *house) spends(t *testing.T, key string, most int) (n int, last *http.Response) {
	t.Helper()
	for ; n < most; n++ {
		last = h.chat(t, key, nil)
		if last.StatusCode != http.StatusOK {
			return n, last
		}
		_, err := io.Copy(io.Discard, last.Body)
		require.NoError(t, err)
	}
	return n, last
}

// TestVirtualKeys has two clients ask with keys of one gateway: one's budget ends,
// the other goes on, and what they spent is what the purse has written down, also
// after the process was killed.
func TestVirtualKeys(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.start(t)
	url := home.URL(h.ports.Gateway)
	alice := h.makeKey(t, "--name", "alice", "--budget", "0.04WEAL", "--per", "month", "--rpm", "1000", "--expires", "30d")
	bob := h.makeKey(t, "--name", "bob", "--total", "5", "--tpm", "1000000", "--parallel", "4")
	require.NotEqual(t, alice.Text, bob.Text)

	n, resp := h.spends(t, alice.Text, 40)
	require.Positive(t, n)
	require.Equal(t, "false", resp.Header.Get("X-Should-Retry"))
	e := refused(t, resp, http.StatusTooManyRequests)
	require.Equal(t, "insufficient_quota", e.Error.Code)
	require.Equal(t, "insufficient_quota", e.Error.Type)
	require.Equal(t, "insufficient_quota", refused(t, h.chat(t, alice.Text, map[string]any{"stream": true}), http.StatusTooManyRequests).Error.Code)

	m, resp := h.spends(t, bob.Text, 2)
	require.Equal(t, 2, m)
	require.Equal(t, "1000000", resp.Header.Get("x-ratelimit-limit-tokens"))
	require.NotEmpty(t, resp.Header.Get("x-ratelimit-remaining-tokens"))
	require.Empty(t, resp.Header.Get("x-ratelimit-limit-requests"))
	_, _ = h.spends(t, h.key(t), 1)

	all, spent := h.keys(t)
	require.Len(t, all, 3)
	require.Equal(t, n, all["alice"].Requests)
	require.LessOrEqual(t, all["alice"].Spent.Cmp(milli(40)), 0)
	require.Equal(t, 2, all["bob"].Requests)
	require.Equal(t, 1, all["default"].Requests, "the home's own key goes the same way")
	require.Positive(t, all["bob"].Tokens)
	require.Equal(t, h.promised(t), spent)

	// Who holds a key sees where it stands, and nobody else does.
	var own keyJSON
	require.Equal(t, http.StatusOK, get(t, url+"/weal/v1/key", bob.Text, &own))
	require.Equal(t, all["bob"], own)
	require.Equal(t, http.StatusUnauthorized, get(t, url+"/weal/v1/key", bob.Text+"x", nil))
	require.Equal(t, http.StatusUnauthorized, get(t, url+"/weal/v1/admin/keys", bob.Text, nil))

	// Limits of a minute, the owner's changes, and the end of a key.
	h.read(t, &own, "gateway", "key", "set", "bob", "--rpm", "1")
	resp = h.chat(t, bob.Text, nil)
	require.Equal(t, "rate_limit_exceeded", refused(t, resp, http.StatusTooManyRequests).Error.Code)
	require.NotEmpty(t, resp.Header.Get("Retry-After"))
	h.read(t, &own, "gateway", "key", "set", "bob", "--rpm", "0", "--off")
	require.Equal(t, "disabled", own.State)
	require.Equal(t, "invalid_api_key", refused(t, h.chat(t, bob.Text, nil), http.StatusUnauthorized).Error.Code)
	h.read(t, &own, "gateway", "key", "set", "bob", "--on")
	h.read(t, &own, "gateway", "key", "set", "alice", "--budget", "0.5")
	require.Equal(t, "month", own.Budget.Per)
	h.read(t, &own, "gateway", "key", "revoke", "default")
	refused(t, h.chat(t, h.key(t), nil), http.StatusUnauthorized)

	h.killKeyed(t, alice.Text, bob.Text)
	refused(t, h.chat(t, h.key(t), nil), http.StatusUnauthorized)
	h.spends(t, alice.Text, 1)
	_, spent = h.keys(t)
	require.Equal(t, h.promised(t), spent)
}

// get reads JSON that a key is shown for.
func get(t *testing.T, url, key string, into any) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+key)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	if into != nil {
		require.NoError(t, json.NewDecoder(resp.Body).Decode(into))
	}
	return resp.StatusCode
}

// killKeyed kills what runs in the home while keys are asked with, several times,
// and finds what they have spent.
func (h *house) killKeyed(t *testing.T, keys ...string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"model": "weal", "messages": []map[string]string{{"role": "user", "content": question}}})
	require.NoError(t, err)
	for round := range 2 {
		_, before := h.keys(t)
		var wg sync.WaitGroup
		var once sync.Once
		for i := range 6 {
			wg.Go(func() {
				for range 20 {
					req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, home.URL(h.ports.Gateway)+"/v1/chat/completions", bytes.NewReader(body))
					if err != nil {
						t.Error(err)
						return
					}
					req.Header.Set("Authorization", "Bearer "+keys[i%len(keys)])
					resp, err := http.DefaultClient.Do(req)
					if err != nil {
						return // it was killed
					}
					_, _ = io.Copy(io.Discard, resp.Body)
					resp.Body.Close()
					if i == round {
						once.Do(h.kill) // while others are under way
					}
				}
			})
		}
		wg.Wait()
		h.kill()
		h.start(t)
		_, now := h.keys(t)
		require.GreaterOrEqual(t, now.Cmp(before), 0, "what was spent is not forgotten")
		require.GreaterOrEqual(t, now.Cmp(h.promised(t)), 0, "what is not known yet counts with the most")
		await(t, "the purse to know what the killed questions came to", func() bool {
			_, now = h.keys(t)
			return now == h.promised(t)
		})
		all, _ := h.keys(t)
		for name, k := range all {
			require.True(t, k.Reserved.IsZero(), name)
		}
	}
}

// secrets names the keys in a home.
func (h *house) secrets(t *testing.T) (names []string) {
	t.Helper()
	files, err := os.ReadDir(filepath.Join(h.dir, "keys"))
	require.NoError(t, err)
	for _, f := range files {
		names = append(names, f.Name())
	}
	require.NotEmpty(t, names)
	return names
}

// TestKeysOfACustomersTab has a gateway that runs alone answer from a tab that a
// customer funded for it.
func TestKeysOfACustomersTab(t *testing.T) {
	t.Parallel()
	chain := newHouse(t)
	chain.start(t)
	var s statusJSON
	chain.read(t, &s, "status")
	assets := map[string]types.AssetID{}
	for _, a := range s.Assets {
		assets[a.Role] = a.Asset
	}
	file := write(t, fmt.Sprintf("name: weal\nmodel: %d\nvaults: [%d]\n", assets["model"], assets["vault"]), t.TempDir(), "app.yaml")
	g := newLone(t, chain, "gateway", "--app", file)
	g.open(t, chain)
	g.fails(t, 2, []string{"no tab of its own", "lanes make"}, "gateway", "key", "create", "--name", "acme")
	g.fails(t, 2, []string{"no open lane"}, "gateway", "key", "create", "--name", "acme", "--tab", fmt.Sprint(s.Tab))

	var made struct {
		App  types.AssetID `json:"app"`
		Keys []string      `json:"keys"`
	}
	g.read(t, &made, "gateway", "lanes", "make", "--count", "2")
	require.Len(t, made.Keys, 2)
	require.Equal(t, g.asset, made.App)
	var tab struct {
		Tab types.TabID `json:"tab"`
	}
	chain.read(t, &tab, append([]string{"gateway", "lanes", "fund", "--app", fmt.Sprint(made.App), "--amount", "0.06"}, made.Keys...)...)
	k := g.makeKey(t, "--name", "acme", "--tab", fmt.Sprint(tab.Tab))
	require.EqualValues(t, tab.Tab, k.Tab)

	for _, name := range g.secrets(t) {
		require.Regexp(t, `^(admin|app-salt|metrics|owner-gateway|receipts-gateway|lane-customer-[01])$`, name, "a gateway holds keys of lanes, and no payer's wallet")
	}
	before := chain.promised(t)
	ask := func() *http.Response {
		return post(t, g.url+"/v1/chat/completions", k.Text, map[string]any{
			"model": "weal", "messages": []map[string]string{{"role": "user", "content": question}}, "max_tokens": 64,
		})
	}
	var c completionJSON
	require.NoError(t, json.NewDecoder(ask().Body).Decode(&c))
	require.NotEmpty(t, c.Choices[0].Message.Content)
	require.Equal(t, before, chain.promised(t), "the customer's own purse pays nothing")
	var receipts []receiptJSON
	g.read(t, &receipts, "receipts", "--tab", fmt.Sprint(tab.Tab))
	require.NotEmpty(t, receipts, "the gateway can show what it paid for its customer")
	var proof map[string]any
	g.read(t, &proof, "receipts", "prove", receipts[0].ID)
	require.Contains(t, proof, "voucher")
	g.kill()
	g.again(t)
	n := 1
	for ; n < 50; n++ { // until the lanes that the customer funded are used up
		if resp := ask(); resp.StatusCode != http.StatusOK {
			require.Equal(t, "insufficient_quota", refused(t, resp, http.StatusPaymentRequired).Error.Code)
			break
		}
	}
	all, spent := g.keys(t)
	require.Equal(t, n, all["acme"].Requests)
	require.LessOrEqual(t, spent.Cmp(milli(60)), 0, "a gateway spends no more than the lanes' caps")
	require.Positive(t, spent.Cmp(milli(20)))

	chain.read(t, &struct{}{}, "tab", "fund", "--tab", fmt.Sprint(tab.Tab), "--amount", "0.5")
	await(t, "the gateway to know of the greater caps", func() bool { return ask().StatusCode == http.StatusOK })
}
