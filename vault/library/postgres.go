package library

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/vault/index"
)

// postgres is the engine for what outgrows a machine. Words are in the table
// lists, plain, and searches read those that a question has; memory has the
// lengths of the documents and the lists asked for lately.
type postgres struct {
	library *Library
	read    *sql.DB
	vectors *pgvector // nil if the server does not have it: vectors are in memory then

	mu   sync.RWMutex
	docs map[int64]index.Doc // what the index has, by id
}

var (
	_ engine      = (*postgres)(nil)
	_ index.Lists = (*postgres)(nil)
)

const (
	// postgresReaders is how many searches and passages are read at once.
	postgresReaders = 8
	// listsMemory is how many bytes of lists stay in memory.
	listsMemory = 128 << 20
)

func (p *postgres) name() string {
	if p.vectors == nil {
		return "PostgreSQL without pgvector"
	}
	return "PostgreSQL"
}

func (*postgres) sealsIndex() bool { return false }

func (*postgres) batch() (documents, bytes int) { return 2048, 32 << 20 }

func (p *postgres) open(ctx context.Context, cfg Config) (write, read *sql.DB, err error) {
	if write, err = keep.OpenPostgresAlone(ctx, cfg.DB, "weal library"); err != nil {
		return nil, nil, err
	}
	if read, err = keep.OpenPostgres(ctx, cfg.DB, postgresReaders, nearSettings...); err != nil {
		return nil, nil, errors.Join(err, write.Close())
	}
	p.read = read
	return write, read, nil
}

func (p *postgres) schema(ctx context.Context, db *sql.DB) (err error) {
	if err := keep.Schema(ctx, db, "library", schemaVersion, slices.Concat(schema, postgresSchema)...); err != nil {
		return err
	}
	p.vectors, err = openVectors(ctx, db, p.read)
	return err
}

func (p *postgres) newIndex() *index.Index {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.docs = map[int64]index.Doc{}
	return index.NewOutside(p, listsMemory)
}

func (*postgres) documents() string {
	return `SELECT d.id, d.about, d.chunks, d.removed, NULL::bytea FROM documents d`
}

func (p *postgres) shelve(x *index.Index, id int64, source string, list chunkList, _ []byte) (index.Doc, error) {
	doc := x.AddLengths(source, list.words)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.docs[id] = doc
	return doc, nil
}

// post appends a document to the list of each of its words: one row a word for
// all documents of the batch.
func (*postgres) post(ctx context.Context, tx *batch, documents []posted) error {
	if len(documents) == 0 {
		return nil
	}
	lists := map[string][]byte{}
	size := 0
	for _, d := range documents {
		for _, t := range d.words.Terms {
			before := len(lists[t.Word])
			lists[t.Word] = appendEntry(lists[t.Word], d.id, t.In)
			size += len(lists[t.Word]) - before
		}
	}
	var batch int64
	err := tx.tx.QueryRowContext(ctx, `INSERT INTO batches (id, size)
		SELECT COALESCE(MAX(id), 0) + 1, $1 FROM batches RETURNING id`, size).Scan(&batch)
	if err != nil {
		return err
	}
	words := slices.Sorted(maps.Keys(lists))
	data := make([][]byte, len(words))
	for i, w := range words {
		data[i] = lists[w]
	}
	_, err = tx.tx.ExecContext(ctx, `INSERT INTO lists (word, batch, data)
		SELECT word, $3, data FROM unnest($1::text[], $2::bytea[]) AS new (word, data)`, words, data, batch)
	return err
}

// appendEntry writes where a word stands in a document: its id, in how many
// chunks, and for each which one, as a difference, and how often. Entries stand
// for themselves, so lists are joined by putting one after the other.
func appendEntry(b []byte, id int64, in []index.Count) []byte {
	b = binary.AppendUvarint(b, uint64(id))
	b = binary.AppendUvarint(b, uint64(len(in)))
	var last uint32
	for _, c := range in {
		b = binary.AppendUvarint(b, uint64(c.Chunk-last))
		b = binary.AppendUvarint(b, uint64(c.Text))
		b = binary.AppendUvarint(b, uint64(c.Above))
		last = c.Chunk
	}
	return b
}

// readEntries calls use with every entry of a list and its bytes; in is good until
// use returns.
func readEntries(b []byte, use func(id int64, in []index.Count, entry []byte)) error {
	r := bytesReader{rest: b}
	var in []index.Count
	for len(r.rest) > 0 && !r.failed {
		from := r.rest
		id := int64(r.number(math.MaxInt64))
		in = in[:0]
		chunk := uint64(0)
		for range r.number(uint64(len(r.rest))) {
			chunk += r.number(math.MaxUint32)
			in = append(in, index.Count{Chunk: uint32(chunk), Text: uint16(r.number(math.MaxUint16)), Above: uint16(r.number(math.MaxUint16))})
			if r.failed || chunk > math.MaxUint32 {
				return errCode
			}
		}
		if !r.failed {
			use(id, in, from[:len(from)-len(r.rest)])
		}
	}
	return r.end()
}

