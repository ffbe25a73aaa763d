package library

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/weal-network/weal/keep"
)

// pgvector keeps the vectors of chunks in PostgreSQL by its extension of that name,
// in half precision, plain: one table a model. Beyond few they are found by an HNSW
// index, else by looking at all.
type pgvector struct {
	write, read *sql.DB

	mu      sync.Mutex
	pending []farVector

	tables sync.Map // of nearTable, by model
}

// nearTable is the table of a model. It stays what it is once it is there.
type nearTable struct {
	name string
	dims int
}

var _ far = (*pgvector)(nil)

// farVector is a row on its way.
type farVector struct {
	document int64
	place    int
	text     string // as PostgreSQL reads vectors
}

const (
	// nearBatch is how many vectors are written at once.
	nearBatch = 1000
	// nearIndexed is from how many on there is an index.
	nearIndexed = 5000
	// nearMostDims is up to how many dimensions the extension can index.
	nearMostDims = 4000
)

// nearSettings are those of connections that search. The index looks at so many
// candidates; if fewer rows than asked for come of them, it goes on.
var nearSettings = []string{`SET hnsw.ef_search = 160`, `SET hnsw.iterative_scan = relaxed_order`}

// openVectors returns nil if the server does not have the extension, or this user
// may not use it.
func openVectors(ctx context.Context, write, read *sql.DB) (*pgvector, error) {
	var offered, there int
	err := write.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM pg_available_extensions WHERE name = 'vector'),
		(SELECT COUNT(*) FROM pg_extension WHERE extname = 'vector')`).Scan(&offered, &there)
	if err != nil || offered == 0 {
		return nil, err
	}
	if there == 0 {
		if _, err := write.ExecContext(ctx, `CREATE EXTENSION IF NOT EXISTS vector`); err != nil {
			return nil, nil //nolint:nilerr // its absence is shown by the engine's name
		}
	}
	err = keep.Schema(ctx, write, "library near", 1, `CREATE TABLE near_models (
		model TEXT PRIMARY KEY,
		id BIGINT NOT NULL,
		dims BIGINT NOT NULL)`)
	if err != nil {
		return nil, err
	}
	return &pgvector{write: write, read: read}, nil
}

// table returns the table of a model's vectors, "" if there is none.
func (p *pgvector) table(ctx context.Context, db *sql.DB, model string) (name string, dims int, err error) {
	if t, ok := p.tables.Load(model); ok {
		return t.(nearTable).name, t.(nearTable).dims, nil
	}
	var id int64
	err = db.QueryRowContext(ctx, `SELECT id, dims FROM near_models WHERE model = $1`, model).Scan(&id, &dims)
	if errors.Is(err, sql.ErrNoRows) {
		return "", 0, nil
	}
	name = "near_" + strconv.FormatInt(id, 10)
	if err == nil {
		p.tables.Store(model, nearTable{name, dims})
	}
	return name, dims, err
}

func (p *pgvector) known(ctx context.Context, model string) (ids []int64, err error) {
	p.mu.Lock()
	p.pending = nil // of an earlier try
	p.mu.Unlock()
	table, _, err := p.table(ctx, p.read, model)
	if err != nil || table == "" {
		return nil, err
	}
	rows, err := p.read.QueryContext(ctx, `SELECT DISTINCT document FROM `+table) //nolint:sqlclosecheck // each closes them
	if err != nil {
		return nil, err
	}
	err = each(rows, func() error {
		var id int64
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

func (p *pgvector) keep(ctx context.Context, model string, id int64, vectors [][]float32) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for place, v := range vectors {
		if v == nil {
			continue // it points nowhere
		}
		p.pending = append(p.pending, farVector{document: id, place: place, text: unitText(v)})
	}
	if len(p.pending) < nearBatch {
		return nil
	}
	return p.flush(ctx, model)
}

func (p *pgvector) settled(ctx context.Context, model string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.pending) > 0 {
		if err := p.flush(ctx, model); err != nil {
			return err
		}
	}
	return p.index(ctx, model)
}

// flush writes what is pending. Documents are written whole: all their chunks come
// in one call of keep.
func (p *pgvector) flush(ctx context.Context, model string) error {
	dims := 1 + strings.Count(p.pending[0].text, ",")
	var documents, places []int64
	var texts []string
	for _, v := range p.pending {
		documents, places, texts = append(documents, v.document), append(places, int64(v.place)), append(texts, v.text)
	}
	err := transact(ctx, p.write, func(tx *batch) error {
		table, err := makeNear(ctx, tx, model, dims)
		if err != nil {
			return err
		}
		_, err = tx.tx.ExecContext(ctx, `INSERT INTO `+table+` (document, place, v)
			SELECT n.document, n.place, n.v::halfvec FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS n (document, place, v)
			WHERE EXISTS (SELECT 1 FROM documents d WHERE d.id = n.document AND d.removed = 0)
			ON CONFLICT (document, place) DO UPDATE SET v = excluded.v`, documents, places, texts)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep vectors: %w", err)
	}
	p.pending = nil
	return nil
}

// makeNear returns the table of a model, which it makes.
func makeNear(ctx context.Context, tx *batch, model string, dims int) (string, error) {
	var id int64
	err := tx.tx.QueryRowContext(ctx, `SELECT id FROM near_models WHERE model = $1`, model).Scan(&id)
	if err == nil || !errors.Is(err, sql.ErrNoRows) {
		return "near_" + strconv.FormatInt(id, 10), err
	}
	err = tx.tx.QueryRowContext(ctx, `INSERT INTO near_models (model, id, dims)
		SELECT $1, COALESCE(MAX(id), 0) + 1, $2 FROM near_models RETURNING id`, model, dims).Scan(&id)
	if err != nil {
		return "", err
	}
	table := "near_" + strconv.FormatInt(id, 10)
	_, err = tx.tx.ExecContext(ctx, fmt.Sprintf(`CREATE TABLE %s (document BIGINT NOT NULL, place BIGINT NOT NULL,
		v halfvec(%d) NOT NULL, PRIMARY KEY (document, place))`, table, dims))
	return table, err
}

// index makes the index of a model's table when it is due: after many vectors were
// written it is made faster than it grows.
func (p *pgvector) index(ctx context.Context, model string) error {
	table, dims, err := p.table(ctx, p.write, model)
	if err != nil || table == "" || dims > nearMostDims {
		return err
	}
	var n, there int
	err = p.write.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM `+table+`), (SELECT COUNT(*) FROM pg_indexes
		WHERE schemaname = current_schema() AND indexname = $1)`, table+"_v").Scan(&n, &there)
	if err != nil || n < nearIndexed || there > 0 {
		return err
	}
	return transact(ctx, p.write, func(tx *batch) error {
		if _, err := tx.tx.ExecContext(ctx, `SET LOCAL maintenance_work_mem = '1GB'`); err != nil {
			return err
		}
		_, err := tx.tx.ExecContext(ctx, `CREATE INDEX `+table+`_v ON `+table+` USING hnsw (v halfvec_ip_ops)
			WITH (m = 24, ef_construction = 200)`)
		return err
	})
}

