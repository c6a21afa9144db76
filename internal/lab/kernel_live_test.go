//go:build linux

package lab

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// inNamespaces plays a scenario with the kernel's stacks, or skips where the
// system allows no namespaces.
func inNamespaces(t *testing.T, sc Scenario) *Result {
	t.Helper()
	res, err := Run(context.Background(), sc, Options{Self: self()})
	var no *Missing
	if errors.As(err, &no) {
		t.Skipf("missing here: %v", no)
	}
	if err != nil {
		t.Fatal(err)
	}
	if res.World != Kernel {
		t.Skipf("no namespaces here: %v", res.Lacking)
	}
	return res
}

// The kernel plays every scenario and the verdicts are right at all three places;
// where the tracepoint can be read, it judges the ladder's states.
func TestKernel(t *testing.T) {
	for _, sc := range Scenarios() {
		t.Run(sc.Name, func(t *testing.T) { witnessed(t, sc) })
	}
}

// asNobody names the variable under which this test runs itself.
const asNobody = "PORTERO_LAB_AS_NOBODY"

// An ordinary user needs no rights where the kernel allows user namespaces.
func TestOrdinaryUser(t *testing.T) {
	sc, _ := Find("handshake")
	if os.Geteuid() != 0 || os.Getenv(asNobody) != "" {
		judge(t, sc, inNamespaces(t, sc))
		return
	}
	dir, err := os.MkdirTemp("", "portero-lab")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "lab.test")
	if err := copyFile(file); err != nil {
		t.Fatal(err)
	}
	again(t, file, "TestOrdinaryUser", &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}})
}

// again runs one test of this program in another process.
func again(t *testing.T, file, name string, as *syscall.SysProcAttr) {
	t.Helper()
	cmd := exec.Command(file, "-test.run", "^"+name+"$", "-test.v")
	cmd.Dir = filepath.Dir(file)
	cmd.Env = append(os.Environ(), asNobody+"=1", "HOME="+cmd.Dir, "TMPDIR=/tmp")
	cmd.SysProcAttr = as
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}

// Where the kernel allows no namespaces the stacks of the process play, and the
// result says what was lacking. A user namespace in which nobody is mapped is
// such a place.
func TestNoNamespaces(t *testing.T) {
	if os.Getenv(asNobody) == "" {
		nobody := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER}
		probe := exec.Command("/proc/self/exe", "-test.run", "^$")
		probe.SysProcAttr = nobody
		if err := probe.Run(); err != nil {
			t.Skipf("no user namespaces here at all: %v", err)
		}
		again(t, "/proc/self/exe", "TestNoNamespaces", nobody)
		return
	}
	sc, _ := Find("dns")
	res, err := Run(context.Background(), sc, Options{Self: self()})
	if err != nil {
		t.Fatal(err)
	}
	if res.World != Userspace || res.Lacking == nil {
		t.Errorf("world %v, lacking %v", res.World, res.Lacking)
	}
	judge(t, sc, res)
}

func copyFile(to string) error {
	in, err := os.Open("/proc/self/exe")
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

// The copy of the program refuses to play where it is not alone: nothing of the
// lab may reach a real network.
func TestNotAlone(t *testing.T) {
	if lone, err := alone(); err != nil || lone {
		t.Skipf("this system has no network besides its loopback: %v", err)
	}
	if ps, err := playKernel("handshake"); err == nil || len(ps) != 0 {
		t.Error("played in a namespace with a network")
	}
}
