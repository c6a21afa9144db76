package findings

import (
	"time"

	"portero/capture"
)

// Who has time searches slower than scanWindow sees: one door every five minutes, as the slowest of nmap's timings. Over a day
// many things fail that are no search. So it takes twice as many machines and over three times as many doors, and of machines only
// a door that is for machines: who mails, fetches pages or shares files has partners that are gone.
const (
	slowWindow = 24 * time.Hour
	slowLeast  = 50
	slowPorts  = 32768 // numbers from here on are lent to callers: what waits there is agreed on before, and may be gone
)

// slowly makes f a finding about a search of doors or machines, told apart by of, that goes slowly, where es show one.
func slowly(f *Finding, es []event, of func(e *event) uint64) bool {
	if len(es) < slowLeast {
		return false
	}
	es, n := densestOf(es, slowWindow, of)
	if n < slowLeast {
		return false
	}
	f.Severity, f.Count, f.Of = "low", uint64(n), uint64(len(es))
	f.evidence(es)
	f.Window = time.Duration(f.Last - f.First)
	return true
}

// slowMachines is scannedHosts over a day.
func slowMachines(k subject, t *track, f Finding) (Finding, bool) {
	return f, machinePorts.has(k.port) && slowly(&f, t.events, machine)
}

// slowDoors is scannedPorts over a day.
func slowDoors(t *track, f Finding) (Finding, bool) {
	if f.Proto != capture.ProtoTCP || len(t.events) < slowLeast {
		return f, false
	}
	var es []event
	for _, e := range t.events {
		if e.what < slowPorts {
			es = append(es, e)
		}
	}
	ok := slowly(&f, es, func(e *event) uint64 { return uint64(e.what) })
	f.Extra = ajar(es)
	return f, ok
}
