package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"portero/capture"
	"portero/capture/pcapfile"
	"portero/handshake"
	"portero/internal/engine"
	"portero/internal/record"
	"portero/internal/view/ndjson"
	"portero/internal/words"
)

// spool keeps what can be read only once (standard input, pipes, what a shell puts in place
// of <(command)) for a second reading, in files that nobody else can open and that are gone
// when we are.
func (a *app) spool(names []string) ([]string, func(), error) {
	out := slices.Clone(names)
	var copies []*copied
	gone := func() {
		for _, c := range copies {
			c.gone()
		}
	}
	for i, n := range names {
		if n != "-" && !once(n) {
			continue
		}
		c, err := a.copyOf(n)
		if c != nil {
			copies = append(copies, c)
		}
		if err != nil {
			gone()
			return nil, nil, err
		}
		out[i] = c.name
	}
	if len(copies) > 0 && a.ctx.Err() != nil {
		if out = slices.DeleteFunc(out, a.headless); len(out) == 0 || a.second().Err() != nil {
			gone()
			return nil, nil, a.ctx.Err()
		}
		a.ctx, a.early = a.second(), true
	}
	return out, gone, nil
}

// lacking is the error of a capture that lacks what the command is about: in what came until Ctrl-C it lacked it still.
func (a *app) lacking(what string) error {
	if a.early {
		return &exitError{exitInterrupted, errors.New(what)}
	}
	return usage(what)
}

// headless says of a copy that Ctrl-C ended that not even the head of a capture is in it.
func (a *app) headless(name string) bool {
	if !a.cut[name] {
		return false
	}
	f, err := pcapfile.Open(name, a.inputs())
	if err == nil {
		f.Close()
	}
	return errors.Is(err, context.Canceled)
}

// twice are the captures that args name, fit to be read twice; done is to be called when they were.
func (a *app) twice(args []string) (names []string, done func(), err error) {
	if names, err = a.expand(args); err != nil {
		return nil, nil, err
	}
	return a.spool(names)
}

// once reports whether what name holds is gone when it was read.
func once(name string) bool {
	st, err := os.Stat(name)
	return err == nil && !st.Mode().IsRegular() && !st.IsDir()
}

// copied is a file of our own. Where the system lets us open a file that has no name any more it has none, so that
// nothing of it stays when we are killed.
type copied struct {
	f        *os.File
	name     string // to open it by
	nameless bool
}

func newCopy() (*copied, error) {
	f, err := os.CreateTemp("", "portero-")
	if err != nil {
		return nil, err
	}
	c := &copied{f: f, name: f.Name()}
	if again := fmt.Sprintf("/proc/self/fd/%d", f.Fd()); runtime.GOOS == "linux" {
		if r, err := os.Open(again); err == nil {
			r.Close()
			c.name, c.nameless = again, os.Remove(f.Name()) == nil
		}
	}
	return c, nil
}

func (c *copied) gone() {
	c.f.Close() // what could not be written was told before
	if !c.nameless {
		os.Remove(c.f.Name())
	}
}

