package gateway_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/model/modeltest"
	"github.com/weal-network/weal/vault/seal"
)

// TestExactAnswerIsKeptSealed: what was answered for a transfer is given again, and is
// not plain in the gateway's database; one that an earlier version kept still is given.
func TestExactAnswerIsKeptSealed(t *testing.T) {
	s := newShop(t)
	o := s.offer(wholeBody)
	p := s.permit(o, nil)
	first := readWhole(t, s.pay(wholeBody, o, p))
	var id, answer []byte
	var kind string
	require.NoError(t, s.db.QueryRow(`SELECT id, kind, answer FROM gateway_exact`).Scan(&id, &kind, &answer))
	require.NotContains(t, string(answer), "voucher")
	require.Equal(t, first, readWhole(t, s.pay(wholeBody, o, p)))

	box, err := seal.Answers("gateway", modeltest.Key("asset", uint64(appID)).Seed())
	require.NoError(t, err)
	plain, err := box.Open(answer, id)
	require.NoError(t, err)
	require.Contains(t, string(plain), "voucher", "the search would find nothing")
	_, err = s.db.Exec(`UPDATE gateway_exact SET kind = 'application/json', answer = ?`, plain)
	require.NoError(t, err)
	require.Equal(t, first, readWhole(t, s.pay(wholeBody, o, p)))
	require.Len(t, s.prompts, 1)
}
