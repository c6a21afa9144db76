package export_test

import (
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"portero/internal/corpus"
	"portero/internal/export"
	"portero/internal/findings"
	"portero/internal/words"
)

// A collector that goes away is told of when it happens, once, and once more when it is back.
func TestACollectorThatIsAwayIsToldAtOnce(t *testing.T) {
	for _, k := range []struct {
		to, gone, back string
		lang           words.Lang
		leave, come    func(c *collector)
	}{
		{"syslog+tcp://h", "the collector is away (nobody listens there): what is meant for it is left out and counted until it is back", "the collector is back; ", words.English,
			func(c *collector) {
				c.absent, c.refuse = syscall.ECONNREFUSED, func(int) error { return syscall.EPIPE }
			}, func(c *collector) { c.absent, c.refuse = nil, nil }},
		{"syslog+tcp://h", "el colector no responde (no acepta nada): lo que es para él se omite y se cuenta hasta que vuelva", "el colector ha vuelto; ", words.Spanish,
			func(c *collector) { c.refuse = func(int) error { return os.ErrDeadlineExceeded } }, func(c *collector) { c.refuse = nil }},
		{"syslog://h", "the collector is away (nobody listens there): what is meant for it is left out and counted until it is back", "the collector is back; ", words.English,
			// What tells comes with the next datagram; that one is sent then.
			func(c *collector) {
				c.refuse = func(nth int) error {
					if nth%2 == 0 {
						return syscall.ECONNREFUSED
					}
					return nil
				}
			}, func(c *collector) { c.refuse = nil }},
	} {
		synctest.Test(t, func(t *testing.T) {
			var mu sync.Mutex // of what leave and come change
			c := &collector{}
			var said []string
			dial := func(network, addr string) (net.Conn, error) {
				mu.Lock()
				defer mu.Unlock()
				return c.dial(network, addr)
			}
			e, err := export.Open(k.to, export.Options{Live: true, Lang: k.lang, Dial: dial, Say: func(s string) { said = append(said, s) }})
			if err != nil {
				t.Fatal(err)
			}
			port := uint16(0)
			pass := func(seconds int) {
				for range seconds * 2 {
					port++
					e.Findings([]findings.Finding{finding(port)})
					time.Sleep(500 * time.Millisecond)
					synctest.Wait()
					e.Tick()
				}
			}
			change := func(how func(*collector)) {
				c.mu.Lock()
				mu.Lock()
				how(c)
				mu.Unlock()
				c.mu.Unlock()
			}
			pass(5)
			if len(said) != 0 {
				t.Errorf("%s: said of one that is there: %q", k.to, said)
			}
			change(k.leave)
			pass(3)
			if len(said) != 1 || said[0] != k.to+": "+k.gone {
				t.Errorf("%s: after three seconds it said %q", k.to, said)
			}
			pass(300)
			if len(said) != 1 {
				t.Errorf("%s: said again: %q", k.to, said)
			}
			change(k.come)
			pass(12)
			if len(said) != 2 || !strings.HasPrefix(said[1], k.to+": "+k.back) {
				t.Errorf("%s: when it was back it said %q", k.to, said)
			}
			pass(60)
			if len(said) != 2 {
				t.Errorf("%s: said again: %q", k.to, said)
			}
			e.Close()
		})
	}
}

// A collector that hangs up while there is nothing to send is told of all the same, and so is that it
// is back; what comes then is sent to it whole.
func TestACollectorThatHangsUpInSilence(t *testing.T) {
	for _, to := range []string{"ipfix+tcp://h", "syslog+tcp://h"} {
		synctest.Test(t, func(t *testing.T) {
			var mu sync.Mutex // of what dial looks at
			c := &collector{}
			dial := func(network, addr string) (net.Conn, error) {
				mu.Lock()
				defer mu.Unlock()
				return c.dial(network, addr)
			}
			var said []string
			e, err := export.Open(to, export.Options{Live: true, Dial: dial, Say: func(s string) { said = append(said, s) }})
			if err != nil {
				t.Fatal(err)
			}
			pass := func(d time.Duration) {
				for end := time.Now().Add(d); time.Now().Before(end); {
					time.Sleep(200 * time.Millisecond)
					synctest.Wait()
					e.Tick()
				}
			}
			pass(time.Hour)
			if len(said) != 0 || c.dials != 1 {
				t.Errorf("%s: in silence: %q, %d connections", to, said, c.dials)
			}
			mu.Lock()
			c.absent = syscall.ECONNREFUSED
			c.hangUp()
			mu.Unlock()
			pass(2 * time.Second)
			if len(said) != 1 || !strings.HasPrefix(said[0], to+": the collector is away (it hung up): ") {
				t.Errorf("%s: it hung up: %q", to, said)
			}
			pass(time.Minute)
			mu.Lock()
			if c.dials > 64 {
				t.Errorf("%s: tried %d times in a minute", to, c.dials)
			}
			c.absent = nil
			mu.Unlock()
			pass(2 * time.Second)
			if len(said) != 2 || said[1] != to+": the collector is back; 0 messages LOST so far" {
				t.Errorf("%s: it is back: %q", to, said)
			}
			e.Write(corpus.Made(1))
			e.Findings([]findings.Finding{finding(1)})
			pass(2 * time.Second)
			e.Close()
			if len(c.got) == 0 || len(said) != 3 || strings.Contains(said[2], "LOST") || !strings.Contains(said[2], ": 1 ") {
				t.Errorf("%s: %d messages came; %q", to, len(c.got), said)
			}
		})
	}
}

// One that comes and goes all the time fills no log.
func TestACollectorThatFlutters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &collector{}
		c.refuse = func(nth int) error {
			if nth%2 == 1 {
				return os.ErrDeadlineExceeded
			}
			return nil
		}
		n := 0
		e, err := export.Open("syslog+tcp://h", export.Options{Live: true, Dial: c.dial, Say: func(string) { n++ }})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 1200 {
			e.Findings([]findings.Finding{finding(uint16(i + 1))})
			time.Sleep(50 * time.Millisecond)
			synctest.Wait()
			e.Tick()
		}
		if n == 0 || n > 13 {
			t.Errorf("%d lines in a minute", n)
		}
		e.Close()
	})
}
