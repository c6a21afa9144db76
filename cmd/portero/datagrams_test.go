package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// TestDatagramsWithPorts: DCCP and UDP-Lite have ports, which tell their flows apart and have names; DCCP's first packets say who
// called; and an ICMP error belongs to the flow that it quotes. All of it holds for the same packets made anonymous, too.
func TestDatagramsWithPorts(t *testing.T) {
	a, b := end{net.IPv4(192, 0, 2, 1).To4(), 5004}, end{net.IPv4(192, 0, 2, 2).To4(), 55000}
	head := func(from, to end) []byte {
		return []byte{byte(from.port >> 8), byte(from.port), byte(to.port >> 8), byte(to.port)}
	}
	dccp := func(typ byte, n int) func(from, to end) []byte {
		return func(from, to end) []byte {
			l := map[byte]int{0: 20, 1: 28, 2: 16, 10: 20}[typ]
			h := append(head(from, to), byte(l/4), 0, 0, 0, typ<<1|1)
			return append(h, make([]byte, l-len(h)+n)...)
		}
	}
	lite := func(from, to end) []byte { return append(head(from, to), 0, 8, 0, 0, 'h', 'i') }
	const udpLite = 136
	for _, x := range []struct {
		name  string
		proto layers.IPProtocol
		say   []func(from, to end) []byte // in turns, a first
		want  string
	}{
		{"a request and its answer", layers.IPProtocol(33), []func(from, to end) []byte{dccp(0, 0), dccp(1, 0), dccp(2, 5), dccp(2, 7)}, "5004 > 55000 payload 1, 5 and 7 octets"},
		{"only the answer", layers.IPProtocol(33), []func(from, to end) []byte{dccp(1, 0)}, "55000 > 5004 payload 1, 0 and 0 octets avt-profile-1"},
		{"asked to call", layers.IPProtocol(33), []func(from, to end) []byte{dccp(10, 0), dccp(0, 0)}, "55000 > 5004 payload 1, 0 and 0 octets avt-profile-1"},
		{"the opening missed", layers.IPProtocol(33), []func(from, to end) []byte{dccp(2, 5), dccp(2, 7)}, "55000 > 5004 port 1, 7 and 5 octets avt-profile-1"},
		{"UDP-Lite", layers.IPProtocol(udpLite), []func(from, to end) []byte{lite, lite}, "55000 > 5004 port 1, 2 and 2 octets avt-profile-1"},
	} {
		dir := t.TempDir()
		name := filepath.Join(dir, "x.pcap")
		w := newWire(t, name)
		for i, say := range x.say {
			from, to := a, b
			if i%2 == 1 {
				from, to = b, a
			}
			w.send(from, to, x.proto, gopacket.Payload(say(from, to)), nil)
		}
		other := a
		other.port = 5005
		w.send(other, b, x.proto, gopacket.Payload(x.say[0](other, b)), nil)
		// The error comes late, so that it is about the last, and not a flow of its own.
		seg := x.say[0](other, b)
		quote := []byte{0x45, 0, 0, byte(20 + len(seg)), 0, 0, 0, 0, 64, byte(x.proto), 0, 0}
		quote = append(append(append(quote, other.ip...), b.ip...), seg[:8]...)
		w.send(b, other, layers.IPProtocolICMPv4, &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(3, 3)}, quote)
		w.close()
		for _, file := range []string{name, filepath.Join(dir, "masked.pcapng")} {
			if file != name {
				if code, _, errs := portero(t, "read", name, "--anonymize", "-q", "-w", file); code != 0 {
					t.Fatal(code, errs)
				}
			}
			all := records(t, file)
			r, refused := all[1], all[2]
			got := fmt.Sprintf("%v > %v %v %v, %v and %v octets", r["orig_port"], r["resp_port"], r["roles_by"], r["roles_frame"], r["orig_payload"], r["resp_payload"])
			if n := r["port_name"]; n != nil {
				got += fmt.Sprint(" ", n)
			}
			if len(all) != 2 || got != x.want || r["icmp_frame"] != nil || fmt.Sprint(refused["icmp_frame"]) != fmt.Sprint(len(x.say)+2) || r["exchange"] != nil || r["handshake"] != "none" {
				t.Errorf("%s, %s: %d records, %s, want %s; ICMP at %v and %v", x.name, filepath.Base(file), len(all), got, x.want, r["icmp_frame"], refused["icmp_frame"])
			}
		}
	}
}

