package operator_test

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	mathrand "math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/node"
	"github.com/weal-network/weal/operator"
	"github.com/weal-network/weal/operator/link"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
)

// childEnv, if set, makes this test binary an operator that runs until it is killed.
const childEnv = "WEAL_TEST_OPERATOR"

// childSpec is what childEnv holds.
type childSpec struct {
	Node   string
	DB     string
	Signed string // the file to which all is written that is signed
	Secret string
	Asset  types.AssetID
}

func TestMain(m *testing.M) {
	text := os.Getenv(childEnv)
	if text == "" {
		os.Exit(m.Run())
	}
	_, _ = os.Stderr.WriteString(runChild(text).Error())
	os.Exit(1)
}

// runChild answers each request differently every time it is asked, so that a request
// that is answered twice shows.
func runChild(text string) error {
	var s childSpec
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return err
	}
	conn, err := grpc.NewClient(s.Node, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	l, err := ledger.New(conn, types.LocalChainID)
	if err != nil {
		return err
	}
	secret, err := hex.DecodeString(s.Secret)
	if err != nil {
		return err
	}
	sender, err := l.Sender([32]byte(secret))
	if err != nil {
		return err
	}
	db, err := keep.Open(s.DB)
	if err != nil {
		return err
	}
	o, err := operator.Open(context.Background(), operator.Config{
		ChainID: types.LocalChainID, Chain: link.Chain{Ledger: l}, DB: db, Poll: 20 * time.Millisecond,
		Account: recorded{link.Account{Ledger: l, Sender: sender}, s.Signed},
		Assets:  []operator.Asset{{ID: s.Asset, Key: key, Worker: fickle{}}},
	})
	if err != nil {
		return err
	}
	return o.Run(context.Background())
}

// fickle is a worker that never says the same twice.
type fickle struct{}

func (fickle) Answer(ctx context.Context, q operator.Question) (string, error) {
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case <-time.After(time.Duration(mathrand.IntN(60)) * time.Millisecond):
	}
	return fmt.Sprintf("%d %s", q.Request, rand.Text()), nil
}

// recorded is an account that writes down each answer that it signs a delivery of.
type recorded struct {
	operator.Account
	path string
}

func (a recorded) Sign(ctx context.Context, nonce uint64, d operator.Delivery) (operator.Transaction, error) {
	f, err := os.OpenFile(a.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return operator.Transaction{}, err
	}
	if _, err := f.WriteString(string(d.Answer.Data) + "\n"); err != nil {
		return operator.Transaction{}, err
	}
	if err := f.Close(); err != nil {
		return operator.Transaction{}, err
	}
	return a.Account.Sign(ctx, nonce, d)
}

// street is a chain at work, in this process.
type street struct {
	t      *testing.T
	ports  node.Ports
	ledger *ledger.Ledger
	askers []*ledger.Sender
	asset  types.AssetID
	spec   string
	signed string
}

// askers are the accounts that ask, all at once.
var askers = []string{"asker 1", "asker 2", "asker 3", "asker 4"}

// secretOf makes the key of an account.
func secretOf(name string) [32]byte { return [32]byte([]byte(fmt.Sprintf("%-32s", name))) }

func newStreet(t *testing.T) *street {
	t.Helper()
	s := &street{t: t, ports: freePorts(t)}
	cfg := node.Config{Home: t.TempDir(), Ports: s.ports, BlockTime: 300 * time.Millisecond}
	coins, err := types.AmountFromBig(new(big.Int).Mul(big.NewInt(1000), big.NewInt(1e18)))
	require.NoError(t, err)
	for _, name := range append([]string{"owner", "worker"}, askers...) {
		address, err := ledger.Address(secretOf(name))
		require.NoError(t, err)
		cfg.Accounts = append(cfg.Accounts, node.Account{Address: address, Balance: coins})
	}
	require.NoError(t, node.Init(cfg))
	n, err := node.Start(context.WithoutCancel(t.Context()), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, n.Stop()) })
	require.NoError(t, n.AwaitHeight(t.Context(), 2))
	s.ledger, err = ledger.New(n.Conn(), types.LocalChainID)
	require.NoError(t, err)
	owner, err := s.ledger.Sender(secretOf("owner"))
	require.NoError(t, err)
	for _, name := range askers {
		asker, err := s.ledger.Sender(secretOf(name))
		require.NoError(t, err)
		s.askers = append(s.askers, asker)
	}
	worker, err := s.ledger.Sender(secretOf("worker"))
	require.NoError(t, err)
	s.asset, _, err = owner.Register(t.Context(), ledger.Registration{
		Kind: types.KindModel, Manifest: types.Hash{1}, ManifestURI: "https://example.org/m", Key: pay.PublicKey(key),
		Denoms: []string{types.BaseDenom}, Prices: []types.Price{{Unit: types.PerUse, Denom: types.BaseDenom, Amount: price}},
	})
	require.NoError(t, err)
	require.NoError(t, owner.Authorise(t.Context(), s.asset, common.HexToAddress(worker.Address()), 1000))
	bond, err := types.ParseAmount("1000000000000000000")
	require.NoError(t, err)
	require.NoError(t, worker.Bond(t.Context(), s.asset, bond))
	secret := secretOf("worker")
	s.signed = filepath.Join(t.TempDir(), "signed")
	text, err := json.Marshal(childSpec{Signed: s.signed,
		Node: home.Loopback(s.ports.GRPC), DB: filepath.Join(t.TempDir(), "operator.db"), Secret: hex.EncodeToString(secret[:]), Asset: s.asset,
	})
	require.NoError(t, err)
	s.spec = string(text)
	return s
}

