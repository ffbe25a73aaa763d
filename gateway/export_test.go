package gateway

// Endpoints lists what a gateway serves, by method and path.
func (g *Gateway) Endpoints() (all []string) {
	for pattern := range g.endpoints() {
		all = append(all, pattern)
	}
	return all
}

// AsChat returns the body of the chat completion that a request to Responses asks for.
func AsChat(body []byte) ([]byte, error) {
	_, chat, err := readResponse(body)
	return chat, err
}
