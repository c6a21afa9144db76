package jail

import (
	seccomp "github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"
)

// calls are what reading rings, writing to files that are open and running Go
// needs. No file is opened, no socket made, nothing sent, no program run.
var calls = []string{
	// memory and threads, as Go's runtime (and glibc's, with cgo) uses them
	"munmap", "mremap", "madvise", "brk", "mincore", "futex", "sched_yield", "sched_getaffinity", "gettid", "getpid", "getppid", "tgkill", "set_robust_list", "rseq", "membarrier",
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "nanosleep", "clock_nanosleep", "clock_gettime", "gettimeofday", "restart_syscall", "exit", "exit_group",
	"arch_prctl", "getrandom", "timer_create", "timer_settime", "timer_delete", "setitimer", "getrusage", "getrlimit", "uname",
	// waiting
	"epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "poll", "ppoll", "select", "pselect6", "eventfd2", "pipe2",
	// what is open
	"read", "readv", "pread64", "close", "fstat", "newfstatat", "lseek", "ftruncate", "fsync", "fdatasync", "getdents64", "recvfrom", "recvmsg", "accept4", "getsockopt", "getsockname", "getpeername", "shutdown",
	"getuid", "geteuid", "getgid", "getegid",
}

func when(arg uint32, op seccomp.Operation, v uint64) seccomp.Condition {
	return seccomp.Condition{Argument: arg, Operation: op, Value: v}
}

// conditional are allowed only with such arguments.
var conditional = []seccomp.NameWithConditions{
	// Packet sockets lie above: they could send.
	{Name: "write", Conditions: seccomp.ArgumentConditions{when(0, seccomp.LessThan, PacketFD)}},
	{Name: "writev", Conditions: seccomp.ArgumentConditions{when(0, seccomp.LessThan, PacketFD)}},
	{Name: "mmap", Conditions: seccomp.ArgumentConditions{when(2, seccomp.BitsNotSet, unix.PROT_EXEC)}},
	{Name: "mprotect", Conditions: seccomp.ArgumentConditions{when(2, seccomp.BitsNotSet, unix.PROT_EXEC)}},
	{Name: "clone", Conditions: seccomp.ArgumentConditions{when(0, seccomp.BitsSet, unix.CLONE_THREAD)}},
	{Name: "prctl", Conditions: seccomp.ArgumentConditions{when(0, seccomp.Equal, unix.PR_SET_VMA)}},
	{Name: "fcntl", Conditions: seccomp.ArgumentConditions{when(1, seccomp.Equal, unix.F_GETFL)}},
	{Name: "fcntl", Conditions: seccomp.ArgumentConditions{when(1, seccomp.Equal, unix.F_SETFL)}},
	{Name: "fcntl", Conditions: seccomp.ArgumentConditions{when(1, seccomp.Equal, unix.F_GETFD)}},
	{Name: "fcntl", Conditions: seccomp.ArgumentConditions{when(0, seccomp.LessThan, PacketFD), when(1, seccomp.Equal, unix.F_DUPFD_CLOEXEC)}},
	{Name: "setsockopt", Conditions: seccomp.ArgumentConditions{when(1, seccomp.Equal, unix.IPPROTO_TCP)}},
	{Name: "setsockopt", Conditions: seccomp.ArgumentConditions{when(1, seccomp.Equal, unix.SOL_SOCKET), when(2, seccomp.Equal, unix.SO_KEEPALIVE)}},
	{Name: "prlimit64", Conditions: seccomp.ArgumentConditions{when(2, seccomp.Equal, 0)}},
}

// controls are the ioctl requests that are allowed: the terminal's size and modes,
// but not typing into it (TIOCSTI), and names of interfaces.
var controls = []uint64{unix.TCGETS, unix.TCSETS, unix.TCSETSW, unix.TCSETSF, unix.TIOCGWINSZ, unix.TIOCGPGRP, unix.SIOCGIFNAME, unix.SIOCGIFFLAGS, unix.SIOCGIFINDEX}

// limitCalls lets every thread make only these calls; others fail with EPERM.
func limitCalls() error {
	info, err := arch.GetInfo("")
	if err != nil {
		return err
	}
	g := seccomp.SyscallGroup{Action: seccomp.ActionAllow}
	for _, n := range calls {
		if _, ok := info.SyscallNames[n]; ok {
			g.Names = append(g.Names, n)
		}
	}
	for _, n := range conditional {
		if _, ok := info.SyscallNames[n.Name]; ok {
			g.NamesWithCondtions = append(g.NamesWithCondtions, n)
		}
	}
	for _, c := range controls {
		g.NamesWithCondtions = append(g.NamesWithCondtions, seccomp.NameWithConditions{Name: "ioctl", Conditions: seccomp.ArgumentConditions{when(1, seccomp.Equal, c)}})
	}
	groups := []seccomp.SyscallGroup{g}
	if _, ok := info.SyscallNames["clone3"]; ok {
		// Its flags lie in memory, where no filter sees them. C libraries fall back to
		// clone.
		groups = append(groups, seccomp.SyscallGroup{Names: []string{"clone3"}, Action: seccomp.ActionErrno | seccomp.Action(unix.ENOSYS)})
	}
	return seccomp.LoadFilter(seccomp.Filter{NoNewPrivs: true, Flag: seccomp.FilterFlagTSync, Policy: seccomp.Policy{DefaultAction: seccomp.ActionErrno, Syscalls: groups}})
}
