package library

// schemaVersion is that of the tables below. Version 1 had its content plain; see
// plain.go.
const schemaVersion = 2

// A document is live in the generations from born on, to before died; died is 0
// while no later generation lacks it. A row is one version of one file, and its id
// is never given to another. Rows are changed only in died, and when a document is
// removed: then only the hashes of its chunks stay.
//
// What is BYTEA is sealed, but for the roots of generations, which the chain knows,
// and for names, which stand for what they are made of. Everything else are numbers.
var schema = []string{
	`CREATE TABLE library_key (
		id BIGINT PRIMARY KEY,
		wrapped BYTEA NOT NULL)`,
	`CREATE TABLE originals (
		name BYTEA PRIMARY KEY,
		data BYTEA NOT NULL)`,
	`CREATE TABLE documents (
		id BIGINT PRIMARY KEY,
		about BYTEA NOT NULL,
		chunks BYTEA NOT NULL,
		original BYTEA,
		added BIGINT NOT NULL,
		born BIGINT NOT NULL,
		died BIGINT NOT NULL DEFAULT 0,
		removed BIGINT NOT NULL DEFAULT 0)`,
	`CREATE INDEX documents_original ON documents (original)`,
	`CREATE TABLE texts (
		document BIGINT NOT NULL,
		place BIGINT NOT NULL,
		data BYTEA NOT NULL,
		PRIMARY KEY (document, place))`,
	`CREATE TABLE vectors (
		model TEXT NOT NULL,
		name BYTEA NOT NULL,
		data BYTEA NOT NULL,
		PRIMARY KEY (model, name))`,
	`CREATE TABLE settings (
		name TEXT PRIMARY KEY,
		value BYTEA NOT NULL)`,
	`CREATE TABLE generations (
		id BIGINT PRIMARY KEY,
		root BYTEA NOT NULL,
		documents BIGINT NOT NULL,
		chunks BIGINT NOT NULL,
		made BIGINT NOT NULL,
		published BIGINT NOT NULL DEFAULT 0)`,
	`CREATE TABLE problems (
		name BYTEA PRIMARY KEY,
		data BYTEA NOT NULL,
		seen BIGINT NOT NULL)`,
}

// sqliteSchema is what the embedded engine has beside that.
var sqliteSchema = []string{
	`CREATE TABLE postings (
		document BIGINT PRIMARY KEY,
		data BYTEA NOT NULL)`,
}

// postgresSchema is what PostgreSQL has beside that. Lists say where words stand,
// see appendEntry; they are plain. What is sealed cannot be packed any more, so it
// is not tried.
var postgresSchema = []string{
	`CREATE TABLE lists (
		word TEXT COLLATE "C" NOT NULL,
		batch BIGINT NOT NULL,
		data BYTEA NOT NULL,
		PRIMARY KEY (word, batch))`,
	`CREATE INDEX lists_batch ON lists (batch)`,
	`CREATE TABLE batches (
		id BIGINT PRIMARY KEY,
		size BIGINT NOT NULL)`,
	`ALTER TABLE originals ALTER data SET STORAGE EXTERNAL`,
	`ALTER TABLE documents ALTER about SET STORAGE EXTERNAL`,
	`ALTER TABLE documents ALTER chunks SET STORAGE EXTERNAL`,
	`ALTER TABLE texts ALTER data SET STORAGE EXTERNAL`,
	`ALTER TABLE lists ALTER data SET STORAGE EXTERNAL`,
	`ALTER TABLE vectors ALTER data SET STORAGE EXTERNAL`,
}
