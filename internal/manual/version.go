package manual

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// Version is which program this is: stamped is what a release was stamped with, "" for none.
func Version(stamped string) string {
	if stamped != "" {
		return stamped
	}
	if bi, ok := debug.ReadBuildInfo(); ok {
		for _, s := range bi.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				return "devel-" + s.Value[:12]
			}
		}
	}
	return "devel"
}

// VersionLine is what the verb version of the program called name says.
func VersionLine(name, stamped string) string {
	return fmt.Sprintf("%s %s (%s, %s/%s)\n", name, Version(stamped), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
