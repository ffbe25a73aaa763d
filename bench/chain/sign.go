package chain

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	ethtypes "github.com/ethereum/go-ethereum/core/types"

	evmtypes "github.com/cosmos/evm/x/vm/types"

	"cosmossdk.io/math"
	clienttx "github.com/cosmos/cosmos-sdk/client/tx"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"

	"github.com/weal-network/weal/app"
	"github.com/weal-network/weal/types"
)

const (
	// cosmosGas is the gas limit of transactions of messages; they use far less.
	cosmosGas = 3_000_000
	// gasPrice is twice the least.
	gasPrice = 2 * app.BaseFee
)

// Call is an EVM transaction. A nil To creates a contract.
type Call struct {
	To   *common.Address
	Data []byte
	// Gas is the limit. Of a limit, half at least is charged.
	Gas uint64
}

// EVM signs a call and returns the transaction. The account's nonce is used up.
func (c *Chain) EVM(from *Account, call Call) ([]byte, error) {
	signer := ethtypes.LatestSignerForChainID(big.NewInt(types.EVMChainID))
	signed, err := ethtypes.SignNewTx(from.ecdsa, signer, &ethtypes.DynamicFeeTx{
		ChainID: big.NewInt(types.EVMChainID), Nonce: from.nonce,
		GasTipCap: new(big.Int), GasFeeCap: big.NewInt(gasPrice), Gas: call.Gas, To: call.To, Data: call.Data,
	})
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	var msg evmtypes.MsgEthereumTx
	if err := msg.FromSignedEthereumTx(signed, signer); err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	cfg := c.app.TxConfig()
	built, err := msg.BuildTx(cfg.NewTxBuilder(), types.BaseDenom)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	from.nonce++
	return cfg.TxEncoder()(built)
}

// Cosmos signs a transaction of messages and returns it. The account's nonce is
// used up.
func (c *Chain) Cosmos(from *Account, msgs ...sdk.Msg) ([]byte, error) {
	return c.CosmosWithGas(from, cosmosGas, msgs...)
}

// CosmosWithGas is Cosmos with a gas limit of its own.
func (c *Chain) CosmosWithGas(from *Account, gas uint64, msgs ...sdk.Msg) ([]byte, error) {
	cfg := c.app.TxConfig()
	b := cfg.NewTxBuilder()
	if err := b.SetMsgs(msgs...); err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	b.SetGasLimit(gas)
	b.SetFeeAmount(sdk.NewCoins(sdk.NewCoin(types.BaseDenom, math.NewIntFromUint64(gas).MulRaw(gasPrice))))
	const mode = signing.SignMode_SIGN_MODE_DIRECT
	sig := signing.SignatureV2{
		PubKey: from.key.PubKey(), Sequence: from.nonce, Data: &signing.SingleSignatureData{SignMode: mode},
	}
	if err := b.SetSignatures(sig); err != nil { // the signed bytes hold key and sequence
		return nil, fmt.Errorf("sign: %w", err)
	}
	sig, err := clienttx.SignWithPrivKey(context.Background(), mode, authsigning.SignerData{
		ChainID: types.LocalChainID, AccountNumber: from.number, Sequence: from.nonce,
		PubKey: from.key.PubKey(), Address: from.String(),
	}, b, from.key, cfg, from.nonce)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	if err := b.SetSignatures(sig); err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	from.nonce++
	return cfg.TxEncoder()(b.GetTx())
}
