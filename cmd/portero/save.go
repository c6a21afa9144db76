package main

import (
	"errors"
	"fmt"
	"io"

	"portero/capture"
	"portero/capture/pcapfile"
	"portero/internal/anonymize"
	"portero/internal/engine"
)

// saving is a capture that is being written.
type saving struct {
	*pcapfile.Writer
	out    *output
	frames uint64 // written, where they are those of the capture
}

// saver opens the file of -w; nil when there is none.
func (a *app) saver(o *readFlags) (*saving, error) {
	if o.save == "" {
		return nil, nil
	}
	if o.save == "-" && (o.out == "" || o.out == "-") {
		return nil, usage("-w -: standard output cannot carry records and packets; add -o FILE for the records")
	}
	if err := a.noTerminal(o.save); err != nil {
		return nil, err
	}
	out, err := a.openOutput(o.save, o.force)
	if err != nil {
		return nil, err
	}
	comment := "portero"
	if o.filter != "" && !o.anonymize {
		comment = "portero: filter " + o.filter
	}
	if o.where != "" && !o.anonymize {
		comment = "portero: where " + o.where
	}
	w, err := pcapfile.NewWriter(out, pcapfile.WriterOptions{Comment: comment})
	if err != nil {
		return nil, err
	}
	return &saving{Writer: w, out: out}, nil
}

// noTerminal refuses to save packets where they would be shown: what is in them would steer the terminal.
func (a *app) noTerminal(save string) error {
	if save == "-" && isTerminal(a.out) {
		return usage("-w -: standard output is a terminal, which packets would steer; name a file, or write into a pipe")
	}
	return nil
}

func (s *saving) close() error { return s.out.close() }

// saveChosen reads the captures again, twice: first for the frames of the chosen
// connections, then for their octets.
func (a *app) saveChosen(names []string, o *readFlags, of *engine.Chosen, chosen map[uint64]bool, to *saving, mask *anonymize.Map) error {
	frames, err := a.framesOf(names, o, of, func(id uint64) bool { return chosen[id] })
	if err != nil {
		return err
	}
	if mask != nil {
		m := &masked{mask: mask, to: to.Writer}
		j, err := a.open(names, o, engine.Options{Seen: func(p *capture.Packet, payload []byte) {
			if frames[p.Index] {
				m.packet(p, payload)
			}
		}})
		if err != nil {
			return err
		}
		m.eng = j.eng
		err = a.whole(j)
		a.maskedSay(m, o)
		return errors.Join(err, m.err)
	}
	n, err := a.copyThose(names, frames, to.Writer)
	to.frames = uint64(n)
	return err
}

// copyThose reads the captures once more for frames that were there before.
func (a *app) copyThose(names []string, frames map[uint64]bool, w *pcapfile.Writer) (int, error) {
	n, err := copyFrames(names, a.inputs(), frames, w)
	if err == nil && n < len(frames) {
		a.past.differ(names, fmt.Sprintf("%d of %d frames to be copied are still there", n, len(frames)))
	}
	return n, err
}

// copyFrames writes the frames with the given ordinals.
func copyFrames(names []string, in pcapfile.Options, frames map[uint64]bool, w *pcapfile.Writer) (int, error) {
	set, err := pcapfile.OpenAll(names, in)
	if err != nil {
		return 0, err
	}
	defer set.Close()
	w.CopyNames(set)
	var b capture.Block
	n := 0
	for {
		err := set.Next(&b)
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		for i := range b.Frames {
			if !frames[b.Frames[i].Index] {
				continue
			}
			n++
			if err := w.Write(&b.Frames[i], ""); err != nil {
				return n, err
			}
			if n == len(frames) {
				return n, nil
			}
		}
	}
}
