package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const space = "portero-bench"

// tool is a program under test: how it is called, what it says when it is ready, and
// what it says in the end.
type tool struct {
	name           string
	args           []string
	ready          string
	received, lost *regexp.Regexp
}

func tools(portero, dir string) []tool {
	return []tool{
		{"tcpdump", []string{"tcpdump", "-i", "va", "-n", "-B", "32768", "-Z", "root", "-w", "/dev/null"}, "listening on", regexp.MustCompile(`(\d+) packets captured`), regexp.MustCompile(`(\d+) packets dropped by kernel`)},
		{"dumpcap", []string{"dumpcap", "-i", "va", "-q", "-B", "32", "-w", filepath.Join(dir, "dumpcap.pcapng"), "-b", "filesize:100000", "-b", "files:2"}, "Capturing on", regexp.MustCompile(`'va': (\d+)/`), regexp.MustCompile(`'va': \d+/(\d+)`)},
		{"portero", []string{portero, "live", "va", "--stats", "-o", "/dev/null"}, "listening to", regexp.MustCompile(`(\d+) frames, \d+ connections`), regexp.MustCompile(`(\d+) frames dropped by the kernel`)},
		{"portero -w", []string{portero, "live", "va", "--stats", "-o", "/dev/null", "-w", filepath.Join(dir, "portero.pcapng"), "-C", "100", "-W", "2"}, "listening to", regexp.MustCompile(`(\d+) frames, \d+ connections`), regexp.MustCompile(`(\d+) frames dropped by the kernel`)},
	}
}

func main() {
	runtime.LockOSThread()
	portero := flag.String("portero", "./portero", "the program")
	rates := flag.String("rates", "200,500,1000", "thousands of frames a second")
	seconds := flag.Int("seconds", 10, "length of a run")
	runs := flag.Int("runs", 5, "runs of which the median is taken")
	long := flag.Duration("soak", 0, "instead: run portero so long at the first rate and see that nothing grows")
	only := flag.String("only", "", "tools, with commas between")
	nice := flag.Int("nice", 0, "priority of everything here, as nice(1) has it: -15 on a machine that is busy with other things")
	verbose := flag.Bool("v", false, "what the tools say")
	flag.Parse()
	if err := unix.Setpriority(unix.PRIO_PROCESS, 0, *nice); err != nil {
		fmt.Fprintln(os.Stderr, "livebench: -nice:", err)
	}
	if err := bench(*portero, *rates, *only, *seconds, *runs, *verbose, *long); err != nil {
		fmt.Fprintln(os.Stderr, "livebench:", err)
		os.Exit(2)
	}
}

func bench(portero, rates, only string, seconds, runs int, verbose bool, long time.Duration) error {
	exec.Command("ip", "netns", "del", space).Run()
	for _, args := range [][]string{{"netns", "add", space}, {"-n", space, "link", "add", "va", "type", "veth", "peer", "name", "vb"}, {"-n", space, "link", "set", "va", "up"}, {"-n", space, "link", "set", "vb", "up"}} {
		if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
			return fmt.Errorf("ip %v: %v %s", args, err, out)
		}
	}
	defer exec.Command("ip", "netns", "del", space).Run()
	dir, err := os.MkdirTemp("/dev/shm", "livebench") // not the disk's speed
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	portero, err = filepath.Abs(portero)
	if err != nil {
		return err
	}
	f, err := os.Open("/run/netns/" + space)
	if err != nil {
		return err
	}
	runtime.LockOSThread() // the thread that main locked, too: its priority is what children inherit
	if err := unix.Setns(int(f.Fd()), unix.CLONE_NEWNET); err != nil {
		return err
	}
	i, err := net.InterfaceByName("va")
	if err != nil {
		return err
	}
	l, err := newLoad(i.Index)
	if err != nil {
		return err
	}
	if long > 0 {
		if out, err := exec.Command("ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
			return fmt.Errorf("lo: %v %s", err, out)
		}
		k, err := strconv.Atoi(strings.Split(rates, ",")[0])
		if err != nil {
			return err
		}
		return soak(portero, dir, l, k*1000, long)
	}
	fmt.Printf("%d-byte frames of TCP connections of %d segments, %d s a run, medians of %d, %d processors\n", 54+payload, perConn, seconds, runs, runtime.NumCPU())
	fmt.Printf("%8s  %-11s %12s %12s %9s %12s %10s\n", "kpps", "tool", "sent", "received", "lost %", "ns/frame", "CPU %")
	for _, r := range strings.Split(rates, ",") {
		k, err := strconv.Atoi(r)
		if err != nil {
			return err
		}
		for _, t := range tools(portero, dir) {
			if only != "" && !strings.Contains(","+only+",", ","+t.name+",") {
				continue
			}
			var got []result
			for range runs {
				x, err := t.run(l, k*1000, time.Duration(seconds)*time.Second, verbose)
				if err != nil {
					return fmt.Errorf("%s: %w", t.name, err)
				}
				got = append(got, x)
			}
			mid := func(f func(result) float64) float64 {
				var v []float64
				for _, g := range got {
					v = append(v, f(g))
				}
				sort.Float64s(v)
				return v[len(v)/2]
			}
			fmt.Printf("%8.0f  %-11s %12.0f %12.0f %9.3f %12.0f %10.1f\n", mid(func(r result) float64 { return float64(r.sent) / r.took.Seconds() / 1000 }), t.name, mid(func(r result) float64 { return float64(r.sent) }),
				mid(func(r result) float64 { return float64(r.received) }), mid(func(r result) float64 { return 100 * float64(r.sent-r.received) / float64(r.sent) }),
				mid(func(r result) float64 { return float64(r.cpu.Nanoseconds()) / float64(r.sent) }), mid(func(r result) float64 { return 100 * r.cpu.Seconds() / r.took.Seconds() }))
		}
	}
	return nil
}

type result struct {
	sent, received, dropped int
	took, cpu               time.Duration
}

// run captures one load with t.
func (t *tool) run(l *load, rate int, d time.Duration, verbose bool) (r result, err error) {
	cmd := exec.Command("ip", append([]string{"netns", "exec", space}, t.args...)...)
	pipe, err := cmd.StderrPipe()
	if err != nil {
		return r, err
	}
	if err := cmd.Start(); err != nil {
		return r, err
	}
	var said bytes.Buffer
	ready, over := make(chan bool), make(chan bool)
	go func() {
		defer close(over)
		told := false
		for s := bufio.NewScanner(pipe); s.Scan(); {
			fmt.Fprintln(&said, s.Text())
			if !told && strings.Contains(s.Text(), t.ready) {
				told = true
				close(ready)
			}
		}
	}()
	select {
	case <-ready:
	case <-over:
		return r, fmt.Errorf("it does not begin: %s", said.String())
	}
	time.Sleep(time.Second)
	r.sent, r.took, err = l.send(rate, d)
	time.Sleep(time.Second)
	cmd.Process.Signal(syscall.SIGINT)
	<-over
	cmd.Wait()
	if err != nil {
		return r, err
	}
	if verbose {
		fmt.Fprint(os.Stderr, said.String())
	}
	number := func(re *regexp.Regexp) int {
		m := re.FindStringSubmatch(said.String())
		if m == nil {
			err = fmt.Errorf("no %q in what it says: %s", re, said.String())
			return 0
		}
		n, _ := strconv.Atoi(m[1])
		return n
	}
	r.received, r.dropped = number(t.received), number(t.lost)
	u := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	r.cpu = time.Duration(u.Utime.Nano() + u.Stime.Nano())
	return r, err
}