// copyOf copies what name holds into a file of its own, until Ctrl-C. What is no capture is not copied: it may have no end.
func (a *app) copyOf(name string) (*copied, error) {
	in := a.in
	if name != "-" {
		f, err := a.openInput(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	told := name
	if name == "-" {
		told = "standard input"
	}
	if f, ok := in.(*os.File); ok {
		if st, err := f.Stat(); err == nil && st.IsDir() {
			return nil, &pcapfile.FormatError{File: told, Reason: "is a directory"}
		}
		in = a.wait(f)
	}
	head := make([]byte, 4096)
	n, err := io.ReadFull(in, head)
	head = head[:n]
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		in = bytes.NewReader(nil) // not to be asked again: a terminal would wait for more
	case errors.Is(err, context.Canceled):
	case err != nil:
		return nil, uncopied(told, err)
	}
	cut := errors.Is(err, context.Canceled)
	if err := pcapfile.NoCapture(head, told); err != nil {
		return nil, err
	}
	c, err := newCopy()
	if err != nil {
		return nil, uncopied(told, err)
	}
	if a.copies == nil {
		a.copies = map[string]string{}
	}
	a.copies[c.name] = name
	if _, err = c.f.Write(head); err == nil && !cut {
		_, err = io.Copy(c.f, in)
	}
	if cut || errors.Is(err, context.Canceled) {
		if a.cut == nil {
			a.cut = map[string]bool{}
		}
		a.cut[c.name] = true
		return c, nil
	}
	return c, uncopied(told, err)
}

// uncopied says of what comes only once why there is no copy of it, and not how that would have been called.
func uncopied(name string, err error) error {
	var pe *fs.PathError
	if !errors.As(err, &pe) {
		return err
	}
	why := pe.Err.Error()
	if errors.Is(err, fs.ErrNotExist) {
		why = "there is no such folder"
	}
	return &exitError{status(err), fmt.Errorf("%s: no copy of it could be made in %s: %s (TMPDIR names another folder)", name, filepath.Dir(pe.Path), why)}
}

// locate reads the captures once and finds the connection t names, with its
// frames.
func (a *app) locate(names []string, o *readFlags, t target) (*record.Record, *job, error) {
	cid := communityID()
	want := t.id
	var eng *engine.Engine
	f := &record.Record{}
	var byID func(id uint64, p *capture.Packet, payload []byte, side int, dup bool)
	// The id is known only at the end unless it was given; a frame names it while
	// reading.
	var others []string // inputs that have a frame of that number in another connection
	if t.frame != 0 {
		at := ""
		is := func(id, index uint64) {
			file, n := eng.Place(index)
			switch {
			case n != t.frame:
				return
			case want != 0 && want != id && file != at:
				if others == nil {
					others = []string{at}
				}
				others = append(others, file)
			default:
				want, at = id, file
			}
		}
		byID = func(id uint64, p *capture.Packet, _ []byte, _ int, _ bool) {
			is(id, p.Index)
			for _, n := range eng.Parts() {
				is(id, n)
			}
		}
	}
	hits := 0
	j, err := a.open(names, o, engine.Options{Packet: byID, Sink: func(r *record.Record) error {
		if !t.match(r, cid) && (t.frame == 0 || r.ID != want || want == 0) {
			return nil
		}
		// The first of several, but what was followed to its end before what there was no room for. That one may
		// have come back with its number.
		gone, was := r.EndReason == handshake.EndResources, f.EndReason == handshake.EndResources
		if hits == 0 || r.ID != f.ID {
			hits++
		}
		if hits > 1 && (gone && !was || gone == was && r.ID > f.ID) {
			return nil
		}
		f = r.Clone()
		return nil
	}})
	if err != nil {
		return nil, nil, err
	}
	eng = j.eng
	if err := a.whole(j); err != nil {
		return nil, nil, err
	}
	if others != nil {
		return nil, nil, usage(fmt.Sprintf("%s: there is such a frame in %s and in %s: write the number of the table's first column, or --frames merged", printable(t.text), printable(others[0]), printable(others[1])))
	}
	if hits == 0 {
		a.problems(j) // it may lie behind a damage
		in := ""
		if inputs := j.set.Names(); len(inputs) == 1 {
			in = inputs[0] + ": "
		}
		return nil, nil, a.lacking(in + fmt.Sprintf("there is no connection %s in it (the table's first column has the numbers)", printable(t.text)))
	}
	if !o.quiet {
		a.sayWhich(t, hits, j)
	}
	return f, j, nil
}

// sayWhich tells of doubts about which connection was meant: where several match, and where numbers
// differ from reading to reading.
func (a *app) sayWhich(t target, hits int, j *job) {
	l := a.tongue()
	switch {
	case hits > 1:
		fmt.Fprintf(a.err, l.Pick("portero: %d connections match %s: this is the first (the table's first column has the numbers of all)\n",
			"portero: %d conexiones coinciden con %s: esta es la primera (la primera columna de la tabla tiene los números de todas)\n"), hits, printable(t.text))
	case t.id != 0 && j.eng.Stats().Flows.Evicted > 0:
		fmt.Fprintln(a.err, l.Pick("portero: --memory did not suffice, and then numbers differ from reading to reading: @FRAME or a:port>b:port names the same one always",
			"portero: --memory no bastó, y entonces los números cambian de una lectura a otra: @TRAMA o a:puerto>b:puerto nombra siempre la misma"))
	}
}

func (a *app) extractCmd() *cobra.Command {
	var o readFlags
	var save, lang string
	cmd := &cobra.Command{
		Use: "extract FILE CONN -w X", Short: "Take one connection out of a capture, byte for byte",
		Long: `Writes the frames of one connection, with those of ICMP errors about it and exact
copies, as pcapng with the record as its comment. CONN is the number of the table's
first column, @frame, a Community ID, or a:port>b:port.`,
		Example: "  portero extract capture.pcap 4 -w four.pcapng",
		Args:    o.counted(needs(2, needsConn(" -w x.pcapng"), cobra.MinimumNArgs(2))),
		RunE: func(cmd *cobra.Command, args []string) error {
			args = o.words(args)
			if save == "" {
				return usage("say where to: -w FILE")
			}
			if _, err := language(lang); err != nil {
				return err
			}
			if err := a.noTerminal(save); err != nil {
				return err
			}
			t, err := targeted(args)
			if err != nil {
				return err
			}
			names, done, err := a.twice(args[:len(args)-1])
			if err != nil {
				return err
			}
			defer done()
			f, j, err := a.locate(names, &o, t)
			if err != nil {
				return err
			}
			out, err := a.openOutput(save, o.force)
			if err != nil {
				return err
			}
			n, err := a.copyFrames(names, &o, f, out)
			if e := out.close(); err == nil {
				err = e
			}
			if err != nil {
				return err
			}
			if !o.quiet {
				if save == "-" {
					save = a.tongue().Pick("standard output", "la salida estándar")
				}
				fmt.Fprintf(a.err, a.tongue().Pick("portero: %s of #%d in %s\n", "portero: %s de #%d en %s\n"), words.Number(n, a.tongue().Pick("frame", "trama"), a.tongue().Pick("frames", "tramas")), f.ID, printable(save))
			}
			return a.finish(j, false, nil)
		},
	}
	o.input(cmd.Flags())
	cmd.Flags().StringVarP(&save, "write", "w", "", "the file to write (mode 0600); - is standard output")
	cmd.Flags().BoolVar(&o.force, "force", false, "replace the file if it exists")
	langFlag(cmd.Flags(), &lang)
	return cmd
}

// copyFrames reads the captures again and writes the frames of one connection.
func (a *app) copyFrames(names []string, o *readFlags, f *record.Record, out io.Writer) (int, error) {
	w, err := pcapfile.NewWriter(out, pcapfile.WriterOptions{Comment: fmt.Sprintf("portero: connection %d\n%s", f.ID, lineOf(f))})
	if err != nil {
		return 0, err
	}
	// First which frames, then the frames: a packet is known to be of the
	// connection when the table has booked it, a block later at the most.
	var of engine.Chosen
	choose(&of, f)
	frames, err := a.framesOf(names, o, &of, func(id uint64) bool { return id == f.ID })
	if err != nil {
		return 0, err
	}
	return a.copyThose(names, frames, w)
}

// lineOf is r as a line of ndjson has it.
func lineOf(r *record.Record) string {
	var b bytes.Buffer
	w := ndjson.New(&b, record.Schema(), false)
	if w.Write(r) != nil || w.Flush() != nil {
		return ""
	}
	return strings.TrimSpace(b.String())
}

// framesOf reads the captures again and returns the frames of the connections chosen by
// their ids, all of which are among those of of, with all those of a datagram that came in fragments.
func (a *app) framesOf(names []string, o *readFlags, of *engine.Chosen, chosen func(id uint64) bool) (map[uint64]bool, error) {
	frames := map[uint64]bool{}
	var eng *engine.Engine
	j, err := a.open(names, o, engine.Options{Chosen: of, Packet: func(id uint64, p *capture.Packet, _ []byte, _ int, _ bool) {
		if !chosen(id) {
			return
		}
		frames[p.Index] = true
		for _, n := range eng.Parts() {
			frames[n] = true
		}
	}})
	if err != nil {
		return nil, err
	}
	eng = j.eng
	return frames, a.whole(j)
}
