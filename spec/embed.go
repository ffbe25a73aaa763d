// Package spec is the protocol in prose, one page a part. The pages are
// embedded because they are also the knowledge that a first `weal up` answers
// from.
package spec

import "embed"

// Pages holds the pages of the specification: *.md and adr/*.md.
//
//go:embed *.md adr/*.md
var Pages embed.FS
