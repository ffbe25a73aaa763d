package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// copyTable copies the rows that come after the last one that l has, in the order
// of their keys.
func (l *Library) copyTable(ctx context.Context, source *Library, table string, keys, rest []string) error {
	columns := append(append([]string{}, keys...), rest...)
	insert := fmt.Sprintf(`INSERT INTO %s (%s) VALUES (%s) ON CONFLICT (%s) DO NOTHING`,
		table, strings.Join(columns, ", "), placeholders(len(columns)), strings.Join(keys, ", "))
	query, args, err := l.after(ctx, table, keys, columns)
	if err != nil {
		return err
	}
	rows, err := source.read.QueryContext(ctx, query, args...) //nolint:sqlclosecheck // each closes them
	if err != nil {
		return err
	}
	var batch [][]any
	size := 0
	err = each(rows, func() error {
		values := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		batch = append(batch, values)
		for _, v := range values {
			if b, ok := v.([]byte); ok {
				size += len(b)
			}
		}
		if size < copyBytes {
			return nil
		}
		err := l.insertAll(ctx, insert, batch)
		batch, size = nil, 0
		return err
	})
	if err != nil {
		return err
	}
	return l.insertAll(ctx, insert, batch)
}

// after makes the query for the rows that l lacks.
func (l *Library) after(ctx context.Context, table string, keys, columns []string) (query string, args []any, err error) {
	by := strings.Join(keys, ", ")
	query = fmt.Sprintf(`SELECT %s FROM %s`, strings.Join(columns, ", "), table)
	if table == "settings" { // few, and one says that this runs
		return query, nil, nil
	}
	last := make([]any, len(keys))
	into := make([]any, len(keys))
	for i := range last {
		into[i] = &last[i]
	}
	err = l.write.QueryRowContext(ctx, fmt.Sprintf(`SELECT %s FROM %s ORDER BY %s DESC LIMIT 1`, by, table, descending(keys))).Scan(into...)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return query + ` ORDER BY ` + by, nil, nil
	case err != nil:
		return "", nil, err
	}
	return fmt.Sprintf(`%s WHERE (%s) > (%s) ORDER BY %s`, query, by, placeholders(len(keys)), by), last, nil
}

// descending is the order of keys, backwards.
func descending(keys []string) string { return strings.Join(keys, " DESC, ") }

func placeholders(n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("$%d", i+1)
	}
	return strings.Join(all, ", ")
}

func (l *Library) insertAll(ctx context.Context, insert string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	return transact(ctx, l.write, func(tx *batch) error {
		for _, values := range rows {
			if err := tx.exec(ctx, insert, values...); err != nil {
				return err
			}
		}
		return nil
	})
}
