package seal

// Quick returns the owner who knows a passphrase and takes less care of it.
func Quick(text string) Owner { return passphrase{text: text, work: 10} }
