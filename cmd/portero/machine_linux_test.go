package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"portero/capture"
	"portero/internal/doors"
	"portero/internal/sockets"
	"portero/internal/words"
)

// The doors of two networks with one number are told apart also where the terminal is narrow; where there is one
// network the column gives way first.
func TestPortsOfTwoNetworks(t *testing.T) {
	local := netip.MustParseAddrPort("0.0.0.0:80")
	place := func(netns uint64) doors.Place {
		return doors.Place{Socket: &sockets.Socket{Proto: capture.ProtoTCP, Local: local, NetNS: netns}, Proto: capture.ProtoTCP, Local: local,
			Owner: &sockets.Program{PID: 4711, Name: "python3", User: "root", Path: "/usr/local/lib/versions/3/bin/python3", Unit: "web.service"}}
	}
	shown := func(width int, places ...doors.Place) string {
		l := placeTable(places, false, words.English, width)
		return fmt.Sprint(l.label, l.rows)
	}
	if got := shown(80, place(0), place(4026532457)); !strings.Contains(got, "container") || strings.Contains(got, "path") || !strings.Contains(got, "pid") {
		t.Errorf("two networks: %s", got)
	}
	if got := shown(58, place(0), place(4026532457)); !strings.Contains(got, "container") || strings.Contains(got, "pid") {
		t.Errorf("two networks, 58 columns: %s", got)
	}
	for _, width := range []int{58, 80} {
		if got := shown(width, place(0)); strings.Contains(got, "container") || !strings.Contains(got, "pid") {
			t.Errorf("one network, %d columns: %s", width, got)
		}
	}
}

