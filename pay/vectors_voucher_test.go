package pay_test

import (
	"crypto/ed25519"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

type voucherCase struct {
	verdict
	Key     types.Hash   `json:"key"`
	Signed  hexBytes     `json:"signed"` // the 248 bytes
	Chain   string       `json:"chain_id,omitempty"`
	Voucher *pay.Voucher `json:"voucher,omitempty"` // what they say
	Text    string       `json:"text,omitempty"`
}

func (c voucherCase) check(t *testing.T) {
	s, err := pay.ParseSignedVoucher(c.Signed)
	if err == nil {
		err = s.Verify(c.Key)
	}
	c.require(t, err)
	if c.Voucher == nil {
		return
	}
	require.Equal(t, *c.Voucher, s.Voucher, c.Name)
	require.Equal(t, pay.ChainHash(c.Chain), s.Chain, c.Name)
	require.Equal(t, []byte(c.Signed), s.Bytes(), c.Name)
	text, err := s.MarshalText()
	require.NoError(t, err)
	require.Equal(t, c.Text, string(text), c.Name)
}

func makeVouchers(t *testing.T) vectorFile[voucherCase] {
	f := vectorFile[voucherCase]{About: "Signed vouchers: 184 bytes of voucher, 64 of signature over the tag weal/voucher/1 and the voucher. Their text is base64url without padding."}
	key := seededKey("lane key")
	pub := pay.PublicKey(key)
	add := func(v verdict, signed []byte) {
		f.Cases = append(f.Cases, voucherCase{verdict: v, Key: pub, Signed: signed})
	}
	full := pay.Voucher{
		Chain: pay.ChainHash("weal-1"), Lane: types.LaneRef{Tab: 7, Epoch: 2, Lane: 3}, Seq: 41,
		Total: amount(t, "1500000000000000000000"), Ceiling: types.NewAmount(900),
		Split: seeded("split"), Ticks: seeded("ticks"), Receipts: seeded("receipts"),
	}
	largest := full
	largest.Lane = types.LaneRef{Tab: 1<<64 - 1, Epoch: 1<<32 - 1, Lane: 1<<32 - 1}
	largest.Seq, largest.Total, largest.Ceiling = 1<<64-1, amount(t, most), amount(t, most)
	for _, v := range []struct {
		name string
		v    pay.Voucher
	}{{"full", full}, {"no leaves and no ticks", pay.Voucher{Chain: full.Chain, Lane: full.Lane, Seq: 1}}, {"largest numbers", largest}} {
		s := pay.Sign(v.v, key)
		text, err := s.MarshalText()
		require.NoError(t, err)
		chain, voucher := "weal-1", v.v
		f.Cases = append(f.Cases, voucherCase{good(v.name), pub, s.Bytes(), chain, &voucher, string(text)})
	}
	b := pay.Sign(full, key).Bytes()
	add(bad("empty", "encoding"), nil)
	add(bad("truncated by a byte", "encoding"), b[:len(b)-1])
	add(bad("a byte too long", "encoding"), append(append([]byte{}, b...), 0))
	for _, at := range []struct {
		field  string
		offset int
	}{
		{"chain", 0}, {"tab", 32}, {"epoch", 40}, {"lane", 44}, {"seq", 48}, {"total", 56}, {"ceiling", 72},
		{"split", 88}, {"ticks", 120}, {"receipts", 152}, {"R", 184}, {"scalar", 216},
	} {
		add(bad("changed "+at.field, "signature"), changed(b, at.offset))
	}
	add(bad("another lane's key", "signature"), pay.Sign(full, seededKey("other lane key")).Bytes())
	for _, tag := range []string{"", "weal/voucher/2", "weal/voucher/", "Weal/voucher/1", "weal/receipts/1", "weal/leaf/1", "weal/root/1"} {
		sig := ed25519.Sign(key, append([]byte(tag), full.Bytes()...))
		add(bad("wrong domain "+tag, "signature"), append(full.Bytes(), sig...))
	}
	add(bad("scalar raised by the group's order", "signature"), append(full.Bytes(), raised(b[184:])...))
	return f
}
