// Package find finds assets: vaults, models and apps, by what their manifests say, by
// price, by what the chain knows of them, and by whether they answer now.
//
// What always holds:
//   - What is found is on the chain, and a manifest that is read has the hash that the
//     chain has for it. Prices, versions and licences are the chain's, never the manifest's.
//   - Reputation is what the chain holds and nobody can write: what settlements have
//     credited to the asset, since which block it is there, how many versions it had,
//     and how many assets were made from it. There are no stars.
//   - Hosts of manifests are strangers: package outside asks them, few at once, for a
//     bounded time and size, and one that fails again and again is left alone.
//   - A search tells nobody what was searched for: all manifests are read, whatever the
//     topic is, and are compared here.
//
// The way through it: [New], [Finder.Refresh] to read chain and manifests,
// [Finder.Find] for what fits a [Query].
package find
