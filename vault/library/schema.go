package library

// schemaVersion is that of the tables below.
const schemaVersion = 1

// A document is live in the generations from born on, to before died; died is 0
// while no later generation lacks it. Rows are never changed but for died, so a
// row is one version of one file. Its id is never given to another.
var schema = []string{
	`CREATE TABLE originals (
		sha BYTEA PRIMARY KEY,
		data BYTEA NOT NULL)`,
	`CREATE TABLE documents (
		id BIGINT PRIMARY KEY,
		path TEXT NOT NULL,
		source TEXT NOT NULL,
		sha BYTEA NOT NULL,
		size BIGINT NOT NULL,
		added BIGINT NOT NULL,
		born BIGINT NOT NULL,
		died BIGINT NOT NULL DEFAULT 0)`,
	`CREATE TABLE contents (
		document BIGINT PRIMARY KEY,
		text BYTEA NOT NULL,
		postings BYTEA NOT NULL)`,
	`CREATE TABLE chunks (
		document BIGINT NOT NULL,
		place BIGINT NOT NULL,
		heading TEXT NOT NULL,
		first BIGINT NOT NULL,
		size BIGINT NOT NULL,
		hash BYTEA NOT NULL,
		PRIMARY KEY (document, place))`,
	`CREATE TABLE generations (
		id BIGINT PRIMARY KEY,
		root BYTEA NOT NULL,
		documents BIGINT NOT NULL,
		chunks BIGINT NOT NULL,
		made BIGINT NOT NULL,
		published BIGINT NOT NULL DEFAULT 0)`,
	`CREATE TABLE problems (
		path TEXT PRIMARY KEY,
		source TEXT NOT NULL,
		reason TEXT NOT NULL,
		seen BIGINT NOT NULL)`,
}
