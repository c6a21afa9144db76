//go:build !linux

package lab

import (
	"context"
	"errors"
	"runtime"
)

func inKernel(context.Context, string, []string) (*Result, error) {
	return nil, &Missing{Name: "network namespaces", Cause: errors.New(runtime.GOOS + " has none"), world: true}
}

// Main is the copy of the process inside the namespaces, which this system has not.
func Main(string) error { return errors.New("this system has no network namespaces") }
