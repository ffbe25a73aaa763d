// Package crawl fetches pages of the web as documents for a vault: the pages of a
// list, those that site maps name, or those that links lead to from a first page.
//
// What always holds:
//   - robots.txt is honoured as RFC 9309 says, with Crawl-delay, and so are the
//     noindex and nofollow of pages and headers. A site whose robots.txt cannot be
//     had because of an error of its own is not crawled.
//   - One request to a site at a time, and a pause between them. The crawler says
//     who it is and whom to ask.
//   - It stays in its scope: the site and the folder of the first page or of the
//     site map, or the sites of the list. A redirect is a link: what it leads to is
//     checked like every other address.
//   - No connection to an address that is not of the public internet, whatever a
//     name resolves to, unless Options.Private is set.
//   - Pages, lists, links, redirects and times are bounded, and what goes wrong with
//     one page is told beside its address and stops nothing.
//   - A page that says that it has not changed is not fetched again.
//
// The way through it: [New] makes a [Crawler], [Crawler.Crawl] a [Run], whose
// Inputs are given to a library as files are; after them, Roots say which pages
// that are known and did not come are gone. [State] keeps what pages said of
// themselves between runs.
package crawl
