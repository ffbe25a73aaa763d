package purse

import "slices"

// schemaVersion counts changes of the tables below.
const schemaVersion = 3

// Amounts are decimal text, hashes and keys 32-byte blobs, times Unix
// milliseconds. A lane's row says who holds it, what its last voucher says (leaves
// and ticks, see encodeLeaves and encodeTicks) and what of it was revealed; but for
// who wants it, it is only written by who holds it. In the first version leaves and
// ticks were tables; in the second lanes were held until a time, and a day had one
// row.
var schema = append(slices.Clone(firstVersion),
	`ALTER TABLE purse_lanes ADD COLUMN leaves BLOB`,
	`ALTER TABLE purse_lanes ADD COLUMN ticks BLOB`,
	`UPDATE purse_lanes SET leaves = (SELECT unhex(group_concat(hex(leaf), '' ORDER BY asset)) FROM purse_leaves o
		WHERE o.tab = purse_lanes.tab AND o.epoch = purse_lanes.epoch AND o.lane = purse_lanes.lane)`,
	`UPDATE purse_lanes SET ticks = (SELECT unhex(group_concat(printf('%016X%08X', seq, revealed) || hex(leaf), '' ORDER BY asset))
		FROM purse_ticks o WHERE o.tab = purse_lanes.tab AND o.epoch = purse_lanes.epoch AND o.lane = purse_lanes.lane)`,
	`DROP TABLE purse_leaves`,
	`DROP TABLE purse_ticks`,
	`ALTER TABLE purse_lanes ADD COLUMN wanted BIGINT NOT NULL DEFAULT 0`,
	`ALTER TABLE purse_lanes DROP COLUMN held_until`,
	`UPDATE purse_lanes SET holder = ''`,
	`CREATE TABLE purse_spent (
		day BIGINT NOT NULL, denom TEXT NOT NULL, writer TEXT NOT NULL, spent TEXT NOT NULL, back TEXT NOT NULL,
		PRIMARY KEY (day, denom, writer))`,
	`INSERT INTO purse_spent (day, denom, writer, spent, back) SELECT day, denom, '', spent, '0' FROM purse_days`,
	`DROP TABLE purse_days`,
)

// firstVersion is what every later version begins with.
var firstVersion = []string{
	`CREATE TABLE IF NOT EXISTS purse_lanes (
		tab BIGINT NOT NULL, epoch BIGINT NOT NULL, lane BIGINT NOT NULL,
		seed BLOB NOT NULL, gateway BIGINT NOT NULL, denom TEXT NOT NULL,
		reserved BIGINT NOT NULL, last_seq BIGINT NOT NULL,
		total TEXT NOT NULL, voucher BLOB, mountain BLOB,
		holder TEXT NOT NULL, held_until BIGINT NOT NULL,
		PRIMARY KEY (tab, epoch, lane))`,
	`CREATE TABLE IF NOT EXISTS purse_leaves (
		tab BIGINT NOT NULL, epoch BIGINT NOT NULL, lane BIGINT NOT NULL, asset BIGINT NOT NULL,
		leaf BLOB NOT NULL,
		PRIMARY KEY (tab, epoch, lane, asset))`,
	`CREATE TABLE IF NOT EXISTS purse_ticks (
		tab BIGINT NOT NULL, epoch BIGINT NOT NULL, lane BIGINT NOT NULL, asset BIGINT NOT NULL,
		seq BIGINT NOT NULL, leaf BLOB NOT NULL, revealed BIGINT NOT NULL,
		PRIMARY KEY (tab, epoch, lane, asset))`,
	`CREATE TABLE IF NOT EXISTS purse_queries (
		tab BIGINT NOT NULL, epoch BIGINT NOT NULL, lane BIGINT NOT NULL, seq BIGINT NOT NULL,
		day BIGINT NOT NULL, time BIGINT NOT NULL, denom TEXT NOT NULL,
		firm TEXT NOT NULL, cost TEXT NOT NULL, open BIGINT NOT NULL,
		PRIMARY KEY (tab, epoch, lane, seq))`,
	`CREATE INDEX IF NOT EXISTS purse_queries_open ON purse_queries (tab, epoch, lane) WHERE open = 1`,
	`CREATE TABLE IF NOT EXISTS purse_days (
		day BIGINT NOT NULL, denom TEXT NOT NULL, spent TEXT NOT NULL,
		PRIMARY KEY (day, denom))`,
	`CREATE TABLE IF NOT EXISTS purse_receipts (
		tab BIGINT NOT NULL, epoch BIGINT NOT NULL, lane BIGINT NOT NULL, seq BIGINT NOT NULL,
		asset BIGINT NOT NULL, place BIGINT NOT NULL, time BIGINT NOT NULL,
		denom TEXT NOT NULL, receipt BLOB NOT NULL,
		PRIMARY KEY (tab, epoch, lane, place))`,
	`CREATE INDEX IF NOT EXISTS purse_receipts_time ON purse_receipts (time)`,
	`CREATE INDEX IF NOT EXISTS purse_receipts_asset ON purse_receipts (asset, time)`,
	`CREATE TABLE IF NOT EXISTS purse_flags (
		asset BIGINT NOT NULL, tab BIGINT NOT NULL, epoch BIGINT NOT NULL, lane BIGINT NOT NULL, seq BIGINT NOT NULL,
		time BIGINT NOT NULL, reason TEXT NOT NULL)`,
}
