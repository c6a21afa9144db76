//go:build !linux

package live

import (
	"errors"
	"runtime"

	"portero/capture"
)

var errSystem = errors.New("listening to an interface is supported on Linux only, not on " + runtime.GOOS + "; read a saved capture (tcpdump -w, Wireshark, Npcap)")

// Handle listens to one interface.
type Handle struct{}

// Open says that this system is not supported.
func Open(Options) (*Handle, error) { return nil, errSystem }

// Next implements capture.Source.
func (*Handle) Next(*capture.Block) error { return errSystem }

// Stats counts nothing.
func (*Handle) Stats() Stats { return Stats{} }

// Close does nothing.
func (*Handle) Close() error { return nil }

// Link is the link type of the interface.
func (*Handle) Link() capture.LinkType { return 0 }

func probe(string) (link string, ok bool, why string) { return "", false, errSystem.Error() }
