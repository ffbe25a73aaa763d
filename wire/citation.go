package wire

import (
	"fmt"
	"net/url"

	"github.com/weal-network/weal/types"
)

// CitationURL names a passage in its document, as clients without a purse are told it.
func CitationURL(asset types.AssetID, version uint32, source string, start, end uint64) string {
	return fmt.Sprintf("weal://asset/%d/version/%d/%s#bytes=%d-%d", asset, version, url.PathEscape(source), start, end)
}
