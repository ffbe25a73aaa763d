package oracle

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

// usePrice is what a use of the model costs, in WEAL, and coins what the asker has.
const (
	usePrice = "0.001"
	coins    = "100"
)

// bench is a home at work.
type bench struct {
	cfg    Config
	dir    string
	client *local.Client
	asker  *asker
	asset  types.AssetID
}

// Run starts a home with an operator, has a contract ask, and kills the operator
// meanwhile.
func Run(ctx context.Context, cfg Config) (f Figures, err error) {
	cfg = cfg.orDefaults()
	if err := cfg.check(); err != nil {
		return f, fmt.Errorf("measure requests: %w", err)
	}
	dir, err := os.MkdirTemp("", "weal-bench-oracle-")
	if err != nil {
		return f, fmt.Errorf("measure requests: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b := &bench{cfg: cfg, dir: filepath.Join(dir, "home")}
	cfg.Progress("starting a home", 0, 1)
	up, err := b.up(ctx)
	if err != nil {
		return f, fmt.Errorf("measure requests: %w", err)
	}
	defer func() { err = errors.Join(err, up.stop()) }()
	if f, err = b.measure(ctx); err != nil {
		return f, fmt.Errorf("measure requests: %w", err)
	}
	f.Method = cfg.method()
	return f, nil
}

// up starts the home on ports that nobody uses.
func (b *bench) up(ctx context.Context) (*process, error) {
	for range 100 {
		first := 10_000 + rand.IntN(20_000)
		if home.PortsFrom(first).Check() == nil {
			return b.start(ctx, "up", "--home", b.dir, "--ports-from", strconv.Itoa(first))
		}
	}
	return nil, errors.New("there are no free ports in a row")
}

func (b *bench) measure(ctx context.Context) (f Figures, err error) {
	if b.client, err = local.Connect(ctx, b.dir, slog.New(slog.DiscardHandler)); err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, b.client.Close()) }()
	b.asset = b.client.Running.Roles[local.RoleModel].Asset
	if err := b.prepare(ctx); err != nil {
		return f, err
	}
	defer b.asker.eth.Close()
	k := &killer{b: b}
	if err := k.begin(ctx); err != nil {
		return f, err
	}
	account, err := b.operatorNonce(ctx)
	if err != nil {
		return f, err
	}
	began := time.Now()
	ids, err := b.askAll(ctx, k)
	if err == nil {
		err = b.await(ctx, ids)
	}
	if err = errors.Join(err, k.end()); err != nil {
		return f, err
	}
	f.Seconds = time.Since(began).Seconds()
	f.Kills = k.kills
	after, err := b.operatorNonce(ctx)
	if err != nil {
		return f, err
	}
	f.Deliveries = int(after - account)
	return f, b.count(ctx, ids, &f)
}

// prepare gives the model a price for a use, and makes the asker and its contract.
func (b *bench) prepare(ctx context.Context) error {
	price, err := types.ParseCoin(usePrice)
	if err != nil {
		return err
	}
	_, err = b.client.SetTerms(ctx, b.asset, "", func(a *types.Asset) error {
		a.Prices = append(a.Prices, types.Price{Unit: types.PerUse, Denom: types.BaseDenom, Amount: price.Amount})
		return nil
	})
	if err != nil {
		return err
	}
	key, err := crypto.GenerateKey()
	if err != nil {
		return err
	}
	funds, err := types.ParseCoin(coins)
	if err != nil {
		return err
	}
	if err := b.client.Send(ctx, "", crypto.PubkeyToAddress(key.PublicKey).Hex(), funds.Amount); err != nil {
		return err
	}
	eth, err := ethclient.DialContext(ctx, home.URL(b.client.Running.Ports.JSONRPC))
	if err != nil {
		return err
	}
	_, gas, err := b.client.Ledger.RequestQuote(ctx, b.asset, callbackGas)
	if err != nil {
		return err
	}
	// Gas may be dearer when it is asked; what is not needed stays with the contract.
	value := new(big.Int).Add(price.Amount.Big(), new(big.Int).Mul(gas.Big(), big.NewInt(4)))
	b.asker = &asker{eth: eth, key: key, price: price.Amount.Big(), value: value, asset: b.asset}
	return b.asker.deploy(ctx)
}

