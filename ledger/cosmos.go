package ledger

import (
	"context"
	"encoding/hex"
	"fmt"

	"github.com/cosmos/gogoproto/proto"
	"google.golang.org/grpc/status"

	"cosmossdk.io/math"
	"github.com/cosmos/cosmos-sdk/client"
	clienttx "github.com/cosmos/cosmos-sdk/client/tx"
	sdk "github.com/cosmos/cosmos-sdk/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"

	"github.com/weal-network/weal/types"
)

// sendMsgs sends Cosmos messages in one transaction and decodes the response of
// the first into response, which may be nil.
func (s *Sender) sendMsgs(ctx context.Context, response proto.Message, msgs ...sdk.Msg) error {
	r, err := s.send(ctx, func(ctx context.Context) ([]byte, error) { return s.signMsgs(ctx, msgs) })
	if err != nil || response == nil {
		return err
	}
	var data sdk.TxMsgData
	if err := proto.Unmarshal(r.data, &data); err != nil {
		return fmt.Errorf("read response of %s: %w", r.hash, err)
	}
	if len(data.MsgResponses) == 0 {
		return fmt.Errorf("read response of %s: it is empty", r.hash)
	}
	return proto.Unmarshal(data.MsgResponses[0].Value, response)
}

// signMsgs estimates the gas that msgs need and signs them with the next nonce.
func (s *Sender) signMsgs(ctx context.Context, msgs []sdk.Msg) ([]byte, error) {
	b := s.l.txs.NewTxBuilder()
	if err := b.SetMsgs(msgs...); err != nil {
		return nil, fmt.Errorf("build transaction: %w", err)
	}
	unsigned := signing.SignatureV2{
		PubKey: s.key.PubKey(), Sequence: s.nonce,
		Data: &signing.SingleSignatureData{SignMode: signing.SignMode_SIGN_MODE_DIRECT},
	}
	if err := b.SetSignatures(unsigned); err != nil {
		return nil, fmt.Errorf("build transaction: %w", err)
	}
	gas, err := s.l.simulate(ctx, b)
	if err != nil {
		return nil, err
	}
	price, err := s.l.gasPrice(ctx)
	if err != nil {
		return nil, err
	}
	b.SetGasLimit(gas)
	b.SetFeeAmount(sdk.NewCoins(sdk.NewCoin(types.BaseDenom, math.NewIntFromBigInt(price).Mul(math.NewIntFromUint64(gas)))))
	signed, err := clienttx.SignWithPrivKey(ctx, signing.SignMode_SIGN_MODE_DIRECT, authsigning.SignerData{
		ChainID: s.l.chainID, AccountNumber: s.number, Sequence: s.nonce,
		PubKey: s.key.PubKey(), Address: Bech32(s.address),
	}, b, s.key, s.l.txs, s.nonce)
	if err != nil {
		return nil, fmt.Errorf("sign transaction: %w", err)
	}
	if err := b.SetSignatures(signed); err != nil {
		return nil, fmt.Errorf("sign transaction: %w", err)
	}
	return s.l.txs.TxEncoder()(b.GetTx())
}

// simulate returns a gas limit for the transaction: what it used when simulated
// without a fee, and half as much again.
func (l *Ledger) simulate(ctx context.Context, b client.TxBuilder) (uint64, error) {
	tx, err := l.txs.TxEncoder()(b.GetTx())
	if err != nil {
		return 0, fmt.Errorf("build transaction: %w", err)
	}
	res, err := l.tx.Simulate(ctx, &txtypes.SimulateRequest{TxBytes: tx})
	if err != nil {
		return 0, chainError(status.Convert(err).Message())
	}
	const signature = 60_000 // the simulation checks none, and advances no fee
	return res.GasInfo.GasUsed*3/2 + signature, nil
}

func decodeHex(s string) ([]byte, error) {
	b, err := hex.DecodeString(s)
	if err != nil {
		return nil, fmt.Errorf("read result: %w", err)
	}
	return b, nil
}
