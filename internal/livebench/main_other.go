//go:build !linux

package main

import "fmt"

func main() { fmt.Println("livebench runs on Linux") }
