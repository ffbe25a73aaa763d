package ledger

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	evmcodec "github.com/cosmos/evm/encoding/codec"
	feemarkettypes "github.com/cosmos/evm/x/feemarket/types"
	evmtypes "github.com/cosmos/evm/x/vm/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/ethereum/go-ethereum/common"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/tx/signing"

	"github.com/weal-network/weal/types"
	assettypes "github.com/weal-network/weal/x/asset/types"
	jobtypes "github.com/weal-network/weal/x/job/types"
	tabtypes "github.com/weal-network/weal/x/tab/types"
)

// freshFor is how old what is told of a lane or an asset may be.
const freshFor = time.Second

// aheadTime bounds how long an answer that nobody waits for may take.
const aheadTime = 5 * time.Second

// aged is an answer and when it was asked for.
type aged[T any] struct {
	value T
	read  time.Time
}

type versionKey struct {
	asset   types.AssetID
	version uint32
}

// Ledger is a chain over a gRPC connection. It is safe for concurrent use.
type Ledger struct {
	chainID  string
	registry codectypes.InterfaceRegistry
	txs      client.TxConfig

	assets    assettypes.QueryClient
	market    assettypes.MarketQueryClient
	councils  assettypes.CouncilQueryClient
	added     assettypes.ContributionQueryClient
	tabs      tabtypes.QueryClient
	jobs      jobtypes.QueryClient
	auth      authtypes.QueryClient
	bank      banktypes.QueryClient
	evm       evmtypes.QueryClient
	feemarket feemarkettypes.QueryClient
	tx        txtypes.ServiceClient
	comet     cmtservice.ServiceClient

	mu       sync.Mutex
	known    map[types.AssetID]aged[types.Asset]
	lanes    map[types.LaneRef]aged[types.Lane]
	versions map[versionKey]types.Version
	senders  map[common.Address]*Sender
	// What was told of an asset, or of a tab's lanes, before it was forgotten counts no
	// more, even if it comes later.
	forgotten     map[types.AssetID]time.Time
	forgottenTabs map[types.TabID]time.Time
	// asking is what is being asked for that nobody waits for.
	asking map[any]bool
}

// ahead has ask asked beside what goes on, if an answer about key that was just given
// is no longer new: so who asks about it often never waits.
func (l *Ledger) ahead(age time.Duration, key any, ask func(context.Context)) {
	if age < freshFor/2 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.asking[key] {
		return
	}
	l.asking[key] = true
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), aheadTime)
		defer cancel()
		ask(ctx)
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.asking, key)
	}()
}

// New returns the chain with the id chainID that conn leads to.
func New(conn grpc.ClientConnInterface, chainID string) (*Ledger, error) {
	registry, err := newRegistry()
	if err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	cdc := codec.NewProtoCodec(registry)
	c := sdkConn{conn, cdc.GRPCCodec()}
	return &Ledger{
		chainID: chainID, registry: registry, txs: authtx.NewTxConfig(cdc, authtx.DefaultSignModes),
		assets: assettypes.NewQueryClient(c), market: assettypes.NewMarketQueryClient(c),
		councils: assettypes.NewCouncilQueryClient(c), added: assettypes.NewContributionQueryClient(c), tabs: tabtypes.NewQueryClient(c), jobs: jobtypes.NewQueryClient(c),
		auth: authtypes.NewQueryClient(c), bank: banktypes.NewQueryClient(c),
		evm: evmtypes.NewQueryClient(c), feemarket: feemarkettypes.NewQueryClient(c),
		tx: txtypes.NewServiceClient(c), comet: cmtservice.NewServiceClient(c),
		known: map[types.AssetID]aged[types.Asset]{}, lanes: map[types.LaneRef]aged[types.Lane]{},
		versions: map[versionKey]types.Version{}, senders: map[common.Address]*Sender{},
		forgotten: map[types.AssetID]time.Time{}, forgottenTabs: map[types.TabID]time.Time{}, asking: map[any]bool{},
	}, nil
}

