//go:build !linux

package main

func addressable() uint64 { return 0 }