func (p *pgvector) nearest(ctx context.Context, model string, v []float32, limit int, only []int64) (hits []farHit, err error) {
	table, dims, err := p.table(ctx, p.read, model)
	if err != nil || table == "" {
		return nil, err
	}
	if dims != len(v) {
		return nil, fmt.Errorf("the question's vector has %d dimensions and the documents' have %d: the model has changed; name it anew", len(v), dims)
	}
	query, args := `SELECT document, place, -(v <#> $1::text::halfvec) FROM `+table+` ORDER BY v <#> $1::text::halfvec LIMIT $2`, []any{unitText(v), limit}
	if only != nil { // few: all of theirs are looked at
		query = `SELECT document, place, score FROM (SELECT document, place, -(v <#> $1::text::halfvec) AS score FROM ` + table + `
			WHERE document = ANY($3) OFFSET 0) AS theirs ORDER BY score DESC LIMIT $2`
		args = append(args, only)
	}
	rows, err := p.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	err = each(rows, func() error {
		var h farHit
		err := rows.Scan(&h.document, &h.place, &h.score)
		hits = append(hits, h)
		return err
	})
	// The index gives them in about this order.
	slices.SortFunc(hits, func(a, b farHit) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.document, b.document), cmp.Compare(a.place, b.place))
	})
	return hits, err
}

// drop deletes the vectors of a document.
func (p *pgvector) drop(ctx context.Context, tx *batch, id int64) error {
	rows, err := tx.tx.QueryContext(ctx, `SELECT id FROM near_models`) //nolint:sqlclosecheck // each closes them
	if err != nil {
		return err
	}
	var models []int64
	err = each(rows, func() error {
		var model int64
		err := rows.Scan(&model)
		models = append(models, model)
		return err
	})
	for _, model := range models {
		if err == nil {
			err = tx.exec(ctx, fmt.Sprintf(`DELETE FROM near_%d WHERE document = $1`, model), id)
		}
	}
	return err
}

// unitText writes a vector, brought to length one, as PostgreSQL reads it.
func unitText(v []float32) string {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	length := math.Sqrt(sum)
	if length == 0 {
		length = 1
	}
	b := make([]byte, 0, 12*len(v)+2)
	b = append(b, '[')
	for i, x := range v {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendFloat(b, float64(x)/length, 'g', 6, 64)
	}
	return string(append(b, ']'))
}
