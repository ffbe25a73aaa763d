package ingest

import "strings"

// Meta is what a document says of itself. The keys that several formats share are
// title, author, date, language, description and keywords; Read adds format and,
// for named files, extension.
type Meta map[string]string

// What one document may say of itself.
const (
	maxMeta      = 32   // keys
	maxMetaKey   = 64   // bytes
	maxMetaValue = 1024 // bytes
)

// set keeps a value unless it is empty, the key has one, or there are too many.
func (m *Meta) set(key, value string) {
	key, value = strings.ToLower(strings.TrimSpace(key)), oneLine(strings.ToValidUTF8(value, "\uFFFD"))
	if key == "" || value == "" || len(key) > maxMetaKey || len(*m) >= maxMeta {
		return
	}
	if *m == nil {
		*m = Meta{}
	}
	if _, ok := (*m)[key]; !ok {
		(*m)[key] = clip(value, maxMetaValue)
	}
}
