package html

import (
	"html/template"

	"portero/internal/doors"
)

// model is what page.tmpl is filled from.
type model struct {
	Lang, Title, Version, Policy, Files string
	Spanish                             bool
	Frames, Bytes, Span, From           string
	Counts                              []count
	Remarks                             []remark
	Strip                               []slice
	Time                                *chart
	Doors, DoorsFolded                  []doorRow
	MoreDoors                           int
	Older                               bool // a door accepted more than was seen to be tried
	Hosts, HostsFolded                  []hostRow
	MoreHosts                           int
	Findings                            []findingRow
	MoreFindings                        int
	Unlooked                            uint64
	Rows, Told                          int
	Left, Hidden                        uint64
	Plain                               []plainRow
	Interrupted, Empty                  bool
	Style                               template.CSS
	Script                              template.JS
	Data                                template.HTML // base64 only
}

type count struct {
	Group  int // 0 TCP, 1 UDP, 2 other
	N      uint64
	Share  string // of the widest bar, 0 to 100
	Word   [2]string
	Means  [2]string
	Filter string
	Tone   string
}

type slice struct{ X, W, Tone string }

type remark struct {
	Warning      bool
	Text, Effect [2]string
	Frame        uint64
	File         string
}

// chart is the timeline as rectangles in a box 1000 wide and 100 high.
type chart struct {
	Bars    []bar
	Ticks   []string
	Width   [2]string
	Most    uint64
	Outside uint64
}

type bar struct {
	X, W     string
	Parts    []slicePart
	From     string
	N        [4]uint64
	Filter   string
	Total    uint64
	Duration [2]string
}

type slicePart struct{ Y, H, Tone string }

type doorRow struct {
	Host, Proto, Service string
	Port                 uint16
	State                string
	Word                 [2]string
	D                    *doors.Door
	More                 string
	File                 string // of the frame that proves it, "" where there is one input
	Kept                 bool
}

type hostRow struct {
	Addr, Name, In, Out string
	H                   *doors.Host
}

// findingRow are findings of which the same is to be said.
type findingRow struct {
	Severity, Kind, Basis, Attack string
	Muted                         string
	SeverityWord, BasisWord       [2]string
	Title, Means                  [2]string
	Innocent, Next                [2]string
	Seen                          []seenRow
}

// seenRow is one of them: what was seen, and where.
type seenRow struct {
	Text     [2]string
	Records  []evidenceRow
	Frames   string
	OneFrame bool
}

type evidenceRow struct {
	ID   uint64
	Kept bool
}

type plainRow struct {
	ID                      uint64
	Word                    [2]string
	From, To, Service, Tone string
}
