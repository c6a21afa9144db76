package explain

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"portero/capture"
	"portero/catalog"
	"portero/internal/record"
)

// Entry is one meaning of a word.
type Entry struct {
	Word string `json:"word"`
	Kind string `json:"kind"`
	Text string `json:"text"`
}

// Explain gives every meaning of a word, the likeliest first. Without one it
// gives suggestions.
func Explain(c *catalog.Catalog, word string) (found []Entry, suggest []string) {
	w := strings.TrimSpace(word)
	kind, rest, prefixed := strings.Cut(w, ":")
	if prefixed {
		w = rest
	}
	add := func(e Entry) {
		if !prefixed || strings.HasPrefix(e.Kind, kind) || strings.HasSuffix(e.Kind, kind) {
			found = append(found, e)
		}
	}
	folded := strings.ReplaceAll(strings.ToLower(w), " ", "_")
	for _, e := range words {
		if strings.ToLower(e.word) == folded || strings.ReplaceAll(e.word, "-", "_") == strings.ReplaceAll(folded, "-", "_") {
			add(Entry{e.word, e.kind, e.text})
		}
	}
	proto, number := "", w
	if a, b, ok := strings.Cut(w, "/"); ok {
		if _, err := strconv.Atoi(a); err == nil {
			number, proto = a, strings.ToLower(b)
		} else {
			proto, number = strings.ToLower(a), b
		}
	}
	if n, err := strconv.ParseUint(number, 10, 16); err == nil {
		for _, e := range Port(c, uint16(n), proto) {
			add(e)
		}
		if n < 64 && proto == "" {
			add(Entry{w, "Wireshark completeness", Completeness(int(n))})
		}
	}
	if len(found) == 0 || prefixed {
		if text, ok := Flags(w); ok {
			add(Entry{w, "flags", text})
		}
		if text, ok := History(w); ok {
			add(Entry{w, "Zeek history", text})
		}
	}
	for _, f := range record.Schema() {
		if f.Name == folded {
			add(Entry{f.Name, "key of the record", f.Doc + "."})
		}
	}
	if len(found) == 0 && len(w) > 2 {
		for _, e := range byName(c, strings.ToLower(w)) {
			add(e)
		}
	}
	if len(found) == 0 {
		suggest = near(folded)
	}
	return found, suggest
}

var protos = []struct {
	name  string
	proto uint8
}{{"tcp", capture.ProtoTCP}, {"udp", capture.ProtoUDP}, {"sctp", capture.ProtoSCTP}}

// Port explains a port number: the registry, practice, history, and what to
// make of it.
func Port(c *catalog.Catalog, port uint16, only string) []Entry {
	var out []Entry
	classes := map[string]string{"system": "system port (0-1023)", "user": "registered range (1024-49151)", "dynamic": "dynamic range (49152-65535): numbers for callers"}
	for _, p := range protos {
		if only != "" && only != p.name || only == "" && p.name == "sctp" {
			continue
		}
		e, ok := c.Lookup(p.proto, port)
		practice := c.Practice(p.proto, port)
		facts := c.Facts(p.proto, port)
		if !ok && practice == "" && len(facts) == 0 && only == "" && p.name != "tcp" {
			continue
		}
		var b strings.Builder
		fmt.Fprintf(&b, "%s.\n", classes[c.PortClass(port)])
		if ok {
			fmt.Fprintf(&b, "registry: %s", e.Name)
			if e.Description != "" && !strings.EqualFold(e.Description, e.Name) {
				fmt.Fprintf(&b, " - %s", e.Description)
			}
			b.WriteString(" (IANA)\n")
		} else {
			b.WriteString("registry: no name (IANA)\n")
		}
		if practice != "" && practice != e.Name {
			fmt.Fprintf(&b, "practice: %s\n", practice)
		}
		hint := false
		for _, f := range facts {
			fmt.Fprintf(&b, "history: %s, %s (%s)\n", f.Name, kindText(f.Kind), f.Reference)
			hint = hint || f.When == "listener"
		}
		switch {
		case hint:
			b.WriteString("so: the number alone proves nothing. It is looked at only when a host answers there, and then called a low hint. A client that merely calls from it is nobody.")
		case c.PortClass(port) == "dynamic":
			b.WriteString("so: seen as a caller's port it means nothing at all; a service that always answers here chose an unusual door.")
		default:
			b.WriteString("so: the number says what is usual, not what was spoken.")
		}
		out = append(out, Entry{fmt.Sprintf("%d/%s", port, p.name), "port", b.String()})
	}
	return out
}

func kindText(k string) string {
	if t := kinds[k]; t != "" {
		return t
	}
	return k
}

