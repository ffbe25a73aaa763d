package keep

import (
	"database/sql/driver"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzReadLog: whatever a journal's file has, reading it ends, and a whole record
// is read as it was written.
func FuzzReadLog(f *testing.F) {
	b, err := endRecord(appendBytes(append(beginRecord(nil, 1, kindText), 0), "UPDATE t SET n = ?"), 0)
	require.NoError(f, err)
	start := len(b)
	b = append(beginRecord(b, 2, kindPut), 1, 0, 5)
	args := []driver.Value{int64(-7), "text", []byte{1, 2}, nil, 0.5}
	for _, a := range args {
		b, err = appendArg(b, a)
		require.NoError(f, err)
	}
	b, err = endRecord(b, start)
	require.NoError(f, err)
	changes, last, err := readLog(b, 0)
	require.NoError(f, err)
	require.EqualValues(f, 2, last)
	require.Len(f, changes, 1)
	require.Equal(f, "UPDATE t SET n = ?", changes[0].text)
	for i, a := range args {
		require.Equal(f, a, changes[0].args[i].Value)
	}
	f.Add(b, uint64(0))
	f.Add(b, uint64(1))
	f.Add(b[:len(b)-1], uint64(0))
	f.Add([]byte{255, 255, 255, 255, 0, 0, 0, 0, 1}, uint64(9))
	f.Fuzz(func(t *testing.T, b []byte, applied uint64) {
		changes, last, err := readLog(b, applied)
		if err != nil {
			return
		}
		require.GreaterOrEqual(t, last, applied)
		for _, c := range changes {
			require.Greater(t, c.number, applied)
			require.LessOrEqual(t, c.number, last)
		}
	})
}
