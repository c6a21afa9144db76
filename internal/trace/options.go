package trace

import (
	"strconv"
	"strings"

	"portero/capture"
)

// Options are the step's TCP options in the words of RFC 9293 and its
// companions, separated by commas: "MSS 1460, window scale 7, SACK permitted". pick
// chooses the language.
func (s *Step) Options(pick func(en, es string) string) string {
	var out []string
	add := func(bit capture.Opts, text string) {
		if s.Opts&bit != 0 {
			out = append(out, text)
		}
	}
	n := func(v uint32) string { return strconv.FormatUint(uint64(v), 10) }
	add(capture.OptMSS, "MSS "+n(uint32(s.MSS)))
	add(capture.OptWScale, pick("window scale ", "escala de ventana ")+n(uint32(s.WScale)))
	add(capture.OptSACKOK, pick("SACK permitted", "SACK admitido"))
	add(capture.OptTimestamps, pick("timestamp ", "marca de tiempo ")+n(s.TSVal)+pick(" echo ", " eco ")+n(s.TSEcr))
	add(capture.OptFastOpen, pick("Fast Open cookie", "cookie de apertura rápida"))
	add(capture.OptFastOpenAsk, pick("Fast Open cookie request", "petición de cookie de apertura rápida"))
	add(capture.OptMPTCP, "Multipath TCP")
	add(capture.OptSACKBlocks, pick("SACK blocks", "bloques SACK"))
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
