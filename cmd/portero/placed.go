package main

import (
	"portero/capture"
	"portero/internal/engine"
	"portero/internal/record"
	"portero/internal/view/certificate"
)

// openPlaced is open for who tells connections by their packets, as placed readies them.
func (a *app) openPlaced(names []string, o *readFlags, opt engine.Options) (*job, error) {
	opt.Merged, opt.Places = true, true
	return a.open(names, o, opt)
}

// placed readies one connection, whose frames are counted through all inputs, to be told as the user
// counts them: its packets and its record, which it may replace. Where the connection lies in one of
// several inputs they are those of that input. Where it lies in several, a number would say nothing
// by itself and one of another input might come before it: they stay as they are, and ctx says
// where each is found.
func placed(e *engine.Engine, merged bool, ps []capture.Packet, r *record.Record, ctx *certificate.Context) *record.Record {
	if merged || len(ps) == 0 {
		return r
	}
	own := r.Clone()
	e.InFiles(own)
	if own.File == "" {
		return r // one input
	}
	one := len(own.FrameFiles) == 0
	for i := range ps {
		file, _ := e.Locate(ps[i].Index)
		one = one && file == own.File
	}
	if !one {
		ctx.Place = e.Locate
		return r
	}
	for i := range ps {
		_, ps[i].Index = e.Locate(ps[i].Index)
	}
	ctx.File = own.File
	var asked []record.FrameRef // a number of another input would say nothing here
	for _, f := range ctx.NeighbourFrames {
		if file, n := e.Locate(f); file == own.File {
			asked = append(asked, n)
		}
	}
	ctx.NeighbourFrames = asked
	if ctx.PortAnswersFrame != 0 {
		file, n := e.Locate(ctx.PortAnswersFrame)
		if ctx.PortAnswersFrame = n; file != own.File {
			ctx.PortAnswersFile = file
		}
	}
	return own
}
