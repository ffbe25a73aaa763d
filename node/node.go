package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	cmtnode "github.com/cometbft/cometbft/node"
	cmttypes "github.com/cometbft/cometbft/types"
	evmmempool "github.com/cosmos/evm/mempool"
	"google.golang.org/grpc"

	"cosmossdk.io/log/v2"

	"github.com/weal-network/weal/app"
)

// watcher is the name under which the node follows its own blocks.
const watcher = "weal-node"

// napSlack is how much longer than a nap the last look of consensus's goroutines
// for peers may take.
const napSlack = 100 * time.Millisecond

// Node is a running chain.
type Node struct {
	home    string
	chainID string
	log     log.Logger
	counts  bool // consensus counts, whatever its settings say

	app   *app.App
	pool  *evmmempool.Mempool // nil if the settings turn the EVM's mempool off
	comet *cmtnode.Node
	dbs   databases

	ports   listeners
	grpc    *grpc.Server
	conn    *grpc.ClientConn
	servers sync.WaitGroup
	stops   []func() error

	ready   chan struct{} // closed when the pool takes transactions
	mu      sync.Mutex
	height  int64
	changed chan struct{} // closed, and replaced, with every block

	stop    sync.Once
	stopErr error
	done    chan struct{}
}

// onStop has f called when the node stops; the last named is called first.
func (n *Node) onStop(f func() error) { n.stops = append(n.stops, f) }

// Conn returns a connection to the node's own gRPC server, which its settings
// must not have turned off. It lasts as long as the node.
func (n *Node) Conn() grpc.ClientConnInterface { return n.conn }

// Height returns the last committed block's height.
func (n *Node) Height() int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.height
}

// AwaitHeight returns when the chain has committed height h.
func (n *Node) AwaitHeight(ctx context.Context, h int64) error {
	for {
		n.mu.Lock()
		height, changed := n.height, n.changed
		n.mu.Unlock()
		if height >= h {
			return nil
		}
		select {
		case <-changed:
		case <-n.done:
			return fmt.Errorf("await height %d: %w", h, ErrStopped)
		case <-ctx.Done():
			return fmt.Errorf("await height %d: %w", h, ctx.Err())
		}
	}
}

// watch follows the blocks that consensus commits.
func (n *Node) watch() error {
	n.setHeight(n.comet.BlockStore().Height()) // the handshake has brought the application there
	sub, err := n.comet.EventBus().Subscribe(context.Background(), watcher, cmttypes.EventQueryNewBlockHeader, 16)
	if err != nil {
		return fmt.Errorf("follow blocks: %w", err)
	}
	go func() {
		for {
			select {
			case <-sub.Canceled():
				return
			case <-n.done:
				return
			case msg := <-sub.Out():
				if e, ok := msg.Data().(cmttypes.EventDataNewBlockHeader); ok {
					n.committed(e.Header.Height)
				}
			}
		}
	}()
	return nil
}

// committed tells of a new block. Who waits for the first one is going to send
// transactions, so the pool is made to see that block before they are told.
func (n *Node) committed(h int64) {
	select {
	case <-n.ready:
	default:
		n.pool.NotifyNewBlock()
		if err := n.pool.GetTxPool().Sync(); err != nil {
			n.log.Warn("mempool did not follow the first block", "error", err)
		}
		close(n.ready)
	}
	if h%pruneWALEvery == 0 {
		if err := pruneWAL(n.comet.Config().Consensus.WalFile()); err != nil {
			n.log.Warn("old log files stay", "error", err)
		}
	}
	n.setHeight(h)
}

func (n *Node) setHeight(h int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.height = h
	close(n.changed)
	n.changed = make(chan struct{})
}

// Done is closed when the node has stopped.
func (n *Node) Done() <-chan struct{} { return n.done }

// Wait returns when the node has stopped, with what Stop returned.
func (n *Node) Wait() error {
	<-n.done
	return n.stopErr
}

// Stop ends the servers, then consensus after the block it is at, then the
// application, and closes the databases. Further calls wait for the first.
func (n *Node) Stop() error {
	n.stop.Do(func() {
		defer close(n.done)
		var errs []error
		for _, f := range slices.Backward(n.stops) {
			errs = append(errs, f())
		}
		n.servers.Wait()
		if n.comet != nil && n.comet.IsRunning() {
			errs = append(errs, n.stopComet())
		}
		if n.app != nil {
			errs = append(errs, n.app.Close())
		}
		errs = append(errs, n.dbs.close())
		if err := errors.Join(errs...); err != nil {
			n.stopErr = fmt.Errorf("stop node: %w", err)
		}
	})
	return n.stopErr
}

// stopComet ends consensus. Its goroutines for each peer look only between naps
// whether they should go on, and nothing tells when they have ended; a node
// without peers has none.
func (n *Node) stopComet() error {
	alone := n.comet.Switch().Peers().Size() == 0
	err := n.comet.Stop()
	n.comet.Wait()
	if !alone {
		time.Sleep(n.comet.Config().Consensus.PeerQueryMaj23SleepDuration + napSlack)
	}
	return err
}
