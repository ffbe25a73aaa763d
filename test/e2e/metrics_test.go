package e2e

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/telemetry"
)

// seenAt reads a page as Prometheus and probes do.
func seenAt(t *testing.T, url, token string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(b)
}

// TestHomeIsSeen: one page has the chain and all roles, commands read it, and a role's
// own port tells strangers whether it is ready and nothing of its money.
func TestHomeIsSeen(t *testing.T) {
	t.Parallel()
	h := shared(t)
	page := home.URL(h.ports.Metrics)
	status, body := seenAt(t, page+telemetry.PathMetrics, "")
	require.Equal(t, http.StatusOK, status)
	for _, want := range []string{
		`weal_earn_exposure_limit{of="tab",role="vault"} 5e+17`, `weal_role_asset{role="model"} 2`, `weal_ready{check="documents",role="vault"} 1`,
		`weal_ledger_txs_total{result="ok",role="gateway"}`, `weal_purse_receipts_total{role="gateway"}`, "cometbft_consensus_height{",
		"cometbft_consensus_block_interval_seconds_bucket{", "cometbft_consensus_total_txs{", "process_resident_memory_bytes", "process_cpu_seconds_total", "go_goroutines",
	} {
		require.Contains(t, body, want)
	}
	status, body = seenAt(t, page+telemetry.PathReady, "")
	require.Equal(t, http.StatusOK, status, body)

	o := h.run(t, "metrics")
	require.Zero(t, o.code, o.err)
	require.Contains(t, o.out, `weal_role_info{`)
	var samples []struct {
		Name   string
		Labels map[string]string
		Value  float64
	}
	h.read(t, &samples, "metrics")
	seen := map[string]float64{}
	for _, s := range samples {
		seen[s.Name+" "+s.Labels["role"]] = s.Value
	}
	require.Equal(t, 3.0, seen["weal_role_asset gateway"])
	o = h.run(t, "metrics", "--scrape")
	require.Zero(t, o.code, o.err)
	require.Contains(t, o.out, strings.TrimPrefix(page, "http://"))
	require.NotContains(t, o.out, "credentials", "this page needs no token")

	for _, port := range []int{h.ports.Vault, h.ports.Model, h.ports.Gateway} {
		status, body = seenAt(t, home.URL(port)+telemetry.PathMetrics, "")
		require.Equal(t, http.StatusUnauthorized, status)
		require.NotContains(t, body, "weal_earn")
		status, body = seenAt(t, home.URL(port)+telemetry.PathReady, "")
		require.Equal(t, http.StatusOK, status, body)
		var ready telemetry.Readiness
		require.NoError(t, json.Unmarshal([]byte(body), &ready))
		require.True(t, ready.Ready)
		require.GreaterOrEqual(t, len(ready.Checks), 3)
	}
	var s struct {
		Assets []struct {
			Role     string
			Ready    bool
			Problems []string
		}
	}
	h.read(t, &s, "status")
	require.Len(t, s.Assets, 3)
	for _, a := range s.Assets {
		require.True(t, a.Ready, "%s: %v", a.Role, a.Problems)
	}
}

// TestRoleAloneIsSeen: its page wants the token that a command prints, or is at an
// address of its own, and it says when the chain is gone.
func TestRoleAloneIsSeen(t *testing.T) {
	t.Parallel()
	chain := newHouse(t)
	chain.start(t, "--metrics=false")
	open := home.Loopback(freePorts(t))
	v := newLone(t, chain, "vault", "--metrics", open, "--log-format", "json", "--log-level", "info")
	v.open(t, chain)
	var report reportJSON
	v.read(t, &report, "vault", "add", write(t, "# Vouchers\n\nA voucher holds one signature over what a lane owes.\n", t.TempDir(), "vouchers.md"))

	o := v.run(t, "metrics", "--scrape")
	require.Zero(t, o.code, o.err)
	m := regexp.MustCompile(`targets: \["([^"]+)"\][\s\S]*credentials: (\S+)`).FindStringSubmatch(o.out)
	require.NotNil(t, m, o.out)
	status, body := seenAt(t, "http://"+m[1]+telemetry.PathMetrics, m[2])
	require.Equal(t, http.StatusOK, status, body)
	require.Contains(t, body, `weal_vault_index{of="chunks",role="vault"} 1`)
	for _, token := range []string{"", m[2] + "x"} {
		status, _ = seenAt(t, "http://"+m[1]+telemetry.PathMetrics, token)
		require.Equal(t, http.StatusUnauthorized, status)
	}
	status, _ = seenAt(t, "http://"+m[1]+"/weal/v1/admin/status", m[2])
	require.Equal(t, http.StatusUnauthorized, status, "who may read metrics may do nothing else")
	status, body = seenAt(t, "http://"+open+telemetry.PathMetrics, "")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, `role="vault"`)
	o = chain.run(t, "metrics")
	require.Zero(t, o.code, "without a page of its own the roles' are read: %s", o.err)

	chain.kill()
	await(t, "the vault to say that the chain is gone", func() bool {
		status, body = seenAt(t, "http://"+m[1]+telemetry.PathReady, "")
		return status == http.StatusServiceUnavailable
	})
	require.Contains(t, body, `"name":"chain","ok":false`)
	require.NotContains(t, body, chain.dir)
	var line struct{ Level, Msg, Route, Role string }
	for text := range strings.Lines(v.up.err.String()) {
		if strings.Contains(text, `"msg":"request"`) {
			require.NoError(t, json.Unmarshal([]byte(text), &line), text)
			break
		}
	}
	require.Equal(t, "vault", line.Role)
	require.NotEmpty(t, line.Route)
	await(t, "the log to say so", func() bool { return strings.Contains(v.up.err.String(), `"msg":"not ready"`) })
}

func TestLogFlagsAreChecked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for flag, want := range map[string]string{"--log-level=loud": "want debug, info, warn or error", "--log-format=xml": "want text or json"} {
		o := h.run(t, "status", flag)
		require.Equal(t, 2, o.code)
		require.Contains(t, o.err, want)
	}
}
