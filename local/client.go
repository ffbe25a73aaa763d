package local

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/weal-network/weal/agent/answers"
	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/telemetry"
)

// DownError says that something a command needs does not answer.
type DownError struct {
	What string
	Err  error
}

// Error implements error.
func (e *DownError) Error() string { return fmt.Sprintf("%s does not answer: %v", e.What, e.Err) }

// Unwrap returns the cause.
func (e *DownError) Unwrap() error { return e.Err }

// Client is what a command uses of a home in which something runs.
type Client struct {
	Home    *home.Home
	Running home.Running
	Ledger  *ledger.Ledger

	tel        *telemetry.Role // nil if nobody takes spans
	conn       *grpc.ClientConn
	payer      *purse.Purse
	closePurse func() error
	// customers are the purses of customers' tabs, once they were asked for.
	customers purses
	closes    []func() error
	// agentDB and kept are what agents bought, once it was asked for.
	agentDB *sql.DB
	kept    *answers.Store
}

// Connect opens the home in dir and the node that its roles use.
func Connect(ctx context.Context, dir string, log *slog.Logger) (*Client, error) {
	h, err := home.Open(dir)
	if err != nil {
		return nil, err
	}
	r, err := h.Running()
	if err != nil {
		return nil, err
	}
	conn, err := grpc.NewClient(r.Node, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, fmt.Errorf("reach node %s: %w", r.Node, err)
	}
	l, err := ledger.New(conn, h.ChainID())
	if err == nil {
		if _, down := l.Height(ctx); down != nil {
			err = &DownError{What: "the node at " + r.Node, Err: down}
		}
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	c := &Client{Home: h, Running: r, Ledger: l, conn: conn}
	if err := c.beSeen(ctx, log); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return c, nil
}

// Close lets everything go.
func (c *Client) Close() error {
	var err error
	if c.closePurse != nil {
		err = c.closePurse()
	}
	for _, closeIt := range c.closes {
		err = errors.Join(err, closeIt())
	}
	return errors.Join(err, c.conn.Close())
}

// role returns a role that runs in the home.
func (c *Client) role(name string) (home.Role, error) {
	r, ok := c.Running.Roles[name]
	if !ok {
		return r, fmt.Errorf("%w: no %s runs in %s", home.ErrNotRunning, name, c.Home.Dir())
	}
	return r, nil
}

// purse opens the home's purse at first use.
func (c *Client) purse(ctx context.Context) (*purse.Purse, error) {
	if c.payer != nil {
		return c.payer, nil
	}
	p, closeIt, err := openPurse(toldBy(ctx, c.tel), c.Home, c.Ledger)
	if err != nil {
		return nil, err
	}
	c.payer, c.closePurse = p, closeIt
	return p, nil
}
