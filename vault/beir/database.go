package beir

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"

	"github.com/weal-network/weal/keep"
)

// scratch makes a schema of its own in a PostgreSQL database and returns the URL that
// leads to it. What is in the database already is not touched; drop removes the
// schema with all that is in it.
func scratch(ctx context.Context, address string) (own string, drop func() error, err error) {
	u, err := url.Parse(address)
	if err != nil || !keep.IsPostgres(address) {
		return "", nil, errors.New("want a database as postgres://USER:PASSWORD@HOST:PORT/NAME") // and not its password in an error
	}
	db, err := keep.OpenPostgres(ctx, address, 1)
	if err != nil {
		return "", nil, err
	}
	name := "weal_bench_" + rand.Text()
	if _, err := db.ExecContext(ctx, fmt.Sprintf(`CREATE SCHEMA "%s"`, name)); err != nil {
		return "", nil, errors.Join(fmt.Errorf("make a schema to measure in: %w", err), db.Close())
	}
	q := u.Query()
	q.Set("search_path", fmt.Sprintf(`"%s",public`, name))
	u.RawQuery = q.Encode()
	return u.String(), func() error {
		_, err := db.ExecContext(context.WithoutCancel(ctx), fmt.Sprintf(`DROP SCHEMA "%s" CASCADE`, name))
		return errors.Join(err, db.Close())
	}, nil
}
