//go:build linux

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"portero/internal/livetest"
)

// maybe is what the sockets tell about whether something passed a place.
type maybe int

const (
	no maybe = iota
	perhaps
	yes
)

func (m maybe) String() string { return [...]string{"no", "perhaps", "yes"}[m] }

// inPart is the middle, where a part of the packets was missed.
const inPart = livetest.Places

// account is what a record says.
type account struct {
	Proto             string
	OrigAddr          netip.Addr `json:"orig_addr"`
	OrigPort          uint16     `json:"orig_port"`
	RespAddr          netip.Addr `json:"resp_addr"`
	RespPort          uint16     `json:"resp_port"`
	First             time.Time
	Handshake         string
	Kind              string `json:"handshake_kind"`
	Close             string
	ClosedBy          string `json:"closed_by"`
	OrigPayload       int64  `json:"orig_payload"`
	RespPayload       int64  `json:"resp_payload"`
	OrigLost          int64  `json:"orig_lost"`
	RespLost          int64  `json:"resp_lost"`
	SuspectedRsts     int    `json:"suspected_rsts"`
	Oddities, Quality []string
	line              string
	Reuses            int     `json:"reuses"`
	ReuseAfter        float64 `json:"reuse_after_us"`
	OrigPkts          int     `json:"orig_pkts"`
	RespPkts          int     `json:"resp_pkts"`
}

// alone is whether a record is of one packet that came broken, so that its ports, addresses or flags fit nothing.
func (r *account) alone() bool {
	return r.OrigPkts+r.RespPkts == 1 && !open(r) && (slices.Contains(r.Quality, "bad_checksums") || slices.Contains(r.Quality, "fragments"))
}

// tryAt is the last call between these ends that was begun by then.
func tryAt(tries []*try, from netip.AddrPort, at time.Time) (best *try) {
	for _, c := range tries {
		if (c.ends[0] == from || c.ends[1] == from) && !c.lives[0].begun.After(at) && (best == nil || c.lives[0].begun.After(best.lives[0].begun)) {
			best = c
		}
	}
	return best
}

// judge holds the records of a capture to the calls that were made.
func judge(t *testing.T, name string, p livetest.Place, tries []*try) {
	t.Helper()
	code, out, errs := portero(t, "read", "--format", "ndjson", name)
	if code != 0 {
		t.Fatal(code, errs)
	}
	where := "part of the middle"
	if p != inPart {
		where = p.String()
	}
	found := map[*try]*account{}
	for _, l := range strings.Split(strings.TrimSpace(out), "\n") {
		r := &account{line: l}
		if err := json.Unmarshal([]byte(l), r); err != nil {
			t.Fatal(err, l)
		}
		if r.Proto != "tcp" || !tries[0].clean && r.alone() {
			continue
		}
		orig, resp := netip.AddrPortFrom(r.OrigAddr, r.OrigPort), netip.AddrPortFrom(r.RespAddr, r.RespPort)
		c := tryAt(tries, orig, r.First)
		if d := tryAt(tries, resp, r.First); c == nil || d != nil && d.ends[0] == resp {
			c = d
		}
		for c != nil && c.again && c.lives[0].up == no && open(r) && c.next != nil {
			c = c.next // SYNs from the same port that nobody answered are one call with what follows
		}
		switch {
		case c == nil || c.ends != [2]netip.AddrPort{orig, resp} && c.ends != [2]netip.AddrPort{resp, orig}:
			// A broken address or port. Of many packets two break in the same bit, and fit each other.
			if tries[0].clean || open(r) && (r.OrigPkts+r.RespPkts > 2 || !slices.Contains(r.Quality, "bad_checksums")) {
				t.Errorf("%s: nobody made this connection\n%s", where, l)
			}
		case found[c] != nil && c.both && c.side(0).up == no && c.side(1).up == no:
			// The calls did not cross, and each was refused.
		case found[c] != nil && !c.clean && (r.Reuses != 0 && c.rst(1) != no || !open(r) && r.OrigPayload+r.RespPayload == 0):
			// A copy of the SYN came when all was over, and was answered; what was still under way goes on with that.
		case found[c] != nil && r.ReuseAfter > 60e6:
			// Where all takes long an end sends again more than a minute after the other's end (HANDSHAKE.md, section 3).
		case found[c] != nil:
			t.Errorf("%s: two records of one call: %v\n%s\n%s", where, c, found[c].line, l)
		default:
			found[c] = r
		}
	}
	missing := map[*phase]bool{} // whether none of its records says what it should
	for _, c := range tries {
		r := found[c]
		if r != nil && c.clean && c.kind != "" && p != inPart {
			if _, ok := missing[c.phase]; !ok || r.Kind == c.kind {
				missing[c.phase] = r.Kind != c.kind
			}
		}
		switch {
		case r != nil:
			for _, fault := range c.faults(p, r) {
				t.Errorf("%s: %s: %v\n%s", where, fault, c, r.line)
			}
		case p == livetest.AtA && c.patience == 0 && !(c.again && c.lives[0].up == no) || p != inPart && c.lives[0].up == yes:
			// Who has little patience may give up before the SYN goes out; what came of nothing
			// may count to the next call from the same port.
			t.Errorf("%s: no record of %v", where, c)
		}
	}
	for ph, none := range missing {
		if none {
			t.Errorf("%s: %s: none is %s", where, ph.name, ph.kind)
		}
	}
}