var kinds = map[string]string{"malware-default": "an old trojan's default door", "rat-default": "a remote-control tool's default", "c2-default": "an attack framework's default",
	"worm-artifact": "left open by a worm", "worm-vector": "a way in for worms", "exposure": "should not face the Internet", "amplifier": "can be made to shout at others",
	"cleartext-credentials": "passwords travel readable", "cleartext-data": "data travels readable", "ics": "industrial control", "remote-admin": "remote administration", "legacy": "out of date",
	"botnet-scan": "scanned for by botnets", "lan-poisoning": "can be answered falsely on a local network", "no-auth": "often without a password", "boundary-block": "to be kept inside the network",
	"mining": "crypto mining", "anonymity": "anonymity network", "p2p": "peer to peer", "proxy": "a proxy", "weak-crypto": "weak encryption", "recon": "used to explore"}

func byName(c *catalog.Catalog, name string) []Entry {
	var out []Entry
	for port := range 65536 {
		for _, p := range protos[:2] {
			hit := c.Registered(p.proto, uint16(port)) == name || c.Practice(p.proto, uint16(port)) == name
			if !hit {
				for _, f := range c.Facts(p.proto, uint16(port)) {
					hit = hit || strings.EqualFold(f.Name, name)
				}
			}
			if hit && len(out) < 8 {
				out = append(out, Port(c, uint16(port), p.name)...)
			}
		}
	}
	return out
}

// Completeness explains Wireshark's tcp.completeness.
func Completeness(n int) string {
	names := []string{"SYN", "SYN-ACK", "ACK", "data", "FIN", "RST"}
	var has []string
	for i, s := range names {
		if n&(1<<i) != 0 {
			has = append(has, fmt.Sprintf("%d %s", 1<<i, s))
		}
	}
	if len(has) == 0 {
		return "No packet with flags was seen."
	}
	return "Seen: " + strings.Join(has, ", ") + ". It counts flags and compares no number: a RST that refuses counts as an ACK too."
}

var letters = map[byte]string{'s': "SYN", 'h': "SYN-ACK", 'a': "a pure ACK", 'd': "data", 'f': "FIN", 'r': "RST", 'c': "a packet with a wrong checksum",
	'g': "a gap: bytes the capture lacks", 't': "bytes sent again", 'w': "a closed window", 'i': "FIN and RST together", 'q': "other impossible flags"}

// History explains a Zeek history letter by letter.
func History(h string) (string, bool) {
	if h == "" || len(h) > 64 {
		return "", false
	}
	var out []string
	for i := 0; i < len(h); i++ {
		c := h[i]
		if c == '^' {
			out = append(out, "^ Zeek turned the roles round")
			continue
		}
		low := c | 0x20
		t := letters[low]
		if t == "" || (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return "", false
		}
		who := "originator"
		if c == low {
			who = "responder"
		}
		out = append(out, fmt.Sprintf("%c %s: %s", c, who, t))
	}
	return strings.Join(out, "\n") + "\nEach letter is written when it first happens, in order.", true
}

// Flags explains a combination of flags, "SA" or "SYN-ACK" or "SYN,ACK".
func Flags(s string) (string, bool) {
	short := map[rune]string{'S': "SYN", 'A': "ACK", 'F': "FIN", 'R': "RST", 'P': "PSH", 'U': "URG", 'E': "ECE", 'C': "CWR"}
	var names []string
	up := strings.ToUpper(s)
	if strings.ContainsAny(up, "-,+|") {
		names = strings.FieldsFunc(up, func(r rune) bool { return strings.ContainsRune("-,+|", r) })
	} else {
		for _, r := range up {
			n := short[r]
			if n == "" {
				return "", false
			}
			names = append(names, n)
		}
	}
	var out []string
	for _, n := range names {
		ok := false
		for _, e := range words {
			if e.kind == "flag" && e.word == n {
				out = append(out, n+": "+e.text)
				ok = true
			}
		}
		if !ok {
			return "", false
		}
	}
	return strings.Join(out, "\n"), len(out) > 0
}

// near suggests words that look alike.
func near(w string) []string {
	type cand struct {
		word string
		d    int
	}
	var cs []cand
	for _, e := range words {
		if d := record.EditDistance(w, strings.ToLower(e.word)); d <= 3 {
			cs = append(cs, cand{e.word, d})
		}
	}
	sort.SliceStable(cs, func(i, j int) bool { return cs[i].d < cs[j].d })
	var out []string
	for _, c := range cs[:min(len(cs), 4)] {
		out = append(out, c.word)
	}
	return out
}

// Words lists the words that are explained one by one, for completion.
func Words() []string {
	var out []string
	for _, e := range words {
		out = append(out, e.word)
	}
	sort.Strings(out)
	return out
}
