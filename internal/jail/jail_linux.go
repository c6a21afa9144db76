package jail

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
	"time"
	"unsafe"

	"github.com/landlock-lsm/go-landlock/landlock"
	landsys "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
	"kernel.org/pub/linux/libs/security/libcap/psx"
)

// accounts are whom root becomes: an account of portero's own where there is one.
var accounts = []string{"portero", "nobody"}

// Enter gives everything up, in every thread, for good. What the kernel does not
// have or does not allow is in Missing; the rest holds all the same.
func Enter() Report {
	var r Report
	_, _ = time.Now().Zone() // the time zone is a file, read once
	// With dumpable 0 no process of the same user may look into this one either.
	if err := errors.Join(unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}), unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)); err != nil {
		r.missing("forbidding core dumps", "prohibir los volcados de memoria", err)
	} else {
		r.NoCore = true
	}
	if os.Geteuid() == 0 || os.Getuid() == 0 {
		if err := r.become(); err != nil {
			r.missing("changing the user", "cambiar de usuario", err)
		}
	}
	if err := setCaps(0); err != nil {
		r.missing("dropping capabilities", "soltar las capacidades", err)
	} else {
		r.Caps = true
	}
	if err := noNewPrivs(); err != nil {
		r.missing("no_new_privs", "no_new_privs", err)
	} else {
		r.NoNew = true
	}
	if unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0) != nil {
		r.NoCore = false
	}
	if v, err := landsys.LandlockGetABIVersion(); err != nil || v < 1 {
		r.missing("Landlock", "Landlock", errors.Join(err, errors.New("not in this kernel")))
	} else if err := landlock.V11.BestEffort().Restrict(); err != nil {
		r.missing("Landlock", "Landlock", err)
	} else {
		r.Landlock = min(v, 11)
	}
	if err := limitCalls(); err != nil {
		r.missing("seccomp", "seccomp", err)
	} else {
		r.Seccomp = true
	}
	return r
}

// become makes root an account without rights.
func (r *Report) become() error {
	name, uid, gid := "65534", 65534, 65534
	for _, n := range accounts {
		u, err := user.Lookup(n)
		if err != nil {
			continue
		}
		a, err1 := strconv.Atoi(u.Uid)
		b, err2 := strconv.Atoi(u.Gid)
		if err1 == nil && err2 == nil && a != 0 {
			name, uid, gid = n, a, b
			break
		}
	}
	// What a program run later could get back, were one run, is cut off too.
	for c := uintptr(0); c <= 63; c++ {
		if _, _, e := psx.Syscall6(unix.SYS_PRCTL, unix.PR_CAPBSET_DROP, c, 0, 0, 0, 0); e != 0 {
			break
		}
	}
	if err := syscall.Setgroups(nil); err != nil {
		return err
	}
	if err := syscall.Setresgid(gid, gid, gid); err != nil {
		return err
	}
	if err := syscall.Setresuid(uid, uid, uid); err != nil {
		return err
	}
	r.User = name
	return nil
}

func noNewPrivs() error {
	if _, _, e := psx.Syscall6(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0); e != 0 {
		return e
	}
	return nil
}

// setCaps leaves those capabilities of keep that the process has, in every thread.
func setCaps(keep uint64) error {
	h := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var d [2]unix.CapUserData
	if err := unix.Capget(&h, &d[0]); err != nil {
		return err
	}
	for i := range d {
		d[i].Permitted &= uint32(keep >> (32 * i))
		d[i].Effective = d[i].Permitted
		d[i].Inheritable = 0
	}
	if _, _, e := psx.Syscall3(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&h)), uintptr(unsafe.Pointer(&d[0])), 0); e != 0 {
		return e
	}
	// Ambient ones went with the inheritable ones.
	return nil
}

// capNumbers are the capabilities that Keep knows (linux/capability.h).
var capNumbers = map[string]int{
	"dac_override": unix.CAP_DAC_OVERRIDE, "dac_read_search": unix.CAP_DAC_READ_SEARCH, "chown": unix.CAP_CHOWN, "kill": unix.CAP_KILL,
	"net_raw": unix.CAP_NET_RAW, "net_admin": unix.CAP_NET_ADMIN, "sys_ptrace": unix.CAP_SYS_PTRACE,
}

// Keep gives up all but the named capabilities, of which the process keeps those
// that it has, and the way to new ones. The user stays.
func Keep(names ...string) error {
	var set uint64
	for _, n := range names {
		c, ok := capNumbers[n]
		if !ok {
			return fmt.Errorf("jail: no capability called %q", n)
		}
		set |= 1 << c
	}
	return errors.Join(setCaps(set), noNewPrivs(), unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}), unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0))
}

// High moves f to a descriptor that cannot be written to once the process is in
// the jail, and closes f. Where there is no room for that it returns f.
func High(f *os.File) (*os.File, error) {
	n, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, PacketFD)
	if err != nil {
		return f, err
	}
	g := os.NewFile(uintptr(n), f.Name())
	return g, f.Close()
}
