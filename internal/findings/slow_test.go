package findings

import (
	"time"

	"portero/handshake"
)

// A step of nmap's slowest search is five minutes.
const step = int64(5*time.Minute) + 1

func slowlyDoors(n, tries, first int, apart int64) func(s *story) {
	return func(s *story) {
		for i := range n * tries {
			s.tcp(int64(i)*apart, "8.8.1.1", "10.0.0.1", 0, uint16(first+i%n), handshake.Refused)
		}
	}
}

func slowlyMachines(n, tries int, port uint16, apart int64) func(s *story) {
	return func(s *story) {
		for i := range n * tries {
			s.tcp(int64(i)*apart, "8.8.1.1", "10.9.%d.%d", i%n, port, handshake.NoAnswer)
		}
	}
}

// slow are searches that take hours: fifty doors of one machine, or fifty machines by one door that is for machines, within a day. What
// fails by chance over a day is none.
var slow = []storied{
	{"a door every five minutes", slowlyDoors(50, 1, 20, step), "scan-ports low 50"},
	{"one fewer", slowlyDoors(49, 1, 20, step), ""},
	{"each twice", slowlyDoors(50, 2, 20, step/2), "scan-ports low 50"},
	{"in more than a day", slowlyDoors(50, 1, 20, int64(24*time.Hour)/49+1), ""},
	{"in a day", slowlyDoors(50, 1, 20, int64(24*time.Hour)/49), "scan-ports low 50"},
	{"doors that are lent to callers", slowlyDoors(50, 1, 32768, step), ""},
	{"ever more", slowlyDoors(280, 1, 20, step), "scan-ports low 280"},
	{"a machine every five minutes", slowlyMachines(50, 1, 22, step), "scan-hosts low 50"},
	{"one machine fewer", slowlyMachines(49, 1, 22, step), ""},
	{"each machine twice", slowlyMachines(50, 2, 22, step/2), "scan-hosts low 50"},
	{"machines in more than a day", slowlyMachines(50, 1, 22, int64(24*time.Hour)/49+1), ""},
	{"partners of mail that are gone", slowlyMachines(200, 1, 25, step), ""},
	{"pages that are gone", slowlyMachines(200, 1, 443, step), ""},
	{"peers that are gone", slowlyMachines(200, 1, 6881, step), ""},
	{"slowly, and then all at once", func(s *story) {
		slowlyMachines(60, 1, 22, step)(s)
		for i := range 30 {
			s.tcp(int64(24*time.Hour)+int64(i)*int64(time.Second), "8.8.1.1", "10.8.%d.%d", i, 22, handshake.NoAnswer)
		}
	}, "scan-hosts medium 90"},
}
