package identify

import "testing"

// TestReaderThatBreaksOff: a reader that panics ends the looking at its flow, which keeps the name it had; it is counted, nothing
// stays booked, and whoever comes later is told as ever.
func TestReaderThatBreaksOff(t *testing.T) {
	Strict = false
	was := followers[VMware]
	followers[VMware] = func(_ *Identifier, k *pending) bool { return k.dir[k.side].bytes()[:0][1] == 0 }
	t.Cleanup(func() { Strict, followers[VMware] = true, was })

	d := tcpTalk(902).say(theirs, "220 VMware Authentication Daemon Version 1.10\r\n").say(ours, "USER anna\r\n").say(theirs, "331 Password\r\n")
	if f := d.end(); f == nil || f.Protocol != VMware {
		t.Errorf("its name is gone: %+v", f)
	}
	if s := d.x.Stats(); s.Faults != 1 || s.Bytes != int64(len(d.x.small))*MaxKept+int64(len(d.x.large))*maxHello {
		t.Errorf("after it: %+v", s)
	}
	again := &dialogue{x: d.x, tcp: true, ports: [2]uint16{4000, 22}}
	again.say(theirs, "SSH-2.0-door\r\n").say(ours, "SSH-2.0-caller\r\n")
	if f := again.end(); f == nil || f.Protocol != SSH {
		t.Errorf("who comes later: %+v", f)
	}
	if s := d.x.Stats(); s.Faults != 1 {
		t.Errorf("%d faults", s.Faults)
	}
}
