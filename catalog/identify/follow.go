package identify

// follow reads on in what is known, and asks whether the other end knows it, too.
func (x *Identifier) follow(k *pending) bool {
	if k.facts == nil {
		return true
	}
	if f := k.facts; f.Frames[k.side] == 0 && k.p != nil {
		other := k.side != int(f.Client) && !k.middle && k.tcp && x.contradict(k)
		switch {
		case other:
			k.awaiting = false
		case k.awaiting:
			return k.side != int(f.Client)
		}
		f.Frames[k.side] = k.p.Index
	}
	if k.awaiting {
		return false
	}
	if done := x.read(k); !done || !k.unheard() {
		return done
	}
	k.awaiting = true
	return false
}

// read lets the protocol's follower read on.
func (x *Identifier) read(k *pending) bool {
	k.after++
	fn := followers[k.facts.Protocol]
	if fn == nil {
		return true
	}
	for {
		was := k.facts.Protocol
		if fn(x, k) {
			return true
		}
		if k.facts.Protocol == was {
			break
		}
		if fn = followers[k.facts.Protocol]; fn == nil {
			return true
		}
	}
	return k.after >= maxFollow
}
