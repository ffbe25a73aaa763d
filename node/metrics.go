package node

import (
	"sync"

	"github.com/cometbft/cometbft/blocksync"
	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/consensus"
	"github.com/cometbft/cometbft/mempool"
	cmtnode "github.com/cometbft/cometbft/node"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/proxy"
	sm "github.com/cometbft/cometbft/state"
	"github.com/cometbft/cometbft/statesync"
)

// counted are consensus's metrics. They are registered by name with Prometheus' default
// registry, and so once in a process: the first chain that wants them has them, also
// when it is started again.
var counted struct {
	sync.Mutex
	chainID string

	consensus *consensus.Metrics
	p2p       *p2p.Metrics
	mempool   *mempool.Metrics
	state     *sm.Metrics
	proxy     *proxy.Metrics
	blocksync *blocksync.Metrics
	statesync *statesync.Metrics
}

// metrics returns where consensus counts: nowhere, unless on says so or its settings do.
func metrics(settings *cmtcfg.InstrumentationConfig, on bool) cmtnode.MetricsProvider {
	set := *settings
	set.Prometheus = set.Prometheus || on
	return func(chainID string) (
		*consensus.Metrics, *p2p.Metrics, *mempool.Metrics, *sm.Metrics, *proxy.Metrics, *blocksync.Metrics, *statesync.Metrics,
	) {
		c := &counted
		c.Lock()
		defer c.Unlock()
		if !set.Prometheus || c.chainID != "" && c.chainID != chainID {
			return cmtnode.DefaultMetricsProvider(&cmtcfg.InstrumentationConfig{})(chainID)
		}
		if c.chainID == "" {
			c.chainID = chainID
			c.consensus, c.p2p, c.mempool, c.state, c.proxy, c.blocksync, c.statesync = cmtnode.DefaultMetricsProvider(&set)(chainID)
		}
		return c.consensus, c.p2p, c.mempool, c.state, c.proxy, c.blocksync, c.statesync
	}
}
