package sockets

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"
)

// Lookup takes a picture of the sockets of this machine, those of the other
// network namespaces included that this user may look into.
func Lookup(ctx context.Context) (*Snapshot, error) {
	begun := time.Now()
	n := &Snapshot{Time: begun, How: "sock_diag", Local: localAddrs()}
	d, err := openDiag()
	if err == nil {
		n.Sockets, err = d.all()
		d.close()
	}
	if err != nil && len(n.Sockets) == 0 {
		// A kernel without the modules tcp_diag and udp_diag still has its tables.
		n.How = "/proc/net"
		var e2 error
		if n.Sockets, e2 = procNet("/proc/net", 0); e2 != nil {
			return nil, fmt.Errorf("the sockets of this machine: %w; %w", err, e2)
		}
	}
	p := newProcfs()
	pids, err := p.pids()
	if err != nil {
		return nil, fmt.Errorf("the programs of this machine: %w", err)
	}
	for ns, pid := range p.namespaces(pids) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		more, err := procNet(p.dir(pid)+"/net", ns)
		if err == nil {
			n.Sockets = append(n.Sockets, more...)
		}
	}
	at := make(map[uint64][]int32, len(n.Sockets))
	for i := range n.Sockets {
		if s := &n.Sockets[i]; s.Inode != 0 {
			at[s.Inode] = append(at[s.Inode], int32(i))
		}
	}
	denied := 0
	for _, pid := range pids {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		index := int32(-1)
		no := p.sockets(pid, func(inode uint64, _ string) bool {
			for _, i := range at[inode] {
				if index < 0 {
					g, ok := p.program(pid)
					if !ok {
						return false
					}
					index = int32(len(n.Programs))
					n.Programs = append(n.Programs, g)
				}
				if s := &n.Sockets[i]; !slices.Contains(s.Owners, index) {
					s.Owners = append(s.Owners, index)
				}
			}
			return true
		})
		if no {
			denied++
		}
	}
	n.settle(denied == 0 && os.Geteuid() == 0)
	n.Denied = denied
	n.Took = time.Since(begun)
	return n, nil
}
