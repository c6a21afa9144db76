package main

import (
	"testing"

	"portero/capture/live"
	"portero/internal/words"
)

// The screen says of an interface that it brings nothing as long as that is so, under the name that it has.
func TestWhatBringsNothingIsSaid(t *testing.T) {
	var s still
	for i, k := range []struct {
		e      live.Event
		en, es string
	}{
		{live.Event{Interface: "va", Change: live.IsDown}, "va is DOWN", "va está APAGADA"},
		{live.Event{Interface: "va", Change: live.CameUp}, "", ""},
		{live.Event{Interface: "va", Change: live.CameUp}, "", ""},
		{live.Event{Interface: "va", Change: live.WentDown}, "va is DOWN", "va está APAGADA"},
		{live.Event{Interface: "va", Change: live.Renamed, Name: "lan"}, "lan is DOWN", "lan está APAGADA"},
		{live.Event{Interface: "lan", Change: live.WentAway, Name: "lan"}, "lan is GONE", "lan YA NO ESTÁ"},
		{live.Event{Interface: "vb", Change: live.WentDown}, "2 interfaces DOWN", "2 interfaces SIN SERVICIO"},
		{live.Event{Interface: "vc", Change: live.Renamed, Name: "vd"}, "2 interfaces DOWN", "2 interfaces SIN SERVICIO"},
		{live.Event{Interface: "lan", Change: live.CameBack}, "vb is DOWN", "vb está APAGADA"},
		{live.Event{Interface: "vb", Change: live.CameUp}, "", ""},
		{live.Event{Interface: "lan", Change: live.CannotReopen}, "lan is GONE", "lan YA NO ESTÁ"},
	} {
		s.Note(k.e)
		if en, es := s.text(words.English), s.text(words.Spanish); en != k.en || es != k.es {
			t.Errorf("%d, %s %s: %q, %q", i, k.e.Interface, k.e.Change, en, es)
		}
	}
}
