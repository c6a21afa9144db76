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

const (
	ftpClient = 0x0a000001
	ftpServer = 0x0a000002
	ftpOther  = 0x0a000003
)

// ftp is a conversation of FTP and connections beside it.
type ftp struct {
	*traffic
	control talk
	seq     [2]uint32
}

func newFTP(v6 bool) *ftp {
	f := &ftp{traffic: newTraffic(1), control: talk{a: ftpClient, b: ftpServer, sp: 40000, dp: 21, v6: v6}, seq: [2]uint32{1001, 5001}}
	f.open(&f.control)
	f.say(1, "220 door\r\n")
	f.say(0, "USER anna\r\n")
	f.say(1, "331 password\r\n")
	return f
}

func (f *ftp) open(k *talk) {
	f.packet(k, 0, capture.ProtoTCP, tSYN, 1000, 0, nil)
	f.packet(k, 1, capture.ProtoTCP, tSYN|tACK, 5000, 1001, nil)
	f.packet(k, 0, capture.ProtoTCP, tACK, 1001, 5001, nil)
}

// say sends text on the control connection.
func (f *ftp) say(side int, text string) {
	f.packet(&f.control, side, capture.ProtoTCP, tACK|8, f.seq[side], f.seq[1-side], []byte(text))
	f.seq[side] += uint32(len(text))
}

// data is a whole connection from a to b in which the sides say what they are given.
func (f *ftp) data(a, b uint32, sp, dp uint16, says ...string) {
	k := &talk{a: a, b: b, sp: sp, dp: dp, v6: f.control.v6}
	f.open(k)
	seq := [2]uint32{1001, 5001}
	for side, text := range says {
		if text != "" {
			f.packet(k, side, capture.ProtoTCP, tACK|8, seq[side], seq[1-side], []byte(text))
			seq[side] += uint32(len(text))
		}
	}
	f.packet(k, 0, capture.ProtoTCP, tFIN|tACK, seq[0], seq[1], nil)
	f.packet(k, 1, capture.ProtoTCP, tFIN|tACK, seq[1], seq[0]+1, nil)
	f.packet(k, 0, capture.ProtoTCP, tACK, seq[0]+1, seq[1]+1, nil)
}

const (
	pasv = "227 Entering Passive Mode (10,0,0,2,156,65)\r\n" // 10.0.0.2:40001
	web  = "GET / HTTP/1.1\r\nHost: door.example\r\n\r\n"
)

