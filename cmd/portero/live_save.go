package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"portero/capture"
	"portero/capture/pcapfile"
	"portero/internal/recorder"
	"portero/internal/words"
)

// rotates reports whether -w is going to make several files.
func (o *liveFlags) rotates() bool {
	return o.fileSize != "" || o.fileTime != "" || o.keepFiles > 0
}

// recorderOptions reads the flags that say how to save.
func (o *liveFlags) recorderOptions() (r recorder.Options, err error) {
	if o.save == "" {
		if o.rotates() {
			return r, usage("-C, -G and -W rotate the file of -w FILE, which is missing")
		}
		return r, nil
	}
	if o.save == "-" {
		if o.out == "" || o.out == "-" {
			return r, usage("-w -: standard output cannot carry records and packets; add -o FILE for the records")
		}
		if o.rotates() {
			return r, usage("-w -: standard output is not rotated")
		}
	}
	if o.keepFiles < 0 || o.keepFiles > 0 && o.fileSize == "" && o.fileTime == "" {
		return r, usage("-W COUNT keeps the newest files: give -C SIZE or -G SECONDS too")
	}
	if s := o.fileSize; s != "" {
		if n, e := strconv.ParseInt(s, 10, 64); e == nil && n > 0 && n < 1<<40 {
			r.MaxBytes = n * 1e6 // as tcpdump counts
		} else if r.MaxBytes, err = sizeOf("--file-size", s); err != nil {
			return r, err
		}
	}
	if s := o.fileTime; s != "" {
		if n, e := strconv.ParseInt(s, 10, 32); e == nil {
			r.Every = time.Duration(n) * time.Second
		} else if r.Every, e = time.ParseDuration(s); e != nil {
			return r, usage(fmt.Sprintf("--rotate-seconds: %q is no time (write 3600 or 1h)", s))
		}
		if r.Every < time.Second {
			return r, usage("--rotate-seconds: at least one second")
		}
	}
	if r.Sync, err = recorder.ParseSync(o.fsync); err != nil {
		return r, usage("--fsync: " + err.Error())
	}
	return r, nil
}

// record opens the file of -w.
func (s *session) record(k keeper, ro recorder.Options) error {
	if s.o.save == "" {
		return nil
	}
	ro.Next, ro.Leave = k.save, s.leaving
	if s.o.save == "-" {
		f, ok := s.a.out.(*os.File)
		if !ok {
			return errors.New("-w -: standard output is no file here")
		}
		ro.Next = func(time.Time) (*os.File, string, error) { return f, "-", nil }
	}
	ro.Capture = pcapfile.WriterOptions{Comment: "portero live", OS: runtime.GOOS, Hardware: runtime.GOARCH, Name: s.src.Name, Filter: s.o.filter, SnapLen: uint32(max(s.o.snaplen, 0))}
	ro.Failed = func(err error) {
		if !s.o.quiet && !s.screened {
			fmt.Fprintf(s.a.err, "portero: %s: %s; %s\n", printable(s.o.save), printable(reason(err)), s.lang.Pick("nothing more is saved, watching goes on", "no se guarda más, se sigue mirando")+s.wayOn(s.o.save))
		}
	}
	var err error
	s.rec, err = recorder.New(ro, time.Now())
	return err
}

// wayOn says what to do when a file can be written again.
func (s *session) wayOn(file string) string {
	if file == "" || file == "-" || runtime.GOOS == "windows" {
		return ""
	}
	return s.lang.Pick(" (SIGHUP tries again)", " (SIGHUP lo intenta de nuevo)")
}

