package library

// Made returns how many passages of g have a vector; on is false if the library finds
// by words alone. It asks no endpoint.
func (l *Library) Made(g *Generation) (made int, on bool) {
	m := &l.meaning
	if m.client.Load() == nil {
		return 0, false
	}
	if g.reach.Load() != nil {
		return g.Len(), true
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return min(m.made, g.Len()), true
}
