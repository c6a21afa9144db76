//go:build amd64 || arm64

package jail

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) {
	if os.Getenv("PORTERO_JAIL") != "" {
		inside()
		return
	}
	os.Exit(m.Run())
}

// inside enters and writes down what is still to be had, and what is not.
func inside() {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM, 0)
	if err != nil {
		panic(err)
	}
	high, err := unix.FcntlInt(uintptr(pair[0]), unix.F_DUPFD_CLOEXEC, PacketFD)
	if err != nil {
		panic(err)
	}
	page, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		panic(err)
	}
	parent, limit := os.Getppid(), unix.Rlimit{Cur: 64, Max: 64}
	r := Enter()
	fmt.Println("report", r.Seccomp, r.Landlock > 0)
	say := func(what string, err error) { fmt.Printf("%s: %v\n", what, err) }
	call := func(what string, number uintptr, args ...uintptr) {
		var a [6]uintptr
		copy(a[:], args)
		_, _, e := unix.Syscall6(number, a[0], a[1], a[2], a[3], a[4], a[5])
		if e != 0 {
			say(what, e)
			return
		}
		say(what, nil)
	}
	name := append([]byte("/dev/null"), 0)
	path, octet := uintptr(unsafe.Pointer(&name[0])), uintptr(unsafe.Pointer(&name[1]))
	here := unix.AT_FDCWD
	call("no opening a file", unix.SYS_OPENAT, uintptr(here), path, unix.O_RDONLY)
	call("no making a file", unix.SYS_MKDIRAT, uintptr(here), path, 0o700)
	call("no removing one", unix.SYS_UNLINKAT, uintptr(here), path)
	call("no socket", unix.SYS_SOCKET, unix.AF_INET, unix.SOCK_STREAM)
	call("no packet socket", unix.SYS_SOCKET, unix.AF_PACKET, unix.SOCK_RAW)
	call("no connecting", unix.SYS_CONNECT, uintptr(pair[0]), octet, 2)
	call("no binding", unix.SYS_BIND, uintptr(pair[0]), octet, 2)
	call("no sendto", unix.SYS_SENDTO, uintptr(pair[0]), octet, 1)
	call("no sendmsg", unix.SYS_SENDMSG, uintptr(pair[0]), octet)
	call("no writing where packet sockets lie", unix.SYS_WRITE, uintptr(high), octet, 1)
	call("no writev there", unix.SYS_WRITEV, uintptr(high), octet, 0)
	call("no descriptor moved below", unix.SYS_FCNTL, uintptr(high), unix.F_DUPFD_CLOEXEC)
	call("no dup2", unix.SYS_DUP3, uintptr(high), 100)
	call("no program run", unix.SYS_EXECVE, path)
	call("no process made", unix.SYS_CLONE, uintptr(unix.SIGCHLD))
	call("no executable memory", unix.SYS_MMAP, 0, 4096, unix.PROT_READ|unix.PROT_EXEC, unix.MAP_PRIVATE|unix.MAP_ANON, ^uintptr(0))
	call("no memory made executable", unix.SYS_MPROTECT, uintptr(unsafe.Pointer(&page[0])), 4096, unix.PROT_READ|unix.PROT_EXEC)
	call("no typing into the terminal", unix.SYS_IOCTL, 0, unix.TIOCSTI, octet)
	call("no filter taken off", unix.SYS_SETSOCKOPT, uintptr(pair[0]), unix.SOL_SOCKET, unix.SO_DETACH_FILTER, octet, 4)
	call("no signal to others", unix.SYS_KILL, uintptr(parent), 0)
	call("no tracing", unix.SYS_PTRACE, unix.PTRACE_ATTACH, uintptr(parent))
	call("no core dumps again", unix.SYS_PRCTL, unix.PR_SET_DUMPABLE, 1)
	call("no limits changed", unix.SYS_PRLIMIT64, 0, unix.RLIMIT_NOFILE, uintptr(unsafe.Pointer(&limit)))
	call("no user again", unix.SYS_SETUID, 0)
	call("no mounting", unix.SYS_MOUNT, path, path, path)
	call("no namespace", unix.SYS_UNSHARE, unix.CLONE_NEWUSER)
	call("no BPF", unix.SYS_BPF, 0)
	call("no io_uring", unix.SYS_IO_URING_SETUP, 1, octet)
	call("yes writing below", unix.SYS_WRITE, uintptr(pair[0]), octet, 1)
	call("yes reading", unix.SYS_READ, uintptr(pair[1]), octet, 1)
	call("yes memory", unix.SYS_MPROTECT, uintptr(unsafe.Pointer(&page[0])), 4096, unix.PROT_READ)
	done := make(chan bool)
	go func() {
		runtime.LockOSThread() // and a thread of its own
		done <- true
	}()
	<-done
	say("yes a thread", nil)
	runtime.KeepAlive(name)
	runtime.KeepAlive(page)
}

// What a parser that was taken over would want is refused, and what it needs is not.
func TestWhatTheJailRefuses(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "PORTERO_JAIL=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if strings.HasPrefix(lines[0], "report false") {
		t.Skip("this kernel has no seccomp: ", lines[0])
	}
	if len(lines) != 33 {
		t.Errorf("%d lines", len(lines))
	}
	for _, l := range lines[1:] {
		what, got, _ := strings.Cut(l, ": ")
		if yes := strings.HasPrefix(what, "yes "); yes != (got == "<nil>") || !yes && got != unix.EPERM.Error() {
			t.Errorf("%s: %s", what, got)
		}
	}
}
