//go:build !linux

package main

func dropPrivileges() string { return "privileges kept: not known on this system" }
