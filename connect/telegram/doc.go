// Package telegram connects a desk to a Telegram bot, by the Bot API over HTTP: with long
// polling, or with a webhook.
//
// What always holds:
//   - A webhook's request is read only if it brings the secret that the bot was set up
//     with. The bot's token is in no log and no error.
//   - An update is answered once, over restarts and however often it comes.
//   - In a group only what is said to the bot is answered: a command, a mention, or a
//     reply to it. Bots are never answered.
//   - Text goes out escaped as HTML, in messages of at most 4096 units, at the pace that
//     Telegram asks for.
//
// The way through it: [New], then [Bot.Poll], or [Bot.Handler] with [Bot.SetWebhook].
// update.go reads updates, send.go answers, api.go calls.
package telegram
