package manual

import "io"

// Sheet is standard output for text that is written line by line, such as help: it remembers the first
// error, and writes nothing after it, so that who writes need not look at each line. One goroutine owns it.
type Sheet struct {
	To  io.Writer
	Err error // why the text did not arrive
}

// Write implements io.Writer.
func (p *Sheet) Write(b []byte) (n int, err error) {
	if p.Err == nil {
		n, p.Err = p.To.Write(b)
	}
	return n, p.Err
}
