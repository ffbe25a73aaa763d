// Package e2e plays whole stories: owners, a payer and share holders with keys of
// their own, the roles over real HTTP, and the chain with its shadows or the
// built binary as a person starts it.
package e2e
