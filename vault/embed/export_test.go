package embed

// Parse is parse for tests.
var Parse = parse
