package main

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The load is TCP connections of perConn segments each, as many at the same time as
// fit a pass, every pass from another address: complete handshakes, data both ways,
// proper ends.
const (
	perConn = 50
	conns   = 2000 // of a pass
	payload = 100
	batch   = 64
)

type load struct {
	frames [][]byte
	fd     int
	at     int    // next frame
	pass   uint16 // how often all were sent
}

func sum(bs ...[]byte) uint16 {
	var s uint32
	for _, b := range bs {
		for i := 0; i < len(b); i += 2 {
			v := uint32(b[i]) << 8
			if i+1 < len(b) {
				v |= uint32(b[i+1])
			}
			s += v
		}
	}
	for s>>16 != 0 {
		s = s&0xffff + s>>16
	}
	return ^uint16(s)
}

// segment is a frame from or to connection i. The addresses are 10.0.pass.pass for the
// originator.
func segment(i int, back bool, seq, ack uint32, flags byte, data int) []byte {
	f := make([]byte, 54+data)
	copy(f, []byte{2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8, 8, 0}) // nobody's address: the other end drops it
	ip := f[14:]
	ip[0], ip[8], ip[9] = 0x45, 64, 6
	binary.BigEndian.PutUint16(ip[2:], uint16(40+data))
	binary.BigEndian.PutUint16(ip[4:], uint16(seq*7+ack))
	orig, resp := []byte{10, 0, 0, 0}, []byte{10, 1, byte(i >> 8), byte(i)}
	sport, dport := uint16(20000+i), uint16(443)
	if back {
		orig, resp, sport, dport = resp, orig, dport, sport
	}
	copy(ip[12:], orig)
	copy(ip[16:], resp)
	binary.BigEndian.PutUint16(ip[10:], sum(ip[:20]))
	tcp := ip[20:]
	binary.BigEndian.PutUint16(tcp, sport)
	binary.BigEndian.PutUint16(tcp[2:], dport)
	binary.BigEndian.PutUint32(tcp[4:], seq)
	binary.BigEndian.PutUint32(tcp[8:], ack)
	tcp[12], tcp[13] = 5<<4, flags
	tcp[14] = 0x20
	binary.BigEndian.PutUint16(tcp[16:], sum(ip[12:20], []byte{0, 6, byte((20 + data) >> 8), byte(20 + data)}, tcp))
	return f
}

func newLoad(iface int) (*load, error) {
	l := &load{}
	const syn, ack, fin = 2, 16, 1
	for n := range perConn {
		for i := range conns {
			var f []byte
			o, r := uint32(1000+i), uint32(5000+i)
			sent := uint32(max(n-3, 0)/2) * payload
			switch {
			case n == 0:
				f = segment(i, false, o, 0, syn, 0)
			case n == 1:
				f = segment(i, true, r, o+1, syn|ack, 0)
			case n == 2:
				f = segment(i, false, o+1, r+1, ack, 0)
			case n == perConn-3:
				f = segment(i, false, o+1+sent, r+1+sent, fin|ack, 0)
			case n == perConn-2:
				f = segment(i, true, r+1+sent, o+2+uint32(perConn-6)/2*payload, fin|ack, 0)
			case n == perConn-1:
				f = segment(i, false, o+2+uint32(perConn-6)/2*payload, r+2+uint32(perConn-5)/2*payload, ack, 0)
			case n%2 == 1:
				f = segment(i, false, o+1+sent, r+1+sent, ack, payload)
			default:
				f = segment(i, true, r+1+sent, o+1+sent+payload, ack, payload)
			}
			l.frames = append(l.frames, f)
		}
	}
	var err error
	if l.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0); err != nil {
		return nil, err
	}
	return l, unix.Bind(l.fd, &unix.SockaddrLinklayer{Ifindex: iface})
}

// readdress moves a frame to the next pass: another address of the originator, both
// sums mended (RFC 1624).
func readdress(f []byte, pass uint16) {
	ip := f[14:]
	at := ip[14:16]
	if ip[13] != 0 {
		at = ip[18:20]
	}
	old := binary.BigEndian.Uint16(at)
	binary.BigEndian.PutUint16(at, pass)
	for _, c := range [][]byte{ip[10:12], ip[36:38]} {
		s := uint32(^binary.BigEndian.Uint16(c)) + uint32(^old) + uint32(pass)
		for s>>16 != 0 {
			s = s&0xffff + s>>16
		}
		binary.BigEndian.PutUint16(c, ^uint16(s))
	}
}

type mmsghdr struct {
	hdr unix.Msghdr
	n   uint32
	_   [4]byte
}

// send sends frames at rate a second for d, and says how many the kernel took.
func (l *load) send(rate int, d time.Duration) (sent int, took time.Duration, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var msgs [batch]mmsghdr
	var iovs [batch]unix.Iovec
	for i := range msgs {
		msgs[i].hdr.Iov = &iovs[i]
		msgs[i].hdr.SetIovlen(1)
	}
	began := time.Now()
	for {
		now := time.Since(began)
		if now >= d {
			return sent, now, nil
		}
		if due := int(float64(rate) * now.Seconds()); sent+batch > due {
			if wait := time.Duration(float64(sent+batch-due) / float64(rate) * 1e9); wait > 200*time.Microsecond {
				time.Sleep(wait - 100*time.Microsecond)
			}
			continue
		}
		for i := range msgs {
			f := l.frames[l.at]
			readdress(f, l.pass)
			if l.at++; l.at == len(l.frames) {
				l.at = 0
				l.pass++
			}
			iovs[i].Base = &f[0]
			iovs[i].SetLen(len(f))
		}
		n, _, e := unix.Syscall6(unix.SYS_SENDMMSG, uintptr(l.fd), uintptr(unsafe.Pointer(&msgs[0])), batch, 0, 0, 0)
		if e != 0 && e != unix.ENOBUFS && e != unix.EAGAIN {
			return sent, time.Since(began), fmt.Errorf("sendmmsg: %w", e)
		}
		sent += int(n)
	}
}