// freePorts returns ports that nobody uses.
func freePorts(t *testing.T) (p node.Ports) {
	t.Helper()
	for _, port := range []*int{&p.P2P, &p.RPC, &p.REST, &p.GRPC, &p.JSONRPC, &p.WS} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer func() { require.NoError(t, l.Close()) }()
		*port = l.Addr().(*net.TCPAddr).Port
	}
	return p
}

// operator starts the operator as a process of its own.
func (s *street) operator() *exec.Cmd {
	s.t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childEnv+"="+s.spec)
	child.Stderr = os.Stderr
	require.NoError(s.t, child.Start())
	s.t.Cleanup(func() { _ = child.Process.Kill() }) // fails if it is dead already
	return child
}

// TestKills kills an operator at random moments while it is asked. In the end every
// request is answered, by one answer, and no other was ever signed.
func TestKills(t *testing.T) {
	const requests, kills = 60, 10
	s := newStreet(t)
	ids := make(chan uint64, requests)
	var asking sync.WaitGroup
	for _, asker := range s.askers {
		asking.Go(func() {
			for i := range requests / len(s.askers) {
				id, err := asker.Ask(t.Context(), ledger.Ask{Asset: s.asset, Input: fmt.Append(nil, "question ", i), MaxFee: price}, price)
				if err != nil {
					t.Errorf("ask: %v", err)
					return
				}
				ids <- id
			}
		})
	}
	go func() { asking.Wait(); close(ids) }()
	for range kills {
		child := s.operator()
		time.Sleep(time.Duration(150+mathrand.IntN(700)) * time.Millisecond) // the moment is what is tried
		require.NoError(t, child.Process.Kill())
		require.Error(t, child.Wait())
	}
	s.operator()
	last := map[uint64]string{}
	for id := range ids {
		deadline := time.Now().Add(patience)
		for {
			r, err := s.ledger.Request(t.Context(), id)
			require.NoError(t, err)
			if r.State == "answered" {
				require.True(t, strings.HasPrefix(string(r.Answer.Data), fmt.Sprintf("%d ", id)))
				last[id] = string(r.Answer.Data)
				break
			}
			require.Equal(t, "open", r.State)
			require.True(t, time.Now().Before(deadline), "request %d is not answered", id)
			time.Sleep(20 * time.Millisecond) // between two looks
		}
	}
	require.Len(t, last, requests)
	sent, failed := s.deliveries()
	for id, answers := range sent {
		require.Equal(t, []string{last[id]}, answers, "request %d", id)
	}
	require.Len(t, sent, requests)
	signed, err := os.ReadFile(s.signed)
	require.NoError(t, err)
	for _, answer := range strings.Split(strings.TrimSpace(string(signed)), "\n") {
		var id uint64
		_, err := fmt.Sscan(answer, &id)
		require.NoError(t, err)
		require.Equal(t, last[id], answer, "another answer of request %d was signed", id)
	}
	t.Logf("%d deliveries failed in their block", failed)
}

// deliveries returns all answers that transactions brought for each request, whether
// they succeeded or not, and how many did not.
func (s *street) deliveries() (answers map[uint64][]string, failed int) {
	s.t.Helper()
	eth, err := ethclient.Dial(home.URL(s.ports.JSONRPC))
	require.NoError(s.t, err)
	defer eth.Close()
	head, err := eth.BlockNumber(s.t.Context())
	require.NoError(s.t, err)
	answers = map[uint64][]string{}
	method, err := solidity.Jobs.Pack("deliver(uint256,bytes,bytes)", big.NewInt(0), []byte{}, []byte{})
	require.NoError(s.t, err)
	for h := uint64(1); h <= head; h++ {
		block, err := eth.BlockByNumber(s.t.Context(), new(big.Int).SetUint64(h))
		require.NoError(s.t, err)
		for _, tx := range block.Transactions() {
			if len(tx.Data()) < 4 || string(tx.Data()[:4]) != string(method[:4]) {
				continue
			}
			m, err := solidity.Jobs.ABI.MethodById(method[:4])
			require.NoError(s.t, err)
			args, err := m.Inputs.Unpack(tx.Data()[4:])
			require.NoError(s.t, err)
			id, answer := args[0].(*big.Int).Uint64(), string(args[1].([]byte))
			answers[id] = append(answers[id], answer)
			r, err := eth.TransactionReceipt(s.t.Context(), tx.Hash())
			require.NoError(s.t, err)
			if r.Status == 0 {
				failed++
			}
		}
	}
	return answers, failed
}
