package main

import (
	"bytes"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portero/capture"
	"portero/capture/pcapfile"
)

// A table that goes to no terminal is as wide as COLUMNS says, so that a pager or watch has it as wide as its screen; what is
// no width is passed over.
func TestColumns(t *testing.T) {
	widest := func(out string) (n int) {
		for line := range strings.Lines(out) {
			n = max(n, len([]rune(strings.TrimRight(line, "\n"))))
		}
		return n
	}
	const of = "../../testdata/cleartext-logins/in.pcap"
	for _, args := range [][]string{{"hosts", of}, {"ports", of}, {"findings", of}, {"why", of, "1"}, {"read", of}} {
		_, usual, _ := portero(t, args...)
		if n := widest(usual); n > 80 {
			t.Errorf("%q: %d columns", args, n)
		}
		for columns, same := range map[string]bool{"": true, "80": true, "0": true, "-100": true, "wide": true, "99999999": true, "200": false, "50": false} {
			t.Setenv("COLUMNS", columns)
			_, out, _ := portero(t, args...)
			if same != (out == usual) {
				t.Errorf("%q with COLUMNS=%s: as usual %v\n%s", args, columns, !same, out)
			}
			if columns == "200" && widest(out) < 90 {
				t.Errorf("%q: %d columns of 200\n%s", args, widest(out), out)
			}
			os.Unsetenv("COLUMNS")
		}
	}
}

// Who writes /dev/stdout is told how that is written.
func TestStandardOutputByItsPath(t *testing.T) {
	if st, err := os.Lstat("/dev/stdout"); err != nil || st.Mode()&os.ModeSymlink == 0 {
		t.Skip("/dev/stdout is no link here")
	}
	for lang, want := range map[string]string{"en": "/dev/stdout: is a link; standard output is written -\n", "es": "/dev/stdout: es un enlace; la salida estándar se escribe -\n"} {
		for _, args := range [][]string{{look, "-o", "/dev/stdout"}, {"extract", look, "2", "-w", "/dev/stdout"}, {"report", look, "--force", "-o", "/dev/stdout"}} {
			if code, out, errs := portero(t, append(args, "--lang", lang)...); code != exitUsage || out != "" || errs != "portero: "+want {
				t.Errorf("%q: %d %s%s", args, code, out, errs)
			}
		}
	}
}

