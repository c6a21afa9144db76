package sockets

import (
	"errors"
	"io/fs"
	"os"
	"os/user"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// procfs reads processes. One goroutine uses it.
type procfs struct {
	root  string
	names map[uint32]string // users
	buf   []byte
}

func newProcfs() *procfs {
	return &procfs{root: "/proc", names: map[uint32]string{}, buf: make([]byte, 256)}
}

func (p *procfs) dir(pid int32) string { return p.root + "/" + strconv.Itoa(int(pid)) }

// pids lists the processes, the youngest numbers last.
func (p *procfs) pids() ([]int32, error) {
	d, err := os.Open(p.root)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	out := make([]int32, 0, len(names))
	for _, n := range names {
		if v, err := strconv.ParseInt(n, 10, 32); err == nil {
			out = append(out, int32(v))
		}
	}
	slices.Sort(out)
	return out, nil
}

// sockets calls each for every socket that pid holds; each returns false to end.
// denied says that this user may not look.
func (p *procfs) sockets(pid int32, each func(inode uint64, fd string) bool) (denied bool) {
	dir := p.dir(pid) + "/fd"
	d, err := os.Open(dir)
	if err != nil {
		return errors.Is(err, fs.ErrPermission)
	}
	defer d.Close()
	for {
		names, err := d.Readdirnames(512)
		for _, n := range names {
			if inode, ok := p.socketAt(dir + "/" + n); ok && !each(inode, n) {
				return false
			}
		}
		if err != nil || len(names) == 0 {
			return errors.Is(err, fs.ErrPermission)
		}
	}
}

// socketAt reads the inode out of a descriptor's link "socket:[123]".
func (p *procfs) socketAt(name string) (uint64, bool) {
	n, err := syscall.Readlink(name, p.buf)
	const head = "socket:["
	if err != nil || n <= len(head) || string(p.buf[:len(head)]) != head || p.buf[n-1] != ']' {
		return 0, false
	}
	v, err := strconv.ParseUint(string(p.buf[len(head):n-1]), 10, 64)
	return v, err == nil
}

// program describes pid; ok is false when it has ended.
func (p *procfs) program(pid int32) (g Program, ok bool) {
	dir := p.dir(pid)
	var st syscall.Stat_t
	if err := syscall.Stat(dir, &st); err != nil {
		return g, false
	}
	comm, err := readSmall(dir+"/comm", 64)
	if err != nil {
		return g, false
	}
	g = Program{PID: pid, UID: st.Uid, User: p.user(st.Uid), Name: strings.TrimSuffix(comm, "\n")}
	if exe, err := os.Readlink(dir + "/exe"); err == nil {
		g.Path = exe
		// The kernel says so behind the name; a file may be called that, too.
		if bare, ok := strings.CutSuffix(exe, " (deleted)"); ok {
			if _, err := os.Lstat(dir + "/root" + exe); err != nil {
				g.Path, g.Deleted = bare, true
			}
		}
	}
	if cg, err := readSmall(dir+"/cgroup", 4096); err == nil {
		g.Container, g.Unit = cgroup(cg)
	}
	g.NetNS = netNS(dir)
	return g, true
}

func netNS(dir string) uint64 {
	var st syscall.Stat_t
	if err := syscall.Stat(dir+"/ns/net", &st); err != nil {
		return 0
	}
	return st.Ino
}

func readSmall(name string, most int) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b := make([]byte, most)
	n, err := f.Read(b)
	if n == 0 && err != nil {
		return "", err
	}
	return string(b[:n]), nil
}

// user names a user id, by its number where there is no name.
func (p *procfs) user(uid uint32) string {
	if n, ok := p.names[uid]; ok {
		return n
	}
	n := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(n); err == nil && u.Username != "" {
		n = u.Username
	}
	if len(p.names) < 4096 {
		p.names[uid] = n
	}
	return n
}

// cgroup reads the container and the systemd unit out of /proc/PID/cgroup.
func cgroup(text string) (container, unit string) {
	for _, line := range strings.Split(text, "\n") {
		// hierarchy:controllers:path (cgroups(7))
		f := strings.SplitN(line, ":", 3)
		if len(f) != 3 {
			continue
		}
		parts := strings.Split(path.Clean(f[2]), "/")
		for i, s := range parts {
			before := ""
			if i > 0 {
				before = parts[i-1]
			}
			if c := containerOf(before, s); c != "" {
				container = c
			}
			if strings.HasSuffix(s, ".service") {
				unit = strings.TrimSuffix(s, ".service")
			}
		}
		if container != "" {
			break
		}
	}
	return container, unit
}

// containerOf recognises how container managers name their control groups.
func containerOf(parent, s string) string {
	s = strings.TrimSuffix(s, ".scope")
	for _, k := range [...][2]string{{"docker-", "docker"}, {"cri-containerd-", "containerd"}, {"crio-", "cri-o"}, {"libpod-", "podman"}} {
		if id, ok := strings.CutPrefix(s, k[0]); ok && isID(id) {
			return k[1] + ":" + id[:12]
		}
	}
	switch {
	case (parent == "docker" || strings.HasPrefix(parent, "docker")) && isID(s):
		return "docker:" + s[:12]
	case (strings.HasPrefix(parent, "pod") || strings.HasPrefix(parent, "kubepods")) && isID(s):
		return "pod:" + s[:12]
	case strings.HasPrefix(s, "machine-"):
		return "machine:" + strings.TrimPrefix(s, "machine-")
	case parent == "lxc" || parent == "lxc.payload":
		return "lxc:" + s
	case strings.HasPrefix(s, "lxc.payload."):
		return "lxc:" + strings.TrimPrefix(s, "lxc.payload.")
	}
	return ""
}

func isID(s string) bool {
	if len(s) != 64 {
		return false
	}
	return strings.Trim(s, "0123456789abcdef") == ""
}

// namespaces lists one process of every network namespace but the own one.
func (p *procfs) namespaces(pids []int32) map[uint64]int32 {
	own := netNS(filepath.Join(p.root, "self"))
	out := map[uint64]int32{}
	for _, pid := range pids {
		if ns := netNS(p.dir(pid)); ns != 0 && ns != own {
			if _, ok := out[ns]; !ok {
				out[ns] = pid
			}
		}
	}
	return out
}
