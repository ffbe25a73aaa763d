package rerank

// Parse is parse for tests.
var Parse = parse
