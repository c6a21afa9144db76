package trace

import (
	"strconv"
	"strings"

	"portero/capture"
)

// Options are the step's TCP options in the words of RFC 9293 and its
// companions, separated by commas: "MSS 1460, window scale 7, SACK permitted".
func (s *Step) Options() string {
	var out []string
	add := func(bit capture.Opts, text string) {
		if s.Opts&bit != 0 {
			out = append(out, text)
		}
	}
	add(capture.OptMSS, "MSS "+strconv.Itoa(int(s.MSS)))
	add(capture.OptWScale, "window scale "+strconv.Itoa(int(s.WScale)))
	add(capture.OptSACKOK, "SACK permitted")
	add(capture.OptTimestamps, "timestamp "+strconv.FormatUint(uint64(s.TSVal), 10)+" echo "+strconv.FormatUint(uint64(s.TSEcr), 10))
	add(capture.OptFastOpen, "Fast Open cookie")
	add(capture.OptFastOpenAsk, "Fast Open cookie request")
	add(capture.OptMPTCP, "Multipath TCP")
	add(capture.OptSACKBlocks, "SACK blocks")
	return strings.Join(out, ", ")
}

// FlagWords names the flags the way a ladder shows them: "SYN,ACK", "FIN,ACK",
// "none" when no flag is set.
func (s *Step) FlagWords() string {
	if s.Flags&0x1ff == 0 {
		return "none"
	}
	return strings.ReplaceAll(s.Flags.String(), "-", ",")
}
