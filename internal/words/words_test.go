package words

import (
	"errors"
	"strings"
	"testing"

	"portero/flows"
	"portero/handshake"
)

// Every value that the record can hold has a Spanish word, and the English one
// can be typed in --where.
func TestEveryValueHasAWord(t *testing.T) {
	values := map[string][]string{"oddity": handshake.OddityNames(), "quality": flows.QualityNames(), "missing": {"syn", "synack", "ack"},
		"door": {"open", "closed", "filtered", "silent"}, "class": {"system", "user", "dynamic"}, "basis": {"hint", "observed"},
		"severity": {"info", "low", "medium", "high"}, "confidence": {"exact", "shape", "port"}, "service": {"payload", "port", "user"},
		"process": {"exact", "port", "guessed", "ended", "hidden", "kernel"}, "seen": {"contacted", "never_contacted", "nobody_listens", "no_socket", "out_of_sight"}, "role": {"originator", "responder"}}
	for _, v := range handshake.Verdicts() {
		values["verdict"] = append(values["verdict"], v.String())
	}
	for k := handshake.KindNone; k <= handshake.FastOpenIgnored; k++ {
		values["kind"] = append(values["kind"], k.String())
	}
	for c := handshake.CloseNone; c <= handshake.Reset; c++ {
		values["close"] = append(values["close"], c.String())
	}
	for w := handshake.Nobody; w <= handshake.ByBoth; w++ {
		values["side"] = append(values["side"], w.String())
	}
	for e := handshake.ExchangeNone; e <= handshake.ExchangeFiltered; e++ {
		values["exchange"] = append(values["exchange"], e.String())
	}
	for e := handshake.EndNone; e <= handshake.EndResources; e++ {
		values["end"] = append(values["end"], e.String())
	}
	for r := handshake.RolesNone; r <= handshake.RolesFirst; r++ {
		values["roles"] = append(values["roles"], r.String())
	}
	for p := handshake.ProbeNone; p <= handshake.ProbeOther; p++ {
		values["probe"] = append(values["probe"], p.String())
	}
	for name, x := range map[string]struct {
		table map[string]string
		word  func(Lang, string) string
	}{
		"verdict": {verdicts, Verdict}, "kind": {kinds, Kind}, "close": {closes, Close}, "side": {sides, Side}, "exchange": {exchanges, Exchange},
		"end": {endReasons, EndReason}, "roles": {rolesBy, RolesBy}, "probe": {probes, Probe}, "missing": {missing, Missing}, "door": {doors, Door},
		"class": {classes, Class}, "basis": {bases, Basis}, "severity": {severities, Severity}, "confidence": {confidences, Confidence},
		"service": {serviceBy, ServiceBy}, "process": {processBy, ProcessBy}, "seen": {seen, Seen}, "oddity": {oddities, Oddity}, "quality": {quality, Quality},
		"role": {nil, Role},
	} {
		if len(values[name]) == 0 {
			t.Errorf("no value of %s is tested", name)
		}
		for _, v := range values[name] {
			if got := x.word(English, v); strings.ReplaceAll(got, " ", "_") != v {
				t.Errorf("%s %q is %q in English: it cannot be typed back", name, v, got)
			}
			if _, ok := x.table[v]; x.table != nil && !ok {
				t.Errorf("%s %q has no Spanish word", name, v)
			}
		}
	}
}

// Behind a number every word of a summary has its plural: an s is enough for a single one that ends in a vowel.
func TestPlurals(t *testing.T) {
	for _, m := range []map[string]string{verdicts, exchanges, quic} {
		for _, w := range m {
			if w == "" {
				continue
			}
			one, two := Count(Spanish, 1, w), Count(Spanish, 2, w)
			one, two = strings.TrimPrefix(one, "1 "), strings.TrimPrefix(two, "2 ")
			right := two == one+"s" && !strings.Contains(one, " ") && strings.ContainsAny(one[len(one)-1:], "aeo")
			if p := plurals[one]; p != "" {
				right = two == p
			}
			if !right {
				t.Errorf("%q, %q", one, two)
			}
		}
	}
	if got := Count(Spanish, 4, "se pidió prueba de la dirección (Retry)"); got != "4 con prueba de la dirección (Retry)" {
		t.Error(got)
	}
}

func TestGender(t *testing.T) {
	if v, e := Verdict(Spanish, "refused"), Exchange(Spanish, "refused"); v != "rechazada" || e != "rechazado" {
		t.Errorf("a connection is %q, an exchange %q", v, e)
	}
}

func TestStates(t *testing.T) {
	if len(States()) != 11 {
		t.Errorf("RFC 9293 has eleven states, not %d", len(States()))
	}
	for _, s := range States() {
		if en, es := State(English, s), State(Spanish, s); en == "" || es == "" || en == es {
			t.Errorf("%s: %q, %q", s, en, es)
		}
	}
}

func TestFromLocale(t *testing.T) {
	for env, want := range map[string]Lang{"": English, "LANG=es_AR.UTF-8": Spanish, "LANG=C": English, "LANG=es LC_ALL=en_US": English,
		"LANG=en LC_MESSAGES=es_ES@euro": Spanish, "LC_ALL=POSIX LANG=es": English, "LANG=eswatini": English,
		"LANGUAGE=es_ES:en LANG=en_GB.UTF-8": Spanish, "LANGUAGE=fr:en:es LANG=es_ES": English, "LANGUAGE=ca:fr LANG=es_ES": Spanish,
		"LANGUAGE=es LANG=C.UTF-8": English, "LANGUAGE=es LC_ALL=C LANG=es": English, "LANGUAGE=es": English} {
		get := func(name string) string {
			for _, f := range strings.Fields(env) {
				if k, v, _ := strings.Cut(f, "="); k == name {
					return v
				}
			}
			return ""
		}
		if got := FromLocale(get); got != want {
			t.Errorf("%s: %s, want %s", env, got, want)
		}
	}
	if _, err := Parse("fr"); err == nil {
		t.Error("fr is taken for a language that is spoken here")
	}
}

// What sentences are made of has a letter or sign in ASCII, none wider than it.
func TestASCII(t *testing.T) {
	for in, want := range map[string]string{
		"¿Qué puertas? ¡Añade «ü»!": `Que puertas? Anade "u"!`,
		"10 µs × 2 → 1 ≠ 2":         "10 us x 2 > 1 # 2",
		"\x1b[36mÑANDÚ\x1b[0m":      "\x1b[36mNANDU\x1b[0m",
		"日本":                        "??",
	} {
		if got := ASCII(in); got != want {
			t.Errorf("%q becomes %q, not %q", in, got, want)
		}
	}
}

// What becomes of an interface has one sentence for each change, in both languages, with and without the name that
// is waited for.
func TestInterfaceChange(t *testing.T) {
	for _, c := range []struct{ change, other, en, es string }{
		{"went_down", "", "va went down", "va se ha apagado"},
		{"went_away", "vb", "va went away; waiting for vb", "va ha desaparecido; se espera a vb"},
		{"went_away", "", "va went away", "va ha desaparecido"},
		{"renamed", "vb", "va is called vb now; it is listened to as before", "va se llama ahora vb; se sigue escuchando"},
	} {
		for l, want := range map[Lang]string{English: c.en, Spanish: c.es} {
			if got := InterfaceChange(l, c.change, "va", c.other, nil); got != want {
				t.Errorf("%s %q: %q, want %q", c.change, c.other, got, want)
			}
		}
	}
	if got := InterfaceChange(English, "cannot_reopen", "va", "", errors.New("no room")); got != "va came back and cannot be listened to: no room" {
		t.Error(got)
	}
}
