package teach

import (
	"bufio"
	"io"
	"strings"
)

// WriteSteps prints the ladder rung by rung: a line from in, as by the Enter key,
// shows the next one; q or the end of in ends it.
func (l *Ladder) WriteSteps(in io.Reader, out io.Writer, o TextOptions) error {
	p := l.sheet(o)
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 256), 4096)
	flush := func() error {
		_, err := io.WriteString(out, p.b.String())
		p.b.Reset()
		return err
	}
	p.head()
	for i := range l.Rungs {
		if i == 0 {
			p.line(l.lang.t("[Enter: next packet, q: stop]", "[Intro: paquete siguiente, q: terminar]"))
		}
		if err := flush(); err != nil {
			return err
		}
		if !lines.Scan() || strings.TrimSpace(lines.Text()) == "q" {
			return lines.Err()
		}
		p.rung(&l.Rungs[i])
	}
	p.tail()
	return flush()
}
