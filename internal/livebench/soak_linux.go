package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// soak runs portero under load for d, with everything on, and prints what it holds: it
// is an error when that grows.
func soak(portero, dir string, l *load, rate int, d time.Duration) error {
	cmd := exec.Command("ip", "netns", "exec", space, portero, "live", "va", "--stats", "-o", filepath.Join(dir, "soak.ndjson"), "-w", filepath.Join(dir, "soak.pcapng"), "-C", "100", "-W", "2", "--metrics", "127.0.0.1:9899", "--memory", "32M")
	pipe, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	defer cmd.Process.Kill()
	ready, over := make(chan bool), make(chan bool)
	go func() {
		defer close(over)
		for s := bufio.NewScanner(pipe); s.Scan(); {
			fmt.Println(s.Text())
			if strings.Contains(s.Text(), "listening to") {
				close(ready)
			}
		}
	}()
	select {
	case <-ready:
	case <-over:
		return fmt.Errorf("portero does not begin")
	}
	fmt.Printf("%8s %12s %10s %9s %9s %10s %6s %6s %10s\n", "seconds", "frames", "records", "memory", "resident", "goroutines", "fds", "CPU s", "dropped")
	const samples = 20
	type state struct{ memory, resident, goroutines, fds float64 }
	var all []state
	sent := 0
	for i := range samples {
		n, _, err := l.send(rate, d/samples)
		if err != nil {
			return err
		}
		sent += n
		// A log that is rotated stays small, and the session finds it gone.
		os.Remove(filepath.Join(dir, "soak.ndjson"))
		cmd.Process.Signal(syscall.SIGHUP)
		m, err := counters()
		if err != nil {
			return err
		}
		s := state{m["portero_memory_bytes"], resident(cmd.Process.Pid), m["portero_goroutines"], m["portero_open_fds"]}
		all = append(all, s)
		fmt.Printf("%8.0f %12.0f %10.0f %6.1f MB %6.1f MB %10.0f %6.0f %6.1f %10.0f  %s\n", (d / samples * time.Duration(i+1)).Seconds(), m["portero_frames_total"], m["portero_records_total"], s.memory/1e6, s.resident/1e6, s.goroutines, s.fds, m["portero_cpu_seconds_total"], m["portero_dropped_frames_total"], strings.Repeat("#", int(s.resident/4e6)))
	}
	cmd.Process.Signal(syscall.SIGTERM)
	<-over
	if err := cmd.Wait(); err != nil {
		return err
	}
	fmt.Printf("sent %d frames\n", sent)
	// The tables and the rings fill first; from a quarter on nothing grows.
	a, b := all[samples/4], all[samples-1]
	if b.resident > a.resident*1.1+8e6 || b.memory > a.memory*1.1+8e6 || b.goroutines > a.goroutines+2 || b.fds > a.fds+2 {
		return fmt.Errorf("it grows: %+v, then %+v", a, b)
	}
	return nil
}

// counters asks for the counters, in this namespace.
func counters() (map[string]float64, error) {
	// Not with a client of net/http: it would connect from another thread, and so from
	// another namespace.
	c, err := net.DialTimeout("tcp", "127.0.0.1:9899", time.Second)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	io.WriteString(c, "GET /metrics HTTP/1.0\r\n\r\n")
	b, err := io.ReadAll(c)
	out := map[string]float64{}
	for _, l := range strings.Split(string(b), "\n") {
		if k, v, ok := strings.Cut(l, " "); ok && k != "#" {
			out[k], _ = strconv.ParseFloat(v, 64)
		}
	}
	return out, err
}

// resident is the memory of a process and its children, without the rings, which are
// the kernel's.
func resident(pid int) (sum float64) {
	pids := []string{strconv.Itoa(pid)}
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, f := range lists {
		b, _ := os.ReadFile(f)
		pids = append(pids, strings.Fields(string(b))...)
	}
	for _, p := range pids {
		b, _ := os.ReadFile("/proc/" + p + "/status")
		for _, l := range strings.Split(string(b), "\n") {
			if f := strings.Fields(l); len(f) > 1 && (f[0] == "RssAnon:" || f[0] == "RssFile:") {
				n, _ := strconv.ParseFloat(f[1], 64)
				sum += n * 1024
			}
		}
	}
	return sum
}
