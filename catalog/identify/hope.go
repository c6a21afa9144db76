package identify

import (
	"bytes"

	"portero/capture"
)

// A segment may end in the middle of what a signature looks at. What it says then is
// hope, and these say for what.

// until is hope for the rest of a message of n octets, of which l has some; no where
// they are all there, or are more than will be kept.
func (l *look) until(n int) grade {
	if l.pend.tcp && len(l.b) < n && n <= MaxKept {
		return hope
	}
	return no
}

// untilLine is hope for the end of the first line, if it has at most n octets.
func (l *look) untilLine(n int) grade {
	if len(l.b) < n && !whole(l.b) {
		return hope
	}
	return no
}

// untilWord is hope for the rest of a line that begins with one of words, or of the
// word.
func (l *look) untilWord(words ...string) grade {
	var buf [16]byte
	w := l.b[:min(len(l.b), len(buf))]
	sp := bytes.IndexByte(w, ' ')
	if sp >= 0 {
		w = w[:sp]
	}
	for i, c := range w {
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		buf[i] = c
	}
	for _, k := range words {
		if string(buf[:len(w)]) == k || sp < 0 && begins(buf[:len(w)], k) && (len(w) <= len(k) || w[len(k)] == '\r') {
			return l.untilLine(maxLine)
		}
	}
	return no
}

// maxLine is how long the first line of a dialogue may be, its end included (RFC 3977,
// section 3.1; RFC 2812 and others have the same).
const maxLine = 512

// vain reports whether a flow has its slot for nothing any more: a side was kept in
// hope, failed, and the other has not spoken.
func (k *pending) vain() bool {
	if !k.tcp || k.facts != nil || k.asked || k.based[0] || k.based[1] {
		return false
	}
	for s := range k.dir {
		if !k.failed[s] && k.dir[s].buf != nil {
			return false
		}
	}
	for s := range k.dir {
		k.beyond[s] = k.beyond[s] || k.dir[s].have > 0
	}
	return true
}

// count is the note of a flow of which nothing is kept.
func (k *pending) count() uint32 {
	n := counting | uint32(k.looked)&lookedBits | uint32(k.tiny)<<tinyBits
	if k.failed[0] {
		n |= failedBit
	}
	if k.failed[1] {
		n |= failedBit << 1
	}
	if k.beyond[0] {
		n |= beyondBit
	}
	if k.beyond[1] {
		n |= beyondBit << 1
	}
	if k.readable {
		n |= readable
	}
	return n | spokeBit | uint32(k.spoke)<<firstBits | uint32(k.random)<<randomBits
}

// forget gives back what a flow has, its slot too.
func (x *Identifier) forget(note uint32, k *pending) {
	for s := range k.dir {
		x.giveBack(&k.dir[s])
	}
	if k.control != nil {
		k.control = nil
		x.stats.Bytes -= controlCost
	}
	if note != 0 && note&counting == 0 {
		*k = pending{}
		x.free = append(x.free, note&index-1)
		x.stats.Bytes -= pendingCost
	}
}

// torn reports whether the capture has not all of p's payload: what follows is not what
// comes next.
func torn(p *capture.Packet) bool { return p != nil && p.PayloadCap < p.PayloadLen }
