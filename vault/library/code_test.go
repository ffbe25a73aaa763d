package library

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/index"
	"github.com/weal-network/weal/vault/ingest"
)

func TestChunkListsRoundTrip(t *testing.T) {
	for _, c := range []chunkList{
		{hashes: []types.Hash{}, sizes: []uint32{}, words: []uint32{}},
		{hashes: []types.Hash{{1}, {2}}, sizes: []uint32{7, 1 << 31}, words: []uint32{0, 300}},
	} {
		b := c.encode()
		got, err := decodeChunks(b)
		require.NoError(t, err)
		require.Equal(t, c, got)
		for i := range b {
			_, err := decodeChunks(b[:i])
			require.ErrorIs(t, err, errCode)
		}
		_, err = decodeChunks(append(b, 0))
		require.ErrorIs(t, err, errCode)
	}
}

func TestSegmentsHoldAllChunks(t *testing.T) {
	var chunks []ingest.Chunk
	for i := range 100 {
		text := string(slices.Repeat([]byte{byte('a' + i%26)}, 700))
		chunks = append(chunks, ingest.Chunk{Heading: text[:i%30], Start: 800 * i, End: 800*i + 700, Text: text, Page: i / 10, PageEnd: i/10 + 1})
	}
	all := segments(chunks)
	require.Greater(t, len(all), 3)
	require.Less(t, len(all), 8)
	for i, c := range chunks {
		at := 0
		for at+1 < len(all) && all[at+1].first <= i {
			at++
		}
		b, err := unpack(all[at].data)
		require.NoError(t, err)
		require.Less(t, len(b), segmentBytes+1000)
		p, err := decodePassage(b, i-all[at].first)
		require.NoError(t, err)
		require.Equal(t, passage{
			heading: c.Heading, start: uint64(c.Start), text: c.Text, pages: [2]uint64{uint64(c.Page), uint64(c.PageEnd)},
		}, p)
	}
	require.Empty(t, segments(nil))
}

func TestPackedBytes(t *testing.T) {
	for _, b := range [][]byte{nil, {1}, slices.Repeat([]byte("apple "), 1000)} {
		packed := pack(b)
		require.LessOrEqual(t, len(packed), len(b)+1)
		got, err := unpack(packed)
		require.NoError(t, err)
		require.Equal(t, len(b), len(got))
		require.True(t, slices.Equal(b, got))
	}
	for _, b := range [][]byte{nil, {7, 1}, {packedS2, 1, 2, 3}} {
		_, err := unpack(b)
		require.ErrorIs(t, err, errCode)
	}
}

func FuzzCodes(f *testing.F) {
	f.Add(chunkList{hashes: []types.Hash{{1}}, sizes: []uint32{7}, words: []uint32{3}}.encode())
	f.Add(appendPassage(nil, passage{heading: "h", start: 3, text: "t"}))
	f.Add(appendEntry(appendEntry(nil, 7, []index.Count{{Chunk: 3, Text: 1}}), 9, nil))
	f.Add([]byte{255, 255, 255, 255, 255, 255, 255, 255, 127})
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, err := decodeChunks(b); err == nil && len(c.hashes) > 0 {
			if back, err := decodeChunks(c.encode()); err != nil || !slices.Equal(back.hashes, c.hashes) || !slices.Equal(back.words, c.words) {
				t.Fatal("chunks do not come back")
			}
		}
		for n := range 3 {
			_, _ = decodePassage(b, n)
		}
		_, _ = unpack(b)
		size := 0
		if readEntries(b, func(_ int64, _ []index.Count, entry []byte) { size += len(entry) }) == nil && size != len(b) {
			t.Fatal("entries are not all of a list")
		}
	})
}