// open is whether a record says that a connection came about.
func open(r *account) bool {
	return slices.Contains([]string{"completed", "completed_unseen", "implied"}, r.Handshake)
}

// side is a program of a call; one that never was has said and heard nothing.
func (c *try) side(i int) life {
	if c.lives[i] == nil {
		return life{}
	}
	return *c.lives[i]
}

// fin is whether the end of what a side had to say passed the places.
func (c *try) fin(i int) maybe {
	switch {
	case c.side(1 - i).eof:
		return yes
	case c.side(i).fin:
		return perhaps
	}
	return no
}

// rst is whether a RST of a side's that ends a connection passed the places.
func (c *try) rst(i int) maybe {
	own, peer := c.side(i), c.side(1-i)
	switch {
	case own.eof && peer.eof:
		return no
	// The kernel says EPIPE instead of ECONNRESET to who has read the end of the other's.
	case errors.Is(peer.err, unix.ECONNRESET), errors.Is(peer.err, unix.EPIPE):
		return yes
	case own.rst, own.gone, own.err != nil, c.ghosts != nil:
		return perhaps
	// Octets that nobody reads are answered with a RST, when they are there at close or come later.
	case own.read < peer.wrote, own.fin && !peer.eof, c.lives[i] == nil:
		return perhaps
	}
	return no
}

// handshakes are the verdicts that do not contradict the sockets.
func (c *try) handshakes(p livetest.Place) []string {
	client, server := c.side(0), c.side(1)
	switch {
	case client.up == yes && (c.clean || !c.both && (p == livetest.AtA || server.up == yes && (server.read > 0 || server.eof))):
		return []string{"completed"}
	case client.up != no || server.up != no:
		// The third packet may be lost before this place, and another prove it.
		may := []string{"completed", "completed_unseen"}
		if server.up != yes {
			may = append(may, "half_open")
		}
		if c.rst(0) != no {
			may = append(may, "aborted")
		}
		if client.up == perhaps {
			may = append(may, "no_answer", "refused")
		}
		return may
	case errors.Is(client.err, unix.ECONNREFUSED):
		return []string{"refused"}
	case errors.Is(client.err, unix.EACCES), errors.Is(client.err, unix.EHOSTUNREACH):
		return []string{"filtered"}
	case p == livetest.AtA && c.clean:
		return []string{"no_answer", "aborted"} // the answer may come when it has given up
	}
	may := []string{"no_answer", "aborted", "half_open", "refused", "filtered"}
	if !c.clean {
		// Its only SYN came broken, or the answer: that tells as much as one of a server whose card does the checksums.
		may = append(may, "unknown", "invalid", "probe")
	}
	return may
}

