package library

import "context"

// SourceOf returns the source of the document with an id.
func SourceOf(ctx context.Context, l *Library, id int64) (string, error) {
	var b []byte
	if err := l.read.QueryRowContext(ctx, `SELECT about FROM documents WHERE id = $1`, id).Scan(&b); err != nil {
		return "", err
	}
	a, err := l.sealed.openAbout(id, b)
	return a.Source, err
}

// Rows counts the versions of documents that were ever written.
func Rows(ctx context.Context, l *Library) (n int, err error) {
	err = l.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM documents`).Scan(&n)
	return n, err
}

// WithoutPassword returns a database's URL for people.
func WithoutPassword(db string) string { return withoutPassword(db) }
