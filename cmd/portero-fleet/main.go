// Command portero-fleet is portero beyond one machine: sensors that lose nothing, a
// broker between, and hubs that fill ClickHouse and Parquet. It is a command of its
// own so that portero stays small.
package main

import "os"

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }
