package node_test

import (
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/node"
)

func TestValidatorsAgree(t *testing.T) {
	p := newPerson(t)
	network := node.Network{
		Dir: t.TempDir(), Validators: 3, PortsFrom: freeRange(t, 30), BlockTime: 100 * time.Millisecond,
		Accounts: []node.Account{{Address: p.addr.Hex(), Balance: node.TestBalance()}},
	}
	homes, err := node.InitNetwork(network)
	require.NoError(t, err)
	require.Len(t, homes, 3)
	_, err = node.InitNetwork(network)
	require.ErrorIs(t, err, node.ErrChainExists)

	var nodes []*node.Node
	for i := range network.Validators {
		nodes = append(nodes, start(t, network.Config(i)))
	}
	await(t, nodes[0], 1)

	// What one node takes, another proposes, and the third knows.
	to := common.HexToAddress("0x00000000000000000000000000000000deadbeef")
	receipt := send(t, dial(t, home.URL(network.Config(0).Ports.JSONRPC)), p, &to, 9, nil)
	require.Equal(t, ethtypes.ReceiptStatusSuccessful, receipt.Status)
	await(t, nodes[2], receipt.BlockNumber.Int64()+1)
	got, err := dial(t, home.URL(network.Config(2).Ports.JSONRPC)).BalanceAt(t.Context(), to, nil)
	require.NoError(t, err)
	require.Equal(t, int64(9), got.Int64())
}