// operatorNonce is how many transactions the operator has in blocks.
func (b *bench) operatorNonce(ctx context.Context) (uint64, error) {
	account, err := b.client.Signer(local.RoleOperator, "", "")
	if err != nil {
		return 0, err
	}
	return account.Nonce(ctx)
}

// askAll asks at an even pace, and tells the killer how far it is.
func (b *bench) askAll(ctx context.Context, k *killer) (ids []uint64, err error) {
	tick := time.NewTicker(b.cfg.Every)
	defer tick.Stop()
	var hashes []common.Hash
	for i := range b.cfg.Requests {
		hash, err := b.asker.ask(ctx, i)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
		b.cfg.Progress("asking", i+1, b.cfg.Requests)
		if k.due(i + 1) {
			k.kill(ctx)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-tick.C:
		}
	}
	for _, hash := range hashes {
		id, err := b.asker.number(ctx, hash)
		if err != nil {
			return nil, err
		}
		if slices.Contains(ids, id) {
			return nil, fmt.Errorf("two transactions made request %d", id)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// await waits until every request has ended.
func (b *bench) await(ctx context.Context, ids []uint64) error {
	late := time.After((waitSeconds + 120) * time.Second)
	for i, id := range ids {
		for {
			r, err := b.client.Ledger.Request(ctx, id)
			if err != nil {
				return err
			}
			if r.State != "open" {
				break
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-late:
				return nil // the figures say what is open
			case <-time.After(200 * time.Millisecond):
			}
		}
		b.cfg.Progress("waiting", i+1, len(ids))
	}
	return nil
}

// count puts the figures together.
func (b *bench) count(ctx context.Context, ids []uint64, f *Figures) error {
	var blocks []int
	for i, id := range ids {
		r, err := b.client.Ledger.Request(ctx, id)
		if err != nil {
			return err
		}
		s, err := b.asker.stored(ctx, id)
		if err != nil {
			return err
		}
		b.add(f, r, s)
		if s.told > 0 {
			blocks = append(blocks, int(s.block)-int(r.Height))
		}
		b.cfg.Progress("counting", i+1, len(ids))
	}
	f.Requests = len(ids)
	if len(blocks) > 0 {
		slices.Sort(blocks)
		f.BlocksMedian, f.BlocksP90, f.BlocksMost = blocks[len(blocks)/2], blocks[len(blocks)*9/10], blocks[len(blocks)-1]
	}
	return nil
}

func (b *bench) add(f *Figures, r ledger.Request, s stored) {
	if s.told > 1 {
		f.Twice++
	}
	switch {
	case r.State == "expired" && s.told == 0:
		f.Refunded++
	case r.State == "open" && s.told == 0:
		f.Open++
	case r.State == "answered" && s.told > 0 && r.Answer != nil && bytes.Equal(s.answer, r.Answer.Data):
		f.Answered++
	default:
		f.Wrong++
	}
}

// killer runs the operator, and kills it.
type killer struct {
	b     *bench
	kills int

	mu      sync.Mutex // held while the operator is killed or started
	running *process
	err     error
	wg      sync.WaitGroup
}

// begin starts the operator, which joins the asset at first.
func (k *killer) begin(ctx context.Context) (err error) {
	b := k.b
	k.running, err = b.start(ctx, "operator", "--home", b.dir, "--asset", strconv.FormatUint(uint64(b.asset), 10), "--bond", "1")
	return err
}

// due reports whether the operator is to be killed when so many were asked.
func (k *killer) due(asked int) bool {
	return k.kills < k.b.cfg.Kills && asked*(k.b.cfg.Kills+1) >= (k.kills+1)*k.b.cfg.Requests
}

// maxAway is how long the operator is dead at most before it is started again.
const maxAway = 3 * time.Second

// kill kills the operator within a second and starts it again, meanwhile.
func (k *killer) kill(ctx context.Context) {
	k.kills++
	k.wg.Go(func() {
		time.Sleep(rand.N(time.Second))
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.err != nil {
			return
		}
		k.running.kill()
		time.Sleep(rand.N(maxAway))
		k.err = k.begin(ctx)
	})
}

// end stops the operator.
func (k *killer) end() error {
	k.wg.Wait()
	if k.err != nil {
		return k.err
	}
	return k.running.stop()
}
