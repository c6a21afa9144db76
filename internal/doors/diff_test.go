package doors

import (
	"fmt"
	"slices"
	"testing"

	"portero/capture"
	"portero/catalog/identify"
	"portero/handshake"
)

func web(status int) *identify.Facts {
	return &identify.Facts{Protocol: identify.HTTP, HTTP: &identify.Web{Status: status}}
}

// After a change somebody asks what is broken: doors that shut and calls that fail stand before whom nobody missed.
func TestDiffTellsWhatBroke(t *testing.T) {
	call := func(ta *Tally, n, port int, v handshake.Verdict, app *identify.Facts) {
		for i := range n {
			r := seen(capture.ProtoTCP, fmt.Sprintf("198.51.100.1:%d", 4000+i), fmt.Sprintf("192.0.2.1:%d", port), v)
			r.App = app
			ta.Add(r)
		}
	}
	var a, b Tally
	call(&a, 10, 80, handshake.Completed, web(200))
	call(&b, 5, 80, handshake.Completed, web(200))
	call(&b, 5, 80, handshake.Completed, web(502))
	call(&a, 20, 81, handshake.Completed, web(404)) // the caller's fault
	call(&b, 19, 81, handshake.Completed, web(404))
	call(&b, 1, 81, handshake.NoAnswer, nil) // few fail everywhere
	call(&a, 4, 443, handshake.Completed, nil)
	call(&b, 1, 443, handshake.Completed, nil)
	call(&b, 3, 443, handshake.Refused, nil)
	call(&a, 1, 22, handshake.Completed, nil)
	call(&a, 1, 5432, handshake.Completed, nil)
	call(&b, 1, 5432, handshake.Refused, nil)
	call(&a, 1, 9, handshake.Refused, nil)
	call(&b, 1, 8080, handshake.Completed, nil)
	call(&b, 1, 10, handshake.NoAnswer, nil)
	var got []string
	for _, c := range Diff(&a, &b) {
		got = append(got, fmt.Sprint(c.How, " ", c.What, " ", c.Key.Port, " ", c.Before, " ", c.Now))
	}
	want := []string{"changed door 5432 open closed", "changed failures 80 0/10 5/10", "changed failures 443 0/4 3/4", "gone door 22 open ", "new door 8080  open", "gone door 9 closed ", "new door 10  silent"}
	if !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
}

func TestFaults(t *testing.T) {
	alert := func(fatal bool, what uint8) *identify.Facts {
		return &identify.Facts{Protocol: identify.TLS, TLS: &identify.Hello{HasAlert: true, AlertFatal: fatal, Alert: what}}
	}
	names := func(code int) *identify.Facts {
		return &identify.Facts{Protocol: identify.DNS, DNS: &identify.Lookup{Code: code}}
	}
	for _, c := range []struct {
		what string
		app  *identify.Facts
		want uint64
	}{
		{"nothing known", nil, 0}, {"a page", web(200), 0}, {"a page that is not there", web(404), 0}, {"a fault", web(500), 1}, {"no answer yet", web(0), 0},
		{"an alert that ends it", alert(true, 48), 1}, {"a warning", alert(false, 112), 0}, {"a farewell", alert(true, 0), 0},
		{"a name", names(0), 0}, {"no such name", names(3), 0}, {"a name server that failed", names(2), 1}, {"no answer of one", names(-1), 0},
	} {
		var half [2]Tally
		for i := range half {
			r := seen(capture.ProtoTCP, "198.51.100.1:4000", "192.0.2.1:7777", handshake.Completed)
			r.App = c.app
			half[i].Add(r)
		}
		if d := Merge(&half[0], &half[1]).Doors()[0]; d.Faulty != 2*c.want || d.Accepted != 2 {
			t.Errorf("%s: %d of %d are faults, want %d", c.what, d.Faulty, d.Accepted, 2*c.want)
		}
	}
}