// Lists implements index.Lists.
func (p *postgres) Lists(ctx context.Context, words []string) ([][]index.Place, error) {
	at := make(map[string]int, len(words))
	for i, w := range words {
		at[w] = i
	}
	all := make([][]index.Place, len(words))
	rows, err := p.read.QueryContext(ctx, `SELECT word, data FROM lists WHERE word = ANY($1)`, words)
	if err != nil {
		return nil, err
	}
	err = each(rows, func() error {
		var word string
		var data sql.RawBytes
		if err := rows.Scan(&word, &data); err != nil {
			return err
		}
		p.mu.RLock()
		defer p.mu.RUnlock()
		places := all[at[word]]
		err := readEntries(data, func(id int64, in []index.Count, _ []byte) {
			doc, ok := p.docs[id]
			if !ok {
				return // no generation in memory has it
			}
			for _, c := range in {
				places = append(places, index.Place{Doc: doc, Count: c})
			}
		})
		all[at[word]] = places
		if err != nil {
			return fmt.Errorf("list of %q: %w; restore the database's backup", word, err)
		}
		return nil
	})
	return all, err
}

// unpostAtOnce is of how many documents the lists are rewritten at once: a list is
// read and written once for all of them, and those lists are in memory meanwhile.
const unpostAtOnce = 256

// unpost takes documents out of the lists of their words.
func (p *postgres) unpost(ctx context.Context, tx *batch, documents []gone) error {
	for some := range slices.Chunk(documents, unpostAtOnce) {
		if err := p.unlist(ctx, tx, some); err != nil {
			return err
		}
	}
	return nil
}

func (p *postgres) unlist(ctx context.Context, tx *batch, documents []gone) error {
	all, ids := map[string]bool{}, map[int64]bool{}
	for _, d := range documents {
		ids[d.id] = true
		if p.vectors != nil {
			if err := p.vectors.drop(ctx, tx, d.id); err != nil {
				return err
			}
		}
		words, err := p.words(ctx, tx, d.id, d.chunks)
		if err != nil {
			return err
		}
		for _, w := range words {
			all[w] = true
		}
	}
	if len(all) == 0 {
		return nil
	}
	words := slices.Sorted(maps.Keys(all))
	rows, err := tx.tx.QueryContext(ctx, `SELECT word, batch, data FROM lists WHERE word = ANY($1)`, words)
	if err != nil {
		return err
	}
	type row struct {
		word  string
		batch int64
		data  []byte
	}
	var changed []row
	err = each(rows, func() error {
		var r row
		var data sql.RawBytes
		if err := rows.Scan(&r.word, &r.batch, &data); err != nil {
			return err
		}
		err := readEntries(data, func(other int64, _ []index.Count, entry []byte) {
			if !ids[other] {
				r.data = append(r.data, entry...)
			}
		})
		if len(r.data) != len(data) {
			changed = append(changed, r)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, r := range changed {
		if len(r.data) == 0 {
			err = tx.exec(ctx, `DELETE FROM lists WHERE word = $1 AND batch = $2`, r.word, r.batch)
		} else {
			err = tx.exec(ctx, `UPDATE lists SET data = $3 WHERE word = $1 AND batch = $2`, r.word, r.batch, r.data)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// words returns the words of a document, which are made of its text again.
func (p *postgres) words(ctx context.Context, tx *batch, id int64, chunks int) (words []string, err error) {
	sections := make([]index.Section, chunks)
	for place := range sections {
		c, err := p.library.passage(ctx, tx.tx, id, place)
		if err != nil {
			return nil, err
		}
		sections[place] = index.Section{Heading: c.heading, Text: c.text}
	}
	for _, t := range index.Analyse(sections).Terms {
		words = append(words, t.Word)
	}
	return words, nil
}

func (*postgres) putVectors(ctx context.Context, tx *batch, model string, names, data [][]byte) error {
	_, err := tx.tx.ExecContext(ctx, `INSERT INTO vectors (model, name, data)
		SELECT $1, name, data FROM unnest($2::bytea[], $3::bytea[]) AS new (name, data)
		ON CONFLICT (model, name) DO UPDATE SET data = excluded.data`, model, names, data)
	return err
}

// Batches below a size are joined when there are so many: otherwise every small
// Add would leave one more row for each of its words to read.
const joinBatches = 16

var joinBelow = []int64{1 << 20, 16 << 20}

func (p *postgres) tidy(ctx context.Context, db *sql.DB) error {
	for _, below := range joinBelow {
		err := transact(ctx, db, func(tx *batch) error { return joinLists(ctx, tx.tx, below) })
		if err != nil {
			return fmt.Errorf("join lists of words: %w", err)
		}
	}
	return nil
}

func joinLists(ctx context.Context, tx *sql.Tx, below int64) error {
	rows, err := tx.QueryContext(ctx, `SELECT id FROM batches WHERE size < $1`, below) //nolint:sqlclosecheck // each closes them
	if err != nil {
		return err
	}
	var ids []int64
	err = each(rows, func() error {
		var id int64
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	})
	if err != nil || len(ids) < joinBatches {
		return err
	}
	_, err = tx.ExecContext(ctx, `WITH gone AS (DELETE FROM batches WHERE id = ANY($1) RETURNING size),
		made AS (INSERT INTO batches (id, size) SELECT (SELECT MAX(id) + 1 FROM batches), SUM(size) FROM gone RETURNING id),
		old AS (DELETE FROM lists WHERE batch = ANY($1) RETURNING word, batch, data)
		INSERT INTO lists (word, batch, data)
		SELECT word, (SELECT id FROM made), string_agg(data, ''::bytea ORDER BY batch) FROM old GROUP BY word`, ids)
	return err
}

// erase has PostgreSQL free at once what is deleted. When it writes over it, and
// what its own log and backups have, is its operator's.
func (*postgres) erase(ctx context.Context, db *sql.DB, do func(*batch) error) error {
	if err := transact(ctx, db, do); err != nil {
		return err
	}
	_, err := db.ExecContext(context.WithoutCancel(ctx), `VACUUM originals, documents, texts, lists, vectors, problems, library_key`)
	return err
}
