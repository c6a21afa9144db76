package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"portero/internal/corpus"
)

// What a sensor left on its spool is sent by one that watches nothing; one without a spool, or with an empty one, still
// wants to be told what to watch.
func TestWhatIsLeftOnASpoolIsSent(t *testing.T) {
	t.Parallel()
	dir, port := t.TempDir(), ports(t, 1)[0]
	url, spool := fmt.Sprintf("nats://127.0.0.1:%d", port), filepath.Join(dir, "spool")
	sensor := func(more ...string) *process {
		return start(t, "command", append([]string{"sensor", "--url", url, "--site", "hq", "--name", "s1", "--spool", spool}, more...)...)
	}
	ends := func(p *process, code int, want string) {
		t.Helper()
		<-p.done
		if got := p.cmd.ProcessState.ExitCode(); got != code || !strings.Contains(p.text(), want) {
			t.Errorf("exit status %d, want %d and %q: %s", got, code, want, p.text())
		}
	}
	ends(sensor(), 2, "takes at least 1 argument")
	p := sensor(filepath.Join(corpus.Root(), "testdata", "first-look", "in.pcap")) // nobody is there
	p.wait("not sent yet")
	p.stop()
	one(t, filepath.Join(dir, "b"), port)
	ends(sensor(), 0, "0 records, 6 acknowledged by the broker, 0 wait")
	ends(sensor(), 2, "nothing waits on the spool "+spool)
}