// A profile is a file as all others: not over one that exists, not over what is read, not through a link, and nobody else's.
func TestProfilesAreFilesAsOthers(t *testing.T) {
	b, err := os.ReadFile(look)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	for _, name := range []string{"in.pcap", "there", "target"} {
		if err := os.WriteFile(name, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("target", "link"); err != nil {
		t.Skip(err)
	}
	for _, flag := range []string{"--cpuprofile", "--memprofile"} {
		for name, says := range map[string]string{"in.pcap": "is read or written by the same command", "there": "exists already", "link": "is a link"} {
			args := []string{"in.pcap", flag, name}
			if name != "there" {
				args = append(args, "--force")
			}
			if code, _, errs := portero(t, args...); code != exitUsage || !strings.Contains(errs, says) {
				t.Errorf("%q: exit status %d, %s", args, code, errs)
			}
		}
		for _, name := range []string{"in.pcap", "there", "target"} {
			if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, b) {
				t.Fatalf("%s: %s is another file now: %v", flag, name, err)
			}
		}
		// Once, however often the capture is read.
		if code, _, errs := portero(t, "in.pcap", flag, "made"+flag, "--where", "id == 2", "-w", "two"+flag+".pcapng"); code != exitOK {
			t.Errorf("%s: exit status %d, %s", flag, code, errs)
		}
		if st, err := os.Stat("made" + flag); err != nil || st.Mode().Perm() != 0o600 || st.Size() == 0 {
			t.Errorf("%s: %v, %v", flag, st, err)
		}
	}
}

// No output replaces what the same command reads, or another of its outputs, whatever
// --force says: the capture would be gone.
func TestForceKeepsWhatIsRead(t *testing.T) {
	was, err := os.ReadFile(look)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	in, other := filepath.Join(dir, "in.pcap"), filepath.Join(dir, "new")
	if err := os.WriteFile(in, was, 0o600); err != nil {
		t.Fatal(err)
	}
	rules := filepath.Join(dir, "house.policy")
	if err := os.WriteFile(rules, []byte("192.0.2.1 1/tcp\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{in, "-w", in, "--force"},
		{in, "-o", in, "--force"},
		{dir, "-w", in, "--force"},
		{"-r", in, "-w", filepath.Join(dir, ".", "in.pcap"), "--force"},
		{"extract", in, "1", "-w", in, "--force"},
		{"why", in, "1", "-o", in, "--force"},
		{"findings", in, "-o", in, "--force"},
		{"report", in, "-o", in, "--force"},
		{"diff", in, "../../testdata/refused/in.pcap", "-o", in, "--force"},
		{"hosts", in, "-o", in, "--force"},
		{"teach", in, "1", "-o", in, "--force"},
		{"policy", rules, look, "-o", rules, "--force"},
		{"live", "--replay", in, "--plain", "-o", in, "--force"},
		{in, "-w", other, "-o", other, "--force", "--format", "ndjson"},
	} {
		code, _, errs := portero(t, args...)
		if code != exitUsage || !strings.Contains(errs, "by the same command") {
			t.Errorf("%q: exit status %d, says %q", args, code, errs)
		}
		if now, err := os.ReadFile(in); err != nil || !bytes.Equal(now, was) {
			t.Fatalf("%q: the capture is not what it was: %v", args, err)
		}
		os.Remove(other)
	}
	// What cannot be begun replaces nothing either.
	for _, args := range [][]string{
		{filepath.Join(dir, "missing"), "-w", in, "--force"},
		{look, "-o", in, "--force", "--format", "xml"},
		{look, "-w", in, "--force", "--format", "xml"},
		{"hosts", look, "-o", in, "--force", "--format", "xml"},
		{"ports", look, "-o", in, "--force", "--format", "xml"},
		{"findings", look, "-o", in, "--force", "--format", "xml"},
		{"diff", look, look, "-o", in, "--force", "--format", "xml"},
	} {
		if code, _, errs := portero(t, args...); code != exitUsage {
			t.Errorf("%q: exit status %d, says %q", args, code, errs)
		}
		if now, err := os.ReadFile(in); err != nil || !bytes.Equal(now, was) {
			t.Fatalf("%q: what was there is gone: %v", args, err)
		}
	}
	if code, _, errs := portero(t, in, "-w", other); code != exitOK {
		t.Errorf("another name: exit status %d, %q", code, errs)
	}
}

// ports fits 80 columns beside the longest addresses there are, and drops what is told
// elsewhere, not the door or its state.
func TestPortsAreNarrow(t *testing.T) {
	in := filepath.Join(t.TempDir(), "long.pcapng")
	f, err := os.Create(in)
	if err != nil {
		t.Fatal(err)
	}
	w, err := pcapfile.NewWriter(f, pcapfile.WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	from, to := netip.MustParseAddr("2001:db8:1111:2222:3333:4444:5555:6666").As16(), netip.MustParseAddr("2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff").As16()
	b := append([]byte{0x60, 0, 0, 0, 0, 12, 17, 64}, from[:]...)
	b = append(append(b, to[:]...), 0x9c, 0x40, 0x20, 0x27, 0, 12, 0, 0, 1, 2, 3, 4) // to 8231, hncp-udp-port
	fr := capture.Frame{Data: b, WireLen: uint32(len(b)), Time: 1_700_000_000e9, Link: capture.LinkRaw}
	if err := w.Write(&fr, ""); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	code, out, errs := portero(t, "ports", in)
	if code != exitOK || !strings.Contains(out, "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff  8231  udp    silent") {
		t.Fatalf("exit status %d, %s\n%s", code, errs, out)
	}
	for _, line := range strings.Split(out, "\n") {
		if len(line) > 80 {
			t.Errorf("%d columns: %q", len(line), line)
		}
	}
}

// What -w saved is told, as live and extract tell it; not where it goes into a pipe, nor with -q.
func TestSavedIsTold(t *testing.T) {
	to := filepath.Join(t.TempDir(), "x.pcapng")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--where", "id == 2", "--lang", "en"}, "portero: 10 frames in " + to + "\n"},
		{[]string{"--lang", "es", "-f", "port 2323"}, "portero: 6 tramas en " + to + "\n"},
		{[]string{"--lang", "en", "-f", "port 2323", "-c", "15"}, "portero: 1 frame in " + to + "\n"},
		{[]string{"--where", "id == 99", "--lang", "en"}, "portero: 0 frames in " + to + "\n"},
		{[]string{"--where", "id == 2", "-q"}, ""},
	} {
		if code, _, errs := portero(t, append([]string{"read", look, "-w", to, "--force"}, c.args...)...); code != exitOK || errs != c.want {
			t.Errorf("%q: %d %q, want %q", c.args, code, errs, c.want)
		}
	}
	if code, _, errs := portero(t, "read", look, "-w", "-", "-o", to+".txt", "--force", "--where", "id == 2"); code != exitOK || errs != "" {
		t.Errorf("into a pipe: %d %q", code, errs)
	}
}