// reason leaves the name of the file out of an error: it is told beside it.
func reason(err error) string {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

// frame saves a frame, at once or, where packets get the names of programs, when its
// block was looked at.
func (s *session) frame(f *capture.Frame, _ bool) error {
	switch {
	case s.rec == nil:
	case s.owner == nil:
		s.rec.Frame(f, "")
	default:
		s.waiting = append(s.waiting, waiting{frame: f})
	}
	return nil
}

// waiting is a frame that is saved when its packets were booked on connections.
type waiting struct {
	frame   *capture.Frame
	comment string
}

// askTimes is for how many packets of a connection its program is looked for: where
// it is not this machine's, it never comes.
const askTimes = 32

// owned gives the first packet of a connection whose program is known a comment
// that names it.
func (s *session) owned(id uint64, p *capture.Packet) {
	if s.asked[id] >= askTimes || int(p.FrameIdx) >= len(s.waiting) || p.Bits&capture.Fragment != 0 {
		return
	}
	w := &s.waiting[p.FrameIdx]
	if w.frame.Index != p.Index {
		return
	}
	s.asked[id]++
	if who := s.owner(id); who != "" {
		s.asked[id] = askTimes
		w.comment = strings.TrimPrefix(w.comment+"; "+who, "; ")
	}
}

// settle saves the frames of the block that was just looked at.
func (s *session) settle() {
	for i := range s.waiting {
		s.rec.Frame(s.waiting[i].frame, s.waiting[i].comment)
	}
	s.waiting = s.waiting[:0]
}

// flush lets time go on for everything that is written. It is called after every
// block, in the goroutine of the engine.
func (s *session) flush(now time.Time) {
	if s.rec != nil {
		s.settle()
		s.rec.Tick(now)
	}
	if s.rotate.Swap(false) {
		s.rotateFiles(now)
	}
	// Where the disk is behind with the old file, the new one comes later.
	if s.turns && s.rec.Rotate(now) {
		s.turns = false
	}
	if s.gauges != nil {
		s.gauges.publish(s, now)
	}
}

// rotateFiles goes on in new files.
func (s *session) rotateFiles(now time.Time) {
	s.turns = s.rec != nil && s.o.save != "-"
	if s.out.file == nil {
		return
	}
	f, err := s.keep.output()
	if err != nil {
		if !s.o.quiet {
			fmt.Fprintf(s.a.err, "portero: %s: %s; %s\n", printable(s.o.out), printable(err.Error()), s.lang.Pick("the old file goes on", "se sigue en el fichero anterior"))
		}
		return
	}
	if f == nil {
		s.out.slow.again()
		return
	}
	s.out.buf.Flush()
	s.out.slow.turn(f)
}

// savedWords says what became of -w.
func savedWords(l words.Lang, st recorder.State) string {
	frames := func(n uint64) string { return words.Number(n, l.Pick("frame", "trama"), l.Pick("frames", "tramas")) }
	s := fmt.Sprintf(l.Pick("saved %s, %d bytes; files: %d", "guardado: %s, %d octetos; ficheros: %d"), frames(st.Frames), st.Bytes, st.Files)
	switch { // rotated files have names of their own, and are looked for by what -w said
	case st.Name == "" || st.Files == 0:
	case st.Files == 1:
		s += " (" + st.Name + ")"
	default:
		s += fmt.Sprintf(l.Pick(" (the last: %s)", " (el último: %s)"), st.Name)
	}
	if st.Lost > 0 {
		s += "; " + words.Number(st.Lost, l.Pick("frame was", "trama"), l.Pick("frames were", "tramas")) + l.Pick(" not, the disk was too slow", " no, el disco era demasiado lento")
	}
	switch {
	case st.Err != nil && st.Again > 0 && !st.Ended:
		s += fmt.Sprintf(l.Pick("; the saving stopped (%s) and went on; only watched meanwhile: %s", "; se dejó de guardar (%s) y luego se siguió; solo miradas entre tanto: %s"), reason(st.Err), frames(st.After))
	case st.Err != nil:
		s += fmt.Sprintf(l.Pick("; then the saving stopped (%s), only watched after it: %s", "; luego se dejó de guardar (%s), solo miradas después: %s"), reason(st.Err), frames(st.After))
	}
	return s
}
