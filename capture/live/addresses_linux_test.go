package live

import (
	"maps"
	"net"
	"slices"
	"testing"
)

// One question for the addresses of all interfaces brings what a question for each brings.
func TestAddressesAreThoseOfEach(t *testing.T) {
	all, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	got, want := Addresses(all), addressesOfEach(all)
	if !maps.EqualFunc(got, want, slices.Equal) {
		t.Errorf("addresses of this machine: %v, want %v", got, want)
	}
}

// An interface is found by its own name only, with what the list of all says of it.
func TestOneInterfaceIsAskedFor(t *testing.T) {
	all, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range all {
		index, hardware, err := asked(i.Name)
		if err != nil || index != i.Index {
			t.Errorf("%s is asked for: %d, %v; its number is %d", i.Name, index, err, i.Index)
		}
		if index, h, err := listed(i.Name); err != nil || index != i.Index || h != hardware {
			t.Errorf("%s in the list: %d of hardware %d, %v; asked for it is of %d", i.Name, index, h, err, hardware)
		}
		for _, name := range []string{i.Name + ":0", "no such one", "", i.Name + "-that-is-far-too-long"} {
			if _, _, err := asked(name); err == nil {
				t.Errorf("%q was found", name)
			}
			if _, _, err := find(name); err == nil {
				t.Errorf("%q may be listened to", name)
			}
		}
	}
}
