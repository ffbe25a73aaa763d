package apptest

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	"github.com/stretchr/testify/require"

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
	// txGas is the gas limit of transactions that name none.
	txGas = 3_000_000
	// gasPrice is ten times the least, so that a fee market that rises under a
	// test's load does not refuse its transactions.
	gasPrice = 10 * app.BaseFee
)

// EVMTx is an EVM transaction. A nil To creates a contract.
type EVMTx struct {
	To    *common.Address
	Data  []byte
	Value *big.Int
	// Gas is the limit; 3,000,000 if zero.
	Gas uint64
}

// EVM signs tx as from and returns its bytes. Several transactions of one
// account, signed between two blocks, take consecutive nonces.
func (n *Net) EVM(from Account, tx EVMTx) []byte {
	n.t.Helper()
	if tx.Gas == 0 {
		tx.Gas = txGas
	}
	signer := ethtypes.LatestSignerForChainID(big.NewInt(types.EVMChainID))
	signed, err := ethtypes.SignNewTx(from.ECDSA(), signer, &ethtypes.DynamicFeeTx{
		ChainID: big.NewInt(types.EVMChainID), Nonce: n.sequence(from),
		GasTipCap: new(big.Int), GasFeeCap: big.NewInt(gasPrice), Gas: tx.Gas,
		To: tx.To, Value: tx.Value, Data: tx.Data,
	})
	require.NoError(n.t, err)
	return n.Wrap(signed)
}

// Wrap puts a signed EVM transaction into the envelope that blocks carry.
func (n *Net) Wrap(tx *ethtypes.Transaction) []byte {
	n.t.Helper()
	var msg evmtypes.MsgEthereumTx
	require.NoError(n.t, msg.FromSignedEthereumTx(tx, ethtypes.LatestSignerForChainID(tx.ChainId())))
	cfg := n.main.app.TxConfig()
	built, err := msg.BuildTx(cfg.NewTxBuilder(), types.BaseDenom)
	require.NoError(n.t, err)
	bz, err := cfg.TxEncoder()(built)
	require.NoError(n.t, err)
	return bz
}

// Cosmos signs a transaction of msgs as from and returns its bytes.
func (n *Net) Cosmos(from Account, msgs ...sdk.Msg) []byte {
	n.t.Helper()
	cfg, seq := n.main.app.TxConfig(), n.sequence(from)
	b := cfg.NewTxBuilder()
	require.NoError(n.t, b.SetMsgs(msgs...))
	b.SetGasLimit(txGas)
	b.SetFeeAmount(sdk.NewCoins(sdk.NewCoin(types.BaseDenom, math.NewInt(txGas*gasPrice))))
	acc := n.main.app.AccountKeeper.GetAccount(n.Context(), from.Cosmos())
	require.NotNil(n.t, acc, "account %s does not exist", from)

	sig := signing.SignatureV2{
		PubKey: from.Key.PubKey(), Sequence: seq,
		Data: &signing.SingleSignatureData{SignMode: signing.SignMode_SIGN_MODE_DIRECT},
	}
	require.NoError(n.t, b.SetSignatures(sig)) // the signed bytes hold key and sequence
	sig, err := clienttx.SignWithPrivKey(n.t.Context(), signing.SignMode_SIGN_MODE_DIRECT, authsigning.SignerData{
		ChainID: types.LocalChainID, AccountNumber: acc.GetAccountNumber(), Sequence: seq,
		PubKey: from.Key.PubKey(), Address: from.String(),
	}, b, from.Key, cfg, seq)
	require.NoError(n.t, err)
	require.NoError(n.t, b.SetSignatures(sig))
	bz, err := cfg.TxEncoder()(b.GetTx())
	require.NoError(n.t, err)
	return bz
}

// sequence returns the account's next nonce and takes it.
func (n *Net) sequence(a Account) uint64 {
	n.t.Helper()
	ctx := n.Context()
	n.mu.Lock()
	defer n.mu.Unlock()
	key := string(a.Cosmos())
	next, ok := n.sequences[key]
	if acc := n.main.app.AccountKeeper.GetAccount(ctx, a.Cosmos()); !ok && acc != nil {
		next = acc.GetSequence()
	}
	n.sequences[key] = next + 1
	return next
}
