package purse

// schemaVersion counts changes of the tables below.
const schemaVersion = 1

// Amounts are decimal text, hashes and keys 32-byte blobs, times Unix
// milliseconds. A lane's row holds its lease; the other rows of a lane are only
// written by who holds it.
var schema = []string{
	`CREATE TABLE purse_lanes (
		tab BIGINT NOT NULL, epoch BIGINT NOT NULL, lane BIGINT NOT NULL,
		seed BLOB NOT NULL, gateway BIGINT NOT NULL, denom TEXT NOT NULL,
		reserved BIGINT NOT NULL, last_seq BIGINT NOT NULL,
		total TEXT NOT NULL, voucher BLOB, mountain BLOB,
		holder TEXT NOT NULL, held_until BIGINT NOT NULL,
		PRIMARY KEY (tab, epoch, lane))`,
	`CREATE TABLE purse_leaves (
		tab BIGINT NOT NULL, epoch BIGINT NOT NULL, lane BIGINT NOT NULL, asset BIGINT NOT NULL,
		leaf BLOB NOT NULL,
		PRIMARY KEY (tab, epoch, lane, asset))`,
	`CREATE TABLE purse_ticks (
		tab BIGINT NOT NULL, epoch BIGINT NOT NULL, lane BIGINT NOT NULL, asset BIGINT NOT NULL,
		seq BIGINT NOT NULL, leaf BLOB NOT NULL, revealed BIGINT NOT NULL,
		PRIMARY KEY (tab, epoch, lane, asset))`,
	`CREATE TABLE purse_queries (
		tab BIGINT NOT NULL, epoch BIGINT NOT NULL, lane BIGINT NOT NULL, seq BIGINT NOT NULL,
		day BIGINT NOT NULL, time BIGINT NOT NULL, denom TEXT NOT NULL,
		firm TEXT NOT NULL, cost TEXT NOT NULL, open BIGINT NOT NULL,
		PRIMARY KEY (tab, epoch, lane, seq))`,
	`CREATE INDEX purse_queries_open ON purse_queries (tab, epoch, lane) WHERE open = 1`,
	`CREATE TABLE purse_days (
		day BIGINT NOT NULL, denom TEXT NOT NULL, spent TEXT NOT NULL,
		PRIMARY KEY (day, denom))`,
	`CREATE TABLE purse_receipts (
		tab BIGINT NOT NULL, epoch BIGINT NOT NULL, lane BIGINT NOT NULL, seq BIGINT NOT NULL,
		asset BIGINT NOT NULL, place BIGINT NOT NULL, time BIGINT NOT NULL,
		denom TEXT NOT NULL, receipt BLOB NOT NULL,
		PRIMARY KEY (tab, epoch, lane, place))`,
	`CREATE INDEX purse_receipts_time ON purse_receipts (time)`,
	`CREATE INDEX purse_receipts_asset ON purse_receipts (asset, time)`,
	`CREATE TABLE purse_flags (
		asset BIGINT NOT NULL, tab BIGINT NOT NULL, epoch BIGINT NOT NULL, lane BIGINT NOT NULL, seq BIGINT NOT NULL,
		time BIGINT NOT NULL, reason TEXT NOT NULL)`,
}
