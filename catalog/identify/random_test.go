package identify

import (
	"bytes"
	"encoding/base64"
	"math/rand/v2"
	"testing"
)

func TestRandom(t *testing.T) {
	r := rand.NewChaCha8([32]byte{7})
	noise := make([]byte, 300)
	for range 2000 {
		if _, err := r.Read(noise); err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{randomLeast, 200, 300} {
			if !random(noise[:n]) {
				t.Fatalf("%d random octets do not look so: %x", n, noise[:n])
			}
		}
		text := []byte(base64.StdEncoding.EncodeToString(noise))
		for _, n := range []int{randomLeast, 200, 300} {
			if random(text[:n]) {
				t.Fatalf("base64 looks random: %s", text[:n])
			}
		}
	}
	for _, s := range []string{"The quick brown fox jumps over the lazy dog. ", "\x00\x01\x00\x00\x00\x2a\xff\xff", "{\"id\":12345,\"name\":\"portero\",\"list\":[1,2,3]}"} {
		if random(bytes.Repeat([]byte(s), 20)) {
			t.Errorf("%q looks random", s)
		}
	}
}
