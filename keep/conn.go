package keep

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync/atomic"
)

// maxStatements bounds the prepared statements of a connection; a program has far
// fewer texts of its own.
const maxStatements = 256

// begin takes the lock for writing at once.
const begin = "BEGIN IMMEDIATE"

// base is what SQLite's connections can do.
type base interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// conn is a connection that prepares each text once: parsing takes longer than
// running most of what a role writes. A statement that has begun runs to its end;
// a context only keeps it from beginning.
type conn struct {
	base
	idle map[string]driver.Stmt // prepared and not in use, by text
	// journal has what is to be brought into the tables before anything is read or
	// written; nil if nothing was ever put. within says that a transaction runs, before
	// which that was done.
	journal *atomic.Pointer[journal]
	within  bool
}

var (
	_ driver.ExecerContext  = (*conn)(nil)
	_ driver.QueryerContext = (*conn)(nil)
	_ driver.ConnBeginTx    = (*conn)(nil)
)

func newConn(c driver.Conn, j *atomic.Pointer[journal]) (driver.Conn, error) {
	b, ok := c.(base)
	if !ok {
		return nil, errors.Join(fmt.Errorf("open database: %T is no connection of SQLite's", c), c.Close())
	}
	return &conn{base: b, idle: map[string]driver.Stmt{}, journal: j}, nil
}

// take returns a statement for text that nobody else uses until it is put back.
func (c *conn) take(ctx context.Context, text string) (driver.Stmt, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s, ok := c.idle[text]; ok {
		delete(c.idle, text)
		return s, nil
	}
	return c.PrepareContext(ctx, text)
}

// put keeps a statement for the next time.
func (c *conn) put(text string, s driver.Stmt) error {
	if _, twice := c.idle[text]; twice || len(c.idle) >= maxStatements {
		return s.Close()
	}
	c.idle[text] = s
	return nil
}

// settle brings into the tables what was put.
func (c *conn) settle() error {
	if j := c.journal.Load(); j != nil && !c.within {
		return j.apply(c)
	}
	return nil
}

// tablesOnly is the key of what TablesOnly says.
type tablesOnly struct{}

// TablesOnly returns a context whose queries read the tables as they are, and do not
// bring into them first what this process has put. It is for what is asked often and
// never put, as that which other processes write: bringing what was put into the tables
// each time would cost more than putting saves. What was put may be missing in what such
// a query reads. Statements that write are not changed by it.
func TablesOnly(ctx context.Context) context.Context {
	return context.WithValue(ctx, tablesOnly{}, true)
}

// ExecContext implements driver.ExecerContext.
func (c *conn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.settle(); err != nil {
		return nil, err
	}
	return c.exec(ctx, text, args)
}

// exec runs a statement, whatever was put.
func (c *conn) exec(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.take(ctx, text)
	if err != nil {
		return nil, err
	}
	res, err := s.(driver.StmtExecContext).ExecContext(context.WithoutCancel(ctx), args)
	if err != nil {
		return nil, errors.Join(err, s.Close()) // what failed is not used again
	}
	return res, c.put(text, s)
}

// QueryContext implements driver.QueryerContext.
func (c *conn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	if ctx.Value(tablesOnly{}) == nil {
		if err := c.settle(); err != nil {
			return nil, err
		}
	}
	s, err := c.take(ctx, text)
	if err != nil {
		return nil, err
	}
	r, err := s.(driver.StmtQueryContext).QueryContext(context.WithoutCancel(ctx), args)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return &rows{Rows: r, done: func() error { return c.put(text, s) }}, nil
}

// BeginTx implements driver.ConnBeginTx. A transaction takes the lock for writing
// at once, so that it never has to be begun anew.
func (c *conn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if o.ReadOnly || o.Isolation != driver.IsolationLevel(0) {
		return nil, errors.New("begin: transactions are for writing and take turns; leave the options out")
	}
	if _, err := c.ExecContext(ctx, begin, nil); err != nil {
		return nil, err
	}
	c.within = true
	return transaction{c}, nil
}

// Close implements driver.Conn.
func (c *conn) Close() error {
	var errs []error
	for text, s := range c.idle {
		delete(c.idle, text)
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, c.base.Close())...)
}

// rows puts its statement back when it is closed.
type rows struct {
	driver.Rows
	done func() error
}

// Close implements driver.Rows.
func (r *rows) Close() error {
	if r.done == nil {
		return nil
	}
	err := errors.Join(r.Rows.Close(), r.done())
	r.done = nil
	return err
}

type transaction struct{ c *conn }

// Commit implements driver.Tx. After a failure nothing is left of the transaction.
func (t transaction) Commit() error {
	_, err := t.c.exec(context.Background(), "COMMIT", nil)
	if err != nil {
		_ = t.Rollback() // err says more, and SQLite may have rolled back itself
	}
	t.c.within = false
	return err
}

// Rollback implements driver.Tx.
func (t transaction) Rollback() error {
	_, err := t.c.exec(context.Background(), "ROLLBACK", nil)
	t.c.within = false
	return err
}
