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

// The code of an answer is told, also where it says that all is well; where there was no answer there is none.
func TestCodesOfAnswers(t *testing.T) {
	for code, want := range map[int]string{-1: "", 0: "noerror", 3: "nxdomain", 10: "notzone", 99: "99"} {
		r := Record{App: &identify.Facts{DNS: &identify.Lookup{Code: code}}}
		for _, f := range said() {
			if f.Name == "dns_code" {
				if got := string(f.Text(nil, &r)); got != want {
					t.Errorf("%d: %q, want %q", code, got, want)
				}
			}
		}
	}
}

// Any one word about a program is enough for a record to have something of it to tell.
func TestHasProgram(t *testing.T) {
	if (&Record{}).Has(NeedProgram) {
		t.Error("nothing is known, and it has a program")
	}
	for i, r := range []Record{{Event: "x"}, {Process: "x"}, {User: "x"}, {ProcessBy: "x"}, {ProcessPath: "x"}, {ProcessEnd: "x"}, {Container: "x"}, {PeerProcess: "x"}, {PID: 1}, {PeerPID: 1}} {
		if !r.Has(NeedProgram) {
			t.Errorf("%d: one word about it is none", i)
		}
	}
}
