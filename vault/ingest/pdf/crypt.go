package pdf

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"crypto/rc4"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
)

// crypt is the standard security handler with an empty user password, with which
// everyone may open a file. RC4 and MD5 are what such files are made with.
type crypt struct {
	key     []byte
	aes     bool
	v5      bool
	strIn   bool // strings are in the clear
	strmIn  bool // streams are
	metaIn  bool // metadata is
	encrypt ref
}

var passwordPadding = []byte("\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08" +
	"\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A")

func (f *file) newCrypt() (*crypt, error) {
	c := &crypt{}
	c.encrypt, _ = f.trailer["Encrypt"].(ref)
	e := f.dict(f.trailer["Encrypt"])
	if f.name(e["Filter"]) != "Standard" {
		return nil, ErrLocked
	}
	version, revision, length := int(f.number(e["V"])), int(f.number(e["R"])), int(f.number(e["Length"]))/8
	if length < 5 || length > 16 {
		length = 5
	}
	switch version {
	case 1:
		length = 5
	case 2:
	case 4, 5:
		c.v5, length = version == 5, 16
		filters := f.dict(e["CF"])
		method := func(key name) name {
			if n := f.name(e[key]); n != "" && n != "Identity" {
				return f.name(f.dict(filters[n])["CFM"])
			}
			return "None"
		}
		strings, streams := method("StrF"), method("StmF")
		c.strIn, c.strmIn = strings == "None", streams == "None"
		c.aes = streams == "AESV2" || streams == "AESV3" || (c.strmIn && strings != "V2")
		c.metaIn = f.resolve(e["EncryptMetadata"]) == false
	default:
		return nil, ErrLocked
	}
	if c.v5 {
		c.key = f.key5(e, revision)
	} else {
		c.key = f.key4(e, revision, length, c.metaIn)
	}
	if c.key == nil {
		return nil, ErrLocked
	}
	return c, nil
}

// key4 makes the key of files up to version 1.7; nil if there is a password.
func (f *file) key4(e dict, revision, length int, metaIn bool) []byte {
	owner, user := f.text(e["O"]), f.text(e["U"])
	var id string
	if ids := f.array(f.trailer["ID"]); len(ids) > 0 {
		id = f.text(ids[0])
	}
	h := md5.New()
	h.Write(passwordPadding)
	h.Write([]byte(owner[:min(32, len(owner))]))
	h.Write(binary.LittleEndian.AppendUint32(nil, uint32(int64(f.number(e["P"])))))
	h.Write([]byte(id))
	if revision >= 4 && metaIn {
		h.Write([]byte{0xFF, 0xFF, 0xFF, 0xFF})
	}
	key := h.Sum(nil)
	if revision >= 3 {
		for range 50 {
			sum := md5.Sum(key[:length])
			key = sum[:]
		}
	}
	key = key[:length]
	want := rc4ed(key, passwordPadding)
	if revision >= 3 {
		sum := md5.Sum(append(bytes.Clone(passwordPadding), id...))
		want = rc4ed(key, sum[:])
		for i := byte(1); i < 20; i++ {
			step := bytes.Clone(key)
			for j := range step {
				step[j] ^= i
			}
			want = rc4ed(step, want)
		}
	}
	if len(user) < len(want) || user[:len(want)] != string(want) {
		return nil
	}
	return key
}

// key5 makes the key of files of version 2.0; nil if there is a password.
func (f *file) key5(e dict, revision int) []byte {
	user, sealed := f.text(e["U"]), f.text(e["UE"])
	if len(user) < 48 || len(sealed) < 32 {
		return nil
	}
	hash := func(salt string) []byte {
		sum := sha256.Sum256([]byte(salt))
		if revision < 6 {
			return sum[:]
		}
		return harden(sum[:])
	}
	if !bytes.Equal(hash(user[32:40]), []byte(user[:32])) {
		return nil
	}
	block, err := aes.NewCipher(hash(user[40:48]))
	if err != nil {
		return nil
	}
	key := make([]byte, 32)
	cipher.NewCBCDecrypter(block, make([]byte, 16)).CryptBlocks(key, []byte(sealed[:32]))
	return key
}

// harden is algorithm 2.B of ISO 32000-2 for an empty password.
func harden(k []byte) []byte {
	for i := 0; ; i++ {
		round := bytes.Repeat(k, 64)
		block, err := aes.NewCipher(k[:16])
		if err != nil {
			return nil
		}
		cipher.NewCBCEncrypter(block, k[16:32]).CryptBlocks(round, round)
		sum := 0
		for _, b := range round[:16] {
			sum += int(b)
		}
		switch sum % 3 {
		case 0:
			h := sha256.Sum256(round)
			k = h[:]
		case 1:
			h := sha512.Sum384(round)
			k = h[:]
		default:
			h := sha512.Sum512(round)
			k = h[:]
		}
		if i >= 63 && int(round[len(round)-1]) <= i-31 {
			return k[:32]
		}
	}
}

func rc4ed(key, data []byte) []byte {
	c, err := rc4.NewCipher(key)
	if err != nil {
		return nil
	}
	out := make([]byte, len(data))
	c.XORKeyStream(out, data)
	return out
}

// open decrypts what belongs to the object id.
func (c *crypt) open(data []byte, id ref) []byte {
	key := c.key
	if !c.v5 {
		k := append(bytes.Clone(c.key), byte(id.num), byte(id.num>>8), byte(id.num>>16), byte(id.gen), byte(id.gen>>8))
		if c.aes {
			k = append(k, "sAlT"...)
		}
		sum := md5.Sum(k)
		key = sum[:min(16, len(c.key)+5)]
	}
	if !c.aes {
		return rc4ed(key, data)
	}
	block, err := aes.NewCipher(key)
	if err != nil || len(data) < 32 {
		return nil
	}
	iv, data := data[:16], bytes.Clone(data[16:len(data)/16*16])
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(data, data)
	if n := int(data[len(data)-1]); n >= 1 && n <= 16 && n <= len(data) {
		data = data[:len(data)-n]
	}
	return data
}

// stream decrypts the bytes of a stream.
func (c *crypt) stream(f *file, s *stream) []byte {
	if c.strmIn || (c.metaIn && f.name(s.dict["Type"]) == "Metadata") {
		return s.raw
	}
	return c.open(s.raw, s.id)
}

// strings decrypts the strings in v.
func (c *crypt) strings(v any, id ref) any {
	if c.strIn || id.num == c.encrypt.num {
		return v
	}
	switch v := v.(type) {
	case text:
		return text(c.open([]byte(v), id))
	case array:
		for i := range v {
			v[i] = c.strings(v[i], id)
		}
	case dict:
		for k := range v {
			v[k] = c.strings(v[k], id)
		}
	}
	return v
}
