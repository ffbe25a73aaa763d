// Package gateway is the server of an app: it takes a question, asks vaults and a
// model for their prices, and composes the answer from what was paid for.
//
// What always holds:
//   - Nothing is passed on before the whole payment was checked: every order is the
//     one that was quoted, every leaf names its order, every path leads to the one
//     signed voucher. Each contributor then checks its own part again.
//   - A vault sees its own leaf and nothing of the others'.
//   - Passages that were released reach the payer before the model is asked, and
//     so whatever happens to the model.
//   - A payment can be sent again: what was served is served again, and nothing is
//     paid twice. What that needs is kept before anything is passed on.
//   - Whatever fails is told in OpenAI's error object, as a status as long as
//     nothing was sent, and as the last event of the stream afterwards.
//   - The app's receipt commits to what each passage counted for the answer. Vaults are
//     told of their own afterwards (report.go), and no answer waits for it.
//   - What an answer earned the app is divided among the vaults behind it, once and to
//     the last unit, in the background (shares.go); the app's owner brings it to the
//     chain. It decides no payment of a payer. While any vault is a contribution to the
//     app it is kept before the receipt is given; else a kill loses some seconds of it.
//   - Whoever pays by x402 is told what it costs before it signs, and nobody takes
//     more: x402.go takes vouchers as purses sign them, but firm; exact.go takes one
//     transfer of tokens for one answer, and pays for it like for an API key.
//   - What a search brings was sealed by vaults to who asked (search.go). The gateway
//     passes it on, is paid for finding it, and cannot read it.
//   - Which models and vaults an app has may be chosen by the gateway (choose.go), which of
//     its models writes is routed (route.go) by price, by what was measured (measure.go),
//     or as they are listed. Of models that a quote names one writes, and it alone is
//     paid; another has its turn only while nothing was written (write.go). If a payer
//     asks for several answers, as many models write, each paid for its own text.
//   - What a model cannot do is refused before anything is quoted, and a call of a tool
//     is metered, signed for and told as text is (able.go, tools.go, chat.go).
//   - Whatever an API key asks goes through one Use: chat completions, the same in the
//     words of Responses (responses*.go), and tasks, embeddings and rerankings (task.go).
//     What costs nothing is passed through, in the key's limits (through.go).
//   - A model of the app's own is no asset, is paid by nobody, and writes once for a
//     payment.
//
// The way through it: [LoadApp] reads the app file, [New] opens the gateway,
// Handler serves three ways of asking: with a lane (a quote comes back), with a
// payment (the answer comes back), and with an API key, for clients that have no
// purse; for those package keys pays, and meters.
//
// spec/wire.md has the endpoints, events, statuses and codes, spec/openai.md what clients
// of OpenAI's find, spec/openapi.yaml the same for machines (openapi_test.go), spec/app.md the app file.
package gateway
