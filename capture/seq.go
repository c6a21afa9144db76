package capture

// Seq is a TCP sequence number: arithmetic modulo 2^32 (RFC 9293, section
// 3.4). Comparisons hold for numbers less than 2^31 apart.
type Seq uint32

// Add returns the sequence number n octets later.
func (s Seq) Add(n uint32) Seq { return s + Seq(n) }

// Sub returns the signed distance from t to s.
func (s Seq) Sub(t Seq) int32 { return int32(s - t) }

// Before reports whether s comes before t.
func (s Seq) Before(t Seq) bool { return int32(s-t) < 0 }

// After reports whether s comes after t.
func (s Seq) After(t Seq) bool { return int32(s-t) > 0 }

// In reports whether s lies in [lo, hi].
func (s Seq) In(lo, hi Seq) bool { return uint32(s-lo) <= uint32(hi-lo) }
