package local

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/purse"
)

// TestReceiptTellsWhenItCame: times of ours are RFC 3339, what was signed is as signed.
func TestReceiptTellsWhenItCame(t *testing.T) {
	k := purse.Kept{Kept: 1_800_000_000_123}
	k.Policy, k.Time = pay.PolicyAudit, 1_700_000_000_456
	b, err := json.Marshal(newReceipt(k))
	require.NoError(t, err)
	require.Contains(t, string(b), `"kept":"2027-01-15T08:00:00Z"`)
	require.Contains(t, string(b), `"time":1700000000456`)
	require.Equal(t, 1, strings.Count(string(b), `"kept"`))
}
