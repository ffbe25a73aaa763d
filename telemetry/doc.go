// Package telemetry is how a role is seen from outside: metrics, traces, readiness
// and logs.
//
// What always holds:
//   - No question, passage or answer, and nothing that another side has written, is in
//     a metric, a span or, above level debug, in a line of the log. Spans and metrics
//     are named by routes, by codes that this program makes itself, by numbers of
//     assets and lanes, and by denominations.
//   - Labels are bounded: a route is a pattern of a mux, a status is one of five
//     classes, and what else can differ has a limit beyond which it is "other".
//   - A nil *[Role], and all that it gives out, does nothing: a room that is not told
//     of costs nothing. A request that is counted costs a few atomic additions; spans
//     are made only if somebody takes them.
//   - Amounts are floats here, and nowhere else: nobody agrees on them.
//   - What money came to is business of the owner: metrics are given to who shows a
//     token, or on a listener of their own (page.go).
//
// The way through it: [New] makes a Role; rooms name what they count by its methods;
// [Role.Handler] stands before a role's handler and [Role.Transport] before its calls
// of others; [Role.Serve] adds the pages. Package
// collector is the process's way to who takes spans, [NewLogger] its log.
//
// spec/operations.md has all names.
package telemetry
