package catalog_test

import (
	"fmt"

	"portero/capture"
	"portero/catalog"
)

// What a number is registered for, what people run there, and what history says
// are three things.
func ExampleCatalog() {
	c := catalog.Default()
	fmt.Println(c.Registered(capture.ProtoTCP, 12345), c.PortClass(12345))
	for _, f := range c.Facts(capture.ProtoTCP, 12345) {
		fmt.Println(f.Kind, f.Name)
	}
	// Output:
	// italk user
	// malware-default NetBus
}
