// Package tally counts what is asked of a vault, what is found, sold and cited, and
// what each contribution to it has earned.
//
// What always holds:
//   - Who answers only notes what happened. All else, also every statement of SQL, is
//     done in the background, some seconds later, many at once.
//   - It decides no payment of a payer. A sale of passages of which any belongs to a
//     contribution when it is sold is kept before Sold returns, and so is its report
//     before Report does: a kill loses none of what contributions have earned. It loses
//     what was noted since the last flush of questions, and of sales that are the
//     owner's own alone, which have nothing to divide among contributors. Where it is
//     not known without waiting whose the passages are, a sale is kept.
//   - What a sale earned is divided among its passages to the last unit, once: when the
//     app has reported what each counted, or equally when no report came in time. The
//     sale, its passages' counts and the contributions' points change in one
//     transaction.
//   - What tells content, or who asked, is sealed. Plain are counts, hours, amounts and
//     numbers of contributions.
//
// The way through it: [Open], then [Tally.Asked], [Tally.Sold] and [Tally.Report] as it
// happens; [Tally.Stats] for the owner; and the points' table for what contributions
// have earned.
package tally