// TestDoorsOfOtherTransports: what let a caller in by SCTP, DCCP or UDP-Lite is a door, which ports lists with its proof and a
// policy judges. What turned somebody away, and what only somebody else's answer shows, is none.
func TestDoorsOfOtherTransports(t *testing.T) {
	caller, host := end{net.IPv4(10, 0, 0, 5).To4(), 40000}, end{net.IPv4(10, 0, 0, 1).To4(), 5004}
	head := func(from, to end, rest ...byte) []byte {
		return append([]byte{byte(from.port >> 8), byte(from.port), byte(to.port >> 8), byte(to.port)}, rest...)
	}
	sctp := func(chunk byte) func(from, to end) []byte {
		return func(from, to end) []byte { return head(from, to, 0, 0, 0, 1, 0, 0, 0, 0, chunk, 0, 0, 4) }
	}
	dccp := func(typ byte) func(from, to end) []byte {
		return func(from, to end) []byte {
			l := map[byte]int{0: 20, 1: 28, 3: 24, 7: 28}[typ]
			h := head(from, to, byte(l/4), 0, 0, 0, typ<<1|1)
			return append(h, make([]byte, l-len(h))...)
		}
	}
	lite := func(from, to end) []byte { return head(from, to, 0, 8, 0, 0, 'h', 'i') }
	const initiate, initiateAck, abort, cookieEcho, cookieAck = 1, 2, 6, 10, 11
	policy := filepath.Join(t.TempDir(), "policy")
	for _, x := range []struct {
		name   string
		proto  layers.IPProtocol
		say    []func(from, to end) []byte // in turns, the caller first
		proof  string                      // of the open door, "" where there is none
		judged map[string]int              // by what the policy says of it
	}{
		{"SCTP", 132, []func(from, to end) []byte{sctp(initiate), sctp(initiateAck), sctp(cookieEcho), sctp(cookieAck)}, "2", map[string]int{"5004/sctp": 0, "5004/tcp": 1, "5004/sctp from 10.9.9.9": 1, "5005/sctp": 1}},
		{"SCTP, offered", 132, []func(from, to end) []byte{sctp(initiate), sctp(initiateAck)}, "2", map[string]int{"5004/sctp": 0, "5004/sctp from 10.9.9.9": 0, "5005/sctp": 1}},
		{"SCTP, turned away", 132, []func(from, to end) []byte{sctp(initiate), sctp(abort), sctp(initiate), sctp(abort)}, "", map[string]int{"5005/sctp": 0}},
		{"DCCP", 33, []func(from, to end) []byte{dccp(0), dccp(1), dccp(3), dccp(3)}, "2", map[string]int{"5004/dccp": 0, "5000-5010/33": 0, "5004/udp-lite": 1, "5004/dccp from 10.9.9.9": 1}},
		{"DCCP, turned away", 33, []func(from, to end) []byte{dccp(0), dccp(7)}, "", map[string]int{"5005/dccp": 0}},
		{"UDP-Lite", 136, []func(from, to end) []byte{lite, lite}, "2", map[string]int{"5004/udp-lite": 0, "5004/udplite": 0, "5004/136": 0, "5004/udp": 1, "*/udp-lite from 10.9.9.9": 1}},
		{"UDP-Lite, unanswered", 136, []func(from, to end) []byte{lite}, "", map[string]int{"5005/udp-lite": 0}},
	} {
		name := filepath.Join(t.TempDir(), "x.pcap")
		w := newWire(t, name)
		for i, say := range x.say {
			from, to := caller, host
			if i%2 == 1 {
				from, to = host, caller
			}
			w.send(from, to, x.proto, gopacket.Payload(say(from, to)), nil)
		}
		w.close()
		proof := ""
		for _, row := range rowsOf(t, "ports", name) {
			proof += fmt.Sprint(row["proof_frame"])
			if row["state"] != "open" || row["addr"] != "10.0.0.1" {
				t.Errorf("%s: %v", x.name, row)
			}
		}
		if proof != x.proof {
			t.Errorf("%s: the door is proved by frame %q, want %q", x.name, proof, x.proof)
		}
		for doors, want := range x.judged {
			if err := os.WriteFile(policy, []byte("10.0.0.1 "+doors+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			if code, out, errs := portero(t, "policy", policy, name); code != want {
				t.Errorf("%s where %s is expected: exit status %d, want %d: %s%s", x.name, doors, code, want, out, errs)
			}
		}
	}
}

// TestHeaderThatCannotBe: of a segment whose header is shorter than any may be it is not said that it was cut: nothing was. Of one that
// was it is.
func TestHeaderThatCannotBe(t *testing.T) {
	a, b := end{net.IPv4(192, 0, 2, 1).To4(), 40000}, end{net.IPv4(192, 0, 2, 2).To4(), 88}
	name := filepath.Join(t.TempDir(), "x.pcap")
	w := newWire(t, name)
	seg := append([]byte{byte(a.port >> 8), byte(a.port & 0xff), 0, 88}, make([]byte, 36)...)
	seg[12], seg[13] = 2<<4, 1 // eight octets, and a FIN
	w.send(a, b, layers.IPProtocolTCP, gopacket.Payload(seg), nil)
	w.close()
	for _, x := range []struct {
		args []string
		says string
	}{
		{[]string{name}, "headers that no receiver reads: only the ports are known"},
		{[]string{name, "--lang", "es"}, "cabeceras que ningún receptor lee"},
		{[]string{"why", name, "1"}, "No packet has a header that a receiver reads"},
		{[]string{"why", name, "1", "--lang", "es"}, "Ningún paquete tiene una cabecera que un receptor lea"},
	} {
		_, out, errs := portero(t, x.args...)
		if out = strings.Join(strings.Fields(out), " "); !strings.Contains(out, x.says) || strings.Contains(out, "cut before") {
			t.Errorf("%q: %s%s", x.args, out, errs)
		}
	}
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	const kept = 14 + 20 + 8 // octets of the frame: ports and the number, no flags
	cut := whole[:24+16+kept]
	cut[24+8] = kept
	if err := os.WriteFile(name, cut, 0o600); err != nil {
		t.Fatal(err)
	}
	for says, args := range map[string][]string{"cut before the flags": {name}, "cut before its flags": {"why", name, "1"}} {
		_, out, errs := portero(t, args...)
		if out = strings.Join(strings.Fields(out), " "); !strings.Contains(out, says) || strings.Contains(out, "receiver reads") {
			t.Errorf("%q: %s%s", args, out, errs)
		}
	}
}
