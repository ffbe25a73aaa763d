// Package home is the one directory in which a person's Weal lives: keys, the
// chain's files, the roles' databases, and what runs there now.
//
//	<home>/
//	  home.json      the layout's version and the chain this home belongs to
//	  run.json       what runs here now, with its ports; gone after a clean stop
//	  keys/          one file a key, readable by its owner only; vault.age opens the
//	                 vault: without it, or a copy, nobody can
//	  chain/         the node's own home, as `weal chain --home` takes it
//	  vault/         documents and index;  vault.db, model.db, gateway.db,
//	  purse.db       …the roles' state
//
// What always holds:
//   - A key file is written whole or not at all, never overwritten.
//   - A home of another layout version is refused before anything is touched.
//   - Of two processes that want to run a home, or one purse, the second is told
//     who holds it.
package home