// TestFTPData: a connection that one of FTP announced between the same ends is FTP's, whatever goes in it; nothing else is.
func TestFTPData(t *testing.T) {
	for _, c := range []struct {
		what string
		v6   bool
		do   func(f *ftp)
		want string // services of the connections behind the first, by the server's port
	}{
		{"passive, to the client", false, func(f *ftp) {
			f.say(1, pasv)
			f.data(ftpClient, ftpServer, 50000, 40001, "", "a file")
		}, "40001 ftp-data"},
		{"passive, what looks like a request is sent", false, func(f *ftp) {
			f.say(1, pasv)
			f.data(ftpClient, ftpServer, 50000, 40001, web)
		}, "40001 ftp-data"},
		{"passive, an empty list", false, func(f *ftp) {
			f.say(1, pasv)
			f.data(ftpClient, ftpServer, 50000, 40001)
		}, "40001 ftp-data"},
		{"passive, without brackets", false, func(f *ftp) {
			f.say(1, "227 Entering Passive Mode. 10,0,0,2,156,65\r\n")
			f.data(ftpClient, ftpServer, 50000, 40001, "", "a file")
		}, "40001 ftp-data"},
		{"passive, in pieces", false, func(f *ftp) {
			for _, c := range strings.SplitAfter(pasv, " ") {
				f.say(1, c)
			}
			f.data(ftpClient, ftpServer, 50000, 40001, "", "a file")
		}, "40001 ftp-data"},
		{"passive, behind another line of the same segment", false, func(f *ftp) {
			f.say(1, "200 done\r\n"+pasv)
			f.data(ftpClient, ftpServer, 50000, 40001, "", "a file")
		}, "40001 ftp-data"},
		{"passive, the address of the inside", false, func(f *ftp) {
			f.say(1, "227 Entering Passive Mode (192,168,1,1,156,65)\r\n")
			f.data(ftpClient, ftpServer, 50000, 40001, "", "a file")
		}, "40001 ftp-data"},
		{"passive, the same port named each time", false, func(f *ftp) {
			for i := range uint16(3) {
				f.say(1, pasv)
				f.data(ftpClient, ftpServer, 50000+i, 40001, "", "a file")
				f.now += 1e6
			}
		}, "40001 ftp-data, 40001 ftp-data, 40001 ftp-data"},
		{"passive, long after the login", false, func(f *ftp) {
			for range 300 {
				f.say(0, "NOOP\r\n")
				f.say(1, "200 done\r\n")
			}
			f.say(1, pasv)
			f.data(ftpClient, ftpServer, 50000, 40001, "", "a file")
		}, "40001 ftp-data"},
		{"extended passive", true, func(f *ftp) {
			f.say(1, "229 Entering Extended Passive Mode (|||40001|)\r\n")
			f.data(ftpClient, ftpServer, 50000, 40001, "", "a file")
		}, "40001 ftp-data"},
		{"active", false, func(f *ftp) {
			f.say(0, "port 10,0,0,1,156,66\r\n")
			f.data(ftpServer, ftpClient, 20, 40002, "a file")
		}, "40002 ftp-data"},
		{"extended active", true, func(f *ftp) {
			f.say(0, "EPRT |2|2001:db8::a00:1|40002|\r\n")
			f.data(ftpServer, ftpClient, 20, 40002, "a file")
		}, "40002 ftp-data"},
		{"both ends speak", false, func(f *ftp) {
			f.say(1, pasv)
			f.data(ftpClient, ftpServer, 50000, 40001, web, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		}, "40001 http"},
		{"somebody else calls there", false, func(f *ftp) {
			f.say(1, pasv)
			f.data(ftpOther, ftpServer, 50000, 40001, "", "a file")
		}, "40001"},
		{"another port", false, func(f *ftp) {
			f.say(1, pasv)
			f.data(ftpClient, ftpServer, 50000, 40003, "", "a file")
		}, "40003"},
		{"long before", false, func(f *ftp) {
			f.data(ftpClient, ftpServer, 50000, 40001, "", "a file")
			f.now += 1e6
			f.say(1, pasv)
		}, "40001"},
		{"minutes later", false, func(f *ftp) {
			f.say(1, pasv)
			f.now += 150e6
			f.data(ftpClient, ftpServer, 50000, 40001, "", "a file")
		}, "40001"},
		{"the client names where the server would listen", false, func(f *ftp) {
			f.say(0, pasv)
			f.data(ftpClient, ftpServer, 50000, 40001, "", "a file")
		}, "40001"},
		{"numbers that are none", false, func(f *ftp) {
			f.say(1, "227 Entering Passive Mode (10,0,0,2,156,665)\r\n")
			f.say(1, "227 Entering Passive Mode (10,0,0,2,156)\r\n")
			f.say(1, "227 Entering Passive Mode (1010,0,0,2,156,65)\r\n")
			f.say(1, "229 Entering Extended Passive Mode (|||40001)\r\n")
			f.say(1, "229 Entering Extended Passive Mode (|||140001|)\r\n")
			f.say(1, "229 \r\n")
			f.data(ftpClient, ftpServer, 50000, 40001, "", "a file")
		}, "40001"},
	} {
		f := newFTP(c.v6)
		c.do(f)
		for _, threads := range []int{1, 2} {
			var got []string
			proof, proofs := "", map[uint64]bool{}
			e := New(Options{Threads: threads, Sink: func(r *record.Record) error {
				if r.Resp.Port == 21 {
					if r.Service != "ftp" {
						t.Errorf("%s: the control connection is %q", c.what, r.Service)
					}
					return nil
				}
				got = append(got, strings.TrimSpace(fmt.Sprint(r.Resp.Port, " ", r.Service)))
				if r.Service == "ftp-data" {
					if proofs[r.App.Frames[1]] { // each of them was announced by a word of its own
						proof = fmt.Sprint("frame ", r.App.Frames[1], " twice")
					}
					proofs[r.App.Frames[1]] = true
					if r.App.Frames[0] != 0 || r.App.Frames[1] == 0 || r.App.Frames[1] >= r.FirstFrame || r.ServiceBy != "payload" {
						proof = fmt.Sprint(r.ServiceBy, r.App.Frames, r.FirstFrame)
					}
				}
				return nil
			}})
			if err := e.Run(context.Background(), open(t, f.pcap)); err != nil {
				t.Fatal(err)
			}
			slices.Sort(got)
			if s := strings.Join(got, ", "); s != c.want || proof != "" {
				t.Errorf("%s, %d threads: %q %s, want %q", c.what, threads, s, proof, c.want)
			}
		}
	}
}

// TestFTPDataCapturedFirst: the opening may be captured a moment before the word that it answers.
func TestFTPDataCapturedFirst(t *testing.T) {
	f := newFTP(false)
	f.data(ftpClient, ftpServer, 50000, 40001, "", "a file")
	f.say(1, pasv)
	if got := services(t, f, 0); got[40001] != "ftp-data" {
		t.Errorf("%v", got)
	}
}

// TestFTPAnnouncesWithoutEnd: somebody who announces doors without end takes no more memory than others, and the last still count.
func TestFTPAnnouncesWithoutEnd(t *testing.T) {
	f := newFTP(false)
	for i := range 20000 {
		f.say(1, fmt.Sprintf("227 (10,9,%d,%d,%d,7)\r\n", i>>8, i&255, i%200))
	}
	f.say(1, pasv)
	f.data(ftpClient, ftpServer, 50000, 40001, "", "a file")
	if got := services(t, f, 8<<20); got[40001] != "ftp-data" {
		t.Errorf("%v", got)
	}
}

// services are those of f's connections, by the responder's port.
func services(t *testing.T, f *ftp, memory int64) map[uint16]string {
	t.Helper()
	got := map[uint16]string{}
	e := New(Options{Threads: 1, Memory: memory, Sink: func(r *record.Record) error { got[r.Resp.Port] = r.Service; return nil }})
	if err := e.Run(context.Background(), open(t, f.pcap)); err != nil {
		t.Fatal(err)
	}
	return got
}
