package record

// TimeLen is how long AppendTime's text is for the years 0 to 9999.
const TimeLen = len("2006-01-02T15:04:05.000000000Z")

const minuteLen = len("2006-01-02T15:04:")

// AppendTime appends ns since 1970 as RFC 3339 with nanoseconds, UTC. It is
// much faster than package time and does not allocate.
func AppendTime(b []byte, ns int64) []byte {
	var c Clock
	var t [TimeLen + Room]byte
	return append(b, t[:c.Put(t[:], 0, ns)]...)
}

// Clock writes times, fastest where one is of the same minute as that before. The
// zero Clock is ready.
type Clock struct {
	minute int64
	text   [minuteLen]byte // of that minute; empty as long as its first octet is 0
}

// Put writes what AppendTime appends at b[n:], where TimeLen and Room octets must be,
// and returns where it ends.
func (c *Clock) Put(b []byte, n int, ns int64) int {
	sec, frac := floorDiv(ns, 1e9)
	minute, rest := floorDiv(sec, 60)
	if minute != c.minute || c.text[0] == 0 {
		c.set(minute)
	}
	*(*[minuteLen]byte)(b[n:]) = c.text
	n += minuteLen
	b[n], b[n+1], b[n+2] = byte('0'+rest/10), byte('0'+rest%10), '.'
	tenth := uint64(frac) / 10
	n = put8(b, n+3, tenth)
	b[n], b[n+1] = byte('0'+uint64(frac)-tenth*10), 'Z'
	return n + 2
}

func floorDiv(a, by int64) (q, rest int64) {
	if q, rest = a/by, a%by; rest < 0 {
		q, rest = q-1, rest+by
	}
	return q, rest
}

func (c *Clock) set(minute int64) {
	days, rest := floorDiv(minute, 24*60)
	y, m, d := civil(days)
	b := digits(c.text[:0], uint64(y), 4)
	b = append(b, '-')
	b = digits(b, uint64(m), 2)
	b = append(b, '-')
	b = digits(b, uint64(d), 2)
	b = append(b, 'T')
	b = digits(b, uint64(rest/60), 2)
	b = append(b, ':')
	b = digits(b, uint64(rest%60), 2)
	_ = append(b, ':')
	c.minute = minute
}

// civil turns days since 1970-01-01 into a date of the Gregorian calendar.
func civil(z int64) (y, m, d int64) {
	z += 719468
	era := z / 146097
	if z < 0 {
		era = (z - 146096) / 146097
	}
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	y = yoe + era*400
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = doy - (153*mp+2)/5 + 1
	if m = mp + 3; m > 12 {
		m -= 12
	}
	if m <= 2 {
		y++
	}
	return y, m, d
}

func digits(b []byte, v uint64, n int) []byte {
	var t [20]byte
	for i := n - 1; i >= 0; i-- {
		t[i] = byte('0' + v%10)
		v /= 10
	}
	return append(b, t[:n]...)
}