// newRegistry knows the messages that a role sends and reads.
func newRegistry() (codectypes.InterfaceRegistry, error) {
	registry, err := codectypes.NewInterfaceRegistryWithOptions(codectypes.InterfaceRegistryOptions{
		ProtoFiles: proto.HybridResolver,
		SigningOptions: signing.Options{
			AddressCodec: addresses, ValidatorAddressCodec: addresses,
			CustomGetSigners: map[protoreflect.FullName]signing.GetSignersFunc{
				evmtypes.MsgEthereumTxCustomGetSigner.MsgType: evmtypes.MsgEthereumTxCustomGetSigner.Fn,
			},
		},
	})
	if err != nil {
		return nil, err
	}
	for _, register := range []func(codectypes.InterfaceRegistry){
		evmcodec.RegisterInterfaces, evmtypes.RegisterInterfaces, authtypes.RegisterInterfaces,
		banktypes.RegisterInterfaces, tabtypes.RegisterInterfaces, assettypes.RegisterInterfaces, jobtypes.RegisterInterfaces,
	} {
		register(registry)
	}
	return registry, nil
}

// sdkConn makes calls with the SDK's codec: gRPC's own does not know the custom
// types of the SDK's messages.
type sdkConn struct {
	grpc.ClientConnInterface
	codec encoding.Codec
}

// Invoke implements grpc.ClientConnInterface.
func (c sdkConn) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	return c.ClientConnInterface.Invoke(ctx, method, args, reply, append(opts, grpc.ForceCodec(c.codec))...)
}

// ChainIDOf asks a node which chain it is of.
func ChainIDOf(ctx context.Context, conn grpc.ClientConnInterface) (string, error) {
	res, err := cmtservice.NewServiceClient(conn).GetLatestBlock(ctx, &cmtservice.GetLatestBlockRequest{})
	if err == nil && res.SdkBlock == nil {
		err = errors.New("the chain has no block yet")
	}
	if err != nil {
		return "", failed("read chain id", err)
	}
	return res.SdkBlock.Header.ChainID, nil
}

// ChainID returns the Cosmos chain id.
func (l *Ledger) ChainID() string { return l.chainID }

// Height returns the height of the chain's last block, and an error if the node
// is one of another chain.
func (l *Ledger) Height(ctx context.Context) (int64, error) {
	height, _, err := l.Latest(ctx)
	return height, err
}

// missing says that something does not exist. It wraps types.ErrNotFound.
type missing struct{ text string }

// Error implements error.
func (m missing) Error() string { return m.text }

// Unwrap returns types.ErrNotFound.
func (m missing) Unwrap() error { return types.ErrNotFound }

// missingNamed is what the chain says of what it names: "share 9: share not found".
var missingNamed = regexp.MustCompile(`^(\w+ [^:]+): \w+ not found$`)

// failed says what a call was for and why it failed, in the chain's words and
// without gRPC's. What does not exist wraps types.ErrNotFound.
func failed(what string, err error) error {
	s, ok := status.FromError(err)
	switch {
	case !ok:
		return fmt.Errorf("%s: %w", what, err)
	case s.Code() == codes.NotFound:
		if named := missingNamed.FindStringSubmatch(s.Message()); named != nil {
			return missing{named[1] + ": not found"}
		}
		return fmt.Errorf("%s: %w", what, missing{s.Message()})
	case s.Code() == codes.Canceled || s.Code() == codes.DeadlineExceeded:
		return fmt.Errorf("%s: %w", what, err)
	}
	return fmt.Errorf("%s: %s", what, s.Message())
}

// Balance returns what an account, named in either form, has of a denomination.
func (l *Ledger) Balance(ctx context.Context, address, denom string) (types.Amount, error) {
	a, err := ParseAddress(address)
	if err != nil {
		return types.Amount{}, err
	}
	res, err := l.bank.Balance(ctx, &banktypes.QueryBalanceRequest{Address: Bech32(a), Denom: denom})
	if err != nil {
		return types.Amount{}, failed("read balance of "+address, err)
	}
	return types.AmountFromBig(res.Balance.Amount.BigInt())
}
