package identify

// What strangers send is read by some two hundred readers, each of them tried with octets that lie. Should one break off all the same, its
// flow is not looked at further, and the capture is told to its end: nobody shall be blind to all by one packet.

// Strict is for tests: a reader that breaks off ends the program.
var Strict = false

// guarded looks at the packet of k and reports whether there is nothing more to look for.
func (x *Identifier) guarded(k *pending, at Place) (done bool) {
	defer x.guard(k, &done)
	if k.read {
		x.overhear(k)
		return false
	}
	if k.tcp {
		done = x.segment(k, at)
	} else {
		done = x.datagram(k)
	}
	if k.announces() {
		x.overhear(k)
		if done && k.control != nil {
			done, k.read = false, true
			x.giveBack(&k.dir[0])
			x.giveBack(&k.dir[1])
		}
	}
	return done
}

// decideGuarded decides about k, of which nothing more comes.
func (x *Identifier) decideGuarded(k *pending) {
	var done bool
	defer x.guard(k, &done)
	x.decide(k)
}

// guard ends the looking at k where a reader broke off.
func (x *Identifier) guard(k *pending, done *bool) {
	if Strict {
		return
	}
	if recover() != nil {
		x.stats.Faults++
		*done, k.read = true, false
	}
}
