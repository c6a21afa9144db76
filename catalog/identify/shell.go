package identify

import (
	"bytes"
	"slices"
)

// shellGreetings are what shells say first that have no terminal: cmd.exe, with a version behind it in its owner's language;
// bash and dash where they are asked to be interactive all the same.
var shellGreetings = [...]string{"Microsoft Windows [", "bash: cannot set terminal process group (", "bash: no job control in this shell",
	"/bin/sh: 0: can't access tty; job control turned off"}

// followShell keeps the line with which a shell greets: the end that sent it is the one whose shell it is, whoever called.
func followShell(_ *Identifier, k *pending) bool {
	b, f := k.dir[k.side].bytes(), k.facts
	if f.Banner[0] != "" || f.Banner[1] != "" || !slices.ContainsFunc(shellGreetings[:], func(s string) bool { return has(b, s) }) {
		return true
	}
	if bytes.IndexByte(b, '\n') < 0 && len(b) < MaxText {
		return false
	}
	f.Banner[k.side] = text(firstLine(b))
	return true
}
