package live

import "time"

// Late makes the kernel hand over blocks that are not full as late as on a machine that
// has much else to do.
func (o *Options) Late(d time.Duration) { o.late = d }
