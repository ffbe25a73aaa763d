// Package keep opens the database in which a role keeps what it must not lose.
//
// What always holds:
//
//   - What was committed is with the operating system: it survives a kill of the
//     process at once.
//
//   - It is on the disk within 100 ms, so that a loss of power costs no more than
//     what was promised in that time. Sync puts it there now, for what must be on
//     the disk before it is used.
//
//   - A program never touches a database that a newer program wrote.
//
//   - What was put is with the operating system too, in a journal beside the
//     database: any statement sees it, but for queries that ask for TablesOnly, and
//     what a killed process has left in its journal is brought into the tables when the
//     database is opened again.
//
//   - Each text of SQL is parsed once. A statement that has begun runs to its end.
//
// The way through it: Open a file, make tables with Schema, use database/sql,
// Write for what many goroutines write, and Put for what is written over and over
// and hardly read: it costs a tenth.
//
// Writers do not compete: the pool has one connection. Rows must therefore be
// closed before the next statement, and a transaction must not use the pool.
package keep
