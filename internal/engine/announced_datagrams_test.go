package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"portero/capture"
	"portero/internal/record"
)

// TestTFTPData: what goes between a machine that asked for a file and the server's other port is TFTP's, where its own octets tell nothing; what
// somebody else sends there, or the server much later, is not.
func TestTFTPData(t *testing.T) {
	const asks = "\x00\x01boot.img\x00octet\x00"
	const late = "\x00\x03\x00\x09 a block from the middle of a file"
	for _, c := range []struct {
		what string
		do   func(f *traffic, send func(from, to uint32, sp, dp uint16, text string))
		want string
	}{
		{"its first blocks are not there", func(_ *traffic, send func(from, to uint32, sp, dp uint16, text string)) {
			send(ftpClient, ftpServer, 40000, 69, asks)
			send(ftpServer, ftpClient, 50123, 40000, late)
			send(ftpClient, ftpServer, 40000, 50123, "\x00\x04\x00\x09")
		}, "50123 tftp"},
		{"from another port of the client's", func(_ *traffic, send func(from, to uint32, sp, dp uint16, text string)) {
			send(ftpClient, ftpServer, 40000, 69, asks)
			send(ftpServer, ftpClient, 50123, 40001, late)
			send(ftpClient, ftpServer, 40001, 50123, "\x00\x04\x00\x09")
		}, ""},
		{"from somebody else", func(_ *traffic, send func(from, to uint32, sp, dp uint16, text string)) {
			send(ftpClient, ftpServer, 40000, 69, asks)
			send(ftpOther, ftpClient, 50123, 40000, late)
			send(ftpClient, ftpOther, 40000, 50123, "\x00\x04\x00\x09")
		}, ""},
		{"much later", func(f *traffic, send func(from, to uint32, sp, dp uint16, text string)) {
			send(ftpClient, ftpServer, 40000, 69, asks)
			f.now += 200e9
			send(ftpServer, ftpClient, 50123, 40000, late)
			send(ftpClient, ftpServer, 40000, 50123, "\x00\x04\x00\x09")
		}, ""},
		{"a language of its own", func(_ *traffic, send func(from, to uint32, sp, dp uint16, text string)) {
			send(ftpClient, ftpServer, 40000, 69, asks)
			send(ftpServer, ftpClient, 50123, 40000, "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP door\r\nCSeq: 1 OPTIONS\r\n\r\n")
			send(ftpClient, ftpServer, 40000, 50123, "OPTIONS sip:door SIP/2.0\r\nVia: SIP/2.0/UDP door\r\n\r\n")
		}, "sip"},
	} {
		f := newTraffic(1)
		c.do(f, func(from, to uint32, sp, dp uint16, text string) {
			f.packet(&talk{a: from, b: to, sp: sp, dp: dp}, 0, capture.ProtoUDP, 0, 0, 0, []byte(text))
		})
		for _, threads := range []int{1, 2} {
			var got []string
			e := New(Options{Threads: threads, Sink: func(r *record.Record) error {
				if r.Resp.Port == 69 {
					return nil
				}
				if s := r.App; s != nil && r.Service == "tftp" {
					got = append(got, fmt.Sprint(max(r.Orig.Port, r.Resp.Port), " tftp"))
					if max(s.Frames[0], s.Frames[1]) != 1 || min(s.Frames[0], s.Frames[1]) != 0 {
						t.Errorf("%s: its proof is %v", c.what, s.Frames)
					}
				} else if r.Service != "" && r.ServiceBy == "payload" {
					got = append(got, r.Service)
				}
				return nil
			}})
			if err := e.Run(context.Background(), open(t, f.pcap)); err != nil {
				t.Fatal(err)
			}
			slices.Sort(got)
			if s := strings.Join(got, ", "); s != c.want {
				t.Errorf("%s, %d threads: %q, want %q", c.what, threads, s, c.want)
			}
		}
	}
}
