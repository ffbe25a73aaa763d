// Package postgres gives tests a PostgreSQL server of their own.
//
// What always holds:
//   - The server listens on a socket in a temporary folder and nowhere else. It
//     ends, and its folder goes, with the tests of the package that started it.
//   - Each [URL] is an empty database that nobody else has.
//   - Where there is no PostgreSQL, tests that need it are skipped, unless
//     WEAL_POSTGRES is set: then they fail. CI sets it.
//
// The way through it: [Main] in TestMain, [URL] in a test. PostgreSQL refuses to
// run as root; for root it runs as the user postgres, which Debian's package makes.
package postgres
