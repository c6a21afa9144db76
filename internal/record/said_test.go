package record

import (
	"slices"
	"testing"

	"portero/catalog/identify"
)

// TestFramesOnce: a frame that holds two messages stands once in tls_frames, and the alert's stays the last.
func TestFramesOnce(t *testing.T) {
	for _, x := range []struct {
		h    identify.Hello
		want []uint64
	}{
		{identify.Hello{HelloFrame: 4, ReplyFrame: 6, CertFrame: 6}, []uint64{4, 6}},
		{identify.Hello{HelloFrame: 4, ReplyFrame: 6, CertFrame: 7, AlertFrame: 7}, []uint64{4, 6, 7}},
		{identify.Hello{ReplyFrame: 6}, []uint64{6}},
	} {
		r := Record{App: &identify.Facts{TLS: &x.h}}
		for _, f := range said() {
			if f.Name == "tls_frames" && !slices.Equal(f.Ints(&r), x.want) {
				t.Errorf("%v, want %v", f.Ints(&r), x.want)
			}
		}
	}
}