// strange is whether a RST may have been one that no receiver takes, though nobody forged any: its
// checksum is wrong, a ghost sent it, or it answers with an old number what was under way to a
// socket that is gone. That it is gone is known by a FIN or RST that came before. There was none where it vanished; of
// those that were, the first may be lost before this place, or missed.
func (c *try) strange(p livetest.Place, r *account) bool {
	if slices.Contains(r.Oddities, "bad_checksum_ignored") {
		return true
	}
	for i := range 2 {
		if p == inPart && (c.rst(i) != no || c.side(i).fin) || !c.clean && (c.side(i).gone || c.rst(i) != no && p != livetest.Place(i)*livetest.AtB) {
			return true
		}
	}
	return c.ghosts != nil
}

// faults is where a record and the sockets disagree.
func (c *try) faults(p livetest.Place, r *account) (all []string) {
	fault := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	orig := 0
	if r.OrigPort == c.ends[1].Port() && r.OrigAddr == c.ends[1].Addr() {
		orig = 1
	}
	by := map[string][]int{"orig": {orig}, "resp": {1 - orig}, "both": {0, 1}}[r.ClosedBy]
	if orig == 1 && !c.both && p != inPart {
		fault("the server called")
	}

	may := c.handshakes(p)
	switch {
	case p == inPart && (c.side(0).up == no && c.side(1).up == no && open(r) || r.Handshake == "filtered" && !slices.Contains(may, "filtered")):
		fault("%s", r.Handshake)
	case p != inPart && !slices.Contains(may, r.Handshake):
		fault("%s, and not %v", r.Handshake, may)
	}

	fins, rsts := [2]maybe{c.fin(0), c.fin(1)}, [2]maybe{c.rst(0), c.rst(1)}
	var wrong bool
	switch {
	case p != inPart && !open(r):
		wrong = r.Close != "none"
	case r.Close == "closed":
		wrong = fins[0] == no || fins[1] == no
	case r.Close == "reset":
		// A socket that is closed answers what comes late with a RST. Where a FIN was missed
		// nothing tells that from another.
		wrong = len(by) != 1 || rsts[by[0]] == no && !(p == inPart && fins[0] == yes && fins[1] == yes)
	case r.Close == "half_closed":
		wrong = len(by) != 1 || fins[by[0]] == no || p != inPart && (fins[1-by[0]] == yes || slices.Contains(rsts[:], yes))
	case r.Close == "open":
		wrong = p != inPart && (slices.Contains(fins[:], yes) || slices.Contains(rsts[:], yes))
	}
	if wrong {
		fault("%s by %q where FINs are %v and RSTs %v", r.Close, r.ClosedBy, fins, rsts)
	}
	if r.Close == "closed" && p != inPart {
		for i := range 2 {
			if c.side(i).followed && !slices.Equal(by, []int{1 - i}) {
				fault("closed by %q, and %s followed", r.ClosedBy, [2]string{"the client", "the server"}[i])
			}
		}
	}

	if r.SuspectedRsts != 0 && !c.strange(p, r) {
		fault("suspects RSTs")
	}
	if p == inPart && c.again {
		// Where a SYN or its answer was missed, numbers alone tell a call from the next on the same
		// ports, and they may be near: what was said in one may count, or be missed, in another.
		return all
	}
	for i, says := range [2][2]int64{{r.OrigPayload, r.OrigLost}, {r.RespPayload, r.RespLost}} {
		own, peer := c.side(i^orig), c.side(1-i^orig)
		haunted, unsaid := int64(0), int64(0)
		if p == inPart && own.fin {
			unsaid = 1 // the number of a FIN that was missed may be an octet's
		}
		for _, g := range c.ghosts {
			haunted += g.wrote * int64(i^orig)
		}
		switch {
		case p == inPart && slices.Contains(r.Quality, "bad_checksums") && says[0] <= own.wrote+haunted:
			// What came broken may be all that was seen of the handshake: nobody knows where the octets begin.
		case says[0]+says[1] > own.wrote+haunted+unsaid:
			fault("%d octets and %d missed of the %d that were written", says[0], says[1], own.wrote+haunted)
		case p == inPart:
		case says[1] != 0:
			fault("%d octets missed", says[1])
		case haunted > 0:
		case says[0] < peer.read || peer.eof && says[0] != own.wrote:
			fault("%d octets, written %d and read %d", says[0], own.wrote, peer.read)
		}
	}
	return all
}
