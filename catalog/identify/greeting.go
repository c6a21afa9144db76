package identify

import "bytes"

// matchSSH takes the identification string (RFC 4253, section 4.2).
func matchSSH(l *look) grade {
	if len(l.b) < 8 {
		if begins(l.b, "SSH-") {
			return more
		}
		return no
	}
	if has(l.b, "SSH-2.0-") || has(l.b, "SSH-1.") {
		return exact
	}
	if l.middle && sshExchange(l.b) {
		return exact
	}
	return no
}

// followSSH waits for the lines of both ends.
func followSSH(_ *Identifier, k *pending) bool {
	f := k.facts
	b := k.dir[k.side].bytes()
	if f.Banner[k.side] == "" && has(b, "SSH-") {
		nl := bytes.IndexByte(b, '\n')
		if nl < 0 && len(b) < MaxText {
			return false
		}
		line := firstLine(b)
		f.Banner[k.side] = text(line)
		if parts := bytes.SplitN(line, []byte{'-'}, 3); len(parts) == 3 {
			f.Software[k.side] = text(parts[2])
			if k.side != int(f.Client) || f.Version == "" {
				f.Version = text(parts[1])
			}
		}
	}
	return f.Banner[0] != "" && f.Banner[1] != ""
}

// firstLine is b up to its first line end.
func firstLine(b []byte) []byte {
	if nl := bytes.IndexByte(b, '\n'); nl >= 0 {
		b = b[:nl]
	}
	return bytes.TrimRight(b, "\r")
}
