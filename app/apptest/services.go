package apptest

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/cosmos/gogoproto/proto"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	sdk "github.com/cosmos/cosmos-sdk/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"

	"github.com/weal-network/weal/types"
)

// handler serves one method: the request's bytes in, the answer out. The
// network's lock is held.
type handler func(n *Net, request []byte) (proto.Message, error)

// services are the methods that a node serves and an application alone does not.
var services = map[string]handler{
	"/cosmos.tx.v1beta1.Service/Simulate":                    (*Net).simulate,
	"/cosmos.tx.v1beta1.Service/BroadcastTx":                 (*Net).broadcast,
	"/cosmos.tx.v1beta1.Service/GetTx":                       (*Net).getTx,
	"/cosmos.base.tendermint.v1beta1.Service/GetLatestBlock": (*Net).latestBlock,
	"/cosmos.base.tendermint.v1beta1.Service/GetSyncing":     (*Net).syncing,
	"/cosmos.base.tendermint.v1beta1.Service/GetNodeInfo":    (*Net).nodeInfo,
}

// found is a transaction in a block.
type found struct {
	height int64
	time   string
	result *abci.ExecTxResult
}

// remember keeps a block's results for GetTx.
func (n *Net) remember(txs [][]byte, results []*abci.ExecTxResult) {
	for i, tx := range txs {
		n.results[txHash(tx)] = found{height: n.height, time: n.now.Format("2006-01-02T15:04:05Z"), result: results[i]}
	}
}

// txHash names a transaction: SHA-256 of its bytes, in upper-case hex.
func txHash(tx []byte) string {
	sum := sha256.Sum256(tx)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

func read(bz []byte, into proto.Message) error {
	if err := proto.Unmarshal(bz, into); err != nil {
		return status.Error(codes.InvalidArgument, err.Error())
	}
	return nil
}

func (n *Net) simulate(bz []byte) (proto.Message, error) {
	var req txtypes.SimulateRequest
	if err := read(bz, &req); err != nil {
		return nil, err
	}
	gas, res, err := n.main.app.Simulate(req.TxBytes)
	if err != nil {
		return nil, status.Errorf(codes.Unknown, "%v with gas used: '%d'", err, gas.GasUsed)
	}
	return &txtypes.SimulateResponse{GasInfo: &gas, Result: res}, nil
}

func (n *Net) broadcast(bz []byte) (proto.Message, error) {
	var req txtypes.BroadcastTxRequest
	if err := read(bz, &req); err != nil {
		return nil, err
	}
	check, err := n.main.app.CheckTx(&abci.RequestCheckTx{Tx: req.TxBytes, Type: abci.CheckTxType_New})
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	if check.Code == abci.CodeTypeOK {
		if _, err := n.deliver([][]byte{req.TxBytes}); err != nil {
			n.t.Errorf("block for a broadcast transaction: %v", err)
			return nil, status.Error(codes.Internal, err.Error())
		}
	}
	return &txtypes.BroadcastTxResponse{TxResponse: &sdk.TxResponse{
		TxHash: txHash(req.TxBytes), Codespace: check.Codespace, Code: check.Code, RawLog: check.Log,
	}}, nil
}

func (n *Net) getTx(bz []byte) (proto.Message, error) {
	var req txtypes.GetTxRequest
	if err := read(bz, &req); err != nil {
		return nil, err
	}
	f, ok := n.results[strings.ToUpper(req.Hash)]
	if !ok {
		return nil, status.Errorf(codes.NotFound, "tx not found: %s", req.Hash)
	}
	return &txtypes.GetTxResponse{TxResponse: &sdk.TxResponse{
		Height: f.height, TxHash: strings.ToUpper(req.Hash), Timestamp: f.time,
		Codespace: f.result.Codespace, Code: f.result.Code, RawLog: f.result.Log,
		Data:    strings.ToUpper(hex.EncodeToString(f.result.Data)),
		GasUsed: f.result.GasUsed, GasWanted: f.result.GasWanted, Events: f.result.Events,
	}}, nil
}

func (n *Net) latestBlock([]byte) (proto.Message, error) {
	return &cmtservice.GetLatestBlockResponse{
		BlockId: &cmtproto.BlockID{},
		SdkBlock: &cmtservice.Block{Header: cmtservice.Header{
			ChainID: types.LocalChainID, Height: n.height, Time: n.now, AppHash: n.main.app.LastCommitID().Hash,
		}},
	}, nil
}

func (n *Net) syncing([]byte) (proto.Message, error) { return &cmtservice.GetSyncingResponse{}, nil }

func (n *Net) nodeInfo([]byte) (proto.Message, error) {
	return &cmtservice.GetNodeInfoResponse{
		ApplicationVersion: &cmtservice.VersionInfo{AppName: n.main.app.Name(), Version: n.main.app.Version()},
	}, nil
}
