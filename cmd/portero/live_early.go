package main

import (
	"slices"
	"time"

	"portero/internal/findings"
	"portero/internal/record"
)

// Findings are about records that ended, and an attempt that nobody answered ends after
// two minutes. So that a scan or a flood is told while it goes on, those that last are
// looked at as they are, each time anew: nothing is counted twice, and what was
// answered after all is gone the next time.
const (
	// earlyAge is how long an answer may take, and earlyLast how far back all connections
	// are still there, those that closed among them: floods are told from crowds by how
	// many were answered.
	earlyAge    = 5 * time.Second
	earlyLast   = 55 * time.Second
	earlyMost   = 20_000 // of one look
	earlyMemory = 4 << 20
)

var earlyKinds = []string{"scan-ports", "scan-hosts", "flood-halfopen"}

// found is what was found so far, with what connections that last show already. It is
// called in the goroutine of the engine.
func (s *session) found() []findings.Finding {
	nets, err := s.o.watch.networks()
	if err != nil {
		return s.watch.Findings()
	}
	early := findings.New(s.a.cat, nets, earlyMemory)
	early.Frames = s.eng
	now := s.clock()
	n := 0
	s.eng.SnapshotSome(&s.early, 0, func(r *record.Record) bool {
		if age := time.Duration(now - r.First); r.TCP() && age >= earlyAge && age <= earlyLast {
			c := *r
			c.Final, c.Risks = true, nil
			early.Observe(&c)
		}
		n++
		return n < earlyMost
	})
	return joined(s.watch.Findings(), early.Findings())
}

// joined adds to fs, which are certain, those of early that they do not have, or have less
// of.
func joined(fs, early []findings.Finding) []findings.Finding {
	at := map[findings.Identity]int{}
	for i := range fs {
		at[fs[i].Identity()] = i
	}
	for _, f := range early {
		if !slices.Contains(earlyKinds, f.Kind) {
			continue
		}
		i, ok := at[f.Identity()]
		switch {
		case !ok:
			fs = append(fs, f)
		case f.Count > fs[i].Count && findings.AtLeast(f.Severity, fs[i].Severity):
			fs[i] = f
		}
	}
	slices.SortStableFunc(fs, func(a, b findings.Finding) int {
		switch worse, milder := findings.AtLeast(a.Severity, b.Severity), findings.AtLeast(b.Severity, a.Severity); {
		case (a.Muted == "") != (b.Muted == ""):
			return len(a.Muted) - len(b.Muted)
		case worse && !milder:
			return -1
		case milder && !worse:
			return 1
		}
		return 0
	})
	return fs
}
