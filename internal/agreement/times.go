package main

import (
	"strconv"
	"strings"

	"portero/handshake"
	"portero/internal/record"
)

// nanos reads seconds and nine figures behind the point.
func nanos(s string) (int64, bool) {
	whole, rest, _ := strings.Cut(s, ".")
	n, err1 := strconv.ParseInt(whole, 10, 64)
	m, err2 := strconv.ParseInt((rest + "000000000")[:9], 10, 64)
	return n*1e9 + m, err1 == nil && err2 == nil
}

// compareTimes holds both halves of the handshake's time against the times of the three packets, where tshark saw
// each of them once.
func compareTimes(file string, k key, o row, r *record.Record, ans *answer, s *score) {
	syn, ok1 := nanos(o["syn_ts"])
	answer, ok2 := nanos(o["synack_ts"])
	third, ok3 := nanos(o["ack_ts"])
	if o["hs"] != "full" || o["n_syn"] != "1" || o["n_synack"] != "1" || !ok1 || !ok2 || !ok3 {
		return
	}
	s.add(r.ServerRTT == answer-syn && r.ClientRTT == third-answer, file, k, timesWhy(file, k, r, ans, answer-syn, third-answer), "tshark %d and %d ns, portero %d and %d (frames %d to %d)",
		answer-syn, third-answer, r.ServerRTT, r.ClientRTT, r.FirstFrame, r.LastFrame)
}

func timesWhy(file string, k key, r *record.Record, ans *answer, there, back int64) string {
	switch {
	case r.Handshake != handshake.Completed:
		return hsWhy(file, k, r, "full")
	case ans.mistimed:
		return "A fraction of a second that cannot be: portero takes the second alone, tshark what the number overflows to"
	case has(r.Quality, "no_times"):
		return "All packets have the same time: portero says none"
	case there < 0 || back < 0:
		return "The clock runs backwards within the handshake: portero says no time"
	case r.ServerRTT == there && r.ClientRTT > back:
		return "A segment right behind the SYN came later: the strict column takes one beyond a gap for the third packet"
	}
	return ""
}
