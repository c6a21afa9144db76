package findings

import (
	"portero/catalog/identify"
	"portero/handshake"
)

// shells are stories of shells without a terminal, by who greeted.
var shells = []storied{
	{"a reverse shell", func(s *story) {
		s.tcp(0, "10.0.0.9", "9.9.9.9", 0, 443, handshake.Completed, spoke("shell"), said(func(a *identify.Facts) { a.Banner[0] = "bash: no job control in this shell" }))
	}, "shell-given high 1"},
	{"a shell that listens", func(s *story) {
		s.tcp(0, "9.9.9.9", "10.0.0.1", 0, 4444, handshake.Completed, spoke("shell"), said(func(a *identify.Facts) { a.Banner[1] = "Microsoft Windows [Version 10.0.19045.4170]" }))
	}, "shell-given high 1"},
	{"a shell within one machine", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.9", 0, 4444, handshake.Completed, spoke("shell"), said(func(a *identify.Facts) { a.Banner[1] = "/bin/sh: 0: can't access tty; job control turned off" }))
	}, "shell-given info 1"},
	{"a shell that was open before the capture", func(s *story) {
		s.tcp(0, "10.0.0.9", "9.9.9.9", 0, 4444, handshake.Midstream, spoke("shell"), said(func(a *identify.Facts) { a.Banner[0] = "bash: no job control in this shell" }))
	}, ""},
	{"a shell of which no greeting was kept", func(s *story) {
		s.tcp(0, "10.0.0.9", "9.9.9.9", 0, 4444, handshake.Completed, spoke("shell"))
	}, ""},
}