// Where nobody listens it is said at which address somebody does.
func TestPortsBoundElsewhere(t *testing.T) {
	at := netip.MustParseAddrPort
	places := []doors.Place{{Proto: capture.ProtoTCP, Local: at("192.0.2.1:25"), Seen: doors.NobodyListens,
		Instead: &sockets.Socket{Proto: capture.ProtoTCP, Local: at("127.0.0.1:25"), State: sockets.Listen}}}
	for l, want := range map[words.Lang]string{words.English: "(at 127.0.0.1:25)", words.Spanish: "(en 127.0.0.1:25)"} {
		if got := fmt.Sprint(placeTable(places, true, l, 80).rows); !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
}

// renamed gives this process a name that an attacker would choose.
func renamed(t *testing.T, name string) {
	t.Helper()
	old, err := os.ReadFile("/proc/self/comm")
	if err != nil {
		t.Skipf("no /proc: %v", err)
	}
	set := func(s string) {
		if err := os.WriteFile("/proc/self/comm", []byte(s), 0); err != nil {
			t.Skipf("this process cannot be renamed: %v", err)
		}
	}
	set(name)
	t.Cleanup(func() { set(strings.TrimSpace(string(old))) })
}

func TestPortsOfThisMachine(t *testing.T) {
	const evil = "\x1b[31mroot\n,\"=1"
	renamed(t, evil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	at := netip.MustParseAddrPort(l.Addr().String())
	code, out, errs := portero(t, "ports", "--format", "ndjson")
	if code != exitOK {
		t.Fatalf("exit status %d: %s", code, errs)
	}
	found := false
	for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
		var r struct {
			Proto, State, Process, Path, User string
			LocalAddr                         string `json:"local_addr"`
			LocalPort                         uint16 `json:"local_port"`
			PID                               int
			By                                string `json:"process_by"`
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if r.LocalPort != at.Port() || r.LocalAddr != "127.0.0.1" || r.State != "LISTEN" {
			continue
		}
		found = true
		me, _ := os.Executable()
		if r.PID != os.Getpid() || r.By != "exact" || r.Path != me || !strings.HasPrefix(r.Process, "\x1b[31mroot") || r.User == "" {
			t.Errorf("the listening socket of this process is %+v", r)
		}
	}
	if !found {
		t.Errorf("port %d is not listed:\n%s", at.Port(), out)
	}
	for _, format := range []string{"table", "csv", "tsv", "json", "ndjson"} {
		_, out, _ := portero(t, "ports", "--format", format, "--state", "listen")
		if strings.ContainsRune(out, 0x1b) {
			t.Errorf("%s lets the name of a program steer the terminal: %q", format, out)
		}
		if !strings.Contains(out, strconv.Itoa(int(at.Port()))) {
			t.Errorf("%s does not list port %d:\n%s", format, at.Port(), out)
		}
	}
}

func TestPortsOfThisMachineUsage(t *testing.T) {
	for _, x := range []struct {
		args []string
		says string
	}{
		{[]string{"ports", "--at", "2026-11-23T10:31:09Z"}, "--at needs a capture"},
		{[]string{"ports", "--state", "ajar"}, "is no state of a socket"},
		{[]string{"ports", "--listening", look}, "leave the capture out"},
		{[]string{"ports", "--format", "xml"}, "none of table"},
		{[]string{"ports", "--seen", "/nonexistent"}, "no such file"},
	} {
		if code, _, errs := portero(t, x.args...); code != exitUsage || !strings.Contains(errs, x.says) {
			t.Errorf("%v: exit status %d, says %q", x.args, code, errs)
		}
	}
}

// What a capture shows of a door, the records that were written of it show too.
func TestSeenFromCaptureAndFromRecords(t *testing.T) {
	records := filepath.Join(t.TempDir(), "seen.ndjson")
	if code, _, errs := portero(t, "--format", "ndjson", "-o", records, look); code != exitOK {
		t.Fatal(errs)
	}
	a, _, _, err := testApp(t).seenOf([]string{look}, &readFlags{memory: "64M", threads: 1, frames: "file"})
	if err != nil {
		t.Fatal(err)
	}
	b, _, _, err := testApp(t).seenOf([]string{records}, &readFlags{memory: "64M", threads: 1, frames: "file"})
	if err != nil {
		t.Fatal(err)
	}
	show := func(t *doors.Tally) (out []string) {
		for _, d := range t.Doors() {
			out = append(out, fmt.Sprintf("%v %v %d %d %d %d %d %d %v %s", d.Key, d.State, d.Attempts, d.Accepted, d.Refused, d.Clients(), d.First, d.Last, d.GuessedRole, d.Service))
		}
		return out
	}
	if d := cmp.Diff(show(a), show(b)); d != "" || len(show(a)) == 0 {
		t.Errorf("capture (-) and records (+) differ: %s", d)
	}
	bad := filepath.Join(t.TempDir(), "bad.ndjson")
	os.WriteFile(bad, []byte("{\"id\":1}\n{\"id\":}\n"), 0o600)
	if code, _, errs := portero(t, "ports", "--seen", bad); code != exitUsage || !strings.Contains(errs, "line 2 is no record of portero") {
		t.Errorf("exit status %d, says %q", code, errs)
	}
}

// A capture that is shown again gives the records that reading it gives, times included,
// however fast it is shown, and ends where there is no screen.
func TestReplayEqualsRead(t *testing.T) {
	keys := func(out string) map[string]string {
		m := map[string]string{}
		for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
			var r map[string]any
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			if r["final"] != true {
				continue
			}
			var s []string
			for _, k := range []string{"community_id", "handshake", "exchange", "close", "syn_frame", "synack_frame", "ack_frame", "orig_pkts", "resp_pkts", "orig_payload", "resp_payload", "history", "first", "last", "duration_us", "server_rtt_us", "setup_us", "rtt_p50_us"} {
				s = append(s, fmt.Sprint(k, "=", r[k]))
			}
			m[fmt.Sprint(r["id"])] = strings.Join(s, " ")
		}
		return m
	}
	for _, name := range []string{"first-look", "reuse", "split-handshake", "half-open"} {
		in := "../../testdata/" + name + "/in.pcap"
		_, read, _ := portero(t, "--format", "ndjson", in)
		began := time.Now()
		code, replayed, errs := portero(t, "live", "--replay", in, "--speed", "100", "--duration", "20s", "--format", "ndjson", "-q")
		if code != exitOK {
			t.Fatalf("%s: exit status %d: %s", name, code, errs)
		}
		if spent := time.Since(began); spent > 15*time.Second {
			t.Errorf("%s: it ends after %v", name, spent)
		}
		if d := cmp.Diff(keys(read), keys(replayed)); d != "" || len(keys(read)) == 0 {
			t.Errorf("%s: read (-) and replayed (+) differ: %s", name, d)
		}
	}
	for _, x := range [][]string{{"--speed", "0"}, {"-w", "x.pcapng"}} {
		if code, _, errs := portero(t, append([]string{"live", "--replay", look}, x...)...); code != exitUsage || !strings.Contains(errs, x[0]) && !strings.Contains(errs, "-w") {
			t.Errorf("%v: exit status %d, says %q", x, code, errs)
		}
	}
}

// A program whose file is gone is told as that, in the table and for programs; of others nothing is said.
func TestPortsOfADeletedProgram(t *testing.T) {
	at := netip.MustParseAddrPort("127.0.0.1:25")
	for _, gone := range []bool{true, false} {
		p := doors.Place{Proto: capture.ProtoTCP, Local: at, Socket: &sockets.Socket{Proto: capture.ProtoTCP, Local: at, State: sockets.Listen, Match: sockets.Exact},
			Owner: &sockets.Program{PID: 7, Name: "mail", Path: "/opt/mail", Deleted: gone}}
		for l, want := range map[words.Lang]string{words.English: "/opt/mail (deleted)", words.Spanish: "/opt/mail (borrado)"} {
			if got := fmt.Sprint(placeTable([]doors.Place{p}, false, l, 200).rows); strings.Contains(got, want) != gone || !strings.Contains(got, "/opt/mail") {
				t.Errorf("gone %v: %s", gone, got)
			}
		}
		l := placeList([]doors.Place{p}, &readFlags{})
		if got, heads := l.rows[0], l.heads; heads[len(heads)-1] != "deleted" || (got[len(got)-1] == true) != gone || got[9] != "/opt/mail" {
			t.Errorf("gone %v: %v", gone, got)
		}
	}
}
