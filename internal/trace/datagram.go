package trace

// datagrams tells an exchange without connection: there is no state, only who
// asked and who answered.
func (b *builder) datagrams() {
	for i := range b.pkts {
		b.tr.Steps = append(b.tr.Steps, Step{})
		b.step = &b.tr.Steps[len(b.tr.Steps)-1]
		b.describe(i)
		p := &b.pkts[i]
		say := func(r Remark) { b.step.Remarks = append(b.step.Remarks, r) }
		switch {
		case p.icmp:
			say(ICMPError)
			continue
		case p.copy:
			say(Copy)
			continue
		}
		orig := &b.side[Orig].numbers
		switch {
		case p.from == Resp:
			say(Reply)
			orig.asked = false
		case orig.asked:
			say(RequestAgain)
		default:
			say(Request)
			orig.asked = true
		}
		if p.Frames > 1 {
			say(Reassembled)
		}
	}
}
